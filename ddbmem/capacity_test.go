package ddbmem_test

import (
	"encoding/json"
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
	used("Scan", `{"TableName":"indexed","ReturnConsumedCapacity":"TOTAL"}`, `4`) // three more partitions that hold nothing
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

// TestScanPaysForEveryPartition scans tables that the service begins with one partition or with several.
func TestScanPaysForEveryPartition(t *testing.T) {
	t.Parallel()

	c := newCaller(t, everything)
	c.ok("CreateTable", indexedTable)
	c.ok("CreateTable", hashTable)
	for name, throughput := range map[string]string{"one": `1,"WriteCapacityUnits":1`, "two": `3000,"WriteCapacityUnits":1000`, "three": `3000,"WriteCapacityUnits":1001`} {
		c.ok("CreateTable", strings.NewReplacer(`"hash"`, `"`+name+`"`, `"BillingMode":"PAY_PER_REQUEST"`, `"ProvisionedThroughput":{"ReadCapacityUnits":`+throughput+`}`).Replace(hashTable))
	}
	units := func(op, body string) float64 {
		t.Helper()
		var answer struct {
			ConsumedCapacity struct{ CapacityUnits float64 }
		}
		require.NoError(t, json.Unmarshal([]byte(c.ok(op, body)), &answer))
		return answer.ConsumedCapacity.CapacityUnits
	}
	for request, want := range map[string]float64{
		`"TableName":"hash"`: 2, `"TableName":"hash","Limit":7`: 2, `"TableName":"hash","Select":"COUNT"`: 2,
		`"TableName":"hash","FilterExpression":"attribute_exists(x)"`: 2,
		`"TableName":"hash","Segment":1,"TotalSegments":4`:            0.5, `"TableName":"hash","Segment":1,"TotalSegments":2`: 1,
		`"TableName":"hash","Segment":3,"TotalSegments":16`: 0.5, `"TableName":"hash","Segment":1,"TotalSegments":3`: 1,
		`"TableName":"indexed"`: 2, `"TableName":"indexed","IndexName":"byG"`: 2, `"TableName":"indexed","IndexName":"keys"`: 2, `"TableName":"indexed","IndexName":"local"`: 2,
		`"TableName":"one"`: 0.5, `"TableName":"two"`: 1, `"TableName":"three"`: 1.5,
	} {
		require.InDelta(t, want, units("Scan", `{`+request+`,"ReturnConsumedCapacity":"TOTAL"}`), 0, request)
		if !strings.Contains(request, "byG") && !strings.Contains(request, "keys") {
			require.InDelta(t, 2*want, units("Scan", `{`+request+`,"ReturnConsumedCapacity":"TOTAL","ConsistentRead":true}`), 0, request)
		}
	}
	require.InDelta(t, 2, units("ExecuteStatement", `{"Statement":"SELECT * FROM hash","ReturnConsumedCapacity":"TOTAL"}`), 0)

	// The reads of each partition are rounded up separately, and a page pays for the partitions that it has passed.
	for i := range 40 {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"hash","Item":{"pk":{"S":"%02d"},"v":{"S":%q}}}`, i, strings.Repeat("x", 1000)))
	}
	whole := units("Scan", `{"TableName":"hash","ReturnConsumedCapacity":"TOTAL"}`)
	sum := 0.0
	for segment := range 4 {
		sum += units("Scan", fmt.Sprintf(`{"TableName":"hash","Segment":%d,"TotalSegments":4,"ReturnConsumedCapacity":"TOTAL"}`, segment))
	}
	require.InDelta(t, whole, sum, 0)
	require.GreaterOrEqual(t, whole, 5.0) // 40,120 bytes are ten blocks
	require.LessOrEqual(t, whole, 6.5)
	require.InDelta(t, 0.5, units("Scan", `{"TableName":"hash","Limit":1,"ReturnConsumedCapacity":"TOTAL"}`), 0)
	c.answers("Query", `{"TableName":"hash","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"none"}},"ReturnConsumedCapacity":"TOTAL"}`,
		`{"Items":[],"Count":0,"ScannedCount":0,"ConsumedCapacity":{"TableName":"hash","CapacityUnits":0.5}}`)
}
