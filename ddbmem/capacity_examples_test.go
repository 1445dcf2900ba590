package ddbmem_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// exactly is an item of that many bytes: of the names pk, sk, g and v, a key of one letter, a number of two bytes, a letter
// and the rest.
func exactly(pk string, sk int, bytes int) string {
	return fmt.Sprintf(`{"pk":{"S":%q},"sk":{"N":"%d"},"g":{"S":"g"},"v":{"S":%q}}`, pk, sk, strings.Repeat("x", bytes-10))
}

// TestConsumptionExamples compares consumption with the worked examples of the service's developer guide: the
// responses, and what is taken from the limits.
func TestConsumptionExamples(t *testing.T) {
	t.Parallel()

	const kb = 1024
	const onIndex = true
	get := func(sk int, more string) string {
		return fmt.Sprintf(`{"TableName":"abc","Key":{"pk":{"S":"a"},"sk":{"N":"%d"}}%s}`, sk, more)
	}
	query := func(more string) string {
		return `{"TableName":"abc","KeyConditionExpression":"pk=:p","ExpressionAttributeValues":{":p":{"S":"a"}}` + more + `}`
	}
	put := func(bytes int) string { return `{"TableName":"abc","Item":` + exactly("a", 1, bytes) + `}` }
	transactGet := func(sk int) string { return `{"TransactItems":[{"Get":` + get(sk, "") + `}]}` }
	const consistent = `,"ConsistentRead":true`
	for _, x := range []struct {
		page, says string
		items      []int // their sizes; the sort keys are 1, 2, 3 ...
		op, body   string
		units      float64
		index      bool // of the index rather than of the table
	}{
		{"Reads", "an item of 3.5 KB is rounded to 4 KB", []int{3500}, "GetItem", get(1, consistent), 1, !onIndex},
		{"Reads", "an item of 10 KB to 12 KB", []int{10 * kb}, "GetItem", get(1, consistent), 3, !onIndex},
		{"Reads", "8 KB, strongly consistent", []int{8 * kb}, "GetItem", get(1, consistent), 2, !onIndex},
		{"Reads", "8 KB, eventually consistent", []int{8 * kb}, "GetItem", get(1, ""), 1, !onIndex},
		{"Reads", "8 KB, in a transaction", []int{8 * kb}, "TransactGetItems", transactGet(1), 4, !onIndex},
		{"Reads", "an item that does not exist, strongly consistent", nil, "GetItem", get(1, consistent), 1, !onIndex},
		{"Reads", "an item that does not exist, eventually consistent", nil, "GetItem", get(1, ""), 0.5, !onIndex},
		{"Reads", "a subset of attributes costs what the item costs", []int{10 * kb}, "GetItem", get(1, consistent+`,"ProjectionExpression":"sk"`), 3, !onIndex},
		{
			"Reads", "a batch of 1.5 KB and 6.5 KB is 4 KB and 8 KB",
			[]int{1536, 6656},
			"BatchGetItem",
			`{"RequestItems":{"abc":{"ConsistentRead":true,"Keys":[{"pk":{"S":"a"},"sk":{"N":"1"}},{"pk":{"S":"a"},"sk":{"N":"2"}}]}}}`, 3, !onIndex,
		},
		{"Reads", "a query of ten items of 40.8 KB together is 44 KB", []int{4178, 4178, 4178, 4178, 4178, 4178, 4178, 4178, 4178, 4178}, "Query", query(consistent), 11, !onIndex},
		{"Reads", "a query of 80 KB, eventually consistent", []int{20 * kb, 20 * kb, 20 * kb, 20 * kb}, "Query", query(""), 10, !onIndex},
		{"Reads", "a count costs what the items cost", []int{20 * kb, 20 * kb, 20 * kb, 20 * kb}, "Query", query(`,"Select":"COUNT"`), 10, !onIndex},
		{
			"Reads", "a scan costs what is evaluated, not what is returned",
			[]int{20 * kb, 20 * kb},
			"Scan",
			`{"TableName":"abc","ConsistentRead":true,"FilterExpression":"v=:v","ExpressionAttributeValues":{":v":{"S":"none"}}}`, 10, !onIndex,
		},
		{
			"Global indexes", "eight entries of 2,000 bytes are 16 KB, eventually consistent",
			[]int{2000, 2000, 2000, 2000, 2000, 2000, 2000, 2000},
			"Query",
			`{"TableName":"abc","IndexName":"byG","KeyConditionExpression":"g=:g","ExpressionAttributeValues":{":g":{"S":"g"}}}`, 2, onIndex,
		},
		{"Writes", "an item of 512 bytes", nil, "PutItem", put(512), 1, !onIndex},
		{"Writes", "an item of 1.6 KB is rounded to 2 KB", nil, "PutItem", put(1638), 2, !onIndex},
		{"Writes", "the larger of the item that is replaced and the one that replaces it", []int{5 * kb}, "PutItem", put(512), 5, !onIndex},
		{
			"Writes", "an update costs the larger of the item before and after",
			[]int{5 * kb},
			"UpdateItem",
			get(1, `,"UpdateExpression":"SET v = :v","ExpressionAttributeValues":{":v":{"S":"x"}}`), 5, !onIndex,
		},
		{"Writes", "a deletion costs the size of what is deleted", []int{1638}, "DeleteItem", get(1, ""), 2, !onIndex},
		{"Writes", "2 KB in a transaction", nil, "TransactWriteItems", `{"TransactItems":[{"Put":` + put(2*kb) + `}]}`, 4, !onIndex},
		{
			"Writes", "a batch of 500 bytes and 3.5 KB is 1 KB and 4 KB", nil, "BatchWriteItem",
			`{"RequestItems":{"abc":[{"PutRequest":{"Item":` + exactly("a", 1, 500) + `}},{"PutRequest":{"Item":` + exactly("a", 2, 3584) + `}}]}}`, 5, !onIndex,
		},
		{"Global indexes", "a new entry is one write", nil, "PutItem", put(512), 1, onIndex},
		{
			"Global indexes", "a change of the index key is two",
			[]int{512},
			"UpdateItem",
			get(1, `,"UpdateExpression":"SET g = :g","ExpressionAttributeValues":{":g":{"S":"h"}}`), 2, onIndex,
		},
		{"Global indexes", "removing the index key is one", []int{512}, "UpdateItem", get(1, `,"UpdateExpression":"REMOVE g"`), 1, onIndex},
		{
			"Global indexes", "a change of a projected attribute is one",
			[]int{512},
			"UpdateItem",
			get(1, `,"UpdateExpression":"SET v = :v","ExpressionAttributeValues":{":v":{"S":"x"}}`), 1, onIndex,
		},
		{
			"Global indexes", "an item outside of the index costs it nothing", nil, "PutItem",
			`{"TableName":"abc","Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}`, 0, onIndex,
		},
	} {
		t.Run(x.page+": "+x.says, func(t *testing.T) {
			t.Parallel()

			c := newCaller(t, ddbmem.Options{Clock: ddbmem.NewManualClock(time.Unix(1_700_000_000, 0)), Capacity: &ddbmem.Capacity{}})
			c.ok("CreateTable", `{"TableName":"abc",`+perRequest+`,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
				"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
				"GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}`)
			for i, bytes := range x.items {
				c.ok("PutItem", `{"TableName":"abc","Item":`+exactly("a", i+1, bytes)+`}`)
			}
			of := 0
			if x.index {
				of = 1
			}
			before := c.e.CapacityMetrics("abc")
			answer := c.parse(c.ok(x.op, strings.TrimSuffix(x.body, "}")+`,"ReturnConsumedCapacity":"INDEXES"}`))
			after := c.e.CapacityMetrics("abc")
			taken := after[of].Consumed.Read - before[of].Consumed.Read + after[of].Consumed.Write - before[of].Consumed.Write
			require.InDelta(t, x.units, taken, 1e-9, "taken from the limits")

			consumed := answer["ConsumedCapacity"]
			if list, ok := consumed.([]any); ok {
				consumed = list[0]
			}
			part := consumed.(map[string]any)["Table"]
			if x.index {
				indexes, _ := consumed.(map[string]any)["GlobalSecondaryIndexes"].(map[string]any)
				part = indexes["byG"]
			}
			said, _ := part.(map[string]any)
			if x.units == 0 {
				require.Nil(t, said)
				return
			}
			require.InDelta(t, x.units, said["CapacityUnits"], 1e-9, "and in the response")
		})
	}
}
