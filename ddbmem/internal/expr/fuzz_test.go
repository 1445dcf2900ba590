package expr_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// FuzzExpressions checks that no text can panic the parsers or what they
// return, and that every error is a ValidationException.
func FuzzExpressions(f *testing.F) {
	for _, seed := range []string{
		"SET a.b[0] = if_not_exists(#n, :v) + :v, l = list_append(l, :l) REMOVE m.c, l[1] ADD n :v DELETE s :s",
		"a = :s AND b BETWEEN :v AND :v", "NOT (a IN (:v, b) OR size(l[0].x) >= :v) AND contains(s, :s)", "a, b.c[1], #n", "((", "a[", ":", "#", "SET a =",
	} {
		f.Add(seed)
	}
	values := input(f, `{":v":{"N":"1"},":s":{"SS":["x"]},":l":{"L":[{"S":"x"}]}}`)
	item := input(f, `{"a":{"S":"x"},"b":{"M":{"c":{"L":[{"N":"1"},{"N":"2"}]}}},"l":{"L":[{"M":{"x":{"S":"y"}}},{"NULL":true}]},"n":{"N":"3"},"s":{"SS":["x","y"]}}`).Item
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range []*expr.Request{{Update: &text}, {Condition: &text}, {KeyCondition: &text}, {Projection: &text}} {
			r.Values = values
			r.Names = map[string]string{"#n": "n"}
			e, err := expr.Parse(r)
			if err != nil {
				_ = refusal(t, err)
				// Unused values are not an error here.
				r.Values, r.Names = value.Input{}, nil
				if e, err = expr.Parse(r); err != nil {
					continue
				}
			}
			exercise(t, e, item)
		}
	})
}

func exercise(t *testing.T, e *expr.Expressions, item value.Item) {
	switch {
	case e.Update != nil:
		after, err := e.Update.Apply(item)
		if err != nil {
			_ = refusal(t, err)
			return
		}
		_ = e.Update.Changed(after)
		_, err = value.ParseItem(after.AppendJSON(nil))
		require.NoError(t, err)
	case e.Condition != nil:
		_ = e.Condition.Holds(item)
		_ = e.Condition.NestedHeads()
	case e.KeyCondition != nil:
		r, err := e.KeyCondition.Resolve("", []expr.KeyAttribute{{Name: "a", Kind: value.S}}, []expr.KeyAttribute{{Name: "b", Kind: value.N}})
		if err == nil {
			_, _ = r.Bounds()
		}
	default:
		_ = e.Projection.Apply(item)
	}
}
