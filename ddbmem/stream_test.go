package ddbmem_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

const streamTable = `{"TableName":"hash","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}`

type streamRecord struct {
	EventName    string
	EventID      string
	UserIdentity *struct{ PrincipalID, Type string }
	Dynamodb     struct {
		Keys, NewImage, OldImage map[string]map[string]string
		SequenceNumber           string
		StreamViewType           string
		SizeBytes                int
	}
}

type streamShard struct {
	ShardID             string
	ParentShardID       string
	SequenceNumberRange struct{ StartingSequenceNumber, EndingSequenceNumber string }
}

func (c caller) streamArn(table string) string {
	c.t.Helper()
	return strings.Trim(c.member("DescribeTable", `{"TableName":"`+table+`"}`, "Table", "LatestStreamArn"), `"`)
}

func (c caller) shards(arn string) []streamShard {
	c.t.Helper()
	var got []streamShard
	require.NoError(c.t, json.Unmarshal([]byte(c.member("DescribeStream", `{"StreamArn":"`+arn+`"}`, "StreamDescription", "Shards")), &got))
	return got
}

func (c caller) iterator(arn, shard, kind, more string) string {
	c.t.Helper()
	return c.member("GetShardIterator", fmt.Sprintf(`{"StreamArn":%q,"ShardId":%q,"ShardIteratorType":%q%s}`, arn, shard, kind, more), "ShardIterator")
}

// records reads on from an iterator until a page is empty or the shard ends, and returns the next iterator.
func (c caller) records(iterator string) (all []streamRecord, next string) {
	c.t.Helper()
	for {
		var page struct {
			Records           []streamRecord
			NextShardIterator *string
		}
		require.NoError(c.t, json.Unmarshal([]byte(c.ok("GetRecords", `{"Limit":7,"ShardIterator":`+iterator+`}`)), &page))
		all = append(all, page.Records...)
		if page.NextShardIterator == nil {
			return all, ""
		}
		iterator = `"` + *page.NextShardIterator + `"`
		if len(page.Records) == 0 {
			return all, iterator
		}
	}
}

func TestStreamRecords(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", streamTable)
	arn := c.streamArn("hash")
	shards := c.shards(arn)
	require.Len(t, shards, 1)
	latest := c.iterator(arn, shards[0].ShardID, "LATEST", "")
	put := func(v string) { c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"},"v":{"S":"`+v+`"}}}`) }
	put("1")
	put("1") // changes nothing
	put("2")
	c.ok("DeleteItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`)
	c.ok("DeleteItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`)
	status, _ := c.send("TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"hash","Item":{"pk":{"S":"b"}}}},
		{"ConditionCheck":{"TableName":"hash","Key":{"pk":{"S":"a"}},"ConditionExpression":"attribute_exists(pk)"}}]}`)
	require.Equal(t, 400, status)

	got, next := c.records(c.iterator(arn, shards[0].ShardID, "TRIM_HORIZON", ""))
	require.NotEmpty(t, next, "an open shard always has a next iterator")
	names := []string{}
	for _, r := range got {
		names = append(names, r.EventName)
		require.Equal(t, map[string]map[string]string{"pk": {"S": "a"}}, r.Dynamodb.Keys)
		require.Nil(t, r.UserIdentity)
	}
	require.Equal(t, []string{"INSERT", "MODIFY", "REMOVE"}, names)
	require.Equal(t, "1", got[0].Dynamodb.NewImage["v"]["S"])
	require.Nil(t, got[0].Dynamodb.OldImage)
	require.Equal(t, "1", got[1].Dynamodb.OldImage["v"]["S"])
	require.Equal(t, "2", got[1].Dynamodb.NewImage["v"]["S"])
	require.Nil(t, got[2].Dynamodb.NewImage)

	fromLatest, _ := c.records(latest)
	require.Len(t, fromLatest, 3)
	at, _ := c.records(c.iterator(arn, shards[0].ShardID, "AT_SEQUENCE_NUMBER", `,"SequenceNumber":"`+got[1].Dynamodb.SequenceNumber+`"`))
	require.Len(t, at, 2)
	after, _ := c.records(c.iterator(arn, shards[0].ShardID, "AFTER_SEQUENCE_NUMBER", `,"SequenceNumber":"`+got[1].Dynamodb.SequenceNumber+`"`))
	require.Len(t, after, 1)
	none, _ := c.records(next)
	require.Empty(t, none)
	put("3")
	more, _ := c.records(next)
	require.Len(t, more, 1)
}

func TestStreamViews(t *testing.T) {
	t.Parallel()

	for view, images := range map[string][2]bool{
		"KEYS_ONLY": {false, false}, "NEW_IMAGE": {false, true}, "OLD_IMAGE": {true, false}, "NEW_AND_OLD_IMAGES": {true, true},
	} {
		c := newCaller(t)
		c.ok("CreateTable", strings.Replace(streamTable, "NEW_AND_OLD_IMAGES", view, 1))
		c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"},"v":{"S":"1"}}}`)
		c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"},"v":{"S":"2"}}}`)
		arn := c.streamArn("hash")
		got, _ := c.records(c.iterator(arn, c.shards(arn)[0].ShardID, "TRIM_HORIZON", ""))
		require.Len(t, got, 2)
		require.Equal(t, view, got[1].Dynamodb.StreamViewType)
		require.Equal(t, images[0], got[1].Dynamodb.OldImage != nil, view)
		require.Equal(t, images[1], got[1].Dynamodb.NewImage != nil, view)
	}
}

