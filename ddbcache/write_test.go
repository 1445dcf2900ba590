package ddbcache_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbcache"
	"github.com/singletable-go/ddb/ddbmem"
)

// What a write left in the table is in the cache, where that is known without reading it.
func TestWhatAWriteLeavesIsKept(t *testing.T) {
	t.Parallel()
	update := func(returns types.ReturnValue) func(c ddb.Client) error {
		return func(c ddb.Client) error {
			_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: aws.String(name), Key: key("a"), UpdateExpression: aws.String("SET v = :v"), ExpressionAttributeValues: item{":v": s("2")}, ReturnValues: returns,
			})
			return err
		}
	}
	putOf := func(it item) func(c ddb.Client) error {
		return func(c ddb.Client) error {
			_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(name), Item: it})
			return err
		}
	}
	for what, tc := range map[string]struct {
		write func(c ddb.Client) error
		kept  bool
	}{
		"put":                    {putOf(key("a", item{"v": s("2")})), true},
		"put of a set":           {putOf(key("a", item{"v": &types.AttributeValueMemberSS{Value: []string{"b", "a"}}})), false},
		"put of a number":        {putOf(key("a", item{"v": n("1.50")})), false},
		"update with its result": {update(types.ReturnValueAllNew), true},
		"update":                 {update(types.ReturnValueNone), false},
		"update of some":         {update(types.ReturnValueUpdatedNew), false},
		"delete": {func(c ddb.Client) error {
			_, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(name), Key: key("a")})
			return err
		}, true},
		"batch": {func(c ddb.Client) error {
			_, err := c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{name: {
				{PutRequest: &types.PutRequest{Item: key("a", item{"v": s("2")})}}, {DeleteRequest: &types.DeleteRequest{Key: key("b")}},
			}}})
			return err
		}, true},
		"transaction": {func(c ddb.Client) error {
			_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
				{Put: &types.Put{TableName: aws.String(name), Item: key("a", item{"v": s("2")})}},
			}})
			return err
		}, false},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			_, client, sent := open(t)
			put(t, client, key("a", item{"v": s("1")}))
			cache := ddbcache.New(client, nil)
			get(t, cache, key("a"))
			sent.requests("GetItem")
			require.NoError(t, tc.write(cache))
			assert.Equal(t, get(t, client, key("a")), get(t, cache, key("a")))
			assert.Equal(t, map[bool]int{true: 1, false: 2}[tc.kept], sent.requests("GetItem"))
		})
	}
}

// Whatever goes wrong with a write, the next read is from the table: the write may have been done, or the cache is why it
// was refused.
func TestAWriteThatFailsLeavesNothingInTheCache(t *testing.T) {
	t.Parallel()
	for what, fault := range map[string]ddbmem.Fault{"lost": ddbmem.Dropped, "throttled": ddbmem.Throttled, "server error": ddbmem.InternalError, "conflict": ddbmem.Conflicting, "condition": ddbmem.Pass} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			engine, client, sent := open(t)
			put(t, client, key("a", item{"v": s("1")}))
			cache := ddbcache.New(client, &ddbcache.Options{Now: newManual().now})
			get(t, cache, key("a"))
			sent.requests("GetItem")
			engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
				if c.Operation == "PutItem" {
					return fault
				}
				return ddbmem.Pass
			}})
			in := &dynamodb.PutItemInput{TableName: aws.String(name), Item: key("a", item{"v": s("2")})}
			if what == "condition" {
				in.ConditionExpression = aws.String("attribute_not_exists(pk)")
			}
			_, err := cache.PutItem(t.Context(), in)
			require.Error(t, err)
			for range 2 {
				assert.Equal(t, map[bool]item{true: key("a", item{"v": s("2")}), false: key("a", item{"v": s("1")})}[what == "lost"], get(t, cache, key("a")))
			}
			unknown := what == "lost" || what == "server error" // it may yet be done: nothing is kept for a while
			assert.Equal(t, map[bool]int{true: 2, false: 1}[unknown], sent.requests("GetItem"))
		})
	}
}

// A write that the SDK sent twice may arrive once more.
func TestAWriteOfWhichAnAttemptWasLostIsNotKept(t *testing.T) {
	t.Parallel()
	engine, _, sent := open(t)
	first := true
	engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		if c.Operation == "PutItem" && first {
			first = false
			return ddbmem.Dropped
		}
		return ddbmem.Pass
	}})
	retrying := engine.Client(func(o *dynamodb.Options) {
		sent.next, o.HTTPClient = o.HTTPClient, sent
	})
	clock := newManual()
	cache := ddbcache.New(retrying, &ddbcache.Options{Now: clock.now, Settle: time.Second})
	get(t, cache, key("a"))
	put(t, cache, key("a", item{"v": s("2")}))
	assert.Equal(t, 2, sent.requests("PutItem"))
	sent.requests("GetItem")
	for range 2 {
		get(t, cache, key("a"))
	}
	assert.Equal(t, 2, sent.requests("GetItem"))
	clock.advance(time.Second)
	for range 2 {
		get(t, cache, key("a"))
	}
	assert.Equal(t, 1, sent.requests("GetItem"), "a second later it is kept")
}

