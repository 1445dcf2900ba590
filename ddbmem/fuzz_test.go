package ddbmem_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// requests is a good request for each operation, for fuzzing to begin with.
var requests = map[string]string{
	"CreateTable":   indexedTable,
	"UpdateTable":   `{"TableName":"indexed","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"z","AttributeType":"B"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"byZ","KeySchema":[{"AttributeName":"z","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}`,
	"DescribeTable": `{"TableName":"indexed"}`,
	"DeleteTable":   `{"TableName":"indexed"}`,
	"ListTables":    `{"Limit":1,"ExclusiveStartTableName":"aaa"}`,

	"UpdateTimeToLive":   `{"TableName":"indexed","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"n"}}`,
	"DescribeTimeToLive": `{"TableName":"indexed"}`,

	"PutItem":    `{"TableName":"indexed","Item":{"pk":{"S":"p"},"sk":{"S":"s"},"n":{"N":"1e5"},"m":{"M":{"l":{"L":[{"BS":["AAA="]},{"NULL":true},{"BOOL":false}]}}}},"ConditionExpression":"attribute_not_exists(#a) OR size(m.l) > :v","ExpressionAttributeNames":{"#a":"pk"},"ExpressionAttributeValues":{":v":{"N":"0"}},"ReturnValues":"ALL_OLD","ReturnConsumedCapacity":"INDEXES","ReturnItemCollectionMetrics":"SIZE"}`,
	"GetItem":    `{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"s"}},"ProjectionExpression":"m.l[1], n","ConsistentRead":true}`,
	"UpdateItem": `{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"s"}},"UpdateExpression":"SET m.x = if_not_exists(q, :v) + n, r = list_append(m.l, m.l) REMOVE g, m.l[0] ADD n :v DELETE ss :s","ExpressionAttributeValues":{":v":{"N":"1"},":s":{"SS":["a"]}},"ReturnValues":"UPDATED_NEW"}`,
	"DeleteItem": `{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"s"}},"ConditionExpression":"begins_with(sk, :s) AND NOT contains(g, :s)","ExpressionAttributeValues":{":s":{"S":"s"}}}`,
	"Query":      `{"TableName":"indexed","IndexName":"byG","KeyConditionExpression":"g = :g AND n BETWEEN :a AND :b","FilterExpression":"a IN (:g, :a)","ExpressionAttributeValues":{":g":{"S":"x"},":a":{"N":"1"},":b":{"N":"2"}},"Limit":1,"ScanIndexForward":false,"ExclusiveStartKey":{"pk":{"S":"p"},"sk":{"S":"s"},"g":{"S":"x"},"n":{"N":"2"}}}`,
	"Scan":       `{"TableName":"indexed","FilterExpression":"attribute_type(n, :t)","ExpressionAttributeValues":{":t":{"S":"N"}},"Segment":1,"TotalSegments":3,"Select":"COUNT"}`,

	"BatchGetItem":       `{"RequestItems":{"indexed":{"Keys":[{"pk":{"S":"p"},"sk":{"S":"s"}}],"ProjectionExpression":"#p","ExpressionAttributeNames":{"#p":"pk"}}},"ReturnConsumedCapacity":"TOTAL"}`,
	"BatchWriteItem":     `{"RequestItems":{"indexed":[{"PutRequest":{"Item":{"pk":{"S":"q"},"sk":{"S":"s"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"p"},"sk":{"S":"s"}}}}]},"ReturnItemCollectionMetrics":"SIZE"}`,
	"TransactGetItems":   `{"TransactItems":[{"Get":{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"s"}}}}]}`,
	"TransactWriteItems": `{"ClientRequestToken":"t","TransactItems":[{"Put":{"TableName":"indexed","Item":{"pk":{"S":"1"},"sk":{"S":"s"}}}},{"ConditionCheck":{"TableName":"indexed","Key":{"pk":{"S":"2"},"sk":{"S":"s"}},"ConditionExpression":"attribute_not_exists(pk)"}}]}`,

	"ExecuteStatement":      `{"Statement":"UPDATE indexed SET m.x = if_not_exists(q, ?) + 1 SET g = 'it''s' REMOVE a WHERE pk = 'p' AND sk = ? AND (NOT n IN [1, 2] OR m.l[0] IS NOT MISSING) RETURNING ALL NEW *","Parameters":[{"N":"1"},{"S":"s"}]}`,
	"BatchExecuteStatement": `{"Statements":[{"Statement":"INSERT INTO indexed VALUE {'pk': 'q', 'sk': 's', 'ss': <<'a', 'b'>>, 'l': [-1.5, null, true, {'k': ?}]}","Parameters":[{"B":"YQ=="}]},{"Statement":"DELETE FROM indexed WHERE pk = 'p' AND 's' = sk AND size(g) > 1 RETURNING ALL OLD *"}]}`,
	"ExecuteTransaction":    `{"ClientRequestToken":"t","TransactStatements":[{"Statement":"EXISTS(SELECT * FROM indexed WHERE pk = 'p' AND sk = 's' AND n BETWEEN 0 AND 5)"},{"Statement":"INSERT INTO indexed VALUE {'pk': 'z', 'sk': 's'}"}]}`,

	"TagResource":        `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/indexed","Tags":[{"Key":"a","Value":"b"}]}`,
	"UntagResource":      `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/indexed","TagKeys":["a"]}`,
	"ListTagsOfResource": `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/indexed"}`,

	"DescribeLimits":            `{}`,
	"DescribeEndpoints":         `{}`,
	"DescribeContinuousBackups": `{"TableName":"indexed"}`,
	"ListGlobalTables":          `{"Limit":1}`,

	"ListStreams":      `{"TableName":"hash","Limit":1}`,
	"DescribeStream":   `{"StreamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/hash/stream/2023-11-14T22:13:20.000","Limit":1}`,
	"GetShardIterator": `{"StreamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/hash/stream/2023-11-14T22:13:20.000","ShardId":"shardId-00000001700000000000-00000000","ShardIteratorType":"AT_SEQUENCE_NUMBER","SequenceNumber":"100000000000000000000"}`,
	"GetRecords":       `{"ShardIterator":"arn:aws:dynamodb:us-east-1:000000000000:table/hash/stream/x|1|eyJTaGFyZCI6IngiLCJOZXh0IjoxLCJBdCI6MX0="}`,
}

