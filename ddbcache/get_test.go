package ddbcache_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbcache"
	"github.com/singletable-go/ddb/ddbmem"
)

func TestAnItemIsReadOnce(t *testing.T) {
	t.Parallel()
	_, client, sent := open(t)
	put(t, client, key("a", item{"v": s("1")}))
	cache := ddbcache.New(client, nil)
	for range 3 {
		assert.Equal(t, key("a", item{"v": s("1")}), get(t, cache, key("a")))
		assert.Nil(t, get(t, cache, key("none")), "that there is none is kept too")
	}
	assert.Equal(t, 2, sent.requests("GetItem"))
	stats := cache.Stats()
	assert.Equal(t, ddbcache.Counts{Hits: 4, Misses: 2, Saved: 2, Entries: 2, Bytes: stats.Items.Bytes}, stats.Items)
}

func TestAnEntryLivesForItsTime(t *testing.T) {
	t.Parallel()
	_, client, sent := open(t)
	clock := newManual()
	cache := ddbcache.New(client, &ddbcache.Options{ItemTTL: time.Minute, QueryTTL: time.Second, Now: clock.now})
	query := &dynamodb.QueryInput{TableName: aws.String(name), KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": s("a")}}
	for _, want := range []struct {
		after          time.Duration
		items, queries int
	}{{0, 1, 1}, {time.Second - 1, 0, 0}, {1, 0, 1}, {59*time.Second - 1, 0, 1}, {1, 1, 0}, {1, 0, 0}} {
		clock.advance(want.after)
		get(t, cache, key("a"))
		_, err := cache.Query(t.Context(), query)
		require.NoError(t, err)
		assert.Equal(t, want.items, sent.requests("GetItem"), "items after %v", want.after)
		assert.Equal(t, want.queries, sent.requests("Query"), "pages after %v", want.after)
	}
}

func TestReadsThatPassBy(t *testing.T) {
	t.Parallel()
	_, client, sent := open(t)
	cache := ddbcache.New(client, nil)
	get(t, cache, key("a"))
	put(t, client, key("a", item{"v": s("1")})) // behind its back
	sent.requests("GetItem")
	for _, in := range []*dynamodb.GetItemInput{
		{ConsistentRead: aws.Bool(true)},
		{ProjectionExpression: aws.String("v")},
		{ProjectionExpression: aws.String("#v"), ExpressionAttributeNames: map[string]string{"#v": "v"}},
	} {
		in.TableName, in.Key = aws.String(name), key("a")
		out, err := cache.GetItem(t.Context(), in)
		require.NoError(t, err)
		assert.NotNil(t, out.Item["v"])
		assert.Equal(t, 1, sent.requests("GetItem"))
	}
	assert.Nil(t, get(t, cache, key("a")), "what passed by was not kept")
	assert.EqualValues(t, 3, cache.Stats().Items.Passed)
	none := ddbcache.New(client, &ddbcache.Options{ItemTTL: -1, QueryTTL: -1})
	for range 2 {
		get(t, none, key("a"))
		assert.Equal(t, 1, sent.requests("GetItem"))
	}
}

// What a caller does to an item that it got is not seen by others.
func TestItemsAreNotShared(t *testing.T) {
	t.Parallel()
	_, client, _ := open(t)
	whole := func() item {
		return key("a", item{
			"b": &types.AttributeValueMemberB{Value: []byte("abc")}, "l": &types.AttributeValueMemberL{Value: []types.AttributeValue{s("x")}},
			"m": &types.AttributeValueMemberM{Value: item{"k": s("x")}}, "ss": &types.AttributeValueMemberSS{Value: []string{"x", "y"}},
		})
	}
	spoil := func(it item) {
		it["b"].(*types.AttributeValueMemberB).Value[0] = '!'
		it["l"].(*types.AttributeValueMemberL).Value[0] = nil
		it["m"].(*types.AttributeValueMemberM).Value["k"] = nil
		it["ss"].(*types.AttributeValueMemberSS).Value[0] = "!"
		it["pk"].(*types.AttributeValueMemberS).Value = "!"
		delete(it, "n")
	}
	put(t, client, whole())
	cache := ddbcache.New(client, nil)
	for range 3 {
		got := get(t, cache, key("a"))
		require.Equal(t, whole(), got)
		spoil(got)
		out, err := cache.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{name: {Keys: []item{key("a")}}}})
		require.NoError(t, err)
		require.Equal(t, []item{whole()}, out.Responses[name])
		spoil(out.Responses[name][0])
		page, err := cache.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(name)})
		require.NoError(t, err)
		require.Equal(t, []item{whole()}, page.Items)
		spoil(page.Items[0])
	}
	written := key("w", item{"m": &types.AttributeValueMemberM{Value: item{"k": s("x")}}})
	put(t, cache, written)
	written["m"].(*types.AttributeValueMemberM).Value["k"] = s("!")
	assert.Equal(t, key("w", item{"m": &types.AttributeValueMemberM{Value: item{"k": s("x")}}}), get(t, cache, key("w")))
}

func TestConcurrentMissesOfAKeyReadOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, client, sent := open(t)
		put(t, client, key("a", item{"v": s("1")}))
		sent.delay = func(string) { time.Sleep(time.Second) }
		cache := ddbcache.New(client, nil)
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				if i%2 == 0 {
					assert.Equal(t, key("a", item{"v": s("1")}), get(t, cache, key("a")))
					return
				}
				out, err := cache.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{name: {Keys: []item{key("a")}}}})
				if assert.NoError(t, err) {
					assert.Equal(t, []item{key("a", item{"v": s("1")})}, out.Responses[name])
				}
			})
		}
		wg.Wait()
		assert.Equal(t, 1, sent.requests("GetItem")+sent.requests("BatchGetItem"))
		assert.EqualValues(t, 19, cache.Stats().Items.Shared)
		for range 5 {
			wg.Go(func() {
				_, err := cache.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(name)})
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		assert.Equal(t, 1, sent.requests("Scan"))
		assert.EqualValues(t, 4, cache.Stats().Queries.Shared)
	})
}

// A caller that gives up, or whose client panics, does not make the others fail: one of them reads in its place.
func TestACancelledReadIsItsCallersAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, client, sent := open(t)
		put(t, client, key("a"))
		cache := ddbcache.New(client, nil)
		var began atomic.Int64
		sent.delay = func(string) {
			if began.Add(1) == 1 {
				panic("the first")
			}
			time.Sleep(time.Second)
		}
		read := func(ctx context.Context) (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = errors.New("panic")
				}
			}()
			_, err = cache.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(name), Key: key("a")})
			return err
		}
		assert.EqualError(t, read(t.Context()), "panic")
		ctx, cancel := context.WithCancel(t.Context())
		errs := make(chan error, 10)
		var wg sync.WaitGroup
		wg.Go(func() { errs <- read(ctx) }) // leads
		synctest.Wait()
		for range 3 {
			wg.Go(func() { errs <- read(t.Context()) })
		}
		late, cancelLate := context.WithCancel(t.Context())
		wg.Go(func() { errs <- read(late) })
		synctest.Wait()
		cancelLate()
		require.ErrorIs(t, <-errs, context.Canceled, "who waits can give up too")
		cancel()
		wg.Wait()
		close(errs)
		var failed int
		for err := range errs {
			if err != nil {
				require.ErrorIs(t, err, context.Canceled)
				failed++
			}
		}
		assert.Equal(t, 1, failed)
		assert.Equal(t, 3, sent.requests("GetItem"), "the one that panicked, the one that was cancelled, and the one for the others")
	})
}