// A number may be written in several ways, and so may the name of a table.
func TestOtherSpellingsOfAKeyAreTheSameItem(t *testing.T) {
	t.Parallel()
	engine, client, _ := open(t)
	cache := ddbcache.New(client, nil)
	arn := "arn:aws:dynamodb:us-east-1:000000000000:table/" + name
	if out, err := engine.Client().DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(name)}); assert.NoError(t, err) {
		arn = *out.Table.TableArn
	}
	for i, spelling := range []struct{ table, number string }{{name, "1"}, {name, "1.0"}, {name, "10e-1"}, {name, "+01"}, {arn, "1"}, {arn, "0.1E1"}} {
		get(t, cache, key("a"))
		v := s(strconv.Itoa(i))
		_, err := cache.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: aws.String(spelling.table), Key: item{"pk": s("a"), "n": n(spelling.number)},
			UpdateExpression: aws.String("SET v = :v"), ExpressionAttributeValues: item{":v": v},
		})
		require.NoError(t, err, spelling)
		assert.Equal(t, v, get(t, cache, key("a"))["v"], spelling)
	}
}

// Alone on its table, a client with a cache and one without are the same, but for pages.
func TestTheCacheReturnsWhatTheTableHas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
		engine, client, _ := open(t, ddbmem.Options{Clock: clock})
		faults := ddbmem.Faults{Throttle: 0.1, Drop: 0.1, Conflict: 0.1, Unprocessed: 0.2, ReadLag: 2 * time.Second, IndexLag: time.Second}
		cache := ddbcache.New(client, &ddbcache.Options{
			Now: clock.Now, ItemTTL: time.Minute, ItemBytes: rapid.SampledFrom([]int64{0, 400, 1000}).Draw(rt, "room"), Settle: 3 * time.Second,
		})
		engine.SetFaults(faults)
		keys := []item{key("a"), key("b"), key("a", item{"n": n("2")})}
		for i := range rapid.IntRange(1, 30).Draw(rt, "steps") {
			k := rapid.SampledFrom(keys).Draw(rt, "key")
			it := item{"pk": k["pk"], "n": k["n"], "v": rapid.SampledFrom([]types.AttributeValue{
				s(strconv.Itoa(i)), n(strconv.Itoa(i)), n("0.50"), n("1e3"), &types.AttributeValueMemberNS{Value: []string{"2", "1.0"}}, &types.AttributeValueMemberNULL{Value: true},
			}).Draw(rt, "value")}
			switch rapid.IntRange(0, 7).Draw(rt, "step") {
			case 0:
				_, _ = cache.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(name), Item: it})
			case 1:
				_, _ = cache.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
					TableName: aws.String(name), Key: k, UpdateExpression: aws.String("SET v = :v"), ExpressionAttributeValues: item{":v": it["v"]},
					ReturnValues: rapid.SampledFrom(types.ReturnValueNone.Values()).Draw(rt, "returns"),
				})
			case 2:
				_, _ = cache.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(name), Key: k})
			case 3:
				_, _ = cache.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{name: {
					{PutRequest: &types.PutRequest{Item: it}}, {DeleteRequest: &types.DeleteRequest{Key: key("c")}},
				}}})
			case 4:
				_, _ = cache.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
					{Put: &types.Put{TableName: aws.String(name), Item: it}}, {Delete: &types.Delete{TableName: aws.String(name), Key: key("c")}},
				}})
			case 5:
				clock.Advance(time.Duration(rapid.IntRange(0, 70).Draw(rt, "seconds")) * time.Second)
			}
			engine.SetFaults(ddbmem.Faults{})
			for _, k := range keys {
				want, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(name), Key: k, ConsistentRead: aws.Bool(true)})
				require.NoError(t, err)
				require.Equal(rt, want.Item, get(t, cache, k))
			}
			out, err := cache.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{name: {Keys: keys}}})
			require.NoError(t, err)
			plain, err := client.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{name: {Keys: keys, ConsistentRead: aws.Bool(true)}}})
			require.NoError(t, err)
			require.ElementsMatch(rt, plain.Responses[name], out.Responses[name])
			require.Equal(rt, plain.UnprocessedKeys, out.UnprocessedKeys)
			engine.SetFaults(faults)
		}
	})
}