func TestSequenceNumbersGrowInValueAndLength(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", streamTable)
	for i := range 300 {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"hash","Item":{"pk":{"S":"%d"}}}`, i))
	}
	arn := c.streamArn("hash")
	got, _ := c.records(c.iterator(arn, c.shards(arn)[0].ShardID, "TRIM_HORIZON", ""))
	require.Len(t, got, 300)
	lengths := map[int]bool{}
	last := new(big.Int)
	for _, r := range got {
		seq, ok := new(big.Int).SetString(r.Dynamodb.SequenceNumber, 10)
		require.True(t, ok)
		require.Positive(t, seq.Cmp(new(big.Int).Add(last, big.NewInt(1))), "numbers grow with gaps")
		last = seq
		n := len(r.Dynamodb.SequenceNumber)
		require.GreaterOrEqual(t, n, 21)
		require.LessOrEqual(t, n, 40)
		lengths[n] = true
	}
	require.Greater(t, len(lengths), 2)
}

func TestShardsSplit(t *testing.T) {
	t.Parallel()

	c := newCaller(t, ddbmem.Options{StreamShards: 2})
	c.ok("CreateTable", streamTable)
	arn := c.streamArn("hash")
	require.Len(t, c.shards(arn), 2)
	put := func(round int) {
		for i := range 40 {
			c.ok("PutItem", fmt.Sprintf(`{"TableName":"hash","Item":{"pk":{"S":"%d"},"round":{"N":"%d"}}}`, i, round))
		}
	}
	put(0)
	require.Equal(t, 2, c.e.SplitShard("hash"))
	put(1)
	shards := c.shards(arn)
	require.Len(t, shards, 6)
	byKey := map[string][]string{}
	total := 0
	for i, s := range shards {
		got, next := c.records(c.iterator(arn, s.ShardID, "TRIM_HORIZON", ""))
		require.NotEmpty(t, got)
		total += len(got)
		if i < 2 {
			require.Empty(t, next, "a closed shard ends")
			require.NotEmpty(t, s.SequenceNumberRange.EndingSequenceNumber)
		} else {
			require.Contains(t, []string{shards[0].ShardID, shards[1].ShardID}, s.ParentShardID)
			require.Empty(t, s.SequenceNumberRange.EndingSequenceNumber)
		}
		for _, r := range got {
			pk := r.Dynamodb.Keys["pk"]["S"]
			byKey[pk] = append(byKey[pk], r.EventName)
		}
	}
	require.Equal(t, 80, total)
	for pk, events := range byKey {
		require.Equal(t, []string{"INSERT", "MODIFY"}, events, pk)
	}
}

func TestShardsSplitByThemselves(t *testing.T) {
	t.Parallel()

	c := newCaller(t, ddbmem.Options{ShardRecords: 10})
	c.ok("CreateTable", streamTable)
	for i := range 100 {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"hash","Item":{"pk":{"S":"%d"}}}`, i))
	}
	require.Greater(t, len(c.shards(c.streamArn("hash"))), 5)
}

func TestStreamsKeepADay(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock})
	c.ok("CreateTable", streamTable)
	arn := c.streamArn("hash")
	shard := c.shards(arn)[0].ShardID
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"old"}}}`)
	old, _ := c.records(c.iterator(arn, shard, "TRIM_HORIZON", ""))
	stale := c.iterator(arn, shard, "TRIM_HORIZON", "")
	clock.Advance(16 * time.Minute)
	c.fails("GetRecords", `{"ShardIterator":`+stale+`}`, "ExpiredIteratorException",
		"The shard iterator has expired and can no longer be used to retrieve stream records.")
	clock.Advance(24 * time.Hour)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"new"}}}`)
	got, _ := c.records(c.iterator(arn, shard, "TRIM_HORIZON", ""))
	require.Len(t, got, 1)
	require.Equal(t, "new", got[0].Dynamodb.Keys["pk"]["S"])
	c.fails("GetShardIterator", fmt.Sprintf(`{"StreamArn":%q,"ShardId":%q,"ShardIteratorType":"AT_SEQUENCE_NUMBER","SequenceNumber":%q}`,
		arn, shard, old[0].Dynamodb.SequenceNumber), "TrimmedDataAccessException",
		"The operation attempted to read past the oldest stream record in a shard.")
}

