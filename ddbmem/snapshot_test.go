package ddbmem_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// saved returns what a snapshot of an engine restores.
func saved(t *testing.T, e *ddbmem.Engine) (caller, error) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, e.Snapshot(&b))
	restored := newCaller(t)
	return restored, restored.e.Restore(&b)
}

func TestSnapshotRestoresTablesAndItems(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock})
	c.ok("CreateTable", indexedTable)
	c.ok("CreateTable", streamTable)
	c.ok("UpdateTimeToLive", `{"TableName":"hash","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"exp"}}`)
	for i := range 100 {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"indexed","Item":{"pk":{"S":"p"},"sk":{"S":"%d"},"g":{"S":"x"},"n":{"N":"%d"},"b":{"B":"AAEC"}}}`, i, i))
	}
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"},"exp":{"N":"1700000010"},"s":{"SS":["b","a"]}}}`)
	var b bytes.Buffer
	require.NoError(t, c.e.Snapshot(&b))

	restored := newCaller(t, ddbmem.Options{Clock: clock})
	require.NoError(t, restored.e.Restore(bytes.NewReader(b.Bytes())))
	for _, request := range [][2]string{
		{"Scan", `{"TableName":"indexed"}`},
		{"Query", `{"TableName":"indexed","IndexName":"byG","KeyConditionExpression":"g=:g","ExpressionAttributeValues":{":g":{"S":"x"}}}`},
		{"GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`},
		{"DescribeTimeToLive", `{"TableName":"hash"}`},
		{"DescribeTable", `{"TableName":"indexed"}`},
	} {
		require.JSONEq(t, c.ok(request[0], request[1]), restored.ok(request[0], request[1]))
	}
	arn := restored.streamArn("hash")
	got, _ := restored.records(restored.iterator(arn, restored.shards(arn)[0].ShardID, "TRIM_HORIZON", ""))
	require.Empty(t, got, "restored items are not changes")
	clock.Advance(time.Minute)
	require.Equal(t, "0", restored.member("Scan", `{"TableName":"hash"}`, "Count"))

	require.ErrorContains(t, restored.e.Restore(bytes.NewReader(b.Bytes())), "already exists")
}

func TestBrokenSnapshotChangesNothing(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	good := strings.ReplaceAll(hashTable, "\n", "")
	for _, text := range []string{
		``, `{`, `{"format":2}`, `{"format":1,"tables":[{"definition":{}}]}`,
		`{"format":1,"tables":[{"definition":` + good + `},{"definition":{"TableName":"x"}}]}`,
		`{"format":1,"tables":[{"definition":` + good + `,"items":[{"x":{"S":"y"}}]}]}`,
		`{"format":1,"tables":[{"definition":` + good + `,"items":[{"pk":{"S":1}}]}]}`,
		`{"format":1,"tables":[{"definition":` + good + `},{"definition":` + good + `}]}`,
		`{"format":1,"tables":[{"definition":` + good + `}]}{}`,
	} {
		require.Error(t, c.e.Restore(strings.NewReader(text)), text)
	}
	c.answers("ListTables", `{}`, `{"TableNames":[]}`)
}

func TestSnapshotLeavesOutAnIndexThatIsBeingDeleted(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock, TableDelay: time.Second})
	c.ok("CreateTable", tabTable)
	clock.Advance(2 * time.Second)
	c.ok("UpdateTable", `{"TableName":"tab","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"byG"}}]}`)
	clock.Advance(time.Hour)
	restored, err := saved(t, c.e)
	require.NoError(t, err)
	require.NotContains(t, restored.ok("DescribeTable", `{"TableName":"tab"}`), "byG")
}

func TestSnapshotOfATableThatGainedItsCapacity(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", tabTable)
	c.ok("UpdateTable", `{"TableName":"tab","BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1},
		"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"byG","ProvisionedThroughput":{"ReadCapacityUnits":2,"WriteCapacityUnits":3}}}]}`)
	restored, err := saved(t, c.e)
	require.NoError(t, err)
	require.Contains(t, restored.member("DescribeTable", `{"TableName":"tab"}`, "Table", "GlobalSecondaryIndexes"), `"WriteCapacityUnits":3`)
}

