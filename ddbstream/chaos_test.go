package ddbstream_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// unreliable is a store of which one request in 24 fails, half of those after they were applied.
type unreliable struct{ ddbstream.Store }

func (s unreliable) fail(do func() error) error {
	switch rand.N(48) {
	case 0:
		return errors.New("store: not sent")
	case 1:
		_ = do()
		return errors.New("store: response lost")
	}
	return do()
}

func (s unreliable) Leases(ctx context.Context) (out []ddbstream.Lease, err error) {
	err = s.fail(func() error { out, err = s.Store.Leases(ctx); return err })
	return out, err
}

func (s unreliable) Swap(ctx context.Context, l ddbstream.Lease, was int64) error {
	return s.fail(func() error { return s.Store.Swap(ctx, l, was) })
}

func (s unreliable) Want(ctx context.Context, l ddbstream.Lease, worker string) error {
	return s.fail(func() error { return s.Store.Want(ctx, l, worker) })
}

func (s unreliable) Start(ctx context.Context, stream, shard string) (at ddbstream.Start, ok bool, err error) {
	err = s.fail(func() error { at, ok, err = s.Store.Start(ctx, stream, shard); return err })
	return at, ok, err
}

func (s unreliable) Begin(ctx context.Context, at ddbstream.Start) (out ddbstream.Start, err error) {
	err = s.fail(func() error { out, err = s.Store.Begin(ctx, at); return err })
	return out, err
}

// Workers that come and go lose nothing and deliver no record before an earlier one of its item, while shards split and
// requests to the store and the stream fail, applied or not.
func TestWorkersLoseNothingWhateverFails(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{StreamShards: 3})
	table := ddbstream.NewTableStore(a.client, "readers", "g")
	require.NoError(t, table.CreateTable(t.Context()))
	c := newCourt(0)
	start := func(w string) func() error {
		client := &flaky{Client: a.engine.StreamsClient(), hook: func(string, int64) error {
			if rand.N(40) == 0 {
				return errors.New("stream: lost")
			}
			return nil
		}}
		opts := latest()
		opts.Worker, opts.Lease = w, time.Second
		return run(t, ddbstream.NewReader(observed{client, c}, name, &advocate{worker: w, c: c}, unreliable{table}, opts))
	}
	stops := []func() error{start("w0"), start("w1"), start("w2")} // together, with an empty store
	ids := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	last := 0
	for round := range 6 {
		for range 10 {
			last++
			for _, id := range ids {
				a.put(t, Point{Game: "g" + id, ID: id, N: last})
			}
		}
		if round%3 == 0 {
			a.engine.SplitShard(name)
		}
		stops = append(stops, start(fmt.Sprint("w", round+3)))
		time.Sleep(rand.N(100 * time.Millisecond))
		require.NoError(t, stops[0]())
		stops = stops[1:]
	}
	assert.Eventually(t, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, id := range ids {
			if c.last["p#"+id] != last {
				return false
			}
		}
		return true
	}, time.Minute, 10*time.Millisecond, "everything arrives")
	for _, s := range stops {
		require.NoError(t, s())
	}
	assert.Empty(t, c.missing)
}
