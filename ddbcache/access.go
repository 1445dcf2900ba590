package ddbcache

import (
	"context"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// Access says what the cache did in one call, in items for GetItem and BatchGetItem, and in pages for Query and Scan. A call
// that failed before it had a request or a hit has none of them.
type Access struct {
	Operation string // such as "GetItem"
	Table     string // its name, also where the call has its ARN; the first by its name, in a BatchGetItem of several
	Hits      int    // were in the cache
	Shared    int    // came with a read that another caller had begun
	Misses    int    // were requested from the table
	Passed    int    // were not looked for: strongly consistent reads, and projections of an item
	Saved     float64
}

// Counts are the sums of each [Access] since a cache was made, and what is in it now.
type Counts struct {
	Hits, Shared, Misses, Passed int64

	Saved   float64 // read units that hits and shared reads would have consumed
	Evicted int64   // entries that left for lack of room
	Entries int     // about
	Bytes   int64   // about
}

// Stats are the counts of the two caches.
type Stats struct{ Items, Queries Counts }

// Stats returns the counts. It makes no request.
func (c *Cache) Stats() Stats {
	return Stats{c.counts[0].read(c.items), c.counts[1].read(c.queries)}
}

// counters are summed up while the cache is used.
type counters struct {
	hits, shared, misses, passed atomic.Int64
	halves                       atomic.Int64 // of a read unit
}

func (n *counters) add(a Access) {
	for _, p := range []struct {
		n  *atomic.Int64
		by int
	}{{&n.hits, a.Hits}, {&n.shared, a.Shared}, {&n.misses, a.Misses}, {&n.passed, a.Passed}, {&n.halves, int(2 * a.Saved)}} {
		if p.by != 0 {
			p.n.Add(int64(p.by))
		}
	}
}

func (n *counters) read(s *store) Counts {
	c := Counts{
		Hits: n.hits.Load(), Shared: n.shared.Load(), Misses: n.misses.Load(), Passed: n.passed.Load(),
		Saved: float64(n.halves.Load()) / 2, Evicted: s.evicted.Load(),
	}
	if s.keeps() {
		s.cache.CleanUp()
		c.Entries, c.Bytes = s.cache.EstimatedSize(), int64(s.cache.WeightedSize())
	}
	return c
}

// note counts what the cache did in a call.
func (c *Cache) note(ctx context.Context, a Access) {
	of := &c.counts[0]
	if a.Operation == "Query" || a.Operation == "Scan" {
		of = &c.counts[1]
	}
	of.add(a)
	if c.opts.OnAccess != nil {
		c.opts.OnAccess(ctx, a)
	}
}

// hitsKey is the key in the metadata of a response under which a ddb.Meter finds how much of it came from a cache.
const hitsKey = "github.com/singletable-go/ddb: hits"

// hitsOf returns the number of hits that a response has from a cache below.
func hitsOf(md middleware.Metadata) int {
	n, _ := md.Get(hitsKey).(int)
	return n
}

// asks reports a caller that wants to know what its request consumed, as one with a ddb.Meter does.
func asks(want types.ReturnConsumedCapacity) bool {
	return want != "" && want != types.ReturnConsumedCapacityNone
}

// free is what a call consumed that made no request. It says so to the options of the call and in its metadata too.
func (c *Cache) free(table *string, want types.ReturnConsumedCapacity, opts []func(*dynamodb.Options), md *middleware.Metadata) *types.ConsumedCapacity {
	if !asks(want) {
		return nil
	}
	c.unsent(opts)
	md.Set(hitsKey, 1)
	return &types.ConsumedCapacity{TableName: table, CapacityUnits: new(float64)}
}
