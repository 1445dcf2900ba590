package ddbmem_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

func rewrite(key string, round int) string {
	return fmt.Sprintf(`{"TableName":"hash","Item":{"pk":{"S":%q},"round":{"N":"%d"},"pad":{"S":%q}}}`, key, round, strings.Repeat("x", 1000))
}

func TestStreamDropsItsOldestRecordsBeyondItsMemory(t *testing.T) {
	t.Parallel()

	c := newCaller(t, ddbmem.Options{StreamBytes: 100 << 10, StreamShards: 2})
	c.ok("CreateTable", streamTable)
	arn := c.streamArn("hash")
	shards := c.shards(arn)
	stale := c.iterator(arn, shards[0].ShardID, "TRIM_HORIZON", "")
	first, _ := c.records(stale)
	require.Empty(t, first)
	const rounds = 50
	for round := range rounds {
		for key := range 20 {
			c.ok("PutItem", rewrite(fmt.Sprint(key), round))
		}
	}

	kept := map[string][]int{}
	total := 0
	for _, s := range shards {
		got, _ := c.records(c.iterator(arn, s.ShardID, "TRIM_HORIZON", ""))
		for _, r := range got {
			var round int
			_, err := fmt.Sscan(r.Dynamodb.NewImage["round"]["N"], &round)
			require.NoError(t, err)
			pk := r.Dynamodb.Keys["pk"]["S"]
			kept[pk] = append(kept[pk], round)
		}
		total += len(got)
	}
	require.InDelta(t, 80, total, 30, "what fits into 100 KiB")
	for pk, rounds := range kept {
		for i, round := range rounds {
			require.Equal(t, 50-len(rounds)+i, round, "of %s the newest are left, in their order", pk)
		}
		require.InDelta(t, total/20, len(rounds), 1, "of both shards the oldest go first")
	}
	c.fails("GetRecords", `{"ShardIterator":`+stale+`}`, "TrimmedDataAccessException",
		"The operation attempted to read past the oldest stream record in a shard.")
}

func TestNewItemsTakeLittleOfTheMemoryOfAStream(t *testing.T) {
	t.Parallel()

	c := newCaller(t, ddbmem.Options{StreamBytes: 100 << 10})
	c.ok("CreateTable", streamTable)
	for key := range 500 {
		c.ok("PutItem", rewrite(fmt.Sprint(key), 0))
	}
	arn := c.streamArn("hash")
	got, _ := c.records(c.iterator(arn, c.shards(arn)[0].ShardID, "TRIM_HORIZON", ""))
	require.Len(t, got, 500, "the table holds the items anyhow")
}

func TestStreamWithoutABoundKeepsEverything(t *testing.T) {
	t.Parallel()

	c := newCaller(t, ddbmem.Options{StreamBytes: -1})
	c.ok("CreateTable", streamTable)
	for round := range 300 {
		c.ok("PutItem", rewrite("a", round))
	}
	arn := c.streamArn("hash")
	got, _ := c.records(c.iterator(arn, c.shards(arn)[0].ShardID, "TRIM_HORIZON", ""))
	require.Len(t, got, 300)
}

func TestStreamOfADeletedTableEndsAndGoesAfterADay(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock})
	c.ok("CreateTable", streamTable)
	arn := c.streamArn("hash")
	shard := c.shards(arn)[0].ShardID
	c.ok("PutItem", rewrite("a", 1))
	c.ok("DeleteTable", `{"TableName":"hash"}`)
	require.NotEmpty(t, c.shards(arn)[0].SequenceNumberRange.EndingSequenceNumber, "its shards are closed")
	clock.Advance(24*time.Hour - time.Second)
	got, next := c.records(c.iterator(arn, shard, "TRIM_HORIZON", ""))
	require.Len(t, got, 1)
	require.Equal(t, "1", got[0].Dynamodb.NewImage["round"]["N"])
	require.Empty(t, next)

	late := c.iterator(arn, shard, "TRIM_HORIZON", "")
	clock.Advance(time.Second)
	c.fails("GetRecords", `{"ShardIterator":`+late+`}`, "ResourceNotFoundException", "Requested resource not found: Stream: "+arn+" not found")
	c.fails("DescribeStream", `{"StreamArn":"`+arn+`"}`, "ResourceNotFoundException", "Requested resource not found: Stream: "+arn+" not found")
	c.answers("ListStreams", `{}`, `{"Streams":[]}`)
}

func TestDisabledStreamGoesAfterADayWhileItsTableStays(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock})
	c.ok("CreateTable", streamTable)
	arn := c.streamArn("hash")
	c.ok("PutItem", rewrite("a", 1))
	c.ok("UpdateTable", `{"TableName":"hash","StreamSpecification":{"StreamEnabled":false}}`)
	clock.Advance(24 * time.Hour)
	c.answers("ListStreams", `{}`, `{"Streams":[]}`)
	require.Equal(t, arn, c.streamArn("hash"), "the description still names the latest stream")
	c.ok("PutItem", rewrite("a", 2))
	c.ok("UpdateTable", `{"TableName":"hash","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"}}`)
	require.NotEqual(t, arn, c.streamArn("hash"))
}