// What stays unprocessed is not in the cache, and comes back as the caller asked for it.
func TestABatchThatIsPartlyDone(t *testing.T) {
	t.Parallel()
	engine, client, sent := open(t)
	cache := ddbcache.New(client, nil)
	var keys []item
	for i := range 4 {
		keys = append(keys, key(fmt.Sprint(i)))
	}
	get(t, cache, keys[0])
	var asked int
	engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		if c.Item {
			if asked++; asked%2 == 0 {
				return ddbmem.Unprocessed
			}
		}
		return ddbmem.Pass
	}})
	written, err := cache.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{name: {
		{PutRequest: &types.PutRequest{Item: key("0", item{"v": s("1")})}}, {PutRequest: &types.PutRequest{Item: key("1", item{"v": s("1")})}},
	}}})
	require.NoError(t, err)
	require.Len(t, written.UnprocessedItems[name], 1)
	asked, _ = 0, sent.requests("BatchGetItem")
	out, err := cache.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{name: {Keys: keys}}})
	require.NoError(t, err)
	require.NotEmpty(t, out.UnprocessedKeys[name].Keys)
	assert.Nil(t, out.UnprocessedKeys[name].ConsistentRead, "it was read so because of the write")
	engine.SetFaults(ddbmem.Faults{})
	for _, k := range keys {
		assert.Equal(t, get(t, client, k), get(t, cache, k))
	}
}

func TestForgetting(t *testing.T) {
	t.Parallel()
	_, client, sent := open(t)
	cache := ddbcache.New(client, nil)
	scan := func() int32 {
		out, err := cache.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(name)})
		require.NoError(t, err)
		return out.Count
	}
	get(t, cache, key("a"))
	assert.Zero(t, scan())
	put(t, client, key("a", item{"v": s("1")}))
	assert.Nil(t, get(t, cache, key("a")), "another writer")
	cache.Forget(name, key("a"))
	assert.NotNil(t, get(t, cache, key("a")))
	assert.Zero(t, scan())
	put(t, client, key("a", item{"v": s("2")}))
	cache.ForgetTable(name)
	assert.Equal(t, s("2"), get(t, cache, key("a"))["v"])
	assert.EqualValues(t, 1, scan())
	sent.requests("GetItem")
	get(t, cache, key("a"))
	assert.Zero(t, sent.requests("GetItem"))
}

func TestATableThatIsMadeAgainIsEmpty(t *testing.T) {
	t.Parallel()
	_, client, _ := open(t)
	cache := ddbcache.New(client, nil)
	put(t, cache, key("a"))
	require.NotNil(t, get(t, cache, key("a")))
	described, err := cache.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(name)})
	require.NoError(t, err)
	_, err = cache.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String(name)})
	require.NoError(t, err)
	_, err = cache.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(name), Key: key("a")})
	require.ErrorAs(t, err, new(*types.ResourceNotFoundException))
	_, err = cache.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String(name), BillingMode: types.BillingModePayPerRequest, AttributeDefinitions: described.Table.AttributeDefinitions, KeySchema: described.Table.KeySchema,
	})
	require.NoError(t, err)
	assert.Nil(t, get(t, cache, key("a")))
	_, err = ddbcache.New(shaped{client}, nil).DescribeTable(t.Context(), nil)
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "has no calls for tables: use a *dynamodb.Client")
}

// A batch of several tables is one request, whatever of it is in the cache and whatever passes by.
func TestABatchOfSeveralTables(t *testing.T) {
	t.Parallel()
	_, client, sent := open(t)
	described, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(name)})
	require.NoError(t, err)
	_, err = client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("others"), BillingMode: types.BillingModePayPerRequest, AttributeDefinitions: described.Table.AttributeDefinitions, KeySchema: described.Table.KeySchema,
	})
	require.NoError(t, err)
	put(t, client, key("a"))
	_, err = client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("others"), Item: key("a", item{"v": s("other")})})
	require.NoError(t, err)
	cache := ddbcache.New(client, nil)
	for i, want := range []struct {
		consistent     bool
		hits, requests int
	}{{false, 0, 1}, {false, 4, 0}, {true, 2, 1}} {
		before := cache.Stats().Items.Hits
		out, err := cache.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal, RequestItems: map[string]types.KeysAndAttributes{
			name: {Keys: []item{key("a"), key("b")}}, "others": {Keys: []item{key("a"), key("b")}, ConsistentRead: aws.Bool(want.consistent)},
		}})
		require.NoError(t, err)
		assert.Equal(t, map[string][]item{name: {key("a")}, "others": {key("a", item{"v": s("other")})}}, out.Responses)
		assert.Empty(t, out.UnprocessedKeys)
		assert.NotEmpty(t, out.ConsumedCapacity)
		assert.EqualValues(t, want.hits, cache.Stats().Items.Hits-before, i)
		assert.Equal(t, want.requests, sent.requests("BatchGetItem"), i)
	}
}
