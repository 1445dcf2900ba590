package expr_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// keyValues are the values that key condition tests may use.
const keyValues = `{":s":{"S":"x"},":t":{"S":"y"},":n":{"N":"1"},":m":{"N":"2"},":e":{"S":""},":b":{"B":"YQ=="},":l":{"L":[]}}`

// resolve parses a key condition with the values it mentions and resolves it.
func resolve(t testing.TB, text string, partition, sort []expr.KeyAttribute) (*expr.KeyRange, error) {
	var fields []value.Field
	for _, f := range input(t, keyValues).Item {
		if bytes.Contains([]byte(text), []byte(f.Name)) {
			fields = append(fields, f)
		}
	}
	values := value.Input{Item: value.NewItem(fields...), Present: len(fields) > 0}
	e, err := expr.Parse(&expr.Request{KeyCondition: &text, Values: values})
	if err != nil {
		return nil, err
	}
	return e.KeyCondition.Resolve("", partition, sort)
}

func TestKeyConditionRefusals(t *testing.T) {
	t.Parallel()
	a, b := expr.KeyAttribute{Name: "a", Kind: value.S}, expr.KeyAttribute{Name: "b", Kind: value.N}
	g, h := expr.KeyAttribute{Name: "g", Kind: value.S}, expr.KeyAttribute{Name: "h", Kind: value.S}
	i, j := expr.KeyAttribute{Name: "i", Kind: value.N}, expr.KeyAttribute{Name: "j", Kind: value.S}
	type keys = []expr.KeyAttribute
	for _, schema := range []struct {
		partition, sort keys
		messages        map[string]string
	}{
		{keys{a}, keys{b}, map[string]string{
			"a = :s": "", "a = :s AND b = :n": "", "b = :n AND a = :s": "", ":s = a AND :n < b": "",
			"(a = :s) AND (b = :n)": "", "((a = :s) AND (b = :n))": "", "a = :s AND b BETWEEN :n AND :m": "",
			"b = :n":                              "Query condition missed key schema element: a",
			"a = :s OR b = :n":                    "Invalid operator used in KeyConditionExpression: OR",
			"NOT a = :s":                          "Invalid operator used in KeyConditionExpression: NOT",
			"a <> :s":                             "Invalid operator used in KeyConditionExpression: <>",
			"a > :s":                              "Query key condition not supported",
			"begins_with(a, :s)":                  "Query key condition not supported",
			"a = :s AND c = :n":                   "Query condition missed key schema element: b",
			"c = :s AND d = :s":                   "Query condition missed key schema element: a",
			"a = :s AND a = :t":                   "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
			"a = :s AND b > :n AND b < :m":        "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
			"a = :s AND b = :n AND c = :n":        "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
			"a = :s AND b IN (:n)":                "Invalid operator used in KeyConditionExpression: IN",
			"a = :s AND contains(b, :s)":          "Invalid operator used in KeyConditionExpression: contains",
			"attribute_exists(a)":                 "Invalid operator used in KeyConditionExpression: attribute_exists",
			"a = :s AND size(b) = :n":             "KeyConditionExpressions cannot contain nested operations",
			"a = b":                               "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
			":s = :s":                             "Invalid condition in KeyConditionExpression: No key attribute specified",
			"a.b = :s":                            "KeyConditionExpressions cannot have conditions on nested attributes",
			"a = :s AND begins_with(:s, b)":       "Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its first operand",
			"a = :s AND :n BETWEEN b AND :m":      "Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its first operand",
			"a = :n":                              "One or more parameter values were invalid: Condition parameter type does not match schema type",
			"a = :s AND b = :l":                   "One or more parameter values were invalid: Condition parameter type does not match schema type",
			"a = :s AND begins_with(b, :s)":       "One or more parameter values were invalid: Condition parameter type does not match schema type",
			"a = :s AND begins_with(b, :e)":       "One or more parameter values were invalid: Condition parameter type does not match schema type",
			"a = :e":                              "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: a",
			"a = :s AND b BETWEEN :m AND :n":      "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}",
			"((a = :s)) AND b = :n":               "Invalid KeyConditionExpression: The expression has redundant parentheses;",
			"a = :s AND":                          "Invalid KeyConditionExpression: Syntax error; token: \"<EOF>\", near: \"AND\"",
			"a = :s AND (b = :n OR b = :m)":       "Invalid operator used in KeyConditionExpression: OR",
			"a = :s AND b BETWEEN :n AND size(a)": "KeyConditionExpressions cannot contain nested operations",
		}},
		{keys{a}, nil, map[string]string{
			"a = :s": "", "a = :s AND b = :n": "The number of query conditions (2) exceeds the number of key attributes defined in the schema (1)", "b = :n": "Query condition missed key schema element: a",
		}},
		{keys{g, h}, keys{i, j}, map[string]string{
			"g = :s AND h = :s": "", "h = :s AND g = :s": "", "g = :s AND h = :s AND i BETWEEN :n AND :m": "",
			"(g = :s AND h = :s) AND (i = :n AND j = :s)":         "",
			"g = :s AND h = :s AND i = :n AND begins_with(j, :s)": "",
			"g = :s":                       "HASH key attributes h must have equality conditions specified in the query",
			"i = :n":                       "HASH key attributes g, h must have equality conditions specified in the query",
			"g = :s AND h > :s":            "HASH key attributes h must have equality conditions specified in the query",
			"g = :s AND h = :s AND j = :s": "RANGE key attributes i must have equality conditions specified in the query because a condition is present on key attribute j",
			"g = :s AND h = :s AND i > :n AND j = :s":            "RANGE key attributes i must have equality conditions specified in the query because a condition is present on key attribute j",
			"g = :s AND h = :s AND i = :s":                       "One or more parameter values were invalid: Condition parameter type does not match schema type",
			"g = :s AND h = :s AND x = :n":                       "Query condition missed key schema element: i",
			"g = :s AND h = :s AND i = :n AND j = :s AND x = :s": "The number of query conditions (5) exceeds the number of key attributes defined in the schema (4)",
		}},
	} {
		for text, want := range schema.messages {
			_, err := resolve(t, text, schema.partition, schema.sort)
			assert.Equal(t, want, refusal(t, err), text)
		}
	}
}

