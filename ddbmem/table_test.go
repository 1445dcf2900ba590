package ddbmem_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

func TestCreateTableIsActiveAtOnce(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	require.JSONEq(t, `"CREATING"`, c.member("CreateTable", hashTable, "TableDescription", "TableStatus"))
	require.JSONEq(t, `"ACTIVE"`, c.member("DescribeTable", `{"TableName":"hash"}`, "Table", "TableStatus"))
	c.fails("CreateTable", hashTable, "ResourceInUseException", "Table already exists: hash")
	c.answers("ListTables", `{}`, `{"TableNames":["hash"]}`)
	require.JSONEq(t, `"DELETING"`, c.member("DeleteTable", `{"TableName":"hash"}`, "TableDescription", "TableStatus"))
	c.fails("DescribeTable", `{"TableName":"hash"}`, "ResourceNotFoundException", "Requested resource not found: Table: hash not found")
	c.fails("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"}}}`, "ResourceNotFoundException", "Requested resource not found")
}

func TestCreateTableTakesAnARN(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", strings.Replace(hashTable, `"hash"`, `"arn:aws:dynamodb:us-east-1:000000000000:table/hash"`, 1))
	c.answers("ListTables", `{}`, `{"TableNames":["hash"]}`)
}

func TestTableDelayShowsEveryState(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock, TableDelay: time.Minute})
	status := func() string { return c.member("DescribeTable", `{"TableName":"hash"}`, "Table", "TableStatus") }
	c.ok("CreateTable", hashTable)
	require.JSONEq(t, `"CREATING"`, status())
	c.fails("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"}}}`, "ResourceNotFoundException", "Requested resource not found")
	c.fails("DeleteTable", `{"TableName":"hash"}`, "ResourceInUseException",
		"Attempt to change a resource which is still in use: Table is being created: hash")
	clock.Advance(time.Minute)
	require.JSONEq(t, `"ACTIVE"`, status())
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"}}}`)
	c.ok("UpdateTable", `{"TableName":"hash","TableClass":"STANDARD"}`)
	require.JSONEq(t, `"UPDATING"`, status())
	clock.Advance(time.Minute)
	c.ok("DeleteTable", `{"TableName":"hash"}`)
	require.JSONEq(t, `"DELETING"`, status())
	c.fails("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`, "ResourceNotFoundException", "Requested resource not found")
	clock.Advance(time.Minute)
	c.answers("ListTables", `{}`, `{"TableNames":[]}`)
}

