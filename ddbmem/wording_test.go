package ddbmem_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/stretchr/testify/require"
)

// TestReadsAreRefusedInTheWordsOfTheService checks queries and scans that other engines reject with the same text.
func TestReadsAreRefusedInTheWordsOfTheService(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", indexedTable)
	const start = "The provided starting key is invalid"
	for _, test := range []struct{ op, more, message string }{
		{"Query", ``, "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."},
		{"Query", `"KeyConditionExpression":""`, "Invalid KeyConditionExpression: The expression can not be empty;"},
		{"Query", `"KeyConditionExpression":"sk=:p"`, "Query condition missed key schema element: pk"},
		{"Query", `"KeyConditionExpression":"pk>:p"`, "Query key condition not supported"},
		{
			"Query", `"KeyConditionExpression":"pk=:p AND sk>:p AND x=:p"`,
			"The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
		},
		{
			"Query", `"KeyConditionExpression":"g=:p AND pk=:p","IndexName":"keys"`,
			"The number of query conditions (2) exceeds the number of key attributes defined in the schema (1)",
		},
		{
			"Query", `"KeyConditionExpression":"pk=:p AND sk>:p AND sk<:p"`,
			"Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
		},
		{
			"Query", `"KeyConditionExpression":"pk=:p","Limit":0`,
			"1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
		},
		{"Query", `"KeyConditionExpression":"pk=:p","IndexName":"none"`, "The table does not have the specified index: none"},
		{
			"Query", `"KeyConditionExpression":"pk=:p","FilterExpression":"sk=:p"`,
			"Filter Expression can only contain non-primary key attributes: Primary key attribute: sk",
		},
		{
			"Query", `"KeyConditionExpression":"pk=:p","ProjectionExpression":"sk.x"`,
			"Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: sk",
		},
		{
			"Query", `"KeyConditionExpression":"pk=:p","Select":"SPECIFIC_ATTRIBUTES"`,
			oneError + "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
		},
		{
			"Query", `"KeyConditionExpression":"pk=:p","Select":"COUNT","ProjectionExpression":"a"`,
			oneError + "Cannot specify the ProjectionExpression when choosing to get only the Count",
		},
		{
			"Query", `"KeyConditionExpression":"pk=:p","Select":"ALL_PROJECTED_ATTRIBUTES"`,
			oneError + "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
		},
		{"Query", `"KeyConditionExpression":"pk=:p","ExclusiveStartKey":{"pk":{"S":"x"}}`, start},
		{"Query", `"KeyConditionExpression":"pk=:p","ExclusiveStartKey":{"pk":{"S":"x"},"sk":{"N":"1"}}`, "The provided key element does not match the schema"},
		{
			"Query", `"KeyConditionExpression":"pk=:p","ExclusiveStartKey":{"pk":{"S":"y"},"sk":{"S":"1"}}`,
			"The provided starting key is outside query boundaries based on provided conditions",
		},
		{
			"Query", `"KeyConditionExpression":"pk=:p AND sk>:p","ExclusiveStartKey":{"pk":{"S":"x"},"sk":{"S":"a"}}`,
			"The provided starting key does not match the range key predicate",
		},
		{"Query", `"KeyConditionExpression":"g=:p","IndexName":"byG","ExclusiveStartKey":{"pk":{"S":"y"},"sk":{"S":"1"}}`, start},
		{
			"Query", `"KeyConditionExpression":"pk=:p","ExclusiveStartKey":{"pk":{"S":"x"},"sk":{}}`,
			start + ": Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
		},
		{"Scan", `"FilterExpression":"a=:p","ExclusiveStartKey":{"pk":{"S":"x"}}`, start + ": The provided key element does not match the schema"},
		{"Scan", `"FilterExpression":"a=:p","IndexName":"byG","ConsistentRead":true`, "Consistent reads are not supported on global secondary indexes"},
		{
			"Scan", `"FilterExpression":"a=:p","TotalSegments":2`,
			"The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
		},
		{
			"Scan", `"FilterExpression":"a=:p","Limit":0`,
			"1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
		},
		{"Scan", `"FilterExpression":"a=:p","Select":"X"`, "1 validation error detected: Value 'X' at 'select' failed to satisfy constraint: " +
			"Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]"},
	} {
		body := `{"TableName":"indexed"`
		if test.more != "" {
			body += `,"ExpressionAttributeValues":{":p":{"S":"x"}},` + test.more
		}
		c.invalid(test.op, body+`}`, test.message)
	}
}

