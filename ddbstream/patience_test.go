package ddbstream_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// A worker that asks for a shard whose handler hangs does not take it, because of the order of its items. Both workers
// report it, and the worker asks for another shard.
func TestAHandlerThatHangsKeepsItsShardAndIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArena(t, ddbmem.Options{StreamShards: 4})
		out, err := a.engine.StreamsClient().DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: new(streamARN(t, a))})
		require.NoError(t, err)
		first := *out.StreamDescription.Shards[0].ShardId
		store := &ddbstream.MemoryStore{}
		c := newCourt(0)
		held, release := make(chan struct{}, 100), make(chan struct{})
		open := sync.OnceFunc(func() { close(release) })
		defer open() // so that a failing test ends
		var ones, twos told
		opts := fast()
		opts.Worker, opts.Lease, opts.OnError = "one", 3*time.Second, ones.add
		one := ddbstream.NewReader(observed{a.engine.StreamsClient(), c}, name, &advocate{worker: "one", c: c, gate: func(r ddb.Record) {
			c.mu.Lock()
			hangs := c.shards[r.Sequence] == first
			c.mu.Unlock()
			if hangs {
				held <- struct{}{}
				<-release
			}
		}}, store, opts)
		run(t, one)
		for i := range 40 {
			a.put(t, Point{Game: fmt.Sprint(i), ID: fmt.Sprint(i), N: 1})
		}
		<-held
		opts = fast()
		opts.Worker, opts.Lease, opts.OnError = "two", 3*time.Second, twos.add
		two := ddbstream.NewReader(observed{a.engine.StreamsClient(), c}, name, &advocate{worker: "two", c: c}, store, opts)
		run(t, two)
		shardOf := func(r *ddbstream.Reader) (out ddbstream.ShardStatus) {
			for _, s := range r.Status().Shards {
				if s.Shard == first {
					out = s
				}
			}
			return out
		}
		eventually(t, func() bool {
			s := shardOf(one)
			return s.Wanted == "two" && !s.WantedSince.IsZero() && !s.Busy.IsZero()
		}, "the status of one")
		eventually(t, func() bool { return !shardOf(two).WantedSince.IsZero() }, "the status of two")
		eventually(t, func() bool { return owned(t, store)["two"] == 2 }, "two has others")
		assert.Contains(t, fmt.Sprint(ones.all()), "shard "+first+": worker two has been asking for it since")
		assert.Contains(t, fmt.Sprint(twos.all()), "shard "+first+": worker one was asked to hand it over at")
		assert.Equal(t, "one", shardOf(two).Owner)
		eventually(t, func() bool { return shardOf(one).Wanted == "" }, "it is asked for no longer")
		open()
		eventually(t, func() bool { c.mu.Lock(); defer c.mu.Unlock(); return len(c.last) == 40 }, "everything arrives")
		assert.Empty(t, c.together)
		assert.Empty(t, c.disorder)
		assert.Zero(t, c.twice)
	})
}

// A request for a shard that is withdrawn between two deliveries loses nothing of the batch that it interrupted.
func TestARequestTakenBackLeavesNothingOut(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	store := &ddbstream.MemoryStore{}
	var fails atomic.Bool
	fails.Store(true)
	var l log
	mux := l.mux(a)
	var r *ddbstream.Reader
	request := func(worker string) {
		leases, err := store.Leases(t.Context())
		require.NoError(t, err)
		require.NoError(t, store.Want(t.Context(), leases[0], worker))
	}
	wanted := func() string { return r.Status().Shards[0].Wanted }
	opts := fast()
	interrupted := make(chan struct{}, 10)
	opts.OnBatch = func(s ddbstream.BatchStats) {
		if s.Complete || !fails.Load() {
			return
		}
		request("")
		eventually(t, func() bool { return wanted() == "" }, "the owner sees that it is not wanted")
		fails.Store(false)
		interrupted <- struct{}{}
	}
	to := processor(func(ctx context.Context, records []ddb.Record) ([]string, error) {
		if fails.Load() {
			return nil, errors.New("not now")
		}
		return mux.Process(ctx, records)
	})
	r = ddbstream.NewReader(a.engine.StreamsClient(), name, to, store, opts)
	run(t, r)
	for n := 1; n <= 3; n++ {
		a.put(t, Point{Game: "g", ID: "a", N: n})
	}
	eventually(t, func() bool { s := r.Status(); return len(s.Shards) == 1 && s.Shards[0].Retries > 0 }, "it fails")
	request("two")
	<-interrupted
	a.put(t, Point{Game: "g", ID: "a", N: 4})
	eventually(t, func() bool { return l.last("a") == 4 }, "it goes on")
	l.mu.Lock()
	defer l.mu.Unlock()
	assert.Equal(t, []int{1, 2, 3, 4}, l.seen["a"])
}

