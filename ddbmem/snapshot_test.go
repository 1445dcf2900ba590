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
