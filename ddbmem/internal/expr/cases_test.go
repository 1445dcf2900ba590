package expr_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// TestCases runs the recorded cases: an expression of one kind, what it is
// given, and either the outcome or the message.
func TestCases(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/cases.jsonl")
	require.NoError(t, err)
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c testCase
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c), lines.Text())
		c.run(t)
	}
	require.NoError(t, lines.Err())
}

type testCase struct {
	Update, Condition, Projection *string

	Names                map[string]string
	Values, Item, Result value.Input
	Holds                bool
	Error                string
}

func (c *testCase) run(t *testing.T) {
	r := &expr.Request{Update: c.Update, Filter: c.Condition, Projection: c.Projection, Names: c.Names, Values: c.Values}
	text := *cmp.Or(c.Update, c.Condition, c.Projection)
	e, err := expr.Parse(r)
	var result value.Item
	switch {
	case err != nil:
	case e.Update != nil:
		result, err = e.Update.Apply(c.Item.Item)
	case e.Filter != nil:
		assert.Empty(t, c.Error)
		assert.Equal(t, c.Holds, e.Filter.Holds(c.Item.Item), text)
		return
	default:
		result = e.Projection.Apply(c.Item.Item)
	}
	assert.Equal(t, c.Error, refusal(t, err), text)
	assert.Equal(t, show(c.Result.Item), show(result), text)
}

func TestChanged(t *testing.T) {
	t.Parallel()
	item := input(t, `{"m":{"M":{"c":{"N":"1"},"d":{"N":"2"}}},"l":{"L":[{"S":"a"},{"S":"b"},{"S":"c"}]},"n":{"N":"5"}}`).Item
	for _, c := range []struct{ update, old, new string }{
		{"SET n = :v", `{"n":{"N":"5"}}`, `{"n":{"N":"9"}}`},
		{"SET m.c = :v", `{"m":{"M":{"c":{"N":"1"}}}}`, `{"m":{"M":{"c":{"N":"9"}}}}`},
		{"SET m.z = :v", `{}`, `{"m":{"M":{"z":{"N":"9"}}}}`},
		{"SET l[0] = :v, l[2] = :v", `{"l":{"L":[{"S":"a"},{"S":"c"}]}}`, `{"l":{"L":[{"N":"9"},{"N":"9"}]}}`},
		{"SET z = :v REMOVE n", `{"n":{"N":"5"}}`, `{"z":{"N":"9"}}`},
		{"ADD m.d :v", `{"m":{"M":{"d":{"N":"2"}}}}`, `{"m":{"M":{"d":{"N":"11"}}}}`},
	} {
		e, err := expr.Parse(&expr.Request{Update: &c.update, Values: input(t, `{":v":{"N":"9"}}`)})
		require.NoError(t, err)
		after, err := e.Update.Apply(item)
		require.NoError(t, err)
		assert.Equal(t, c.old, show(e.Update.Changed(item)), c.update)
		assert.Equal(t, c.new, show(e.Update.Changed(after)), c.update)
	}
}

func TestHeads(t *testing.T) {
	t.Parallel()
	update, filter, projection := "SET a.b = if_not_exists(c.d, :v), e = f", "g = :v AND size(h[0]) > :v", "i, j.k"
	e, err := expr.Parse(&expr.Request{Update: &update, Filter: &filter, Projection: &projection, Values: input(t, `{":v":{"N":"9"}}`)})
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "e"}, e.Update.Heads())
	assert.Equal(t, []string{"a", "c"}, e.Update.NestedHeads())
	assert.Equal(t, []string{"g", "h"}, e.Filter.Heads())
	assert.Equal(t, []string{"h"}, e.Filter.NestedHeads())
	assert.Equal(t, []string{"i", "j"}, e.Projection.Heads())
	assert.Equal(t, []string{"j"}, e.Projection.NestedHeads())
}

func TestSumBeyondRangeComesLast(t *testing.T) {
	t.Parallel()
	update := "SET n = :v + :w, m.c = :v"
	e, err := expr.Parse(&expr.Request{Update: &update, Values: input(t, `{":v":{"N":"1"},":w":{"N":"1e-38"}}`)})
	require.NoError(t, err)
	_, err = e.Update.Apply(nil)
	assert.Equal(t, "The document path provided in the update expression is invalid for update", refusal(t, err))
	_, err = e.Update.Apply(input(t, `{"m":{"M":{}}}`).Item)
	assert.Equal(t, "Number overflow. Attempting to store a number with magnitude larger than supported range", refusal(t, err))
}

func TestKinds(t *testing.T) {
	t.Parallel()
	update := "SET a = :v, b = c + :v, d = list_append(e, e), f = g, h.i = :v, l = if_not_exists(m, :v) ADD j :v REMOVE k"
	e, err := expr.Parse(&expr.Request{Update: &update, Values: input(t, `{":v":{"N":"9"}}`)})
	require.NoError(t, err)
	assert.Equal(t, []expr.KeyAttribute{{Name: "a", Kind: value.N}, {Name: "b", Kind: value.N}, {Name: "d", Kind: value.L}, {Name: "l", Kind: value.N}, {Name: "j", Kind: value.N}}, e.Update.Kinds())
}
