package ddbcache_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbcache"
	"github.com/singletable-go/ddb/ddbmem"
)

// Each parameter that shapes a page tells it from others, and those that do not are ignored.
func TestPagesAreToldByAllTheirParameters(t *testing.T) {
	t.Parallel()
	_, client, sent := open(t)
	for i := range 5 {
		put(t, client, item{"pk": s("a"), "n": n(fmt.Sprint(i)), "v": s(fmt.Sprint(i % 2))})
	}
	cache := ddbcache.New(client, nil)
	of := func(change func(in *dynamodb.QueryInput)) func() *dynamodb.QueryInput {
		return func() *dynamodb.QueryInput {
			in := &dynamodb.QueryInput{
				TableName: aws.String(name), KeyConditionExpression: aws.String("pk = :pk AND n >= :n"), ExpressionAttributeValues: item{":pk": s("a"), ":n": n("0")},
			}
			change(in)
			return in
		}
	}
	for what, in := range map[string]func() *dynamodb.QueryInput{
		"all":        of(func(*dynamodb.QueryInput) {}),
		"value":      of(func(in *dynamodb.QueryInput) { in.ExpressionAttributeValues[":n"] = n("1") }),
		"key":        of(func(in *dynamodb.QueryInput) { in.KeyConditionExpression = aws.String("pk = :pk AND n > :n") }),
		"filter":     of(func(in *dynamodb.QueryInput) { in.FilterExpression = aws.String("v = :pk") }),
		"other":      of(func(in *dynamodb.QueryInput) { in.FilterExpression = aws.String("v <> :pk") }),
		"projection": of(func(in *dynamodb.QueryInput) { in.ProjectionExpression = aws.String("v") }),
		"names": of(func(in *dynamodb.QueryInput) {
			in.ProjectionExpression, in.ExpressionAttributeNames = aws.String("#v"), map[string]string{"#v": "v"}
		}),
		"other names": of(func(in *dynamodb.QueryInput) {
			in.ProjectionExpression, in.ExpressionAttributeNames = aws.String("#v"), map[string]string{"#v": "n"}
		}),
		"limit":    of(func(in *dynamodb.QueryInput) { in.Limit = aws.Int32(2) }),
		"limit 3":  of(func(in *dynamodb.QueryInput) { in.Limit = aws.Int32(3) }),
		"backward": of(func(in *dynamodb.QueryInput) { in.ScanIndexForward = aws.Bool(false) }),
		"count":    of(func(in *dynamodb.QueryInput) { in.Select = types.SelectCount }),
		"next":     of(func(in *dynamodb.QueryInput) { in.ExclusiveStartKey = item{"pk": s("a"), "n": n("1")} }),
	} {
		want, err := client.Query(t.Context(), in())
		require.NoError(t, err, what)
		sent.requests("Query")
		for i := range 3 {
			asking := in()
			if i == 2 {
				asking.ReturnConsumedCapacity, asking.ConsistentRead = types.ReturnConsumedCapacityTotal, aws.Bool(false)
			}
			got, err := cache.Query(t.Context(), asking)
			require.NoError(t, err, what)
			assert.Equal(t, []any{want.Items, want.Count, want.ScannedCount, want.LastEvaluatedKey}, []any{got.Items, got.Count, got.ScannedCount, got.LastEvaluatedKey}, what)
			assert.Equal(t, i == 2, got.ConsumedCapacity != nil, what)
		}
		assert.Equal(t, 1, sent.requests("Query"), what)
	}
	for what, in := range map[string]*dynamodb.ScanInput{
		"all": {}, "limit": {Limit: aws.Int32(2)}, "next": {ExclusiveStartKey: item{"pk": s("a"), "n": n("1")}}, "filter": {FilterExpression: aws.String("attribute_exists(v)")},
		"first segment": {Segment: aws.Int32(0), TotalSegments: aws.Int32(2)}, "second segment": {Segment: aws.Int32(1), TotalSegments: aws.Int32(2)}, "of three": {Segment: aws.Int32(1), TotalSegments: aws.Int32(3)},
	} {
		in.TableName = aws.String(name)
		want, err := client.Scan(t.Context(), in)
		require.NoError(t, err, what)
		sent.requests("Scan")
		for range 2 {
			got, err := cache.Scan(t.Context(), in)
			require.NoError(t, err, what)
			assert.Equal(t, []any{want.Items, want.Count, want.ScannedCount, want.LastEvaluatedKey}, []any{got.Items, got.Count, got.ScannedCount, got.LastEvaluatedKey}, what)
			assert.Nil(t, got.ConsumedCapacity)
		}
		assert.Equal(t, 1, sent.requests("Scan"), what)
	}
	assert.EqualValues(t, 13+7, cache.Stats().Queries.Misses)
	assert.InDelta(t, 13*2*0.5+7*2, cache.Stats().Queries.Saved, 7*1.5, "what the hits would have consumed")
}

