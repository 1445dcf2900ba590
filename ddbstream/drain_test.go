package ddbstream_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

func TestDrainEndsWhenTheStreamDoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArena(t, ddbmem.Options{StreamShards: 3, ShardRecords: 20})
		store := ddbstream.NewTableStore(a.client, "readers", "drain")
		require.NoError(t, store.CreateTable(t.Context()))
		var l log
		mux := l.mux(a)
		reader := ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, &ddbstream.Options{Poll: time.Hour, Discover: time.Hour})
		require.NoError(t, reader.Drain(t.Context()), "of a stream without records")
		for round := 1; round <= 3; round++ {
			for n := range 40 {
				for _, id := range []string{"a", "b", "c"} {
					a.put(t, Point{Game: "g" + id, ID: id, N: round*100 + n})
				}
			}
			require.NoError(t, reader.Drain(t.Context()))
			for _, id := range []string{"a", "b", "c"} {
				require.Len(t, l.seen[id], round*40, "each record once, and all of them")
				require.Equal(t, round*100+39, l.last(id))
			}
		}
		leases, err := store.Leases(t.Context())
		require.NoError(t, err)
		for _, lease := range leases {
			assert.Empty(t, lease.Owner, "it gave its leases back")
		}
	})
}

func TestDrainHandlesWhatHandlersWrite(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{StreamShards: 4})
	mux := ddb.NewMux(a.table, nil)
	var seen sync.Map
	ddb.Handle(mux, a.points, func(ctx context.Context, c ddb.Change[Point]) error {
		seen.Store(c.New.ID, true)
		if c.New.N == 0 {
			return nil
		}
		next := Point{Game: c.New.Game + "x", ID: c.New.ID + "x", N: c.New.N - 1}
		return a.db.Do(ctx, a.points.Put(next))
	})
	a.put(t, Point{Game: "g", ID: "p", N: 12})
	reader := ddbstream.NewReader(a.engine.StreamsClient(), name, mux, &ddbstream.MemoryStore{}, nil)
	require.NoError(t, reader.Drain(t.Context()))
	_, ok := seen.Load("pxxxxxxxxxxxx")
	require.True(t, ok, "the last of a chain over several shards")
}

func TestDrainLeavesShardsToWorkersThatLive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArena(t, ddbmem.Options{})
		a.put(t, Point{Game: "g", ID: "p", N: 1})
		var l log
		mux, store := l.mux(a), &ddbstream.MemoryStore{}
		opts := fast()
		opts.Lease = 3 * time.Second
		stop := run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, opts))
		eventually(t, func() bool { return l.last("p") == 1 }, "the worker reads")
		require.NoError(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, opts).Drain(t.Context()))
		require.NoError(t, stop())
		require.Equal(t, []int{1}, l.seen["p"])
	})
}

func TestDrainTakesOverFromAWorkerThatDied(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArena(t, ddbmem.Options{})
		a.put(t, Point{Game: "g", ID: "p", N: 1})
		var l log
		mux, store := l.mux(a), &ddbstream.MemoryStore{}
		require.NoError(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, fast()).Drain(t.Context()))
		leases, err := store.Leases(t.Context())
		require.NoError(t, err)
		require.Len(t, leases, 1)
		dead := leases[0]
		dead.Owner, dead.Counter = "dead", dead.Counter+1
		require.NoError(t, store.Swap(t.Context(), dead, leases[0].Counter))
		a.put(t, Point{Game: "g", ID: "p", N: 2})
		opts := fast()
		opts.Lease = time.Second
		require.NoError(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, opts).Drain(t.Context()))
		require.Equal(t, []int{1, 2}, l.seen["p"])
	})
}

func TestDrainEndsWithItsContext(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	a.put(t, Point{Game: "g", ID: "p", N: 1})
	ctx, cancel := context.WithCancel(t.Context())
	mux := ddb.NewMux(a.table, &ddb.MuxOptions{Attempts: 1000})
	ddb.Handle(mux, a.points, func(context.Context, ddb.Change[Point]) error {
		cancel()
		return context.Canceled
	})
	reader := ddbstream.NewReader(a.engine.StreamsClient(), name, mux, &ddbstream.MemoryStore{}, fast())
	require.ErrorIs(t, reader.Drain(ctx), context.Canceled)
}
