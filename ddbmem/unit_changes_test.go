package ddbmem_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// TestUnitsAreDecreasedAtMost27TimesADay is the guide's example: four decreases in the first hour and one in each of the
// others, for a table and for its index.
func TestUnitsAreDecreasedAtMost27TimesADay(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	c := newCaller(t, ddbmem.Options{Clock: clock, Capacity: &ddbmem.Capacity{}})
	c.ok("CreateTable", `{"TableName":"abc",`+units(200, 200)+`,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
		"GlobalSecondaryIndexes":[{"IndexName":"inv",`+units(200, 200)+`,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}`)
	table, index := 200, 200
	decrease := func(which *int, body string) bool {
		status, _ := c.send("UpdateTable", fmt.Sprintf(body, units(*which-1, *which-1)))
		if status == 200 {
			*which--
		}
		return status == 200
	}
	const ofTable = `{"TableName":"abc",%s}`
	const ofIndex = `{"TableName":"abc","GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"inv",%s}}]}`
	for range 24 * 4 { // every quarter of an hour
		for range 3 {
			decrease(&table, ofTable)
			decrease(&index, ofIndex)
		}
		clock.Advance(15 * time.Minute)
	}
	require.Equal(t, 27, 200-table)
	require.Equal(t, 27, 200-index, "an index has decreases of its own")
	require.True(t, decrease(&table, ofTable), "the next day begins with four")
}

func TestDecreaseThatComesTooSoon(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Date(2026, 3, 1, 10, 25, 39, 0, time.UTC))
	c := newCaller(t, ddbmem.Options{Clock: clock, Capacity: &ddbmem.Capacity{}})
	c.ok("CreateTable", `{"TableName":"abc",`+units(20, 20)+`,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}`)
	for i := range 4 {
		c.ok("UpdateTable", fmt.Sprintf(`{"TableName":"abc",%s}`, units(19-i, 20)))
	}
	clock.Advance(time.Minute)
	c.fails("UpdateTable", fmt.Sprintf(`{"TableName":"abc",%s}`, units(16, 19)), "LimitExceededException",
		"Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the first 4 decreases, "+
			"each subsequent decrease in the same UTC day can be performed at most once every 3600 seconds. Number of decreases today: 4. "+
			"Last decrease at Sunday, March 1, 2026 at 10:25:39 AM Coordinated Universal Time. "+
			"Next decrease can be made at Sunday, March 1, 2026 at 11:25:39 AM Coordinated Universal Time")
	c.ok("UpdateTable", fmt.Sprintf(`{"TableName":"abc",%s}`, units(17, 20)))
	require.JSONEq(t, `{"NumberOfDecreasesToday":4,"ReadCapacityUnits":17,"WriteCapacityUnits":20,
		"LastDecreaseDateTime":1772360739.0,"LastIncreaseDateTime":1772360799.0}`,
		c.member("DescribeTable", `{"TableName":"abc"}`, "Table", "ProvisionedThroughput"))
	clock.Advance(time.Hour)
	c.ok("UpdateTable", fmt.Sprintf(`{"TableName":"abc",%s}`, units(16, 19)))
	clock.Advance(24 * time.Hour)
	require.Contains(t, c.member("DescribeTable", `{"TableName":"abc"}`, "Table", "ProvisionedThroughput"), `"NumberOfDecreasesToday":0`)
}

func TestChangeOfTheModeIsNoDecrease(t *testing.T) {
	t.Parallel()

	c := newCaller(t, ddbmem.Options{Clock: ddbmem.NewManualClock(time.Unix(1_700_000_000, 0)), Capacity: &ddbmem.Capacity{}})
	c.ok("CreateTable", `{"TableName":"abc",`+units(20, 20)+`,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}`)
	for range 6 {
		c.ok("UpdateTable", `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST"}`)
		c.ok("UpdateTable", `{"TableName":"abc","BillingMode":"PROVISIONED",`+units(1, 1)+`}`)
	}
	require.Contains(t, c.member("DescribeTable", `{"TableName":"abc"}`, "Table", "ProvisionedThroughput"), `"NumberOfDecreasesToday":0`)
}