// A page is as old as its time to live allows, as in DAX: a write does not remove it.
func TestAPageIsNotRemovedByAWrite(t *testing.T) {
	t.Parallel()
	_, client, _ := open(t)
	cache := ddbcache.New(client, nil)
	count := func(consistent bool) int32 {
		out, err := cache.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(name), ConsistentRead: aws.Bool(consistent)})
		require.NoError(t, err)
		return out.Count
	}
	assert.Zero(t, count(false))
	put(t, cache, key("a"))
	assert.Zero(t, count(false))
	assert.EqualValues(t, 1, count(true), "a strongly consistent scan passes by")
	assert.Zero(t, count(false), "and keeps nothing")
}

func TestAccessesAreReported(t *testing.T) {
	t.Parallel()
	_, client, _ := open(t)
	var seen []ddbcache.Access
	cache := ddbcache.New(client, &ddbcache.Options{OnAccess: func(_ context.Context, a ddbcache.Access) { seen = append(seen, a) }})
	put(t, client, key("a", item{"v": s(strings.Repeat("x", 5000))}))
	get(t, cache, key("a"))
	get(t, cache, key("a"))
	_, err := cache.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{name: {Keys: []item{key("a"), key("b")}}}})
	require.NoError(t, err)
	scan := &dynamodb.ScanInput{TableName: aws.String(name)}
	for range 2 {
		_, err = cache.Scan(t.Context(), scan)
		require.NoError(t, err)
	}
	scan.ConsistentRead = aws.Bool(true)
	_, err = cache.Scan(t.Context(), scan)
	require.NoError(t, err)
	assert.Equal(t, ddbcache.Access{Operation: "Scan", Table: name, Hits: 1, Saved: seen[4].Saved}, seen[4])
	assert.Positive(t, seen[4].Saved)
	seen[4].Saved = 0
	assert.Equal(t, []ddbcache.Access{
		{Operation: "GetItem", Table: name, Misses: 1},
		{Operation: "GetItem", Table: name, Hits: 1, Saved: 1},
		{Operation: "BatchGetItem", Table: name, Hits: 1, Misses: 1, Saved: 1},
		{Operation: "Scan", Table: name, Misses: 1},
		{Operation: "Scan", Table: name, Hits: 1},
		{Operation: "Scan", Table: name, Passed: 1},
	}, seen)
}

// Every call is reported after its request, whether that was refused or not.
func TestAccessesOfCallsThatFailAreReported(t *testing.T) {
	t.Parallel()
	_, client, sent := open(t)
	var seen []string
	sent.delay = func(operation string) { seen = append(seen, "request "+operation) }
	onAccess := func(_ context.Context, a ddbcache.Access) {
		seen = append(seen, fmt.Sprintf("%s of %s: %d read, %d passed", a.Operation, a.Table, a.Misses, a.Passed))
	}
	none := aws.String("arn:aws:dynamodb:us-east-1:000000000000:table/none")
	for _, ttl := range []time.Duration{0, -1} {
		cache := ddbcache.New(client, &ddbcache.Options{ItemTTL: ttl, QueryTTL: ttl, OnAccess: onAccess})
		_, _ = cache.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: none, Key: key("a")})
		_, _ = cache.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("none"), Key: key("a")})
		_, _ = cache.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"none": {Keys: []item{key("a")}}}})
		_, _ = cache.Query(t.Context(), &dynamodb.QueryInput{TableName: aws.String("none"), KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": s("a")}})
		_, _ = cache.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("none")})
	}
	assert.Equal(t, []string{
		"request GetItem", "GetItem of none: 0 read, 1 passed", "request GetItem", "GetItem of none: 1 read, 0 passed", "request BatchGetItem", "BatchGetItem of none: 1 read, 0 passed",
		"request Query", "Query of none: 1 read, 0 passed", "request Scan", "Scan of none: 1 read, 0 passed",
		"request GetItem", "GetItem of none: 0 read, 1 passed", "request GetItem", "GetItem of none: 0 read, 1 passed", "request BatchGetItem", "BatchGetItem of none: 0 read, 1 passed",
		"request Query", "Query of none: 0 read, 1 passed", "request Scan", "Scan of none: 0 read, 1 passed",
	}, seen)
}

// The times of the options may be as long as there are, and be none.
func TestTimesWithoutAnEnd(t *testing.T) {
	t.Parallel()
	_, client, _ := open(t)
	for _, now := range []func() time.Time{nil, time.Now} {
		cache := ddbcache.New(client, &ddbcache.Options{ItemTTL: math.MaxInt64, QueryTTL: math.MaxInt64, Now: now})
		for range 2 {
			get(t, cache, key("a"))
			_, err := cache.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(name)})
			require.NoError(t, err)
		}
		assert.EqualValues(t, 1, cache.Stats().Items.Hits)
		assert.EqualValues(t, 1, cache.Stats().Queries.Hits)
		for settle, strong := range map[time.Duration]bool{math.MaxInt64: true, -1: false, math.MinInt64: false} {
			engine, client, _ := open(t)
			cache := ddbcache.New(client, &ddbcache.Options{Settle: settle, Now: now})
			engine.SetFaults(ddbmem.Faults{ReadLag: time.Hour})
			_, err := cache.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String(name), Key: key("a")})
			require.NoError(t, err)
			assert.Equal(t, strong, get(t, cache, key("a")) != nil, settle)
		}
	}
}
