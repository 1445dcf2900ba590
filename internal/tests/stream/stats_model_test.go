package stream_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Whatever fails, and however many workers there are, the counts are those of what the handlers and the dead letters saw.
func TestStatsSayWhatTheHandlersSaw(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 4} {
		t.Run(fmt.Sprint("workers ", workers), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(40) {
				statsSayWhatTheHandlersSaw(t, seed, workers)
			}
		})
	}
}

func statsSayWhatTheHandlersSaw(t *testing.T, seed uint64, workers int) {
	t.Helper()
	f := newFeed()
	l := &fixture.Letters{}
	opts := l.Options()
	opts.Workers = workers
	mux := ddb.NewMux(f.table, opts)
	var mu sync.Mutex
	rng := rand.New(rand.NewPCG(seed, 7))
	var handled, failed, stopped int64
	ddb.Handle(mux, f.lessons, func(_ context.Context, c ddb.Change[Lesson]) error {
		mu.Lock()
		defer mu.Unlock()
		switch n := rng.IntN(40); {
		case n == 0:
			return ddb.ErrUnavailable
		case n < 8:
			failed++
			return errors.New("broken")
		}
		handled++
		return nil
	})
	var batch []ddb.Record
	deliveries := int64(0)
	for range 40 {
		for range 6 {
			batch = append(batch, f.record(t, ddb.Inserted, nil, &Lesson{ID: fmt.Sprint(rng.IntN(3))}))
		}
		again, err := mux.Process(t.Context(), batch)
		if errors.Is(err, ddb.ErrUnavailable) {
			stopped++
		} else {
			deliveries += int64(len(batch))
		}
		batch = slices.DeleteFunc(batch, func(r ddb.Record) bool { return !slices.Contains(again, r.Sequence) })
	}
	got := mux.Stats()
	require.Len(t, got.Parts, 1)
	p := got.Parts[0]
	assert.Equal(t, []int64{handled, failed, int64(len(l.Causes)), stopped}, []int64{p.Handled, p.Failed, p.DeadLetters, got.Stopped}, "seed %d", seed)
	assert.LessOrEqual(t, deliveries, p.Handled+p.Failed+p.Withheld, "seed %d: each delivery of a batch that went to its end counts as one", seed)
	if stopped == 0 {
		assert.Equal(t, deliveries, p.Handled+p.Failed+p.Withheld, "seed %d", seed)
	}
}

// Stats may be asked for at any time.
func TestStatsBesideBatches(t *testing.T) {
	t.Parallel()
	f := newFeed()
	mux := ddb.NewMux(f.table, &ddb.MuxOptions{Workers: 4})
	ddb.Handle(mux, f.lessons, func(context.Context, ddb.Change[Lesson]) error { return nil })
	var batches [4][]ddb.Record
	for i := range 400 {
		batches[i%4] = append(batches[i%4], f.record(t, ddb.Inserted, nil, &Lesson{ID: fmt.Sprint(i)}))
	}
	var ended atomic.Bool
	var asked, working sync.WaitGroup
	asked.Go(func() {
		for last := int64(0); !ended.Load(); {
			for _, p := range mux.Stats().Parts {
				assert.GreaterOrEqual(t, p.Handled, last)
				last = p.Handled
			}
		}
	})
	for _, b := range batches {
		working.Go(func() {
			for rest := b; len(rest) > 0; rest = rest[10:] {
				_, err := mux.Process(context.Background(), rest[:10])
				assert.NoError(t, err)
			}
		})
	}
	working.Wait()
	ended.Store(true)
	asked.Wait()
	assert.Equal(t, []ddb.PartStats{{Part: "handlers", Entity: "lesson", Handled: 400}}, mux.Stats().Parts)
}