// An error of the service is the error of all who waited for the read, and is not kept.
func TestErrorsAreSharedButNotKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		engine, client, sent := open(t)
		engine.SetFaults(ddbmem.Faults{Throttle: 1})
		sent.delay = func(string) { time.Sleep(time.Second) }
		cache := ddbcache.New(client, nil)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				_, err := cache.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(name), Key: key("a")})
				assert.ErrorAs(t, err, new(*types.ProvisionedThroughputExceededException))
			})
		}
		wg.Wait()
		assert.Equal(t, 1, sent.requests("GetItem"))
		engine.SetFaults(ddbmem.Faults{})
		get(t, cache, key("a"))
		assert.Equal(t, 1, sent.requests("GetItem"))
	})
}

func TestACallWhoseContextHasEndedReadsNothing(t *testing.T) {
	t.Parallel()
	_, client, _ := open(t)
	cache := ddbcache.New(client, nil)
	get(t, cache, key("a"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := cache.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(name), Key: key("a")})
	require.ErrorIs(t, err, context.Canceled)
	_, err = cache.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{name: {Keys: []item{key("a")}}}})
	require.ErrorIs(t, err, context.Canceled)
	_, err = cache.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String(name)})
	require.ErrorIs(t, err, context.Canceled)
}

// What DynamoDB refuses is refused, whatever is in the cache, and nil inputs are the client's to refuse.
func TestRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	_, client, _ := open(t)
	cache := ddbcache.New(client, nil)
	get(t, cache, key("a"))
	keys := func(ks ...item) *dynamodb.BatchGetItemInput {
		return &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{name: {Keys: ks}}}
	}
	many := make([]item, 101)
	for i := range many {
		many[i] = key("a")
	}
	for what, in := range map[string]*dynamodb.BatchGetItemInput{
		"twice": keys(key("a"), key("a")), "none": keys(), "too many": keys(many...), "empty": {}, "nil": nil,
		"not a key": keys(key("a"), item{"x": s("y")}), "another type": keys(key("a"), item{"pk": s("a"), "n": s("1")}),
	} {
		_, err := cache.BatchGetItem(t.Context(), in)
		_, plain := client.BatchGetItem(t.Context(), in)
		require.Error(t, plain, what)
		if api, ok := errors.AsType[smithy.APIError](plain); ok {
			require.ErrorContains(t, err, api.ErrorMessage(), what)
		}
	}
	_, err := cache.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(name), Key: key("a"), ExpressionAttributeNames: map[string]string{"#v": "v"}})
	require.Error(t, err)
	for what, call := range map[string]func() error{
		"GetItem":            func() error { _, err := cache.GetItem(t.Context(), nil); return err },
		"PutItem":            func() error { _, err := cache.PutItem(t.Context(), nil); return err },
		"UpdateItem":         func() error { _, err := cache.UpdateItem(t.Context(), nil); return err },
		"DeleteItem":         func() error { _, err := cache.DeleteItem(t.Context(), nil); return err },
		"BatchWriteItem":     func() error { _, err := cache.BatchWriteItem(t.Context(), nil); return err },
		"TransactWriteItems": func() error { _, err := cache.TransactWriteItems(t.Context(), nil); return err },
		"Query":              func() error { _, err := cache.Query(t.Context(), nil); return err },
		"Scan":               func() error { _, err := cache.Scan(t.Context(), nil); return err },
		"empty GetItem":      func() error { _, err := cache.GetItem(t.Context(), &dynamodb.GetItemInput{}); return err },
		"empty PutItem":      func() error { _, err := cache.PutItem(t.Context(), &dynamodb.PutItemInput{}); return err },
		"empty Query":        func() error { _, err := cache.Query(t.Context(), &dynamodb.QueryInput{}); return err },
		"empty Scan":         func() error { _, err := cache.Scan(t.Context(), &dynamodb.ScanInput{}); return err },
	} {
		assert.Error(t, call(), what)
	}
}

// garbled changes the body of responses, and not their checksum.
type garbled struct {
	next  dynamodb.HTTPClient
	times atomic.Int64
}

