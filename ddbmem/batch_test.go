package ddbmem_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestBatchWrite(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	c.ok("CreateTable", rangeTable)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"old"}}}`)
	c.answers("BatchWriteItem", `{"RequestItems":{
		"hash":[{"PutRequest":{"Item":{"pk":{"S":"new"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"old"}}}}],
		"range":[{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}}]},"ReturnConsumedCapacity":"TOTAL"}`,
		`{"UnprocessedItems":{},"ConsumedCapacity":[{"TableName":"hash","CapacityUnits":2},{"TableName":"range","CapacityUnits":1}]}`)
	c.answers("Scan", `{"TableName":"hash"}`, `{"Items":[{"pk":{"S":"new"}}],"Count":1,"ScannedCount":1}`)
	c.answers("BatchGetItem", `{"RequestItems":{"hash":{"Keys":[{"pk":{"S":"new"}},{"pk":{"S":"none"}}]},"range":{"Keys":[{"pk":{"S":"a"},"sk":{"N":"1.0"}}],"ProjectionExpression":"sk"}}}`,
		`{"Responses":{"hash":[{"pk":{"S":"new"}}],"range":[{"sk":{"N":"1"}}]},"UnprocessedKeys":{}}`)
}

func TestOneBadRequestRefusesTheBatch(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	const good = `{"PutRequest":{"Item":{"pk":{"S":"good"}}}},`
	for request, message := range map[string]string{
		`{}`: "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
		`{"PutRequest":{"Item":{"x":{"S":"y"}}}}`:                                                          "The provided key element does not match the schema",
		`{"DeleteRequest":{"Key":{"x":{"S":"y"}}}}`:                                                        "The provided key element does not match the schema",
		`{"DeleteRequest":{"Key":{"pk":{"S":"good"}}}}`:                                                    "Provided list of item keys contains duplicates",
		fmt.Sprintf(`{"PutRequest":{"Item":{"pk":{"S":"a"},"v":{"S":%q}}}}`, strings.Repeat("x", 400<<10)): "Item size has exceeded the maximum allowed size",
	} {
		c.invalid("BatchWriteItem", `{"RequestItems":{"hash":[`+good+request+`]}}`, message)
	}
	c.fails("BatchWriteItem", `{"RequestItems":{"hash":[{"PutRequest":{"Item":{"pk":{"S":"good"}}}}],"none":[{"PutRequest":{"Item":{"pk":{"S":"good"}}}}]}}`,
		"ResourceNotFoundException", "Requested resource not found")
	c.invalid("BatchWriteItem", `{"RequestItems":{}}`, "The requestItems parameter is required for BatchWriteItem")
	c.invalid("BatchGetItem", `{"RequestItems":{}}`, oneError+"Value at 'RequestItems' failed to satisfy constraint: Member must have length greater than or equal to 1")
	c.invalid("BatchGetItem", `{"RequestItems":{"hash":{"Keys":[{"pk":{"S":"a"}},{"pk":{"S":"a"}}]}}}`, "Provided list of item keys contains duplicates")
	c.answers("Scan", `{"TableName":"hash","Select":"COUNT"}`, `{"Count":0,"ScannedCount":0}`)
}

func TestBatchSizes(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	list := func(n int, format string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = fmt.Sprintf(format, i)
		}
		return strings.Join(parts, ",")
	}
	const put, key = `{"PutRequest":{"Item":{"pk":{"S":"%d"}}}}`, `{"pk":{"S":"%d"}}`
	c.ok("BatchWriteItem", `{"RequestItems":{"hash":[`+list(25, put)+`]}}`)
	status, answer := c.send("BatchWriteItem", `{"RequestItems":{"hash":[`+list(26, put)+`]}}`)
	if status != 400 || !strings.Contains(answer, "at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: "+
		"[Member must have length less than or equal to 25, Member must have length greater than or equal to 1]") {
		t.Fatal(answer)
	}
	c.ok("BatchGetItem", `{"RequestItems":{"hash":{"Keys":[`+list(100, key)+`]}}}`)
	c.invalid("BatchGetItem", `{"RequestItems":{"hash":{"Keys":[`+list(101, key)+`]}}}`, "1 validation error detected: "+
		"Value at 'RequestItems.hash.member.Keys' failed to satisfy constraint: Member must have length less than or equal to 100")
}

func TestBatchGetStopsAt16Megabytes(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	keys := make([]string, 45)
	for i := range keys {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"hash","Item":{"pk":{"S":"%02d"},"v":{"S":%q}}}`, i, strings.Repeat("x", 400_000)))
		keys[i] = fmt.Sprintf(`{"pk":{"S":"%02d"}}`, i)
	}
	left := c.member("BatchGetItem", `{"RequestItems":{"hash":{"Keys":[`+strings.Join(keys, ",")+`],"ConsistentRead":true}}}`, "UnprocessedKeys", "hash", "Keys")
	if left != `[`+strings.Join(keys[41:], ",")+`]` {
		t.Fatal(left)
	}
}

func TestBatchGetReturnsAnItemOnceHoweverItsNumberIsWritten(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", rangeTable)
	c.ok("PutItem", `{"TableName":"range","Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}`)
	c.answers("BatchGetItem", `{"RequestItems":{"range":{"Keys":[{"pk":{"S":"a"},"sk":{"N":"1"}},{"pk":{"S":"a"},"sk":{"N":"1.0"}}]}}}`,
		`{"Responses":{"range":[{"pk":{"S":"a"},"sk":{"N":"1"}}]},"UnprocessedKeys":{}}`)
	c.invalid("BatchWriteItem", `{"RequestItems":{"range":[{"DeleteRequest":{"Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"a"},"sk":{"N":"1.0"}}}}]}}`,
		"Provided list of item keys contains duplicates")
}
