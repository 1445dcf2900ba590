package wire_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

var shape = &wire.Shape{Type: wire.Struct, Name: "Request", Fields: []wire.Field{
	{Name: "TableName", Shape: &wire.Shape{Type: wire.String, Required: true, Pattern: wire.NamePattern, MinLen: 3, MaxLen: 10}},
	{Name: "Limit", Shape: &wire.Shape{Type: wire.Int, HasMin: true, Min: 1, Max: 100}},
	{Name: "Mode", Shape: &wire.Shape{Type: wire.String, Enum: []string{"A", "B"}}},
	{Name: "On", Shape: &wire.Shape{Type: wire.Bool}},
	{Name: "Item", Shape: &wire.Shape{Type: wire.AttrMap}},
	{Name: "Names", Shape: &wire.Shape{Type: wire.Map, Elem: &wire.Shape{Type: wire.String}}},
	{Name: "Keys", Shape: &wire.Shape{Type: wire.List, MaxLen: 2, Elem: &wire.Shape{
		Type: wire.Struct, Name: "Element",
		Fields: []wire.Field{{Name: "Kind", Shape: &wire.Shape{Type: wire.String, Required: true}}},
	}}},
}}

// TestParseReadsMembers checks that members are read unchanged, and unknown ones are skipped.
func TestParseReadsMembers(t *testing.T) {
	t.Parallel()

	n, err := wire.Parse([]byte(` { "TableName" : "a\u00e9\ud83d\ude00\n", "Limit": 7.9, "On": true, "Mode": null, "Else": [{"x":[1,2]}],
		"Item": {"k":{"N":"1.50"}}, "Names": {"#a":"b","#c":"d"}, "Keys":[{"Kind":"x"},{}] } `), shape)
	require.NoError(t, err)
	require.Equal(t, "aé😀\n", n.Text("TableName"))
	require.Equal(t, int64(7), n.Int("Limit", 1))
	require.True(t, n.Flag("On", false))
	require.False(t, n.Has("Mode"))
	require.Equal(t, "1.5", n.Values("Item").Item.Get("k").Text())
	require.Equal(t, map[string]string{"#a": "b", "#c": "d"}, n.StringMap("Names"))
	require.Len(t, n.List("Keys"), 2)
}

// TestParseRefusesWrongTypes checks the wording of the deserialiser.
func TestParseRefusesWrongTypes(t *testing.T) {
	t.Parallel()

	for body, want := range map[string]string{
		`{"TableName":1}`:       "NUMBER_VALUE cannot be converted to String",
		`{"TableName":1.5}`:     "DECIMAL_VALUE cannot be converted to String",
		`{"TableName":true}`:    "TRUE_VALUE cannot be converted to String",
		`{"TableName":[]}`:      "Unrecognized collection type class java.lang.String",
		`{"TableName":{}}`:      "Start of structure or map found where not expected",
		`{"Limit":"1"}`:         "STRING_VALUE cannot be converted to Integer",
		`{"On":1}`:              "NUMBER_VALUE cannot be converted to Boolean",
		`{"Item":[]}`:           "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>",
		`{"Item":{"a":"b"}}`:    "Unexpected value type in payload",
		`{"Item":{"a":{"S":1}}`: "NUMBER_VALUE cannot be converted to String",
		`{"Keys":{}}`:           "Start of structure or map found where not expected",
		`{"Keys":[1]}`:          "Unexpected value type in payload",
		`{"Keys":[[]]}`:         "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.Element",
		`{`:                     "",
		``:                      "",
		`{"TableName":"a"}x`:    "",
		`{"TableName":"\x"}`:    "",
	} {
		_, err := wire.Parse([]byte(body), shape)
		require.Error(t, err, body)
		require.Contains(t, err.Error(), want, body)
	}
}

// TestValidateListsEveryBrokenConstraint checks order and wording of constraint errors.
func TestValidateListsEveryBrokenConstraint(t *testing.T) {
	t.Parallel()

	n, err := wire.Parse([]byte(`{"TableName":"a!","Limit":0,"Mode":"C","Keys":[{"Kind":"x"},{},{"Kind":"y"}]}`), shape)
	require.NoError(t, err)
	require.Equal(t, "6 validation errors detected: "+
		"Value 'a!' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; "+
		"Value 'a!' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3; "+
		"Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1; "+
		"Value 'C' at 'mode' failed to satisfy constraint: Member must satisfy enum value set: [A, B]; "+
		"Value '[Element(kind=x), Element(), Element(kind=y)]' at 'keys' failed to satisfy constraint: Member must have length less than or equal to 2; "+
		"Value null at 'keys.2.member.kind' failed to satisfy constraint: Member must not be null", n.Validate(wire.Older))

	n, err = wire.Parse([]byte(`{}`), shape)
	require.NoError(t, err)
	require.Equal(t, "1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null", n.Validate(wire.Older))
}

// FuzzParse checks that no body causes a panic, and that accepted bodies are JSON.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"TableName":"a\u00e9","Limit":7,"Item":{"k":{"L":[{"N":"1"}]}},"Keys":[{"Kind":"x"}]}`))
	f.Add([]byte(`{"x":[[[[{}]]]],"Names":{"a":"\ud800"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := wire.Parse(body, shape)
		if err != nil {
			return
		}
		_ = n.Validate(wire.Older)
		if len(strings.TrimSpace(string(body))) > 0 && !json.Valid(body) {
			t.Fatalf("accepted %q", body)
		}
	})
}
