package ddbcache_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbcache"
)

// endless is a table that has every item, of a size, and needs no memory.
type endless struct {
	ddb.Client
	attributes, size int
}

func (e endless) GetItem(_ context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	it := item{"pk": in.Key["pk"], "n": in.Key["n"]}
	for i := range e.attributes {
		it[fmt.Sprint("attribute ", i)] = s(strings.Repeat("x", e.size))
	}
	return &dynamodb.GetItemOutput{Item: it}, nil
}

// What the cache says that it needs is about what it needs. It measures the heap, so it is not parallel.
func TestMemoryIsCounted(t *testing.T) {
	for _, c := range []struct{ attributes, size, items int }{{0, 0, 60_000}, {1, 100, 50_000}, {10, 10, 40_000}, {30, 30, 10_000}, {1, 20_000, 1000}} {
		cache := ddbcache.New(endless{attributes: c.attributes, size: c.size}, &ddbcache.Options{ItemBytes: 1 << 30})
		before := heap()
		for i := range c.items {
			get(t, cache, key(fmt.Sprintf("item %08d", i)))
		}
		stats := cache.Stats().Items
		needs := float64(int64(heap()) - int64(before))
		require.Equal(t, c.items, stats.Entries)
		t.Logf("%d attributes of %d bytes: %.0f bytes of heap for each item, %d counted", c.attributes, c.size, needs/float64(c.items), stats.Bytes/int64(c.items))
		assert.InEpsilon(t, needs, float64(stats.Bytes), 0.25)
		runtime.KeepAlive(cache)
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// The cache stays within its room, whatever comes.
func TestTheRoomIsKept(t *testing.T) {
	t.Parallel()
	cache := ddbcache.New(endless{attributes: 1, size: 1000}, &ddbcache.Options{ItemBytes: 200_000})
	for i := range 5000 {
		get(t, cache, key(fmt.Sprint(i)))
	}
	stats := cache.Stats().Items
	assert.LessOrEqual(t, stats.Bytes, int64(200_000))
	assert.Greater(t, stats.Bytes, int64(100_000))
	assert.Greater(t, stats.Evicted, int64(4500))
	large := ddbcache.New(endless{attributes: 1, size: 300_000}, &ddbcache.Options{ItemBytes: 200_000})
	for range 2 {
		require.Len(t, get(t, large, key("a")), 3, "an item that has no room is read each time")
	}
	assert.EqualValues(t, 2, large.Stats().Items.Misses)
}