func TestEmptyIndexKey(t *testing.T) {
	t.Parallel()
	text := "a = :e"
	e, err := expr.Parse(&expr.Request{KeyCondition: &text, Values: input(t, `{":e":{"S":""}}`)})
	require.NoError(t, err)
	_, err = e.KeyCondition.Resolve("byA", []expr.KeyAttribute{{Name: "a", Kind: value.S}}, nil)
	assert.Equal(t, "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "+
		"The AttributeValue for a key attribute cannot contain an empty string value. IndexName: byA, IndexKey: a", refusal(t, err))
}

// TestBounds checks that the bounds select exactly the keys that pass the test.
func TestBounds(t *testing.T) {
	t.Parallel()
	texts := rapid.StringMatching(`[\x00\x01a\xff]{0,3}`)
	scalar := func(kind value.Kind) *rapid.Generator[value.Value] {
		return rapid.Custom(func(t *rapid.T) value.Value {
			switch kind {
			case value.N:
				return value.Int(rapid.IntRange(-3, 3).Draw(t, "n") * rapid.SampledFrom([]int{1, 10, 99}).Draw(t, "scale"))
			case value.B:
				return value.Binary(texts.Draw(t, "b"))
			default:
				return value.String(texts.Draw(t, "s"))
			}
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]value.Kind{value.S, value.N, value.B}).Draw(t, "kind")
		operators := []string{"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"}
		if kind == value.N {
			operators = operators[:6]
		}
		operator := rapid.SampledFrom(operators).Draw(t, "operator")
		first := value.Int(rapid.IntRange(0, 1).Draw(t, "first"))
		v, w := scalar(kind).Draw(t, "v"), scalar(kind).Draw(t, "w")
		if order, _ := value.Compare(v, w); order > 0 {
			v, w = w, v
		}
		r := &expr.KeyRange{Sort: []expr.Test{
			{Operator: "=", Values: []value.Value{value.Int(0)}}, {Operator: operator, Values: []value.Value{v, w}},
		}}
		low, high := r.Bounds()
		x := scalar(kind).Draw(t, "x")
		key := value.AppendKeyPart(value.AppendKeyPart(nil, first), x)
		key = append(key, rapid.SampledFrom([]string{"", "\x00", "\xff"}).Draw(t, "rest")...)
		inside := bytes.Compare(low, key) <= 0 && (high == nil || bytes.Compare(key, high) < 0)
		order, _ := value.Compare(x, v)
		upper, _ := value.Compare(x, w)
		want := map[string]bool{
			"=": order == 0, "<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0,
			"BETWEEN": order >= 0 && upper <= 0, "begins_with": bytes.HasPrefix([]byte(x.Text()), []byte(v.Text())),
		}[operator]
		require.Equal(t, want && value.Equal(first, value.Int(0)), inside)
	})
}
