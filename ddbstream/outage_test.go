package ddbstream_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// buffer is a log.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// When every request of a kind fails, that is reported once. During the outage there are few requests, however many
// shards there are. The end is reported too, and nothing is lost.
func TestAnOutageIsToldOnceAndEnds(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"ListStreams", "DescribeStream", "GetShardIterator", "GetRecords", "the store of leases"} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newArena(t, ddbmem.Options{StreamShards: 16})
				for i := range 40 {
					a.put(t, Point{Game: fmt.Sprint(i), ID: fmt.Sprint(i), N: 1})
				}
				var broken atomic.Bool
				broken.Store(true)
				var calls atomic.Int64
				fail := func(o string) error {
					if o != op || !broken.Load() {
						return nil
					}
					calls.Add(1)
					return &smithy.GenericAPIError{Code: "AccessDeniedException", Message: fmt.Sprint("not authorized, request ", calls.Load())}
				}
				var errs told
				var l log
				var mu sync.Mutex
				var outages []ddbstream.Outage
				text := &buffer{}
				opts := fast()
				opts.OnError, opts.Logger = errs.add, slog.New(slog.NewTextHandler(text, &slog.HandlerOptions{Level: slog.LevelInfo}))
				opts.OnOutage = func(_ context.Context, o *ddbstream.Outage) {
					mu.Lock()
					defer mu.Unlock()
					outages = append(outages, *o)
				}
				client := &flaky{Client: a.engine.StreamsClient(), hook: func(o string, _ int64) error { return fail(o) }}
				store := &denied{Store: &ddbstream.MemoryStore{}, fail: func() error { return fail("the store of leases") }}
				r := ddbstream.NewReader(client, name, l.mux(a), store, opts)
				stop := run(t, r)
				told := func() int { mu.Lock(); defer mu.Unlock(); return len(outages) }
				eventually(t, func() bool { return told() == 1 }, "the outage is told")
				at := calls.Load()
				time.Sleep(300 * time.Millisecond)
				assert.Less(t, calls.Load()-at, int64(20), "one probe at a time")
				require.Len(t, r.Status().Outages, 1)
				assert.Equal(t, op, r.Status().Outages[0].Operation)
				assert.Equal(t, 1, told())
				assert.Len(t, errs.all(), 1, "%v", errs.all())
				broken.Store(false)
				eventually(t, func() bool { return told() == 2 }, "its end is told")
				eventually(t, func() bool { l.mu.Lock(); defer l.mu.Unlock(); return len(l.seen) == 40 }, "everything arrives")
				assert.Empty(t, r.Status().Outages)
				require.NoError(t, stop())
				assert.True(t, outages[1].Over)
				assert.Contains(t, text.String(), `level=INFO msg="stream: works again"`)
				assert.Contains(t, text.String(), `level=WARN msg="stream: outage"`)
			})
		})
	}
}

// denied is a store without permissions.
type denied struct {
	ddbstream.Store
	fail func() error // reading
	swap func() error // writing
}

func (s *denied) Leases(ctx context.Context) ([]ddbstream.Lease, error) {
	if s.fail != nil {
		if err := s.fail(); err != nil {
			return nil, err
		}
	}
	return s.Store.Leases(ctx)
}

func (s *denied) Swap(ctx context.Context, l ddbstream.Lease, was int64) error {
	if s.swap != nil {
		if err := s.swap(); err != nil {
			return err
		}
	}
	return s.Store.Swap(ctx, l, was)
}

