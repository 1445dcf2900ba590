package ddbmem_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

func (c caller) warm() string {
	c.t.Helper()
	return c.member("DescribeTable", `{"TableName":"abc"}`, "Table", "WarmThroughput")
}

func warmth(read, write int) string {
	return fmt.Sprintf(`{"ReadUnitsPerSecond":%d,"WriteUnitsPerSecond":%d,"Status":"ACTIVE"}`, read, write)
}

// The rules and messages about warm throughput are as others measured them on the service, in August and October 2026.

func TestWarmThroughputIsTheHighestEverProvisioned(t *testing.T) {
	t.Parallel()

	c, _ := limited(t, ddbmem.Capacity{}, units(1, 1), units(1, 1)+",")
	require.JSONEq(t, warmth(1, 1), c.warm())
	c.ok("UpdateTable", `{"TableName":"abc",`+units(3, 2)+`}`)
	c.ok("UpdateTable", `{"TableName":"abc",`+units(1, 4)+`}`)
	require.JSONEq(t, warmth(3, 4), c.warm())
	const below = "One or more parameter values were invalid: Requested %s for WarmThroughput for %s is lower than current WarmThroughput, decreasing WarmThroughput is not supported"
	c.invalid("UpdateTable", `{"TableName":"abc","WarmThroughput":{"ReadUnitsPerSecond":2}}`, fmt.Sprintf(below, "ReadUnitsPerSecond", "table"))
	c.invalid("UpdateTable", `{"TableName":"abc","WarmThroughput":{"WriteUnitsPerSecond":3}}`, fmt.Sprintf(below, "WriteUnitsPerSecond", "table"))
	c.ok("UpdateTable", `{"TableName":"abc","WarmThroughput":{"ReadUnitsPerSecond":3,"WriteUnitsPerSecond":4}}`)
	c.ok("UpdateTable", `{"TableName":"abc","WarmThroughput":{"ReadUnitsPerSecond":50}}`)
	require.JSONEq(t, warmth(50, 4), c.warm())
	c.ok("UpdateTable", `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST"}`)
	require.JSONEq(t, warmth(12000, 4000), c.warm())
	c.ok("UpdateTable", `{"TableName":"abc","BillingMode":"PROVISIONED",`+units(1, 1)+`,"GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"byG",`+units(1, 1)+`}}]}`)
	require.JSONEq(t, warmth(12000, 4000), c.warm(), "it never falls")

	c.invalid("UpdateTable", `{"TableName":"abc","GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"byG","WarmThroughput":{"ReadUnitsPerSecond":100}}}]}`,
		fmt.Sprintf(below, "ReadUnitsPerSecond", "index byG"))
	c.ok("UpdateTable", `{"TableName":"abc","GlobalSecondaryIndexUpdates":[{"Update":{"IndexName":"byG","WarmThroughput":{"ReadUnitsPerSecond":12001}}}]}`)
	require.InDelta(t, 12001, c.e.CapacityMetrics("abc")[1].Warm.Read, 0)
	require.Contains(t, c.member("DescribeTable", `{"TableName":"abc"}`, "Table", "GlobalSecondaryIndexes"), `"ReadUnitsPerSecond":12001`)
}

func TestWarmThroughputOfANewTable(t *testing.T) {
	t.Parallel()

	c := newCaller(t, ddbmem.Options{Clock: ddbmem.NewManualClock(time.Unix(1_700_000_000, 0)), Capacity: &ddbmem.Capacity{}})
	create := func(table, index string) string {
		return `{"TableName":"abc",` + table + `,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
			"GlobalSecondaryIndexes":[{"IndexName":"inv",` + index + `"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}`
	}
	asks := func(read, write int) string {
		return fmt.Sprintf(`"WarmThroughput":{"ReadUnitsPerSecond":%d,"WriteUnitsPerSecond":%d}`, read, write)
	}
	const initial = "One or more parameter values were invalid: Requested %s for WarmThroughput for %s is lower than initial throughput for OnDemand. " +
		"See: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial"
	c.invalid("CreateTable", create(perRequest+","+asks(11999, 4000), ""), fmt.Sprintf(initial, "ReadUnitsPerSecond", "table"))
	c.invalid("CreateTable", create(perRequest, asks(12000, 3999)+","), fmt.Sprintf(initial, "WriteUnitsPerSecond", "index inv"))
	c.invalid("CreateTable", create(units(10, 10)+","+asks(5, 5), units(1, 1)+","),
		"One or more parameter values were invalid: Requested ReadUnitsPerSecond for WarmThroughput for table is lower than ReadCapacityUnits of ProvisionedThroughput")
	c.ok("CreateTable", create(units(10, 10)+","+asks(6000, 2000), units(1, 1)+","+asks(2, 5000)+","))
	require.JSONEq(t, warmth(6000, 2000), c.warm())
	m := c.e.CapacityMetrics("abc")
	require.Len(t, m[0].Partitions, 2)
	require.Len(t, m[1].Partitions, 5)
	require.Equal(t, ddbmem.Units{Read: 2, Write: 5000}, m[1].Warm)
}

func TestNewIndexHasLimitsOfItsOwn(t *testing.T) {
	t.Parallel()

	c, _ := limited(t, ddbmem.Capacity{}, units(1, 100), units(1, 100)+",")
	c.ok("UpdateTable", `{"TableName":"abc","AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"more",
		`+units(1, 2)+`,"KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]}`)
	put := func(i int) string {
		return fmt.Sprintf(`{"TableName":"abc","Item":{"pk":{"S":"%d"},"g":{"S":"g"}}}`, i)
	}
	c.ok("PutItem", put(1))
	c.ok("PutItem", put(2))
	c.fails("PutItem", put(3), exceeded, indexUnits)
	c.ok("UpdateTable", `{"TableName":"abc","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"more"}}]}`)
	c.ok("PutItem", put(3))
}

func TestIndexThatIsBeingDeletedHoldsNoWriteUp(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock, Capacity: &ddbmem.Capacity{}, TableDelay: time.Minute})
	c.ok("CreateTable", `{"TableName":"abc",`+units(1, 100)+`,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
		"GlobalSecondaryIndexes":[{"IndexName":"inv",`+units(1, 1)+`,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}`)
	clock.Advance(2 * time.Minute)
	for i := range 121 {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"abc","Item":{"pk":{"S":"%d"}}}`, i))
	}
	c.fails("PutItem", `{"TableName":"abc","Item":{"pk":{"S":"x"}}}`, exceeded, indexUnits)
	c.ok("UpdateTable", `{"TableName":"abc","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"inv"}}]}`)
	c.ok("PutItem", `{"TableName":"abc","Item":{"pk":{"S":"x"}}}`)
}
