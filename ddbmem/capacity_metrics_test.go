package ddbmem_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

func TestCapacityMetricsShowTheHotPartitionAndItsKey(t *testing.T) {
	t.Parallel()

	c, clock := limited(t, ddbmem.Capacity{}, perRequest, "")
	for i := range 20 {
		c.ok("PutItem", `{"TableName":"abc","Item":`+sizedItem(fmt.Sprint(i), 10, "")+`}`)
	}
	c.fill("hot", "g", 9)
	c.throttled("PutItem", `{"TableName":"abc","Item":`+sizedItem("hot", 300, "")+`}`, "ThrottlingException", hotTable, "TableWriteKeyRangeThroughputExceeded")
	m := c.e.CapacityMetrics("abc")
	require.Len(t, m, 2)
	table, index := m[0], m[1]
	require.Empty(t, table.Index)
	require.Equal(t, "arn:aws:dynamodb:us-east-1:000000000000:table/abc", table.ARN)
	require.InDelta(t, 200+900, table.Consumed.Write, 1e-9)
	require.Equal(t, map[string]int64{"TableWriteKeyRangeThroughputExceeded": 2}, table.Throttled, "throttled sends the request twice")
	require.Equal(t, ddbmem.Units{Read: 12000, Write: 4000}, table.Warm)
	require.Len(t, table.Partitions, 4)
	consumed, hot := 0.0, 0
	for i, p := range table.Partitions {
		require.Equal(t, i+1, p.ID)
		require.Zero(t, p.Parent)
		consumed += p.Consumed.Write
		if p.Consumed.Write > 900 {
			hot++
			require.Equal(t, int64(2), p.ThrottledWrites)
			require.Equal(t, `{"pk":{"S":"hot"}}`, p.HotKey)
			require.Greater(t, p.HotShare, 0.8)
		} else {
			require.Zero(t, p.ThrottledWrites)
		}
	}
	require.Equal(t, 1, hot)
	require.InDelta(t, table.Consumed.Write, consumed, 1e-9)
	require.Equal(t, "byG", index.Index)
	require.InDelta(t, 100, index.Consumed.Write, 1e-9, "the same entry again costs nothing")

	clock.Advance(2 * time.Minute)
	for _, p := range c.e.CapacityMetrics("abc")[0].Partitions {
		require.Empty(t, p.HotKey, "two minutes later nothing is hot")
		require.Zero(t, p.HotShare)
	}
	require.Nil(t, c.e.CapacityMetrics("none"))
}

func TestReadsConsumeOfThePartitionsThatTheyRead(t *testing.T) {
	t.Parallel()

	c, _ := limited(t, ddbmem.Capacity{}, perRequest, "")
	for i := range 40 {
		c.ok("PutItem", `{"TableName":"abc","Item":`+sizedItem(fmt.Sprint(i), 4, "g")+`}`)
	}
	c.ok("Scan", `{"TableName":"abc","ConsistentRead":true}`)
	c.ok("Query", `{"TableName":"abc","IndexName":"byG","KeyConditionExpression":"g=:g","ExpressionAttributeValues":{":g":{"S":"g"}}}`)
	m := c.e.CapacityMetrics("abc")
	sum := 0.0
	for _, p := range m[0].Partitions {
		require.InDelta(t, float64(p.Bytes)/4096, p.Consumed.Read, 0.5, "in proportion to what was read")
		sum += p.Consumed.Read
	}
	require.InDelta(t, 40, sum, 1.5)
	require.InDelta(t, m[0].Consumed.Read, sum, 1e-9)
	require.InDelta(t, 20, m[1].Consumed.Read, 1, "of the index, half as much")
	busy := 0
	for _, p := range m[1].Partitions {
		if p.Consumed.Read > 0 {
			busy++
		}
	}
	require.Equal(t, 1, busy, "one item collection is in one partition")
}

func TestLocalIndexIsReadFromThePartitionsOfItsTable(t *testing.T) {
	t.Parallel()

	c := newCaller(t, ddbmem.Options{Clock: ddbmem.NewManualClock(time.Unix(1_700_000_000, 0)), Capacity: &ddbmem.Capacity{}})
	c.ok("CreateTable", indexedTable)
	for i := range 4 {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"indexed","Item":{"pk":{"S":"p"},"sk":{"S":"%d"},"n":{"N":"%d"},"a":{"S":"x"}}}`, i, i))
	}
	m := c.e.CapacityMetrics("indexed")
	require.Len(t, m, 4, "the table and its three global indexes")
	require.InDelta(t, 8, m[0].Consumed.Write, 1e-9, "each write is one of the table and one of the local index")
	c.ok("Query", `{"TableName":"indexed","IndexName":"local","KeyConditionExpression":"pk=:p","ExpressionAttributeValues":{":p":{"S":"p"}},"ProjectionExpression":"a"}`)
	m = c.e.CapacityMetrics("indexed")
	require.InDelta(t, 2.5, m[0].Consumed.Read, 1e-9, "half a unit for the index, and half for each item that is fetched")
}