func (g *garbled) Do(r *http.Request) (*http.Response, error) {
	resp, err := g.next.Do(r)
	if err == nil && g.times.Add(-1) >= 0 {
		body, _ := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(strings.NewReader(strings.ReplaceAll(string(body), "right", "wrong")))
	}
	return resp, err
}

func TestACorruptResponseIsNotKept(t *testing.T) {
	t.Parallel()
	engine, plain, _ := open(t)
	put(t, plain, key("a", item{"v": s("right")}))
	g := &garbled{}
	g.times.Store(1)
	cache := ddbcache.New(engine.Client(func(o *dynamodb.Options) { g.next, o.HTTPClient = o.HTTPClient, g }), nil)
	assert.Equal(t, s("right"), get(t, cache, key("a"))["v"], "the SDK read it again")
	assert.Equal(t, s("right"), get(t, cache, key("a"))["v"])
	g.times.Store(100)
	_, err := cache.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(name), Key: key("b")})
	require.NoError(t, err, "nothing was changed in it")
	put(t, plain, key("c", item{"v": s("right")}))
	_, err = cache.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(name), Key: key("c")})
	require.ErrorContains(t, err, "corrupted in transit")
}

// Many callers at once, with the race detector: each item has one writer, and a read that begins after a write ended sees
// at least that one.
func TestManyCallersAtOnce(t *testing.T) {
	t.Parallel()
	engine, client, _ := open(t)
	engine.SetFaults(ddbmem.Faults{ReadLag: 5 * time.Millisecond, Drop: 0.05, Throttle: 0.05})
	cache := ddbcache.New(client, &ddbcache.Options{ItemBytes: 600, ItemTTL: 20 * time.Millisecond, OnAccess: func(context.Context, ddbcache.Access) {}})
	var written [4]atomic.Int64
	var wg sync.WaitGroup
	for i := range written {
		k := key(strconv.Itoa(i))
		wg.Go(func() {
			for v := int64(1); v <= 100; v++ {
				in := &dynamodb.UpdateItemInput{TableName: aws.String(name), Key: k, UpdateExpression: aws.String("SET v = :v"), ExpressionAttributeValues: item{":v": n(strconv.FormatInt(v, 10))}}
				if v%2 == 0 {
					in.ReturnValues = types.ReturnValueAllNew
				}
				if _, err := cache.UpdateItem(t.Context(), in); err == nil {
					written[i].Store(v)
				}
			}
		})
		for range 3 {
			wg.Go(func() {
				for range 200 {
					least := written[i].Load()
					out, err := cache.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(name), Key: k})
					if err != nil || least == 0 {
						continue
					}
					v, _ := out.Item["v"].(*types.AttributeValueMemberN)
					if !assert.NotNil(t, v) {
						return
					}
					got, _ := strconv.ParseInt(v.Value, 10, 64)
					assert.GreaterOrEqual(t, got, least)
				}
			})
		}
	}
	wg.Go(func() {
		for range 100 {
			cache.Forget(name, key("0"))
			cache.ForgetTable(name)
			cache.Stats()
			_, _ = cache.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{name: {Keys: []item{key("0"), key("1"), key("2")}}}})
			_, _ = cache.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(name)})
		}
	})
	wg.Wait()
}

// A hook that panics holds up no one.
func TestAHookThatPanics(t *testing.T) {
	t.Parallel()
	_, client, _ := open(t)
	var calls atomic.Int64
	cache := ddbcache.New(client, &ddbcache.Options{OnAccess: func(context.Context, ddbcache.Access) {
		if calls.Add(1)%2 == 1 {
			panic("hook")
		}
	}})
	scan := func() { _, _ = cache.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(name)}) }
	assert.PanicsWithValue(t, "hook", scan)
	assert.NotPanics(t, scan)
	read := func() { get(t, cache, key("a")) }
	assert.PanicsWithValue(t, "hook", read)
	assert.NotPanics(t, read)
}