func TestCreateTableRefusesBadDefinitions(t *testing.T) {
	t.Parallel()

	const (
		name  = `"TableName":"abc","BillingMode":"PAY_PER_REQUEST"`
		one   = `"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]`
		two   = `"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}]`
		key   = `"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]`
		both  = `"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"g","KeyType":"RANGE"}]`
		index = `"GlobalSecondaryIndexes":[{"IndexName":"idx","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":%s}]`
		local = `"LocalSecondaryIndexes":[{"IndexName":"idx","KeySchema":[{"AttributeName":%q,"KeyType":"HASH"}%s],"Projection":{"ProjectionType":"ALL"}}]`
		start = "One or more parameter values were invalid: "
	)
	c := newCaller(t)
	for _, test := range []struct{ body, message string }{
		{`{}`, "The parameter 'TableName' is required but was not present in the request"},
		{`{"TableName":"ab",` + one + `,` + key + `}`, "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: " +
			"Member must have length greater than or equal to 3"},
		{`{"TableName":"abc",` + one + `,` + key + `}`, start + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"},
		{
			`{` + name + `,"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},` + one + `,` + key + `}`,
			start + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
		},
		{
			`{` + name + `,` + one + `,"KeySchema":[{"AttributeName":"x","KeyType":"HASH"}]}`,
			start + "Some index key attributes are not defined in AttributeDefinitions. Keys: [x], AttributeDefinitions: [pk]",
		},
		{
			`{` + name + `,` + two + `,` + key + `}`,
			start + "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
		},
		{`{` + name + `,` + one + `,` + both + `}`, "Invalid KeySchema: Some index key attribute have no definition"},
		{
			`{` + name + `,` + one + `,"KeySchema":[{"AttributeName":"pk","KeyType":"RANGE"}]}`,
			"Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
		},
		{
			`{` + name + `,` + two + `,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"g","KeyType":"HASH"}]}`,
			"Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
		},
		{`{` + name + `,` + one + `,` + key + `,"GlobalSecondaryIndexes":[]}`, start + "List of GlobalSecondaryIndexes is empty"},
		{`{` + name + `,` + one + `,` + key + `,"LocalSecondaryIndexes":[]}`, start + "List of LocalSecondaryIndexes is empty"},
		{`{` + name + `,` + two + `,` + key + `,` + fmt.Sprintf(index, `{}`) + `}`, start + "Unknown ProjectionType: null"},
		{
			`{` + name + `,` + two + `,` + key + `,` + fmt.Sprintf(index, `{"ProjectionType":"ALL","NonKeyAttributes":["a"]}`) + `}`,
			start + "ProjectionType is ALL, but NonKeyAttributes is specified",
		},
		{
			`{` + name + `,` + two + `,` + key + `,` + fmt.Sprintf(local, "pk", `,{"AttributeName":"g","KeyType":"RANGE"}`) + `}`,
			start + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
		},
		{`{` + name + `,` + two + `,` + both + `,` + fmt.Sprintf(local, "pk", ``) + `}`, start + "Index KeySchema does not have a range key for index: idx"},
		{
			`{` + name + `,` + two + `,` + both + `,` + fmt.Sprintf(local, "g", `,{"AttributeName":"pk","KeyType":"RANGE"}`) + `}`,
			start + "Index KeySchema does not have the same leading hash key as table KeySchema for index: idx. index hash key: g, table hash key: pk",
		},
	} {
		c.invalid("CreateTable", test.body, test.message)
	}
	c.answers("ListTables", `{}`, `{"TableNames":[]}`)
}

// TestAttributesThatAreNoKeysAreNotDefined holds what DynamoDB Local takes, and the service does not.
func TestAttributesThatAreNoKeysAreNotDefined(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	const start = "One or more parameter values were invalid: "
	more := func(table string) string {
		return strings.Replace(table, `"AttributeDefinitions":[`, `"AttributeDefinitions":[{"AttributeName":"plain","AttributeType":"S"},`, 1)
	}
	c.invalid("CreateTable", more(hashTable), start+"Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	c.invalid("CreateTable", more(indexedTable), start+"Some AttributeDefinitions are not used. AttributeDefinitions: [plain, pk, sk, g, n], keys used: [pk, sk, n, g]")
}

func TestUpdateTableAddsAnIndexWithBackfill(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	for i := range 5 {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"hash","Item":{"pk":{"S":"%d"},"g":{"S":"x"},"n":{"N":"%d"}}}`, i, -i))
	}
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"misfit"},"g":{"N":"1"}}}`)
	c.ok("UpdateTable", `{"TableName":"hash",
		"AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"},{"AttributeName":"n","AttributeType":"N"}],
		"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"byG","Projection":{"ProjectionType":"KEYS_ONLY"},
			"KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"n","KeyType":"RANGE"}]}}]}`)
	q := `{"TableName":"hash","IndexName":"byG","KeyConditionExpression":"g=:g","ExpressionAttributeValues":{":g":{"S":"x"}},"Limit":2}`
	c.answers("Query", q, `{"Count":2,"ScannedCount":2,
		"Items":[{"pk":{"S":"4"},"g":{"S":"x"},"n":{"N":"-4"}},{"pk":{"S":"3"},"g":{"S":"x"},"n":{"N":"-3"}}],
		"LastEvaluatedKey":{"pk":{"S":"3"},"g":{"S":"x"},"n":{"N":"-3"}}}`)
	c.invalid("UpdateTable", `{"TableName":"hash","AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],
		"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"byG","Projection":{"ProjectionType":"ALL"},
			"KeySchema":[{"AttributeName":"g","KeyType":"HASH"}]}}]}`, "Attempting to create an index which already exists")
	c.ok("UpdateTable", `{"TableName":"hash","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"byG"}}]}`)
	c.invalid("Query", q, "The table does not have the specified index: byG")
	require.JSONEq(t, `[{"AttributeName":"pk","AttributeType":"S"}]`,
		c.member("DescribeTable", `{"TableName":"hash"}`, "Table", "AttributeDefinitions"))
	c.fails("UpdateTable", `{"TableName":"hash","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"byG"}}]}`,
		"ResourceNotFoundException", "Requested resource not found")
}

func TestDeletionProtection(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", strings.Replace(hashTable, `{"TableName"`, `{"DeletionProtectionEnabled":true,"TableName"`, 1))
	c.invalid("DeleteTable", `{"TableName":"hash"}`,
		"Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	c.ok("UpdateTable", `{"TableName":"hash","DeletionProtectionEnabled":false}`)
	c.ok("DeleteTable", `{"TableName":"hash"}`)
}

func TestListTablesPages(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	for i := range 5 {
		c.ok("CreateTable", strings.Replace(hashTable, `"hash"`, fmt.Sprintf(`"table%d"`, i), 1))
	}
	c.answers("ListTables", `{"Limit":2}`, `{"TableNames":["table0","table1"],"LastEvaluatedTableName":"table1"}`)
	c.answers("ListTables", `{"Limit":2,"ExclusiveStartTableName":"table2"}`, `{"TableNames":["table3","table4"]}`)
}

func TestTags(t *testing.T) {
	t.Parallel()

	const arn = `"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/hash"`
	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	c.ok("TagResource", `{`+arn+`,"Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]}`)
	c.ok("TagResource", `{`+arn+`,"Tags":[{"Key":"a","Value":"3"}]}`)
	c.answers("ListTagsOfResource", `{`+arn+`}`, `{"Tags":[{"Key":"a","Value":"3"},{"Key":"b","Value":"2"}]}`)
	c.ok("UntagResource", `{`+arn+`,"TagKeys":["a"]}`)
	c.answers("ListTagsOfResource", `{`+arn+`}`, `{"Tags":[{"Key":"b","Value":"2"}]}`)
	c.invalid("TagResource", `{"ResourceArn":"nonsense","Tags":[{"Key":"a","Value":"1"}]}`,
		"ARNs must start with 'arn:'")
	c.invalid("TagResource", `{"ResourceArn":"arn:nonsense","Tags":[{"Key":"a","Value":"1"}]}`,
		"Invalid TableArn: Invalid ResourceArn provided as input arn:nonsense")
	c.invalid("TagResource", `{`+arn+`,"Tags":[{"Key":"a","Value":"100%"}]}`, "One or more parameter values were invalid: "+
		"Tag a=100% has a character that is none of letters, digits, white space and + - = . _ : / @")
	c.invalid("TagResource", `{`+arn+`,"Tags":[]}`, "Atleast one Tag needs to be provided as Input.")
}
