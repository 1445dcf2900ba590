package ddbdesign

import "encoding/json"

// Value is a value in DynamoDB JSON, such as {"S": "open"}.
type Value = json.RawMessage

// Unknown holds the fields of a JSON object that this package does not know, by name. [Read] fills it and [Write] writes it.
type Unknown map[string]json.RawMessage

// Scalar is a key attribute's value: its type and its text.
type Scalar struct {
	Type string // S, N, B; "" for none
	Text string // the string, the number, or the binary in base64
}