func TestStreamOutlivesItsTable(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock})
	c.ok("CreateTable", streamTable)
	arn := c.streamArn("hash")
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"}}}`)
	c.ok("DeleteTable", `{"TableName":"hash"}`)
	require.JSONEq(t, `"DISABLED"`, c.member("DescribeStream", `{"StreamArn":"`+arn+`"}`, "StreamDescription", "StreamStatus"))
	got, next := c.records(c.iterator(arn, c.shards(arn)[0].ShardID, "TRIM_HORIZON", ""))
	require.Len(t, got, 1)
	require.Empty(t, next)
	c.ok("CreateTable", streamTable)
	require.NotEqual(t, arn, c.streamArn("hash"))
	c.answers("ListStreams", `{"TableName":"other"}`, `{"Streams":[]}`)
	clock.Advance(25 * time.Hour)
	require.JSONEq(t, fmt.Sprintf(`[{"StreamArn":%q,"TableName":"hash","StreamLabel":%q}]`, c.streamArn("hash"),
		strings.SplitN(c.streamArn("hash"), "/stream/", 2)[1]), c.member("ListStreams", `{}`, "Streams"))
}

func TestExpiryIsDrivenByTheClock(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock})
	c.ok("CreateTable", streamTable)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"before"},"exp":{"N":"1700000010"}}}`)
	c.ok("UpdateTimeToLive", `{"TableName":"hash","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"exp"}}`)
	c.answers("DescribeTimeToLive", `{"TableName":"hash"}`, `{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"exp"}}`)
	for key, exp := range map[string]string{
		"soon": `{"N":"1700000010"}`, "later": `{"N":"1700000020"}`, "text": `{"S":"1700000010"}`, "ancient": `{"N":"1000000000"}`,
	} {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"hash","Item":{"pk":{"S":%q},"exp":%s}}`, key, exp))
	}
	count := func() string { return c.member("Scan", `{"TableName":"hash","Select":"COUNT"}`, "Count") }
	require.Equal(t, "5", count())
	clock.Advance(11 * time.Second)
	require.Equal(t, "3", count())
	c.answers("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"soon"}}}`, `{}`)
	c.ok("UpdateItem", `{"TableName":"hash","Key":{"pk":{"S":"later"}},"UpdateExpression":"SET exp = :e","ExpressionAttributeValues":{":e":{"N":"1700000100"}}}`)
	clock.Advance(11 * time.Second)
	require.Equal(t, "3", count())

	arn := c.streamArn("hash")
	got, _ := c.records(c.iterator(arn, c.shards(arn)[0].ShardID, "TRIM_HORIZON", ""))
	removed := 0
	for _, r := range got {
		if r.EventName == "REMOVE" {
			removed++
			require.NotNil(t, r.UserIdentity)
			require.Equal(t, "dynamodb.amazonaws.com", r.UserIdentity.PrincipalID)
			require.Equal(t, "Service", r.UserIdentity.Type)
			require.NotNil(t, r.Dynamodb.OldImage)
		}
	}
	require.Equal(t, 2, removed)
	c.invalid("UpdateTimeToLive", `{"TableName":"hash","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"exp"}}`, "TimeToLive is already enabled")
	c.ok("UpdateTimeToLive", `{"TableName":"hash","TimeToLiveSpecification":{"Enabled":false,"AttributeName":"exp"}}`)
	clock.Advance(time.Hour)
	require.Equal(t, "3", count())
}

func TestTTLDelayKeepsExpiredItems(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock, TTLDelay: time.Hour})
	c.ok("CreateTable", hashTable)
	c.ok("UpdateTimeToLive", `{"TableName":"hash","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"exp"}}`)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"},"exp":{"N":"1700000000"}}}`)
	clock.Advance(time.Hour)
	require.Equal(t, "1", c.member("Scan", `{"TableName":"hash"}`, "Count"))
	clock.Advance(time.Second)
	require.Equal(t, "0", c.member("Scan", `{"TableName":"hash"}`, "Count"))
}
