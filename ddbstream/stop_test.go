package ddbstream_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// leaver is a store whose worker is stopped while it writes its own lease for the nth time. The write is applied; its
// result reaches only a caller that still waits.
type leaver struct {
	ddbstream.Store
	n    int
	stop context.CancelFunc
}

func (s *leaver) Swap(ctx context.Context, l ddbstream.Lease, was int64) error {
	if err := s.Store.Swap(ctx, l, was); err != nil {
		return err
	}
	if l.Owner != "" {
		if s.n--; s.n == 0 {
			s.stop()
		}
	}
	return ctx.Err()
}

func TestAWorkerThatStopsWhileItWritesALeaseGivesItBack(t *testing.T) {
	t.Parallel()
	for n, when := range map[int]string{1: "it takes the shard", 2: "it writes a checkpoint"} {
		a := newArena(t, ddbmem.Options{})
		a.put(t, Point{Game: "g", ID: "p", N: 1})
		var l log
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		defer stop()
		store := &ddbstream.MemoryStore{}
		require.NoError(t, ddbstream.NewReader(a.engine.StreamsClient(), name, l.mux(a), &leaver{store, n, stop}, fast()).Run(ctx))
		leases, err := store.Leases(t.Context())
		require.NoError(t, err)
		require.Len(t, leases, 1)
		require.Empty(t, leases[0].Owner, when)
	}
}

func TestAWorkerThatStopsInTheLastBatchOfAShardLosesNothing(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	a.put(t, Point{Game: "g", ID: "p", N: 1})
	a.engine.SplitShard(name)
	a.put(t, Point{Game: "g", ID: "p", N: 2})
	store := &ddbstream.MemoryStore{}
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	failing := ddb.NewMux(a.table, &ddb.MuxOptions{Attempts: 1000})
	ddb.Handle(failing, a.points, func(context.Context, ddb.Change[Point]) error {
		stop()
		return errors.New("not now")
	})
	require.NoError(t, ddbstream.NewReader(a.engine.StreamsClient(), name, failing, store, fast()).Run(ctx))
	var l log
	require.NoError(t, ddbstream.NewReader(a.engine.StreamsClient(), name, l.mux(a), store, fast()).Drain(t.Context()))
	require.Equal(t, []int{1, 2}, l.seen["p"])
}
