package ddbstream_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/internal/scale"
)

// court observes all workers of a group: the shard of each record, the worker in a handler of each shard, and the order
// in which the records of an item are handled.
type court struct {
	mu        sync.Mutex
	iterators map[string]string // iterator: shard
	shards    map[string]string // sequence number: shard
	inside    map[string]string // shard: the worker in a handler of it
	last      map[string]int    // item: newest version handled
	missing   []string
	disorder  []string
	twice     int
	together  []string
	handled   int
	slow      time.Duration // the maximum for one record
}

func newCourt(slow time.Duration) *court {
	return &court{iterators: map[string]string{}, shards: map[string]string{}, inside: map[string]string{}, last: map[string]int{}, slow: slow}
}

// observed is a client that reports to the court the shard of each record.
type observed struct {
	ddbstream.Client
	c *court
}

func (o observed) GetShardIterator(ctx context.Context, in *dynamodbstreams.GetShardIteratorInput, f ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetShardIteratorOutput, error) {
	out, err := o.Client.GetShardIterator(ctx, in, f...)
	if err == nil {
		o.c.mu.Lock()
		o.c.iterators[*out.ShardIterator] = *in.ShardId
		o.c.mu.Unlock()
	}
	return out, err
}

func (o observed) GetRecords(ctx context.Context, in *dynamodbstreams.GetRecordsInput, f ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	out, err := o.Client.GetRecords(ctx, in, f...)
	if err == nil {
		o.c.mu.Lock()
		shard := o.c.iterators[*in.ShardIterator]
		for _, r := range out.Records {
			o.c.shards[*r.Dynamodb.SequenceNumber] = shard
		}
		if out.NextShardIterator != nil {
			o.c.iterators[*out.NextShardIterator] = shard
		}
		o.c.mu.Unlock()
	}
	return out, err
}

// advocate is the processor of a worker.
type advocate struct {
	worker string
	c      *court
	obeys  bool // its context
	gate   func(ddb.Record)
}

func (a *advocate) Process(ctx context.Context, records []ddb.Record) ([]string, error) {
	c := a.c
	c.mu.Lock()
	shard := c.shards[records[0].Sequence]
	if other, ok := c.inside[shard]; ok {
		c.together = append(c.together, fmt.Sprintf("%s: %s and %s", shard, other, a.worker))
	}
	c.inside[shard] = a.worker
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.inside[shard] == a.worker {
			delete(c.inside, shard)
		}
	}()
	for i, r := range records {
		if a.gate != nil {
			a.gate(r)
		}
		if c.slow > 0 {
			time.Sleep(rand.N(c.slow))
		}
		if a.obeys && ctx.Err() != nil {
			var left []string
			for _, r := range records[i:] {
				left = append(left, r.Sequence)
			}
			return left, ctx.Err()
		}
		id := r.Keys["sk"].(*types.AttributeValueMemberS).Value
		var n int
		if _, err := fmt.Sscan(r.New["n"].(*types.AttributeValueMemberN).Value, &n); err != nil {
			return nil, err
		}
		c.mu.Lock()
		switch was := c.last[id]; {
		case n < was:
			c.disorder = append(c.disorder, fmt.Sprintf("%s: %d after %d by %s", id, n, was, a.worker))
		case n == was:
			c.twice++
		case n > was+1:
			c.missing = append(c.missing, fmt.Sprintf("%s: %d after %d by %s", id, n, was, a.worker))
		}
		c.last[id] = max(n, c.last[id])
		c.handled++
		c.mu.Unlock()
	}
	return nil, nil
}

// owned is how many shards each worker reads.
func owned(t *testing.T, store ddbstream.Store) map[string]int {
	out := map[string]int{}
	leases, err := store.Leases(t.Context())
	require.NoError(t, err)
	for _, l := range leases {
		if !l.Done && l.Since != 0 {
			out[l.Owner]++
		}
	}
	return out
}

// ownsAll reports whether a worker reads every shard that can be read.
func ownsAll(t *testing.T, store ddbstream.Store, worker string) bool {
	leases, err := store.Leases(t.Context())
	require.NoError(t, err)
	done := map[string]bool{"": true}
	for _, l := range leases {
		done[l.Shard] = l.Done
	}
	for _, l := range leases {
		if !l.Done && done[l.Parent] && (l.Owner != worker || l.Since == 0) {
			return false
		}
	}
	return true
}

