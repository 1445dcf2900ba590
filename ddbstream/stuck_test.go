package ddbstream_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// A batch that fails, or hangs, makes Behind grow from the age of its oldest record, from the first batch on.
func TestBehindGrowsWhileABatchIsStuck(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"unavailable", "hangs"} {
		for _, before := range []int{0, 1} {
			t.Run(fmt.Sprint(how, before), func(t *testing.T) {
				t.Parallel()
				a := newArena(t, ddbmem.Options{Clock: ddbmem.NewManualClock(time.Now().Add(-time.Hour))})
				var stuck atomic.Bool
				stuck.Store(before == 0)
				r := ddbstream.NewReader(a.engine.StreamsClient(), name, processor(func(ctx context.Context, rs []ddb.Record) ([]string, error) {
					switch {
					case !stuck.Load():
						return nil, nil
					case how == "hangs":
						<-ctx.Done()
						return nil, ctx.Err()
					}
					return []string{rs[0].Sequence}, fmt.Errorf("search is down: %w", ddb.ErrUnavailable)
				}), &ddbstream.MemoryStore{}, fast())
				run(t, r)
				for range before {
					a.put(t, Point{Game: "g", ID: "1"})
				}
				eventually(t, func() bool { s := r.Status(); return len(s.Shards) == 1 && s.Shards[0].Tip }, "it is at the tip")
				assert.Zero(t, r.Status().Behind)
				stuck.Store(true)
				a.put(t, Point{Game: "g", ID: "2"})
				eventually(t, func() bool { s := r.Status(); return s.Behind > 59*time.Minute && !s.Shards[0].Tip }, "it is behind")
			})
		}
	}
}

// After some time the last known end counts as behind: for a reader that is paused or cannot read.
func TestBehindGrowsWhileNothingIsRead(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"paused", "denied"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newArena(t, ddbmem.Options{})
				var broken atomic.Bool
				client := &flaky{Client: a.engine.StreamsClient(), hook: func(op string, _ int64) error {
					if op == "GetRecords" && broken.Load() {
						return &smithy.GenericAPIError{Code: "AccessDeniedException"}
					}
					return nil
				}}
				var l log
				r := ddbstream.NewReader(client, name, l.mux(a), &ddbstream.MemoryStore{}, fast())
				run(t, r)
				eventually(t, func() bool { s := r.Status(); return len(s.Shards) == 1 && s.Shards[0].Tip }, "it is at the tip")
				if how == "paused" {
					r.Pause()
				}
				broken.Store(how == "denied")
				eventually(t, func() bool { return r.Status().Behind > 5*time.Second && !r.Status().Shards[0].Tip }, "it is behind")
				r.Resume()
				broken.Store(false)
				eventually(t, func() bool { return r.Status().Behind == 0 }, "it is at the tip again")
			})
		})
	}
}

// A shard that this worker lost, or that no worker reads, counts as behind.
func TestAShardThatNobodyReadsIsBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArena(t, ddbmem.Options{})
		var broken atomic.Bool
		store := &denied{Store: &ddbstream.MemoryStore{}, swap: func() error {
			if broken.Load() {
				return &smithy.GenericAPIError{Code: "AccessDeniedException"}
			}
			return nil
		}}
		text := &buffer{}
		opts := fast()
		opts.Worker, opts.Lease, opts.Logger = "one", 500*time.Millisecond, slog.New(slog.NewTextHandler(text, nil))
		var l log
		r := ddbstream.NewReader(a.engine.StreamsClient(), name, l.mux(a), store, opts)
		run(t, r)
		eventually(t, func() bool { s := r.Status(); return len(s.Shards) == 1 && s.Shards[0].Mine }, "it reads")
		assert.Zero(t, r.Status().Shards[0].UnreadSince)
		broken.Store(true)
		eventually(t, func() bool {
			s := r.Status()
			return !s.Shards[0].Mine && !s.Shards[0].UnreadSince.IsZero() && s.Behind > time.Second
		}, "nobody reads it")
		assert.Contains(t, text.String(), `level=WARN msg="stream: shard lost"`)
		broken.Store(false)
		eventually(t, func() bool {
			s := r.Status()
			return s.Shards[0].Mine && s.Behind == 0 && s.Shards[0].UnreadSince.IsZero()
		}, "it reads again")
	})
}

