package simulation_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/scale"
	"github.com/singletable-go/ddb/internal/stream"
	"github.com/singletable-go/ddb/internal/view"
)

// storm is a run in which one Mux follows the stream, as a reader of one shard has it do, while requests and functions fail.
type storm struct {
	*simulation
	w      *weather
	j      *journal
	first  *batchJournal
	second *batchJournal
	mux    *ddb.Mux
	queued int // records of the stream that the journal knows
}

func newStorm(ctx context.Context, seed uint64) (*storm, *ddb.DB, error) {
	r := rand.New(rand.NewPCG(seed, 3))
	w := &weather{r: r, calm: true, counts: map[string]int{}, spells: map[string]int{}}
	s := &simulation{c: randChooser{r}, m: newSimulated(), at: map[string]*string{}}
	s.m.all, s.m.whim = append(s.m.all, s.m.moving), w.whim
	simDecoding.Store(w)
	s.time = ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	s.engine = ddbmem.New(ddbmem.Options{Clock: s.time})
	s.client = s.engine.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	s.streams = s.engine.StreamsClient()
	db := ddb.New(s.client, simTable, s.m.table, nil)
	if err := errors.Join(db.CreateTable(ctx), s.seed(ctx, db)); err != nil {
		return nil, nil, err
	}
	j := newJournal(s.m.below())
	st := &storm{simulation: s, w: w, j: j, first: newBatchJournal(j, "batch handler"), second: newBatchJournal(j, "second batch handler")}
	st.mux = st.newMux(seed)
	w.calm = false
	return st, db, nil
}

// newMux is that of a process, which knows nothing of those before it.
func (s *storm) newMux(seed uint64) *ddb.Mux {
	w := s.w
	m := ddb.NewMux(s.m.table, &ddb.MuxOptions{Workers: 1 + 3*int(seed%2), DeadLetters: func(ctx context.Context, r ddb.Record, cause error) error {
		if w.strikes(4) {
			w.count("dead letters are not taken")
			return errors.New("the disk is full")
		}
		return s.j.put(ctx, r, cause)
	}})
	m.Maintain(ddb.New(exposed{s.client, w}, simTable, s.m.table, &ddb.Options{MaxAttempts: 1}), s.m.all...)
	ddb.Handle(m, s.m.sources, func(_ context.Context, c ddb.Change[simSource]) error {
		w.whim("handler")
		switch {
		case w.strikes(40):
			w.count("error of a handler")
			return errWhim
		case w.strikes(40):
			w.count("handler without its service")
			return fmt.Errorf("the mail server: %w", fault.ErrUnavailable)
		}
		r := c.Record()
		s.j.did(&r)
		return nil
	})
	s.handleBatches(m)
	return m
}

// rebalance gives the stream to another process, which is given again what is under way.
func (s *storm) rebalance(seed uint64) {
	s.w.count("rebalance")
	for _, r := range s.pending {
		s.j.renewed[r.Sequence]++
	}
	s.mux = s.newMux(seed)
}

// deliver hands the oldest records to the Mux, and keeps those that come again.
func (s *storm) deliver(ctx context.Context) error {
	if err := s.pull(ctx); err != nil {
		return err
	}
	for _, r := range s.seen[s.queued:] {
		item := s.m.below().KeyText(r.Keys)
		s.j.order[item] = append(s.j.order[item], r.Sequence)
	}
	s.queued = len(s.seen)
	batch := s.pending[:min(len(s.pending), 12)]
	failed, err := s.mux.Process(ctx, batch)
	if (err == nil) != (len(failed) == 0) {
		return fmt.Errorf("%d records failed, and the error is %w", len(failed), err)
	}
	s.pending = slices.DeleteFunc(slices.Clone(s.pending), func(r ddb.Record) bool {
		in := slices.ContainsFunc(batch, func(b ddb.Record) bool { return b.Sequence == r.Sequence })
		return in && !slices.Contains(failed, r.Sequence)
	})
	return nil
}

