package ddbmem_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tabTable is a table with one global index, without its own capacity.
const tabTable = `{"TableName":"tab","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
	"GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}`

// provisioned is the same table with capacity.
var provisioned = strings.NewReplacer(
	`"BillingMode":"PAY_PER_REQUEST"`, `"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}`,
	`"Projection":{"ProjectionType":"ALL"}`, `"Projection":{"ProjectionType":"ALL"},"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}`,
).Replace(tabTable)

// addIndex is a request that adds an index on an attribute.
func addIndex(attribute, kind string) string {
	return fmt.Sprintf(`{"TableName":"tab","AttributeDefinitions":[{"AttributeName":%q,"AttributeType":%q}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"added",`+
		`"KeySchema":[{"AttributeName":%[1]q,"KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}`, attribute, kind)
}

func TestAnUpdateOfATableIsMadeWholeOrNotAtAll(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", provisioned)
	before := c.ok("DescribeTable", `{"TableName":"tab"}`)
	c.fails("UpdateTable", `{"TableName":"tab","GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"byG","ProvisionedThroughput":{"ReadCapacityUnits":77,"WriteCapacityUnits":77}}},
		{"Delete":{"IndexName":"none"}}]}`, "ResourceNotFoundException", "Requested resource not found")
	require.JSONEq(t, before, c.ok("DescribeTable", `{"TableName":"tab"}`))
}

func TestUpdatesOfIndexesAreRefused(t *testing.T) {
	t.Parallel()

	const oneOrMore = "One or more parameter values were invalid: "
	c := newCaller(t)
	c.ok("CreateTable", tabTable)
	c.invalid("UpdateTable", strings.Replace(addIndex("pk", "S"), `"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],`, "", 1),
		oneOrMore+"Some index key attributes are not defined in AttributeDefinitions. Keys: [pk], AttributeDefinitions: []")
	c.invalid("UpdateTable", addIndex("g", "N"), oneOrMore+"Attributes cannot be redefined. Please check that your attribute has the same type as previously defined. "+
		"Existing schema: Schema:[SchemaElement: key{g:S:HASH}] New schema: Schema:[SchemaElement: key{g:N:HASH}]")
	c.invalid("UpdateTable", `{"TableName":"tab","BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}`,
		oneOrMore+"ProvisionedThroughput must be specified for index: byG")
	c.invalid("UpdateTable", `{"TableName":"tab","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"byG"},"Update":{"IndexName":"byG"}}]}`,
		oneOrMore+"Only one of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete may be specified")
	c.ok("UpdateTable", `{"TableName":"tab","BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},
		"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"byG","ProvisionedThroughput":{"ReadCapacityUnits":2,"WriteCapacityUnits":3}}}]}`)
	c.invalid("UpdateTable", `{"TableName":"tab","GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"byG","ProvisionedThroughput":{"ReadCapacityUnits":2,"WriteCapacityUnits":3}}}]}`,
		"The provisioned throughput for the index byG will not change. The requested value equals the current value. "+
			"Current ReadCapacityUnits provisioned for the index: 2. Requested ReadCapacityUnits: 2. "+
			"Current WriteCapacityUnits provisioned for the index: 3. Requested WriteCapacityUnits: 3. "+
			"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.")
}

func TestBackfillLeavesOutWhatDoesNotFitAndUpdatesGoOn(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", tabTable)
	for pk, z := range map[string]string{
		"fits": `{"S":"` + strings.Repeat("z", 2048) + `"}`, "too long": `{"S":"` + strings.Repeat("z", 2049) + `"}`, "number": `{"N":"1"}`, "empty": `{"S":""}`,
	} {
		c.ok("PutItem", `{"TableName":"tab","Item":{"pk":{"S":"`+pk+`"},"z":`+z+`}}`)
	}
	c.ok("UpdateTable", addIndex("z", "S"))
	c.answers("Scan", `{"TableName":"tab","IndexName":"added","ProjectionExpression":"pk"}`, `{"Items":[{"pk":{"S":"fits"}}],"Count":1,"ScannedCount":1}`)
	for _, pk := range []string{"too long", "number", "empty"} {
		key := `{"TableName":"tab","Key":{"pk":{"S":"` + pk + `"}},`
		c.ok("UpdateItem", key+`"UpdateExpression":"SET q = :q","ExpressionAttributeValues":{":q":{"N":"2"}}}`)
		c.invalid("UpdateItem", key+`"UpdateExpression":"SET z = q"}`, "The update expression attempted to update the secondary index key to unsupported type")
		c.ok("UpdateItem", key+`"UpdateExpression":"REMOVE z"}`)
	}
}

func TestTheFirstIndexByNameIsTheOneThatRefuses(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", `{"TableName":"tab","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
		"GlobalSecondaryIndexes":[{"IndexName":"zzz","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}},
			{"IndexName":"mmm","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],
		"LocalSecondaryIndexes":[{"IndexName":"nnn","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"g","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}`)
	c.invalid("PutItem", `{"TableName":"tab","Item":{"pk":{"S":"a"},"sk":{"S":"b"},"g":{"N":"1"}}}`,
		"One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: mmm")
	c.invalid("UpdateItem", `{"TableName":"tab","Key":{"pk":{"S":"a"},"sk":{"S":"b"}},"UpdateExpression":"SET g = :g","ExpressionAttributeValues":{":g":{"N":"1"}}}`,
		"One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: mmm")
}