// A failure that stops a part of the processor and is not a record's is an outage of that part, reported once, and
// again when it is over.
func TestWhatStopsABatchIsAnOutage(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"handlers", "view sum"} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newArena(t, ddbmem.Options{})
				var broken atomic.Bool
				broken.Store(true)
				mux := ddb.NewMux(a.table, nil)
				if part == "handlers" {
					ddb.Handle(mux, a.points, func(context.Context, ddb.Change[Point]) error {
						if broken.Load() {
							return fmt.Errorf("search is down: %w", ddb.ErrUnavailable)
						}
						return nil
					})
				} else {
					mux.Maintain(ddb.New(forbidden{a.client, &broken}, name, a.table, &ddb.Options{MaxAttempts: 1}), a.sum)
				}
				var mu sync.Mutex
				var outages []ddbstream.Outage
				opts := fast()
				opts.OnOutage = func(_ context.Context, o *ddbstream.Outage) {
					mu.Lock()
					defer mu.Unlock()
					outages = append(outages, *o)
				}
				told := func() int { mu.Lock(); defer mu.Unlock(); return len(outages) }
				r := ddbstream.NewReader(a.engine.StreamsClient(), name, mux, &ddbstream.MemoryStore{}, opts)
				run(t, r)
				a.put(t, Point{Game: "g", ID: "1", N: 3})
				eventually(t, func() bool { return told() == 1 }, "the outage is told")
				require.Len(t, r.Status().Outages, 1)
				assert.Equal(t, part, r.Status().Outages[0].Operation)
				broken.Store(false)
				eventually(t, func() bool { return told() == 2 }, "its end is told")
				assert.True(t, outages[1].Over)
				assert.Empty(t, r.Status().Outages)
			})
		})
	}
}

// forbidden is a client that may not read or write.
type forbidden struct {
	ddb.Client
	on *atomic.Bool
}

func (f forbidden) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	if f.on.Load() {
		return nil, &smithy.GenericAPIError{Code: "AccessDeniedException"}
	}
	return f.Client.BatchGetItem(ctx, in, o...)
}

// A stream that is switched off is an outage at once, though all its records have been read: new writes are lost.
func TestAStreamThatIsSwitchedOffIsAnOutage(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	var l log
	var lost atomic.Int64
	opts := fast()
	opts.OnGap = func(context.Context, *ddbstream.Gap) error { lost.Add(1); return nil }
	r := ddbstream.NewReader(a.engine.StreamsClient(), name, l.mux(a), &ddbstream.MemoryStore{}, opts)
	run(t, r)
	a.put(t, Point{Game: "g", ID: "1"})
	eventually(t, func() bool { return l.last("1") >= 0 }, "it reads")
	stream := func(on bool) {
		spec := &types.StreamSpecification{StreamEnabled: &on}
		if on {
			spec.StreamViewType = types.StreamViewTypeNewAndOldImages
		}
		_, err := a.client.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: new(name), StreamSpecification: spec})
		require.NoError(t, err)
	}
	stream(false)
	eventually(t, func() bool { return len(r.Status().Outages) == 1 }, "it is told")
	o := r.Status().Outages[0]
	assert.Equal(t, "the table's stream", o.Operation)
	assert.ErrorContains(t, o.Err, `switched off and has been read to its end: new writes have no records`)
	stream(true)
	a.put(t, Point{Game: "g", ID: "2"})
	eventually(t, func() bool { return l.last("2") >= 0 && len(r.Status().Outages) == 0 }, "it is over")
	assert.EqualValues(t, 1, lost.Load())
}

// A hanging handler is reported by its own worker, without another worker, and so is one that outlives its context.
func TestAHandlerThatHangsIsToldByItsOwnWorker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArena(t, ddbmem.Options{})
		release := make(chan struct{})
		var errs told
		text := &buffer{}
		opts := fast()
		opts.Lease, opts.OnError, opts.Logger = 300*time.Millisecond, errs.add, slog.New(slog.NewTextHandler(text, nil))
		r := ddbstream.NewReader(a.engine.StreamsClient(), name, processor(func(context.Context, []ddb.Record) ([]string, error) {
			<-release
			return nil, nil
		}), &ddbstream.MemoryStore{}, opts)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.Run(ctx) }()
		a.put(t, Point{Game: "g", ID: "1"})
		eventually(t, func() bool { return len(errs.all()) > 0 }, "it is told")
		assert.ErrorContains(t, errs.all()[0], "has not ended: look for a handler that hangs")
		stop()
		eventually(t, func() bool {
			return strings.Contains(text.String(), "waiting for a handler that ignores the end of its context")
		}, "it is told what Run waits for")
		close(release)
		require.NoError(t, <-ended)
	})
}

