package ddbdesign

import "encoding/json"

// Value is a value in DynamoDB JSON, such as {"S": "open"}.
type Value = json.RawMessage
