package ddbmem_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streams "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

func TestShardIteratorAtATime(t *testing.T) {
	t.Parallel()

	start := time.Unix(1_700_000_000, 0)
	clock := ddbmem.NewManualClock(start)
	c := newCaller(t, ddbmem.Options{Clock: clock})
	c.ok("CreateTable", streamTable)
	for i := range 5 { // at 0.0, 1.5, 3.0, 4.5 and 6.0 seconds
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"hash","Item":{"pk":{"S":"%d"}}}`, i))
		clock.Advance(1500 * time.Millisecond)
	}
	arn := c.streamArn("hash")
	shard := c.shards(arn)[0].ShardID
	client := c.e.StreamsClient()
	from := func(at time.Duration) []string {
		t.Helper()
		it, err := client.GetShardIterator(t.Context(), &dynamodbstreams.GetShardIteratorInput{
			StreamArn: &arn, ShardId: &shard, ShardIteratorType: streams.ShardIteratorTypeAtTimestamp, Timestamp: aws.Time(start.Add(at)),
		})
		require.NoError(t, err)
		page, err := client.GetRecords(t.Context(), &dynamodbstreams.GetRecordsInput{ShardIterator: it.ShardIterator})
		require.NoError(t, err)
		got := []string{}
		for _, r := range page.Records {
			got = append(got, r.Dynamodb.Keys["pk"].(*streams.AttributeValueMemberS).Value)
		}
		return got
	}
	require.Equal(t, []string{"2", "3", "4"}, from(3*time.Second), "a record of that very time is the first")
	require.Equal(t, []string{"2", "3", "4"}, from(2999*time.Millisecond), "between two records, the later one is")
	require.Equal(t, []string{"3", "4"}, from(3001*time.Millisecond))
	require.Equal(t, []string{"0", "1", "2", "3", "4"}, from(-48*time.Hour), "before all, the oldest is")
	require.Empty(t, from(7*time.Second), "behind all, the next to come is")
	_, err := client.GetShardIterator(t.Context(), &dynamodbstreams.GetShardIteratorInput{
		StreamArn: &arn, ShardId: &shard, ShardIteratorType: streams.ShardIteratorTypeAtTimestamp, Timestamp: aws.Time(start.Add(time.Minute)),
	})
	require.ErrorContains(t, err, "ValidationException")
}

func TestShardIteratorAtATimeBeforeWhatWasTrimmed(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock})
	c.ok("CreateTable", streamTable)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"old"}}}`)
	clock.Advance(25 * time.Hour)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"new"}}}`)
	arn := c.streamArn("hash")
	got, _ := c.records(c.iterator(arn, c.shards(arn)[0].ShardID, "AT_TIMESTAMP", `,"Timestamp":1700000000.000`))
	require.Len(t, got, 1)
	require.Equal(t, "new", got[0].Dynamodb.Keys["pk"]["S"])
}

func TestTimestampOfAShardIterator(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", streamTable)
	arn := c.streamArn("hash")
	shard := c.shards(arn)[0].ShardID
	request := func(kind, more string) string {
		return fmt.Sprintf(`{"StreamArn":%q,"ShardId":%q,"ShardIteratorType":%q%s}`, arn, shard, kind, more)
	}
	c.invalid("GetShardIterator", request("AT_TIMESTAMP", ""), "One or more parameter values were invalid: Invalid Timestamp")
	for _, at := range []string{"99999999999", "1e300", "1e400"} {
		c.invalid("GetShardIterator", request("AT_TIMESTAMP", `,"Timestamp":`+at),
			"One or more parameter values were invalid: Timestamp must not be in the future")
	}
	c.invalid("GetShardIterator", request("LATEST", `,"Timestamp":1700000000`),
		"One or more parameter values were invalid: Timestamp should not be passed for this iterator type")
}
