package value_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

func TestParseRoundTrip(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"S":"a\"\\\u0001é\n"}`:                `{"S":"a\"\\\u0001é\n"}`,
		`{"S":""}`:                              `{"S":""}`,
		`{"N":"1.50"}`:                          `{"N":"1.5"}`,
		`{"N":"1E2"}`:                           `{"N":"100"}`,
		`{"N":"-0"}`:                            `{"N":"0"}`,
		`{"N":"+00042."}`:                       `{"N":"42"}`,
		`{"N":"-.5e-3"}`:                        `{"N":"-0.0005"}`,
		`{"B":"AQI="}`:                          `{"B":"AQI="}`,
		`{"BOOL":false}`:                        `{"BOOL":false}`,
		`{"BOOL":"yes"}`:                        `{"BOOL":true}`,
		`{"NULL":true}`:                         `{"NULL":true}`,
		`{"M":{"b":{"L":[]},"a":{"M":{}}}}`:     `{"M":{"a":{"M":{}},"b":{"L":[]}}}`,
		` { "L" : [ {"S":"x"} , {"N":"1"} ] } `: `{"L":[{"S":"x"},{"N":"1"}]}`,
		`{"SS":["b","a"]}`:                      `{"SS":["a","b"]}`,
		`{"NS":["10","9","-1.0"]}`:              `{"NS":["-1","9","10"]}`,
		`{"BS":["Ag==","AQ=="]}`:                `{"BS":["AQ==","Ag=="]}`,
		`{"S":"a","N":null,"Unknown":{"x":[1,"]",true]}}`: `{"S":"a"}`,
	} {
		v, err := value.Parse([]byte(in))
		require.NoError(t, err, in)
		assert.Equal(t, want, string(v.AppendJSON(nil)))
		again, err := value.Parse([]byte(want))
		require.NoError(t, err)
		assert.True(t, value.Equal(v, again), in)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const (
		validation    = value.ValidationException
		serialization = value.SerializationException
	)
	digits := strings.Repeat("1234567890", 4)
	for _, c := range []struct{ in, code, message string }{
		{`{}`, validation, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{`null`, validation, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{`{"X":"a"}`, validation, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{`{"S":"a","N":"1"}`, validation, "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"},
		{`{"NULL":false}`, validation, "One or more parameter values were invalid: Null attribute value types must have the value of true"},
		{`{"SS":[]}`, validation, "One or more parameter values were invalid: An string set  may not be empty"},
		{`{"NS":[]}`, validation, "One or more parameter values were invalid: An number set  may not be empty"},
		{`{"BS":[]}`, validation, "One or more parameter values were invalid: Binary sets should not be empty"},
		{`{"SS":["a","a"]}`, validation, "One or more parameter values were invalid: Input collection [a, a] contains duplicates."},
		{`{"NS":["1","1.0"]}`, validation, "Input collection contains duplicates"},
		{`{"BS":["AQ==","AQ=="]}`, validation, "One or more parameter values were invalid: Input collection [AQ==, AQ==]of type BS contains duplicates."},
		{`{"N":""}`, validation, "The parameter cannot be converted to a numeric value"},
		{`{"N":"b"}`, validation, "The parameter cannot be converted to a numeric value: b"},
		{`{"L":[{"NS":["1","1e"]}]}`, validation, "The parameter cannot be converted to a numeric value: 1e"},
		{`{"N":" 1"}`, validation, "The parameter cannot be converted to a numeric value:  1"},
		{`{"N":"."}`, validation, "The parameter cannot be converted to a numeric value: ."},
		{`{"N":"1e126"}`, validation, "Number overflow. Attempting to store a number with magnitude larger than supported range"},
		{`{"N":"-1e-131"}`, validation, "Number underflow. Attempting to store a number with magnitude smaller than supported range"},
		{`{"N":"` + digits[:39] + `"}`, validation, "Attempting to store more than 38 significant digits in a Number"},
		{`{"S":1}`, serialization, "NUMBER_VALUE cannot be converted to String"},
		{`{"N":1.5}`, serialization, "DECIMAL_VALUE cannot be converted to String"},
		{`{"S":true}`, serialization, "TRUE_VALUE cannot be converted to String"},
		{`{"S":[]}`, serialization, "Unrecognized collection type class java.lang.String"},
		{`{"S":{}}`, serialization, "Start of structure or map found where not expected"},
		{`{"BOOL":1}`, serialization, "NUMBER_VALUE cannot be converted to Boolean"},
		{`{"BOOL":"maybe"}`, serialization, "Unexpected token received from parser"},
		{`{"B":1}`, serialization, "only base-64-encoded strings are convertible to bytes"},
		{`{"B":"a"}`, serialization, "Base64 encoded length is expected a multiple of 4 bytes but found: 1"},
		{`{"B":"????"}`, serialization, "Invalid last non-pad Base64 character dectected"},
		{`{"SS":"a"}`, serialization, "Unexpected field type"},
		{`{"L":{}}`, serialization, "Start of structure or map found where not expected"},
		{`{"M":[]}`, serialization, "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>"},
		{`"a"`, serialization, "Unexpected value type in payload"},
		{`[]`, serialization, "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue"},
		{``, serialization, "Unexpected value type in payload"},
	} {
		_, err := value.Parse([]byte(c.in))
		var refused *value.Error
		if assert.ErrorAs(t, err, &refused, c.in) {
			assert.Equal(t, c.code, refused.Code, c.in)
			assert.Equal(t, c.message, refused.Message, c.in)
		}
	}
}

func TestNesting(t *testing.T) {
	t.Parallel()
	nested := func(levels int) []byte {
		return []byte(strings.Repeat(`{"L":[`, levels-1) + `{"S":"x"}` + strings.Repeat(`]}`, levels-1))
	}
	v, err := value.Parse(nested(32))
	require.NoError(t, err)
	assert.Equal(t, 32, v.Depth())
	_, err = value.Parse(nested(33))
	assert.ErrorContains(t, err, "Nesting Levels have exceeded supported limits")
}

func TestInputKeepsFaults(t *testing.T) {
	t.Parallel()
	var request struct{ Key, Item, Values value.Input }
	require.NoError(t, json.Unmarshal([]byte(`{"Key":{"b":{"S":"x"},"a":{"N":"1"}},"Values":{":a":{"S":"x"},":b":{"N":"x"}}}`), &request))
	assert.True(t, request.Key.Present)
	assert.False(t, request.Item.Present)
	assert.Equal(t, `{"a":{"N":"1"},"b":{"S":"x"}}`, string(request.Key.Item.AppendJSON(nil)))
	_, err := request.Key.Fault()
	require.NoError(t, err)
	name, err := request.Values.Fault()
	assert.Equal(t, ":b", name)
	require.ErrorContains(t, err, "numeric value: x")

	err = json.Unmarshal([]byte(`{"Item":{"a":{"S":1}}}`), &request)
	var refused *value.Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, value.SerializationException, refused.Code)
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"M":{"a":{"L":[{"N":"-1.5e3"},{"BOOL":true}]},"b":{"BS":["AQ=="]}}}`, `{"S":"\ud800"}`, `{"S":"`, `{"NS":[1,`, `{"N":"1e`, `{{{{`, `{"":"\`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := value.Parse(data)
		if err != nil {
			var refused *value.Error
			require.ErrorAs(t, err, &refused)
			return
		}
		again, err := value.Parse(v.AppendJSON(nil))
		require.NoError(t, err)
		require.True(t, value.Equal(v, again))
		require.GreaterOrEqual(t, v.Size(), 0)
	})
}