func TestStatusTellsHowEachShardStands(t *testing.T) {
	t.Parallel()
	clock := ddbmem.NewManualClock(time.Now())
	a := newArena(t, ddbmem.Options{StreamShards: 2, Clock: clock})
	store := &ddbstream.MemoryStore{}
	var l log
	var batches atomic.Int64
	opts := fast()
	opts.Worker = "one"
	opts.OnBatch = func(s ddbstream.BatchStats) {
		assert.Equal(t, "one", s.Worker)
		assert.True(t, s.Complete)
		assert.Equal(t, 1, s.Attempts)
		batches.Add(int64(s.Records))
	}
	r := ddbstream.NewReader(a.engine.StreamsClient(), name, l.mux(a), store, opts)
	assert.False(t, r.Status().Running)
	stop := run(t, r)
	for i := range 20 {
		a.put(t, Point{Game: fmt.Sprint(i), ID: fmt.Sprint(i), N: 1})
	}
	eventually(t, func() bool { s := r.Status(); return s.Records == 20 && s.Shards[0].Tip && s.Shards[1].Tip }, "it is at the tip")
	s := r.Status()
	assert.True(t, s.Running)
	assert.Equal(t, "one", s.Worker)
	assert.Zero(t, s.Behind)
	assert.Positive(t, s.Rate)
	assert.EqualValues(t, 20, s.Shards[0].Records+s.Shards[1].Records)
	assert.EqualValues(t, 20, batches.Load())
	for _, x := range s.Shards {
		assert.Equal(t, "one", x.Owner)
		assert.True(t, x.Mine)
		assert.NotEmpty(t, x.Position)
		assert.WithinDuration(t, clock.Now(), x.At, 2*time.Second)
	}
	b, err := json.Marshal(s)
	require.NoError(t, err)
	assert.Contains(t, string(b), `"tip":true`)

	r.Pause()
	assert.True(t, r.Status().Paused)
	a.put(t, Point{Game: "0", ID: "0", N: 2})
	time.Sleep(100 * time.Millisecond)
	assert.Equal(t, 1, l.last("0"))
	leases, err := store.Leases(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "one", leases[0].Owner, "it keeps its shards")
	r.Resume()
	eventually(t, func() bool { return l.last("0") == 2 }, "it goes on")
	require.NoError(t, stop())
}

// A reader that cannot handle a record is behind by the age of the record before it, and reports why.
func TestStatusTellsHowFarBehind(t *testing.T) {
	t.Parallel()
	clock := ddbmem.NewManualClock(time.Now().Add(-time.Hour))
	a := newArena(t, ddbmem.Options{Clock: clock})
	a.put(t, Point{Game: "g", ID: "a", N: 1})
	a.put(t, Point{Game: "g", ID: "b", N: 1})
	opts := fast()
	opts.Batch = 1
	c := newCourt(0)
	r := ddbstream.NewReader(observed{a.engine.StreamsClient(), c}, name, &advocate{worker: "w", c: c, gate: func(r ddb.Record) {
		if len(c.last) == 1 {
			panic("cannot bear the second")
		}
	}}, &ddbstream.MemoryStore{}, opts)
	run(t, r)
	eventually(t, func() bool { s := r.Status(); return len(s.Shards) == 1 && s.Shards[0].LastError != "" }, "it fails")
	s := r.Status()
	assert.InDelta(t, time.Hour, s.Behind, float64(time.Minute))
	assert.Contains(t, s.Shards[0].LastError, "cannot bear the second")
	assert.Negative(t, s.CatchUp, "it does not come nearer")
	assert.Positive(t, s.Retries)
	assert.False(t, s.Shards[0].Tip)
}

// A reader that catches up reports how long that will take.
func TestStatusTellsWhenItHasCaughtUp(t *testing.T) {
	t.Parallel()
	clock := ddbmem.NewManualClock(time.Now().Add(-time.Hour))
	a := newArena(t, ddbmem.Options{Clock: clock})
	for n := range 100 {
		a.put(t, Point{Game: "g", ID: "a", N: n})
		clock.Advance(20 * time.Second)
	}
	release := make(chan struct{})
	open := sync.OnceFunc(func() { close(release) })
	defer open()
	opts := fast()
	opts.Batch = 10
	n := 0
	r := ddbstream.NewReader(a.engine.StreamsClient(), name, processor(func(context.Context, []ddb.Record) ([]string, error) {
		if n++; n > 5 {
			<-release
		}
		return nil, nil
	}), &ddbstream.MemoryStore{}, opts)
	run(t, r)
	eventually(t, func() bool { return r.Status().Records == 50 }, "half of it")
	s := r.Status()
	assert.InDelta(t, time.Hour-980*time.Second, s.Behind, float64(5*time.Minute))
	assert.Positive(t, s.CatchUp, "it has come nearer by 1000 seconds in a few")
	assert.Less(t, s.CatchUp, s.Behind)
	open()
	eventually(t, func() bool { return r.Status().Records == 100 && r.Status().CatchUp == 0 }, "it is at the tip")
}