// drain delivers until nothing is left.
func (s *storm) drain(ctx context.Context) error {
	for range 1000 {
		if err := s.deliver(ctx); err != nil {
			return err
		}
		if len(s.pending) == 0 {
			if err := s.pull(ctx); err != nil || len(s.pending) == 0 {
				return err
			}
		}
	}
	return errors.New("the stream does not come to rest")
}

// ride goes through a storm and the calm behind it: nothing is lost, nothing done twice, and nothing given up for the weather.
func ride(seed uint64, counts map[string]int) (faults int, _ error) {
	ctx := context.WithValue(context.Background(), view.LedgerHooksKey{}, view.LedgerHooks{NoPause: true})
	s, db, err := newStorm(ctx, seed)
	if err != nil {
		return 0, err
	}
	for range 60 {
		for range s.c.pick("writes", 4) {
			if err := s.write(ctx); err != nil {
				return 0, err
			}
		}
		if s.c.pick("target", 8) == 0 {
			if err := s.writeTarget(ctx); err != nil {
				return 0, err
			}
		}
		if err := s.deliver(ctx); err != nil {
			return 0, err
		}
		if s.w.strikes(20) {
			s.rebalance(seed)
		}
	}
	s.w.soothe()
	if err := s.drain(ctx); err != nil {
		return 0, err
	}
	for _, l := range s.j.letters {
		if err := s.mux.Replay(ctx, l.Record, l.Parts...); err != nil {
			return 0, fmt.Errorf("replay: %w", err)
		}
	}
	if err := s.drain(ctx); err != nil {
		return 0, err
	}
	for _, r := range s.seen {
		if e, err := s.m.below().Claim(model.Loaded(r.Keys)); err == nil && e == face.Entity(s.m.sources) && s.j.handled[r.Sequence] == 0 {
			s.j.fault("record %s was not handled", r.Sequence)
		}
	}
	counts["given up"] += len(s.j.letters)
	counts["given up by handlers of batches alone"] += s.j.givenUp(stream.BatchName)
	return add(counts, s.w.counts), errors.Join(append(s.j.faults, s.first.check(s.seen, s.m.below()), s.second.check(s.seen, s.m.below()), s.check(ctx, db))...)
}

func storms(t *testing.T, more func(runs, faults int) bool) {
	t.Helper()
	counts := map[string]int{}
	runs, faults := 0, 0
	for more(runs, faults) {
		n, err := ride(uint64(runs), counts)
		require.NoError(t, err, "run %d", runs)
		runs++
		faults += n
	}
	t.Logf("%d faults in %d runs: %v", faults, runs, counts)
	if !scale.Full() {
		return // too few to meet everything
	}
	for _, o := range outages {
		require.Positive(t, counts[o.name], o.name)
	}
	for _, function := range []string{"entry", "targets", "apply", "members", "place", "apply via", "decoder", "handler", "batch handler", "second batch handler"} {
		require.Positive(t, counts["panic in "+function], function)
	}
	for _, what := range []string{"given up", "given up by handlers of batches alone", "rebalance", "record that the batch handler cannot stand", "second batch handler without its service"} {
		require.Positive(t, counts[what], what)
	}
}

// Not parallel: decoders know one weather.
func TestStreamsSurviveAnyWeather(t *testing.T) {
	storms(t, func(runs, _ int) bool { return runs < scale.Of(12, 4) })
}

// TestEnduranceOfStreams goes on for as long as DDB_LONG says, and for 100,000 faults at least.
func TestEnduranceOfStreams(t *testing.T) {
	lasts, err := time.ParseDuration(os.Getenv("DDB_LONG"))
	if err != nil {
		t.Skip("DDB_LONG says how long, as 10m")
	}
	end := time.Now().Add(lasts)
	storms(t, func(_, faults int) bool { return faults < 100_000 || time.Now().Before(end) })
}
