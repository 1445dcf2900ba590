package ddbmem_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sized returns a put of an item of about that many bytes.
func sized(key string, bytes int, more string) string {
	return fmt.Sprintf(`{"TableName":"indexed","Item":{"pk":{"S":"p"},"sk":{"S":%q},"v":{"S":%q}%s},"ReturnConsumedCapacity":"INDEXES"}`,
		key, strings.Repeat("x", bytes-7), more)
}

func TestWriteCapacity(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", indexedTable)
	used := func(op, body, want string) {
		t.Helper()
		require.JSONEq(t, want, c.member(op, body, "ConsumedCapacity"))
	}
	used("PutItem", sized("a", 1024, ""), `{"TableName":"indexed","CapacityUnits":1,"Table":{"CapacityUnits":1}}`)
	used("PutItem", sized("b", 1025, ""), `{"TableName":"indexed","CapacityUnits":2,"Table":{"CapacityUnits":2}}`)
	// The larger of before and after.
	used("PutItem", sized("b", 100, ""), `{"TableName":"indexed","CapacityUnits":2,"Table":{"CapacityUnits":2}}`)
	used("PutItem", sized("b", 100, ""), `{"TableName":"indexed","CapacityUnits":1,"Table":{"CapacityUnits":1}}`)
	// Each index that gets a row costs what the row is large.
	used("PutItem", sized("c", 1500, `,"g":{"S":"g"},"n":{"N":"1"}`), `{"TableName":"indexed","CapacityUnits":7,"Table":{"CapacityUnits":2},
		"GlobalSecondaryIndexes":{"byG":{"CapacityUnits":2},"keys":{"CapacityUnits":1},"some":{"CapacityUnits":1}},
		"LocalSecondaryIndexes":{"local":{"CapacityUnits":1}}}`)
	update := `{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"c"}},"UpdateExpression":"SET %s=:v","ExpressionAttributeValues":{":v":{"S":"y"}},"ReturnConsumedCapacity":"INDEXES"}`
	// An index row that does not change costs nothing.
	used("UpdateItem", fmt.Sprintf(update, "a"), `{"TableName":"indexed","CapacityUnits":5,"Table":{"CapacityUnits":2},
		"GlobalSecondaryIndexes":{"byG":{"CapacityUnits":2},"some":{"CapacityUnits":1}}}`)
	// A row that moves costs twice.
	used("UpdateItem", fmt.Sprintf(update, "g"), `{"TableName":"indexed","CapacityUnits":10,"Table":{"CapacityUnits":2},
		"GlobalSecondaryIndexes":{"byG":{"CapacityUnits":4},"keys":{"CapacityUnits":2},"some":{"CapacityUnits":2}}}`)
	used("DeleteItem", `{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"nope"}},"ReturnConsumedCapacity":"TOTAL"}`,
		`{"TableName":"indexed","CapacityUnits":1}`)
	used("DeleteItem", `{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"a"}},"ReturnConsumedCapacity":"TOTAL"}`,
		`{"TableName":"indexed","CapacityUnits":1}`)
}

func TestReadCapacity(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", indexedTable)
	for i := range 4 {
		c.ok("PutItem", sized(fmt.Sprint(i), 3000, `,"g":{"S":"g"}`))
	}
	used := func(op, body, want string) {
		t.Helper()
		require.JSONEq(t, want, c.member(op, body, "ConsumedCapacity", "CapacityUnits"))
	}
	get := `{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":%q}},"ReturnConsumedCapacity":"TOTAL","ConsistentRead":%t}`
	used("GetItem", fmt.Sprintf(get, "1", false), `0.5`)
	used("GetItem", fmt.Sprintf(get, "1", true), `1`)
	used("GetItem", fmt.Sprintf(get, "nope", true), `1`)
	c.ok("PutItem", sized("5000", 5000, ""))
	used("GetItem", fmt.Sprintf(get, "5000", true), `2`)
	// A query adds sizes up before it rounds: 17000 bytes are five blocks, filtered or not.
	query := `{"TableName":"indexed","KeyConditionExpression":"pk=:p","ExpressionAttributeValues":{":p":{"S":"p"}%s},"ReturnConsumedCapacity":"TOTAL"%s}`
	used("Query", fmt.Sprintf(query, "", ""), `2.5`)
	used("Query", fmt.Sprintf(query, "", `,"ConsistentRead":true`), `5`)
	used("Query", fmt.Sprintf(query, `,":v":{"S":"none"}`, `,"FilterExpression":"v=:v"`), `2.5`)
	used("Scan", `{"TableName":"indexed","ReturnConsumedCapacity":"TOTAL"}`, `2.5`)
	// A narrow index reads little.
	require.JSONEq(t, `{"TableName":"indexed","CapacityUnits":0.5,"Table":{"CapacityUnits":0},"GlobalSecondaryIndexes":{"keys":{"CapacityUnits":0.5}}}`,
		c.member("Query", `{"TableName":"indexed","IndexName":"keys","KeyConditionExpression":"g=:g","ExpressionAttributeValues":{":g":{"S":"g"}},
			"ReturnConsumedCapacity":"INDEXES"}`, "ConsumedCapacity"))
	// Each item of a batch is rounded on its own.
	require.JSONEq(t, `[{"TableName":"indexed","CapacityUnits":1}]`, c.member("BatchGetItem",
		`{"RequestItems":{"indexed":{"Keys":[{"pk":{"S":"p"},"sk":{"S":"1"}},{"pk":{"S":"p"},"sk":{"S":"2"}}]}},"ReturnConsumedCapacity":"TOTAL"}`,
		"ConsumedCapacity"))
}

func TestTransactionsDoubleTheCostOfTheTableAlone(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", indexedTable)
	item := fmt.Sprintf(`{"pk":{"S":"p"},"sk":{"S":"a"},"v":{"S":%q},"g":{"S":"g"}}`, strings.Repeat("x", 1500))
	require.JSONEq(t, `[{"TableName":"indexed","CapacityUnits":6,"WriteCapacityUnits":6,
		"Table":{"CapacityUnits":4,"WriteCapacityUnits":4},
		"GlobalSecondaryIndexes":{"keys":{"CapacityUnits":1,"WriteCapacityUnits":1},"some":{"CapacityUnits":1,"WriteCapacityUnits":1}}}]`,
		c.member("TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"indexed","Item":`+item+`}}],"ReturnConsumedCapacity":"INDEXES"}`, "ConsumedCapacity"))
	require.JSONEq(t, `[{"TableName":"indexed","CapacityUnits":4,"ReadCapacityUnits":4}]`,
		c.member("TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"a"}}}},
			{"Get":{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"b"}}}}],"ReturnConsumedCapacity":"TOTAL"}`, "ConsumedCapacity"))
}

func TestItemCollectionMetrics(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", indexedTable)
	c.ok("CreateTable", hashTable)
	require.JSONEq(t, `{"ItemCollectionKey":{"pk":{"S":"p"}},"SizeEstimateRangeGB":[0,1]}`,
		c.member("PutItem", `{"TableName":"indexed","Item":{"pk":{"S":"p"},"sk":{"S":"a"}},"ReturnItemCollectionMetrics":"SIZE"}`, "ItemCollectionMetrics"))
	c.answers("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"p"}},"ReturnItemCollectionMetrics":"SIZE"}`, `{}`)
}