// A worker that was handed a shard reads it, though it cannot list the others, and logs the previous owner.
func TestAShardThatWasHandedOverIsReadWhateverElseFails(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{StreamShards: 2})
	var broken atomic.Bool
	client := &flaky{Client: a.engine.StreamsClient(), hook: func(op string, _ int64) error {
		if op == "ListStreams" && broken.Load() {
			return &smithy.GenericAPIError{Code: "AccessDeniedException"}
		}
		return nil
	}}
	store := &wanting{Store: &ddbstream.MemoryStore{}, then: func() { broken.Store(true) }}
	var l log
	mux := l.mux(a)
	opts := fast()
	opts.Worker = "one"
	run(t, ddbstream.NewReader(client, name, mux, store, opts))
	eventually(t, func() bool { return owned(t, store)["one"] == 2 }, "one has both")
	text := &buffer{}
	opts = fast()
	opts.Worker, opts.Logger = "two", slog.New(slog.NewTextHandler(text, nil))
	two := ddbstream.NewReader(client, name, mux, store, opts)
	run(t, two)
	eventually(t, func() bool {
		for _, s := range two.Status().Shards {
			if s.Mine {
				return true
			}
		}
		return false
	}, "two reads one")
	require.True(t, broken.Load())
	for i := range 20 {
		a.put(t, Point{Game: fmt.Sprint(i), ID: fmt.Sprint(i), N: i})
	}
	eventually(t, func() bool { l.mu.Lock(); defer l.mu.Unlock(); return len(l.seen) == 20 }, "everything arrives")
	assert.Contains(t, text.String(), `msg="stream: shard taken" table=arena worker=two`)
	assert.Contains(t, text.String(), `from=one`)
	for _, s := range two.Status().Shards {
		assert.Zero(t, s.WantedSince)
	}
}

// wanting calls then after a request for a shard.
type wanting struct {
	ddbstream.Store
	then func()
}

func (s *wanting) Want(ctx context.Context, l ddbstream.Lease, worker string) error {
	err := s.Store.Want(ctx, l, worker)
	s.then()
	return err
}

// A thousand records that fail for one cause are one short log line, and one short LastError.
func TestWhatFailsForOneCauseIsToldOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArena(t, ddbmem.Options{})
		for i := range 300 {
			a.put(t, Point{Game: fmt.Sprint(i), ID: fmt.Sprint(i)})
		}
		var letters atomic.Int64
		mux := ddb.NewMux(a.table, &ddb.MuxOptions{DeadLetters: func(context.Context, ddb.Record, error) error { letters.Add(1); return nil }})
		ddb.Handle(mux, a.points, func(context.Context, ddb.Change[Point]) error {
			return errors.New("search index: 500 " + strings.Repeat("x", 5000))
		})
		var errs told
		text := &buffer{}
		opts := fast()
		opts.Batch, opts.OnError, opts.Logger = 100, errs.add, slog.New(slog.NewTextHandler(text, nil))
		longest := 0
		r := ddbstream.NewReader(a.engine.StreamsClient(), name, mux, &ddbstream.MemoryStore{}, opts)
		run(t, r)
		eventually(t, func() bool {
			for _, s := range r.Status().Shards {
				longest = max(longest, len(s.LastError))
			}
			return letters.Load() == 300
		}, "all are given up")
		assert.Positive(t, longest)
		assert.Less(t, longest, 3000)
		assert.Len(t, errs.all(), 1)
		lines := 0
		for line := range strings.Lines(text.String()) {
			if strings.Contains(line, "trying again") {
				lines++
				assert.Less(t, len(line), 4000)
				assert.Contains(t, line, "(and 99 more records)")
			}
		}
		assert.Equal(t, 1, lines)
	})
}
