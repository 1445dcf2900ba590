package ddbcache_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbcache"
	"github.com/singletable-go/ddb/ddbmem"
)

// batchOf is a BatchGetItem of the tests' table.
func batchOf(keys ...item) *dynamodb.BatchGetItemInput {
	return &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{name: {Keys: keys}}}
}

// What is wrong with one caller's request, or with another key of its batch, is not wrong with the requests of those who
// waited for it.
func TestARefusedRequestFailsItsCallerAlone(t *testing.T) {
	t.Parallel()
	for what, refused := range map[string]func(ctx context.Context, c *ddbcache.Cache) error{
		"another key of the batch": func(ctx context.Context, c *ddbcache.Cache) error {
			_, err := c.BatchGetItem(ctx, batchOf(key("a"), item{"pk": n("1"), "n": n("1")}))
			return err
		},
		"a parameter": func(ctx context.Context, c *ddbcache.Cache) error {
			_, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(name), Key: key("a"), ReturnConsumedCapacity: "?"})
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, client, sent := open(t)
				put(t, client, key("a", item{"v": s("1")}))
				sent.delay = func(string) { time.Sleep(time.Second) }
				cache := ddbcache.New(client, nil)
				var wg sync.WaitGroup
				wg.Go(func() { assert.Error(t, refused(t.Context(), cache)) })
				synctest.Wait()
				for range 3 {
					wg.Go(func() { assert.Equal(t, s("1"), get(t, cache, key("a"))["v"]) })
					wg.Go(func() {
						out, err := cache.BatchGetItem(t.Context(), batchOf(key("a"), key("b")))
						if assert.NoError(t, err) {
							assert.Len(t, out.Responses[name], 1)
						}
					})
				}
				wg.Wait()
			})
		})
	}
}

// Callers whose reads all fail do not wait for one another in turn.
func TestCallersWhoseReadsFailReadBesideEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, client, sent := open(t)
		sent.delay = func(string) { time.Sleep(time.Second) }
		cache := ddbcache.New(client, nil)
		began := time.Now()
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				_, err := cache.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("none"), Key: key("a")})
				assert.ErrorAs(t, err, new(*types.ResourceNotFoundException))
			})
			wg.Go(func() {
				_, err := cache.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("none")})
				assert.ErrorAs(t, err, new(*types.ResourceNotFoundException))
			})
		}
		wg.Wait()
		assert.Equal(t, 2*time.Second, time.Since(began), "of this clock")
		assert.Equal(t, []int{10, 10}, []int{sent.requests("GetItem"), sent.requests("Scan")})
	})
}

// A batch that has read something brings it, though another caller's read of a key failed: that key is unprocessed.
func TestABatchBringsWhatItRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		engine, client, sent := open(t)
		put(t, client, key("b"))
		engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
			if c.Operation == "GetItem" {
				return ddbmem.Throttled
			}
			return ddbmem.Pass
		}})
		sent.delay = func(string) { time.Sleep(time.Second) }
		cache := ddbcache.New(client, nil)
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := cache.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(name), Key: key("a")})
			assert.Error(t, err)
		})
		synctest.Wait()
		wg.Go(func() {
			_, err := cache.BatchGetItem(t.Context(), batchOf(key("a")))
			assert.ErrorAs(t, err, new(*types.ProvisionedThroughputExceededException), "nothing was read")
		})
		in := batchOf(key("a"), key("b"))
		in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
		out, err := cache.BatchGetItem(t.Context(), in)
		wg.Wait()
		require.NoError(t, err)
		assert.Equal(t, []item{key("b")}, out.Responses[name])
		assert.Equal(t, []item{key("a")}, out.UnprocessedKeys[name].Keys)
		assert.InDelta(t, 0.5, *out.ConsumedCapacity[0].CapacityUnits, 0)
	})
}

// A call that fails without a request of its own is none in a Meter.
func TestCallsWithoutARequestAreNotCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		engine := ddbmem.New()
		require.NoError(t, ddb.New(engine.Client(), "library", library, nil).CreateTable(t.Context()))
		sent := &counted{of: map[string]int{}, delay: func(string) { time.Sleep(time.Minute) }}
		as := ddb.NewRepository(ddb.New(ddbcache.New(engine.Client(func(o *dynamodb.Options) {
			sent.next, o.HTTPClient = o.HTTPClient, sent
		}), nil), "library", library, nil), authors)
		calls := map[string]func(ctx context.Context) error{
			"Get":      func(ctx context.Context) error { _, err := as.Get(ctx, author{ID: "1"}); return err },
			"BatchGet": func(ctx context.Context) error { _, err := as.BatchGet(ctx, []author{{ID: "1"}}); return err },
			"Scan":     func(ctx context.Context) error { _, err := ddb.Collect(as.Scan(ctx, nil)); return err },
		}
		for _, leads := range []string{"Get", "Scan"} {
			go func() { _ = calls[leads](t.Context()) }()
		}
		synctest.Wait()
		for what, call := range calls {
			for _, patience := range []time.Duration{0, time.Second} {
				ctx, m := ddb.WithMeter(t.Context())
				ctx, cancel := context.WithTimeout(ctx, patience)
				require.ErrorIs(t, call(ctx), context.DeadlineExceeded)
				assert.Zero(t, m.Requests(), "%s after %v", what, patience)
				cancel()
			}
		}
		time.Sleep(time.Hour)
	})
}

// Hits in a cache below are hits too.
func TestHitsOfACacheBelowAreCounted(t *testing.T) {
	t.Parallel()
	_, client, _ := open(t)
	for _, pk := range []string{"a", "b", "c"} {
		put(t, client, key(pk))
	}
	below := ddbcache.New(client, nil)
	above := ddbcache.New(below, nil)
	get(t, above, key("a"))
	get(t, below, key("b"))
	in := batchOf(key("a"), key("b"), key("c"))
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	out, err := above.BatchGetItem(t.Context(), in)
	require.NoError(t, err)
	assert.Len(t, out.Responses[name], 3)
	assert.Equal(t, 2, out.ResultMetadata.Get("github.com/singletable-go/ddb: hits"))
}