// Shards change hands under load, a hundred times, with slow handlers that ignore their context. No item's records are
// handled out of order, none is skipped or handled twice, and no shard has two workers in it.
func TestAHandoverKeepsTheOrderOfAnItem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArena(t, ddbmem.Options{StreamShards: 4})
		store := ddbstream.NewTableStore(a.client, "readers", "g")
		require.NoError(t, store.CreateTable(t.Context()))
		c := newCourt(2 * time.Millisecond)
		var handed atomic.Int64
		counting := &handovers{Store: store, n: &handed}
		start := func(w string) func() error {
			opts := fast()
			// the lease: a shard that is handed over to a worker that stops is idle for so long
			opts.Worker, opts.Lease, opts.Batch, opts.Checkpoint, opts.Grace = w, 2*time.Second, 20, 50*time.Millisecond, time.Minute
			return run(t, ddbstream.NewReader(observed{a.engine.StreamsClient(), c}, name, &advocate{worker: w, c: c}, counting, opts))
		}
		ids := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
		writing, done := make(chan struct{}), make(chan int, 1)
		go func() {
			for n := 1; ; n++ {
				for _, id := range ids {
					a.put(t, Point{Game: "g" + id, ID: id, N: n})
				}
				select {
				case <-writing:
					done <- n
					return
				case <-time.After(2 * time.Millisecond):
				}
			}
		}()
		stops := []func() error{start("w0")}
		enough := int64(scale.Of(100, 30))
		for n := 1; handed.Load() < enough && n <= 100; n++ {
			if n == 10 {
				a.engine.SplitShard(name) // children wait for their parent, whoever owns it
			}
			w := fmt.Sprint("w", n)
			stops = append(stops, start(w))
			eventually(t, func() bool { return owned(t, store)[w] >= 2 }, "the one that joins has its share")
			require.NoError(t, stops[0]())
			stops = stops[1:]
			eventually(t, func() bool { return ownsAll(t, store, w) }, "the other has the rest")
		}
		close(writing)
		last := <-done
		eventually(t, func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			for _, id := range ids {
				if c.last["p#"+id] != last {
					return false
				}
			}
			return true
		}, "everything arrives")
		for _, s := range stops {
			require.NoError(t, s())
		}
		assert.GreaterOrEqual(t, handed.Load(), enough)
		assert.Empty(t, c.disorder)
		assert.Empty(t, c.missing)
		assert.Empty(t, c.together)
		assert.Zero(t, c.twice)
		t.Logf("%d handovers, %d records", handed.Load(), c.handled)
	})
}

// handovers is a store that counts the shards that are given to another worker.
type handovers struct {
	ddbstream.Store
	n *atomic.Int64
}

func (s *handovers) Swap(ctx context.Context, l ddbstream.Lease, was int64) error {
	err := s.Store.Swap(ctx, l, was)
	if err == nil && l.Owner != "" && l.Since == 0 {
		s.n.Add(1)
	}
	return err
}

// A worker that is asked for a shard while its handler runs, or fails repeatedly, gives it up between two deliveries
// and not before, however long that takes.
func TestAHandoverWaitsForTheBatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArena(t, ddbmem.Options{StreamShards: 2})
		store := &ddbstream.MemoryStore{}
		c := newCourt(0)
		held, release := make(chan struct{}, 10), make(chan struct{})
		open := sync.OnceFunc(func() { close(release) })
		defer open() // so that a failing test ends
		one := &advocate{worker: "one", c: c, gate: func(ddb.Record) {
			held <- struct{}{}
			<-release
		}}
		opts := fast()
		opts.Worker, opts.Lease = "one", 2*time.Second
		run(t, ddbstream.NewReader(observed{a.engine.StreamsClient(), c}, name, one, store, opts))
		for i := range 8 {
			a.put(t, Point{Game: fmt.Sprint(i), ID: fmt.Sprint(i), N: 1})
		}
		<-held
		<-held // both shards are being handled
		opts = fast()
		opts.Worker, opts.Lease = "two", 2*time.Second
		run(t, ddbstream.NewReader(observed{a.engine.StreamsClient(), c}, name, &advocate{worker: "two", c: c}, store, opts))
		eventually(t, func() bool {
			leases, err := store.Leases(t.Context())
			require.NoError(t, err)
			return leases[0].Wanted == "two" || leases[1].Wanted == "two"
		}, "two asks")
		time.Sleep(2 * opts.Lease) // longer than a lease: its owner is alive
		assert.Equal(t, 2, owned(t, store)["one"])
		open()
		eventually(t, func() bool { o := owned(t, store); return o["one"] == 1 && o["two"] == 1 }, "each has one")
		eventually(t, func() bool { c.mu.Lock(); defer c.mu.Unlock(); return len(c.last) == 8 }, "everything arrives")
		assert.Empty(t, c.together)
		assert.Empty(t, c.disorder)
		assert.Zero(t, c.twice)
	})
}

