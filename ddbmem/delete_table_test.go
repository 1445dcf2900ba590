package ddbmem_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

func TestADeletedTableIsGoneWhoeverLooksFirst(t *testing.T) {
	t.Parallel()

	const arn = `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/tab"}`
	for _, look := range []func(t *testing.T, c caller){
		func(_ *testing.T, c caller) { c.ok("CreateTable", tabTable) },
		func(t *testing.T, c caller) {
			t.Helper()
			status, _ := c.send("ListTagsOfResource", arn)
			require.Equal(t, 400, status)
		},
		func(t *testing.T, c caller) {
			t.Helper()
			restored, err := saved(t, c.e)
			require.NoError(t, err)
			restored.answers("ListTables", `{}`, `{"TableNames":[]}`)
		},
	} {
		clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
		c := newCaller(t, ddbmem.Options{Clock: clock, TableDelay: time.Second})
		c.ok("CreateTable", tabTable)
		clock.Advance(2 * time.Second)
		c.ok("DeleteTable", `{"TableName":"tab"}`)
		clock.Advance(time.Hour)
		look(t, c)
	}
}

func TestTheAnswerToADeletionSaysWhichTableItWas(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", tabTable)
	was, _ := c.parse(c.ok("DescribeTable", `{"TableName":"tab"}`))["Table"].(map[string]any)
	got, _ := c.parse(c.ok("DeleteTable", `{"TableName":"tab"}`))["TableDescription"].(map[string]any)
	require.Equal(t, "DELETING", got["TableStatus"])
	for _, same := range []string{"TableName", "TableId", "TableArn", "BillingModeSummary", "ProvisionedThroughput", "ItemCount", "TableSizeBytes"} {
		require.Equal(t, was[same], got[same], same)
	}
	for _, left := range []string{"CreationDateTime", "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes"} {
		require.NotContains(t, got, left)
	}
}
