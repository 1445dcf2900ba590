package model

import (
	"encoding/json"
	"fmt"
)

// StreamFilter returns a JSON pattern for the event source mapping of a Lambda function. It filters out records of the
// library's own items. Use it as the Pattern of a FilterCriteria's filter.
func (t *Table) StreamFilter() string {
	attr := t.Primary.Partition[0]
	if t.KeyType(attr) != "S" {
		return "{}"
	}
	name, err := json.Marshal(attr)
	if err != nil {
		panic(fmt.Sprintf("ddb: attribute %q as JSON: %v", attr, err))
	}
	return fmt.Sprintf(`{"dynamodb":{"Keys":{%s:{"S":[{"anything-but":{"prefix":"~"}}]}}}}`, name)
}