func TestUpdateTableRefuses(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", strings.Replace(hashTable, `"BillingMode":"PAY_PER_REQUEST"`, `"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":6}`, 1))
	const start = "One or more parameter values were invalid: "
	for more, message := range map[string]string{
		``:                                    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required",
		`,"BillingMode":"PROVISIONED"`:        start + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
		`,"GlobalSecondaryIndexUpdates":[{}]`: start + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null",
		`,"StreamSpecification":{"StreamEnabled":false}`: "Table has no stream to disable: TableName: hash",
		`,"StreamSpecification":{"StreamEnabled":true}`:  "Invalid StreamViewType: Stream ViewType must not be null or empty when enabling streams.",
		`,"ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":6}`: "The provisioned throughput for the table will not change. " +
			"The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. " +
			"Current WriteCapacityUnits provisioned for the table: 6. Requested WriteCapacityUnits: 6. " +
			"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
		`,"ProvisionedThroughput":{"ReadCapacityUnits":1000000000001,"WriteCapacityUnits":6}`: "Given value 1000000000001 for ReadCapacityUnits is out of bounds",
	} {
		c.invalid("UpdateTable", `{"TableName":"hash"`+more+`}`, message)
	}
	index := func(name string) string {
		return `{"Create":{"IndexName":"` + name + `","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"},` +
			`"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}}`
	}
	c.fails("UpdateTable", `{"TableName":"hash","AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[`+
		index("one")+`,`+index("two")+`]}`, "LimitExceededException",
		"Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table")
	c.fails("UpdateTable", `{"TableName":"none","BillingMode":"PAY_PER_REQUEST"}`, "ResourceNotFoundException", "Requested resource not found: Table: none not found")
	c.ok("UpdateTable", `{"TableName":"hash","AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[`+index("one")+`]}`)
	c.ok("UpdateTable", `{"TableName":"hash","GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"one","ProvisionedThroughput":{"ReadCapacityUnits":7,"WriteCapacityUnits":8}}}]}`)
	require.Contains(t, c.ok("DescribeTable", `{"TableName":"hash"}`), `"ReadCapacityUnits":7,"WriteCapacityUnits":8`)
	c.ok("UpdateTable", `{"TableName":"hash","BillingMode":"PAY_PER_REQUEST"}`)
	require.Equal(t, `"PAY_PER_REQUEST"`, c.member("DescribeTable", `{"TableName":"hash"}`, "Table", "BillingModeSummary", "BillingMode"))
}

func TestStreamCanBeSwitchedOffAndOnAgain(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	const on = `{"TableName":"hash","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}`
	c.ok("UpdateTable", on)
	first := c.streamArn("hash")
	c.invalid("UpdateTable", on, "Table already has an enabled stream: TableName: hash")
	c.ok("UpdateTable", `{"TableName":"hash","StreamSpecification":{"StreamEnabled":false}}`)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"unseen"}}}`)
	c.ok("UpdateTable", on)
	require.NotEqual(t, first, c.streamArn("hash"))
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"seen"}}}`)
	for arn, want := range map[string]int{first: 0, c.streamArn("hash"): 1} {
		got, _ := c.records(c.iterator(arn, c.shards(arn)[0].ShardID, "TRIM_HORIZON", ""))
		require.Len(t, got, want)
	}
	c.fails("GetShardIterator", fmt.Sprintf(`{"StreamArn":%q,"ShardId":"shardId-00000001400000000000-aaaaaaaa","ShardIteratorType":"LATEST"}`, first),
		"ResourceNotFoundException", "Requested resource not found: Shard does not exist")
	c.invalid("GetRecords", `{"ShardIterator":"nonsense"}`, "Invalid ShardIterator")

	streams, err := c.e.StreamsClient().ListStreams(t.Context(), &dynamodbstreams.ListStreamsInput{TableName: aws.String("hash")})
	require.NoError(t, err)
	require.Len(t, streams.Streams, 2)
}