// moreRequests are requests of other shapes that operations have.
var moreRequests = map[string][]string{
	"ExecuteStatement": {
		`{"Statement":"SELECT pk, m.l[1] FROM \"indexed\".\"byG\" WHERE g IN ('x', 'y') AND n >= 1 AND contains(ss, 'a') ORDER BY n DESC","Limit":1}`,
		`{"Statement":"SELECT * FROM indexed -- all of it"}`,
	},
	"PutItem":    {`{"TableName":"indexed","Item":{"pk":{"S":"p"},"sk":{"S":"s"}},"Expected":{"n":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"0"},{"N":"1e6"}]},"q":{"Exists":false}},"ConditionalOperator":"AND"}`},
	"UpdateItem": {`{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"s"}},"AttributeUpdates":{"n":{"Action":"ADD","Value":{"N":"1"}},"ss":{"Action":"DELETE","Value":{"SS":["a"]}},"m":{"Action":"DELETE"}},"ReturnValues":"UPDATED_NEW"}`},
	"Query":      {`{"TableName":"indexed","KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"p"}]},"sk":{"ComparisonOperator":"BEGINS_WITH","AttributeValueList":[{"S":"s"}]}},"QueryFilter":{"ss":{"ComparisonOperator":"NOT_CONTAINS","AttributeValueList":[{"S":"c"}]}},"AttributesToGet":["n"]}`},
	"Scan":       {`{"TableName":"indexed","ScanFilter":{"n":{"ComparisonOperator":"IN","AttributeValueList":[{"N":"1"},{"N":"2"}]}}}`},
}

// everything accepts every request that there is.
var everything = ddbmem.Options{Legacy: true, PartiQL: true}

// FuzzRequests checks that no body of any operation meets a defect or breaks the data.
func FuzzRequests(f *testing.F) {
	names := ddbmem.OperationNames()
	for i, name := range names {
		f.Add(byte(i), []byte(requests[name]))
		for _, more := range moreRequests[name] {
			f.Add(byte(i), []byte(more))
		}
	}
	f.Fuzz(func(t *testing.T, op byte, body []byte) {
		watchdog := time.AfterFunc(10*time.Second, func() { panic(fmt.Sprintf("%d %q takes too long", op, body)) })
		defer watchdog.Stop()
		c := newCaller(t, everything)
		c.ok("CreateTable", streamTable)
		if names[int(op)%len(names)] != "CreateTable" {
			c.ok("CreateTable", indexedTable)
			c.ok("PutItem", `{"TableName":"indexed","Item":{"pk":{"S":"p"},"sk":{"S":"s"},"g":{"S":"x"},"n":{"N":"1"},"ss":{"SS":["a","b"]},"m":{"M":{"l":{"L":[{"N":"1"},{"S":"2"}]}}}}}`)
		}
		for range 2 {
			status, answer := c.send(names[int(op)%len(names)], string(body))
			if status >= 500 {
				t.Fatalf("%s %q: %s", names[int(op)%len(names)], body, answer)
			}
			if answer != "" && !json.Valid([]byte(answer)) {
				t.Fatalf("not JSON: %q", answer)
			}
		}
	})
}

// FuzzRestore checks that no snapshot breaks the engine.
func FuzzRestore(f *testing.F) {
	f.Add([]byte(`{"format":1,"tables":[{"definition":` + strings.ReplaceAll(hashTable, "\n", "") + `,"ttl":"x","items":[{"pk":{"S":"a"},"x":{"N":"5"}}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		e := ddbmem.New()
		if e.Restore(bytes.NewReader(text)) != nil {
			return
		}
		require.NoError(t, e.Check())
		var b bytes.Buffer
		require.NoError(t, e.Snapshot(&b))
		require.NoError(t, ddbmem.New().Restore(&b))
	})
}

// TestEveryOperationHasARequest keeps the corpus complete: each operation handles its request without a defect.
func TestEveryOperationHasARequest(t *testing.T) {
	t.Parallel()

	for _, name := range ddbmem.OperationNames() {
		require.Contains(t, requests, name)
		c := newCaller(t, everything)
		if name != "CreateTable" {
			c.ok("CreateTable", indexedTable)
		}
		if name == "DescribeStream" || name == "GetShardIterator" || name == "GetRecords" {
			continue // their requests name a stream that is not there
		}
		if name == "UpdateItem" {
			c.ok("PutItem", `{"TableName":"indexed","Item":{"pk":{"S":"p"},"sk":{"S":"s"},"n":{"N":"1"},"m":{"M":{"l":{"L":[{"N":"1"}]}}}}}`)
		}
		if name == "DeleteItem" || strings.HasPrefix(name, "Execute") {
			c.ok("PutItem", `{"TableName":"indexed","Item":{"pk":{"S":"p"},"sk":{"S":"s"},"g":{"S":"x"},"n":{"N":"3"},"m":{"M":{}}}}`)
		}
		c.ok(name, requests[name])
		for _, more := range moreRequests[name] {
			c.ok(name, more)
		}
	}
}