// stuck is a store whose writes do not return for one shard.
type stuck struct {
	ddbstream.Store
	shard atomic.Pointer[string]
}

func (s *stuck) Swap(ctx context.Context, l ddbstream.Lease, was int64) error {
	if shard := s.shard.Load(); shard != nil && *shard == l.Shard {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.Store.Swap(ctx, l, was)
}

// A store that hangs for one shard delays no other: their leases are renewed.
func TestAStoreThatHangsForOneShardCostsNoOther(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{StreamShards: 2})
	memory := &ddbstream.MemoryStore{}
	store := &stuck{Store: memory}
	var l log
	opts := fast()
	opts.Worker, opts.Lease = "one", 3*time.Second
	run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, l.mux(a), store, opts))
	eventually(t, func() bool { return owned(t, memory)["one"] == 2 }, "it has both")
	leases, err := memory.Leases(t.Context())
	require.NoError(t, err)
	store.shard.Store(new(leases[0].Shard))
	was := leases[1]
	eventually(t, func() bool {
		leases, err = memory.Leases(t.Context())
		require.NoError(t, err)
		return leases[1].Since != was.Since || leases[1].Counter >= was.Counter+5 // more than a lease's time
	}, "the other is renewed")
	assert.Equal(t, was.Since, leases[1].Since, "and was not lost meanwhile")
	store.shard.Store(nil)
}

// Renewals of a lease keep another worker's request, and attributes of later releases; the next owner has neither
// request nor history.
func TestARenewalLeavesARequestAlone(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	table := ddbstream.NewTableStore(engine.Client(), "readers", "g")
	require.NoError(t, table.CreateTable(t.Context()))
	for what, store := range map[string]ddbstream.Store{"memory": &ddbstream.MemoryStore{}, "table": table} {
		ctx := t.Context()
		wanted := func() string {
			leases, err := store.Leases(ctx)
			require.NoError(t, err)
			return leases[0].Wanted
		}
		l := ddbstream.Lease{Stream: "s", Shard: "1", Counter: 1}
		require.NoError(t, store.Swap(ctx, l, 0))
		l.Owner, l.Counter, l.Since = "one", 2, 2
		require.NoError(t, store.Swap(ctx, l, 1))
		require.NoError(t, store.Want(ctx, l, "two"))
		l.Counter, l.Checkpoint = 3, "100" // as before the request: a renewal does not know it
		require.NoError(t, store.Swap(ctx, l, 2))
		require.Equal(t, "two", wanted(), what)
		l.Owner, l.Counter, l.Since = "three", 4, 4
		require.NoError(t, store.Swap(ctx, l, 3))
		require.Empty(t, wanted(), what)
		l.Since = 2
		require.ErrorIs(t, store.Want(ctx, l, "two"), ddbstream.ErrLeaseLost, what)
	}
}

// A worker of an older release cannot be asked for a shard: if it has too many, it loses one at once, though it is
// alive.
func TestAShardOfAnOlderWorkerIsTakenAtOnce(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{StreamShards: 2})
	store := &ddbstream.MemoryStore{}
	arn := streamARN(t, a)
	out, err := a.engine.StreamsClient().DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: &arn})
	require.NoError(t, err)
	for _, s := range out.StreamDescription.Shards {
		require.NoError(t, store.Swap(t.Context(), ddbstream.Lease{Stream: arn, Shard: *s.ShardId, Owner: "old", Counter: 1}, 0))
	}
	var l log
	opts := fast()
	opts.Worker = "new"
	run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, l.mux(a), store, opts))
	eventually(t, func() bool { return owned(t, store)["new"] == 1 }, "it has its share")
	time.Sleep(20 * opts.Discover)
	assert.Equal(t, 1, owned(t, store)["new"], "and no more")
}

// A reader that is paused during a read delivers nothing of it until it is resumed.
func TestAPauseHoldsWhatWasReadMeanwhile(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	var r *ddbstream.Reader
	var l log
	mux := l.mux(a)
	paused := make(chan struct{})
	pause := sync.OnceFunc(func() { r.Pause(); close(paused) })
	r = ddbstream.NewReader(&flaky{Client: a.engine.StreamsClient(), mod: func(out *dynamodbstreams.GetRecordsOutput) {
		if len(out.Records) > 0 {
			pause()
		}
	}}, name, mux, &ddbstream.MemoryStore{}, fast())
	run(t, r)
	a.put(t, Point{Game: "g", ID: "a", N: 1})
	<-paused
	time.Sleep(50 * time.Millisecond)
	assert.Equal(t, -1, l.last("a"))
	r.Resume()
	eventually(t, func() bool { return l.last("a") == 1 }, "it arrives")
}
