package expr_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// input decodes attribute values.
func input(t testing.TB, text string) value.Input {
	t.Helper()
	var in value.Input
	if text != "" {
		require.NoError(t, in.UnmarshalJSON([]byte(text)))
	}
	return in
}

// refusal returns the message of a ValidationException, empty without an error.
func refusal(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var refused *value.Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, value.ValidationException, refused.Code)
	return refused.Message
}

func show(item value.Item) string { return string(item.AppendJSON(nil)) }

func TestParameters(t *testing.T) {
	t.Parallel()
	const text = "b = :v"
	filter := func(names map[string]string, values string) string {
		s := text
		_, err := expr.Parse(&expr.Request{Filter: &s, Names: names, Values: input(t, values)})
		return refusal(t, err)
	}
	one := `{":v":{"N":"1"}}`
	assert.Empty(t, filter(nil, one))
	assert.Equal(t, "ExpressionAttributeNames must not be empty", filter(map[string]string{}, one))
	assert.Equal(t, `ExpressionAttributeNames contains invalid key: Syntax error; key: "b"`, filter(map[string]string{"b": "b"}, one))
	assert.Equal(t, "ExpressionAttributeNames contains invalid value: Empty attribute name for key #b", filter(map[string]string{"#b": ""}, one))
	assert.Equal(t, "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b, #c}", filter(map[string]string{"#c": "c", "#b": "b"}, one))
	assert.Equal(t, "ExpressionAttributeValues must not be empty", filter(nil, `{}`))
	assert.Equal(t, `ExpressionAttributeValues contains invalid key: Syntax error; key: "v"`, filter(nil, `{"v":{"N":"1"}}`))
	assert.Equal(t, "ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: x for key :v", filter(nil, `{":v":{"N":"x"}}`))
	assert.Equal(t, "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}", filter(nil, `{":v":{"N":"1"},":w":{"N":"1"}}`))

	_, err := expr.Parse(&expr.Request{Names: map[string]string{"#b": "b"}})
	assert.Equal(t, "ExpressionAttributeNames can only be specified when using expressions", refusal(t, err))
	_, err = expr.Parse(&expr.Request{Values: input(t, one), ValueUsers: []string{"FilterExpression"}})
	assert.Equal(t, "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null", refusal(t, err))
	_, err = expr.Parse(&expr.Request{Values: input(t, one), ValueUsers: []string{"UpdateExpression", "ConditionExpression"}})
	assert.Equal(t, "ExpressionAttributeValues can only be specified when using expressions: UpdateExpression and ConditionExpression are null", refusal(t, err))
}