// TestRestoreTakesWhatTheEngineWouldHaveTaken offers tables and items that no request could have made.
func TestRestoreTakesWhatTheEngineWouldHaveTaken(t *testing.T) {
	t.Parallel()

	indexed := strings.ReplaceAll(indexedTable, "\n", "")
	table := func(items, more string) string {
		return `{"definition":` + indexed + `,"items":[` + items + `]` + more + `}`
	}
	const good = `{"pk":{"S":"p"},"sk":{"S":"s"}}`
	item := func(more string) string { return table(good+`,{"pk":{"S":"q"},"sk":{"S":"s"}`+more+`}`, "") }
	const of = "ddbmem: restore: table 1 (indexed): "
	const second = of + "item 2: "
	const invalid = "One or more parameter values were invalid: "
	for text, message := range map[string]string{
		item(`,"v":` + filler(500_000)):                      second + "Item size has exceeded the maximum allowed size",
		item(`,"v":` + nested(32)):                           second + "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
		item(`,"g":{"N":"1"}`):                               second + invalid + "Type mismatch for Index Key g Expected: S Actual: N IndexName: byG",
		item(`,"n":{"S":"1"}`):                               second + invalid + "Type mismatch for Index Key n Expected: N Actual: S IndexName: byG",
		item(`,"n":{"L":[]}`):                                second + invalid + "Type mismatch for Index Key n Expected: N Actual: L IndexName: byG",
		item(`,"g":` + filler(2049)):                         second + invalid + "Size of hashkey has exceeded the maximum size limit of2048 bytes",
		item(`,"g":{"S":""}`):                                second + "One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: byG, IndexKey: g",
		item(`,"v":{"N":"1e126"}`):                           second + "Number overflow. Attempting to store a number with magnitude larger than supported range",
		item(`,"v":{"N":"x"}`):                               second + "The parameter cannot be converted to a numeric value: x",
		item(`,"v":{"SS":[]}`):                               second + invalid + "An string set  may not be empty",
		item(`,"v":{"SS":["a","a"]}`):                        second + invalid + "Input collection [a, a] contains duplicates.",
		item(`,"v":{"NS":["1","1.0"]}`):                      second + "Input collection contains duplicates",
		item(`,"v":{}`):                                      second + "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
		item(`,"v":{"S":"a","N":"1"}`):                       second + "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
		item(`,"v":{"NULL":false}`):                          second + invalid + "Null attribute value types must have the value of true",
		item(`,"v":{"S":1}`):                                 second + "NUMBER_VALUE cannot be converted to String",
		item(`,"":{"S":"a"}`):                                second + "Empty attribute name",
		item(`,"sk":{"S":"t"}`):                              second + "an attribute occurs twice",
		item(`,"m":{"M":{"a":{"S":"b"},"a":{"S":"c"}}}`):     second + "an attribute occurs twice",
		table(good+`,`+good, ""):                             second + "another item has the same key",
		table(`{"pk":{"S":"p"}}`, ""):                        of + "item 1: " + invalid + "Missing the key sk in the item",
		table(`{"pk":{"N":"1"},"sk":{"S":"s"}}`, ""):         of + "item 1: " + invalid + "Type mismatch for key pk expected: S actual: N",
		table(`{"pk":{"S":""},"sk":{"S":"s"}}`, ""):          of + "item 1: One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk",
		table(`{"pk":{"S":"p"},"sk":`+filler(1025)+`}`, ""):  of + "item 1: " + invalid + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
		table(`null`, ""):                                    of + "item 1: " + invalid + "Missing the key pk in the item",
		table(`[]`, ""):                                      of + "item 1: Unexpected field type",
		table(good, `,"ttl":"`+strings.Repeat("x", 256)+`"`): of + "ttl: an attribute name of 256 characters, the limit is 255",
		`{"definition":{}}`:                                  "ddbmem: restore: table 1: definition: 3 validation errors detected: Value null at 'attributeDefinitions' failed to satisfy constraint: Member must not be null; Value null at 'tableName' failed to satisfy constraint: Member must not be null; Value null at 'keySchema' failed to satisfy constraint: Member must not be null",
		`{"definition":[]}`:                                  "ddbmem: restore: table 1: definition: not a CreateTable request",
		`{"definition":` + strings.Replace(indexed, `"AttributeDefinitions":[`, `"AttributeDefinitions":[{"AttributeName":"unused","AttributeType":"S"},`, 1) + `}`: "ddbmem: restore: table 1: definition: " + invalid +
			"Some AttributeDefinitions are not used. AttributeDefinitions: [unused, pk, sk, g, n], keys used: [pk, sk, n, g]",
		table("", "") + "," + table("", ""): "ddbmem: restore: table indexed occurs twice",
	} {
		c := newCaller(t)
		require.EqualError(t, c.e.Restore(strings.NewReader(`{"format":1,"tables":[`+text+`]}`)), message)
		c.answers("ListTables", `{}`, `{"TableNames":[]}`)
	}
	c := newCaller(t)
	require.NoError(t, c.e.Restore(strings.NewReader(`{"format":1,"tables":[`+table(good+`,{"pk":{"S":"q"},"sk":{"S":"s"},"v":`+filler(400<<10-7)+`}`,
		`,"ttl":"`+strings.Repeat("x", 255)+`"`)+`]}`)))
	c.answers("Scan", `{"TableName":"indexed","Select":"COUNT"}`, `{"Count":2,"ScannedCount":2}`)
}

// TestSnapshotKeepsItemsThatAYoungerIndexCannotHold restores what UpdateTable made, though no write could.
func TestSnapshotKeepsItemsThatAYoungerIndexCannotHold(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	for i, g := range []string{`{"N":"1"}`, `{"S":"g"}`, `{"S":""}`} {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"hash","Item":{"pk":{"S":"%d"},"g":%s}}`, i, g))
	}
	c.ok("UpdateTable", `{"TableName":"hash","AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[
		{"Create":{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}`)
	restored, err := saved(t, c.e)
	require.NoError(t, err)
	for _, scan := range []string{`{"TableName":"hash"}`, `{"TableName":"hash","IndexName":"byG"}`} {
		require.JSONEq(t, c.ok("Scan", scan), restored.ok("Scan", scan))
	}
	again, err := saved(t, restored.e)
	require.NoError(t, err)
	require.JSONEq(t, `{"Count":3,"ScannedCount":3}`, again.ok("Scan", `{"TableName":"hash","Select":"COUNT"}`))
}
