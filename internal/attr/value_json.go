package attr

import (
	"bytes"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ValueJSON returns a value in DynamoDB's JSON, without escapes for HTML: {"S":"open"}.
func ValueJSON(av types.AttributeValue) (json.RawMessage, error) {
	escaped, err := json.Marshal(wireValue{av})
	if err != nil {
		return nil, err
	}
	var value any // of text, booleans, lists and maps
	if err := json.Unmarshal(escaped, &value); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err = e.Encode(value)
	return bytes.TrimSpace(b.Bytes()), err
}