// A worker that cannot write its lease stops before another takes the shard: its handler's context ends in time, and
// nothing is handed over after that.
func TestAWorkerThatLostItsLeaseStops(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	store := &ddbstream.MemoryStore{}
	hung := &hanging{Store: store, hang: make(chan struct{})}
	defer close(hung.hang)
	opts := fast()
	opts.Worker, opts.Lease = "one", 300*time.Millisecond
	ended := make(chan time.Time, 1)
	entered := make(chan struct{}, 1)
	var deliveries atomic.Int64
	one := processor(func(ctx context.Context, records []ddb.Record) ([]string, error) {
		deliveries.Add(1)
		hung.on.Store(true)
		entered <- struct{}{}
		<-ctx.Done()
		ended <- time.Now()
		return nil, nil // it counts the batch as handled, which it is not
	})
	run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, one, hung, opts))
	a.put(t, Point{Game: "g", ID: "a", N: 1})
	<-entered
	opts = fast()
	opts.Worker, opts.Lease = "two", 500*time.Millisecond // its timer may be late by the difference
	began := make(chan time.Time, 10)
	run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, processor(func(_ context.Context, records []ddb.Record) ([]string, error) {
		began <- time.Now()
		return nil, nil
	}), store, opts))
	var first, second time.Time
	select {
	case first = <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("the handler of one goes on without a lease")
	}
	second = <-began
	assert.False(t, second.Before(first), "one ended %v after two began", first.Sub(second))
	assert.EqualValues(t, 1, deliveries.Load())
}

// hanging is a store whose writes do not return once it is switched on.
type hanging struct {
	ddbstream.Store
	on   atomic.Bool
	hang chan struct{}
}

func (s *hanging) Swap(ctx context.Context, l ddbstream.Lease, was int64) error {
	if s.on.Load() {
		select {
		case <-ctx.Done():
		case <-s.hang:
		}
		return context.DeadlineExceeded
	}
	return s.Store.Swap(ctx, l, was)
}

type processor func(ctx context.Context, records []ddb.Record) ([]string, error)

func (p processor) Process(ctx context.Context, records []ddb.Record) ([]string, error) {
	return p(ctx, records)
}

// A shard that a stopped worker had asked for stays with its owner.
func TestAWorkerThatStopsTakesItsRequestBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArena(t, ddbmem.Options{StreamShards: 2})
		store := ddbstream.NewTableStore(a.client, "readers", "g")
		require.NoError(t, store.CreateTable(t.Context()))
		c := newCourt(0)
		held, release := make(chan struct{}, 10), make(chan struct{})
		open := sync.OnceFunc(func() { close(release) })
		defer open() // so that a failing test ends
		opts := fast()
		opts.Worker, opts.Lease = "one", time.Minute
		run(t, ddbstream.NewReader(observed{a.engine.StreamsClient(), c}, name, &advocate{worker: "one", c: c, gate: func(ddb.Record) {
			held <- struct{}{}
			<-release
		}}, store, opts))
		for i := range 8 {
			a.put(t, Point{Game: fmt.Sprint(i), ID: fmt.Sprint(i), N: 1})
		}
		<-held
		<-held
		opts = fast()
		opts.Worker, opts.Lease = "two", time.Minute
		stop := run(t, ddbstream.NewReader(observed{a.engine.StreamsClient(), c}, name, &advocate{worker: "two", c: c}, store, opts))
		wanted := func() (out []string) {
			leases, err := store.Leases(t.Context())
			require.NoError(t, err)
			for _, l := range leases {
				if l.Wanted != "" {
					out = append(out, l.Wanted)
				}
			}
			return out
		}
		eventually(t, func() bool { return len(wanted()) > 0 }, "two asks")
		require.NoError(t, stop())
		require.Empty(t, wanted())
		time.Sleep(20 * opts.Discover) // both look at the leases
		open()
		eventually(t, func() bool { c.mu.Lock(); defer c.mu.Unlock(); return len(c.last) == 8 }, "everything arrives")
		time.Sleep(20 * opts.Discover)
		assert.Equal(t, 2, owned(t, store)["one"])
	})
}
