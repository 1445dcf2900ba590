package simulation_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/scale"
	"github.com/singletable-go/ddb/internal/view"
)

// simulation is one run.
type simulation struct {
	c       chooser
	cfg     simConfig
	m       *simulated
	engine  *ddbmem.Engine
	time    *ddbmem.ManualClock
	client  *dynamodb.Client
	streams *dynamodbstreams.Client
	arn     *string
	at      map[string]*string // shard iterators

	seen    []ddb.Record // everything the stream has said
	pending []ddb.Record // to be delivered
	workers []*simWorker
	redo    int
	clock   int
}

const simTable = "sim"

var (
	simSourceIDs = []string{"a", "b", "c"}
	simTargetIDs = []string{"x", "y"}
)

// simConfig says what happens in a simulation, and how often.
type simConfig struct {
	hooks  view.LedgerHooks
	steps  int
	plain  bool // one source and one target, written in turns, and no delivery that could heal by chance
	copy   bool // the copies alone
	moving bool // the copies alone that stand with a target
	width  int  // targets that a worker has under way at once; more than one is another run each time
}

func simulate(c chooser, cfg simConfig) error {
	ctx := context.Background()
	cfg.hooks.NoPause = true
	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	s := &simulation{c: c, cfg: cfg, m: newSimulated(), at: map[string]*string{}}
	s.time, s.engine = clock, ddbmem.New(ddbmem.Options{Clock: clock})
	if cfg.copy {
		s.m.all = slices.DeleteFunc(s.m.all, func(v *ddb.View) bool { return v.Name() != "copies" })
	} else if cfg.moving {
		s.m.all = []*ddb.View{s.m.moving}
	} else if cfg.plain {
		s.m.all = []*ddb.View{s.m.plain}
	}
	s.client = s.engine.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	s.streams = s.engine.StreamsClient()
	db := ddb.New(s.client, simTable, s.m.table, nil)
	if err := db.CreateTable(ctx); err != nil {
		return err
	}
	if err := s.seed(ctx, db); err != nil {
		return err
	}
	for range cfg.steps {
		if err := s.step(ctx); err != nil {
			return err
		}
	}
	if err := s.drain(ctx); err != nil {
		return err
	}
	return s.check(ctx, db)
}

// seed puts two copies of each source, of both kinds, before there is any.
func (s *simulation) seed(ctx context.Context, db *ddb.DB) error {
	if s.cfg.plain && !s.cfg.copy {
		return nil
	}
	for _, target := range append([]string{"nobody"}, simTargetIDs...) {
		for _, id := range []string{"1", "2"} {
			if err := db.Do(ctx, s.m.seats.Create(simSeat{Target: target, ID: id, Sources: map[string]int{}})); err != nil {
				return err
			}
		}
	}
	for _, source := range simSourceIDs {
		for _, id := range []string{"1", "2"} {
			err := db.Transact(ctx, s.m.copies.Create(simCopy{Source: source, ID: id, V: simGone}),
				s.m.members.Create(simMember{Source: source, ID: id, V: simGone}), s.m.placed.Create(simPlaced{ID: source + id, V: simGone}))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *simulation) step(ctx context.Context) error {
	n := s.c.pick("step", 100)
	if s.cfg.plain && n >= 22 && n < 29 || s.cfg.plain && n >= 45 && n < 47 {
		return nil
	}
	switch {
	case n < 22:
		if err := s.write(ctx); err != nil {
			return err
		}
	case n < 27:
		if err := s.writeTarget(ctx); err != nil {
			return err
		}
	case n < 28 && s.c.pick("age", 2) == 0:
		s.time.Advance(time.Minute) // some sources expire
	case n < 28:
		s.start(s.rebuild)
	case n < 29:
		s.engine.SplitShard(simTable)
	case n < 45:
		if err := s.pull(ctx); err != nil {
			return err
		}
		if len(s.workers) < 3 && len(s.pending) > 0 {
			s.deliver(s.cut())
		}
	case n < 47:
		if len(s.workers) < 3 && len(s.seen) > 0 { // long after
			r := s.seen[s.c.pick("replay", len(s.seen))]
			if s.c.pick("applied", 2) == 0 {
				s.apply(r)
			} else {
				s.deliver([]ddb.Record{r})
			}
		}
	default:
		for range 1 + s.c.pick("requests", 3) {
			if len(s.workers) == 0 {
				break
			}
			w := s.workers[s.c.pick("worker", len(s.workers))]
			f := goOn
			switch k := s.c.pick("fate", 40); {
			case s.cfg.plain:
			case k == 39:
				f = crash
			case k == 38:
				f = lose
			}
			s.advance(w, f)
		}
	}
	return nil
}

// cut takes some of what is pending, some of it to be delivered again.
func (s *simulation) cut() (batch []ddb.Record) {
	n := 1 + s.c.pick("size", min(len(s.pending), 5))
	for range n {
		i := 0
		if s.c.pick("order", 3) == 0 { // across shards there is none
			i = s.c.pick("which", len(s.pending))
		}
		batch = append(batch, s.pending[i])
		if s.cfg.plain || s.c.pick("again", 4) > 0 {
			s.pending = slices.Delete(s.pending, i, i+1)
		}
		if len(s.pending) == 0 {
			break
		}
	}
	return batch
}

func (s *simulation) deliver(batch []ddb.Record) {
	s.start(func(ctx context.Context, db *ddb.DB, w *simWorker) {
		mux := ddb.NewMux(s.m.table, &ddb.MuxOptions{Workers: s.cfg.width})
		mux.Maintain(db, s.m.all...)
		failed, _ := mux.Process(ctx, batch)
		w.result = func() {
			for _, r := range batch {
				if w.dead.Load() || slices.Contains(failed, r.Sequence) {
					s.pending = append(s.pending, r)
				}
			}
		}
	})
}

// apply brings all views up to date for what a record was of, by the items that it has.
func (s *simulation) apply(r ddb.Record) {
	var versions []any
	for _, image := range []map[string]types.AttributeValue{r.Old, r.New} {
		if source, err := s.m.sources.Decode(image); err == nil {
			versions = append(versions, source)
		}
	}
	if len(versions) == 0 {
		return
	}
	s.start(func(ctx context.Context, db *ddb.DB, w *simWorker) {
		for _, v := range s.m.all {
			_ = v.Apply(ctx, db, versions...) // the record itself comes too
		}
		w.result = func() {}
	})
}

func (s *simulation) rebuild(ctx context.Context, db *ddb.DB, w *simWorker) {
	var err error
	for _, v := range s.m.all {
		err = errors.Join(err, v.Rebuild(ctx, db, &ddb.JobOptions{Workers: s.cfg.width}))
	}
	w.result = func() {
		if err != nil {
			s.redo++
		}
	}
}

// start runs a worker up to its first request.
func (s *simulation) start(job func(context.Context, *ddb.DB, *simWorker)) {
	w := &simWorker{Client: s.client, fates: make(chan fate), parked: make(chan struct{}), done: make(chan struct{})}
	db := ddb.New(w, simTable, s.m.table, nil)
	ctx := context.WithValue(context.Background(), view.LedgerHooksKey{}, s.cfg.hooks)
	go func() {
		defer close(w.done)
		job(ctx, db, w)
	}()
	s.workers = append(s.workers, w)
	s.await(w)
}

// advance lets a worker make one request.
func (s *simulation) advance(w *simWorker, f fate) {
	w.fates <- f
	s.await(w)
}

func (s *simulation) await(w *simWorker) {
	select {
	case <-w.parked:
	case <-w.done:
		w.result()
		s.workers = slices.DeleteFunc(s.workers, func(o *simWorker) bool { return o == w })
	}
}

// write changes a source.
func (s *simulation) write(ctx context.Context) error {
	s.clock++
	ids, targets, values := simSourceIDs, simTargetIDs, 4
	if s.cfg.plain {
		ids, targets, values = ids[:1], targets[:1], 2
	}
	id := ids[s.c.pick("source", len(ids))]
	src := simSource{ID: id, V: s.c.pick("v", values), At: time.Unix(int64(1+s.c.pick("at", 5)), 0)}
	key, err := face.Entity(s.m.sources).Key("sim", reflect.ValueOf(&src).Elem())
	if err != nil {
		return err
	}
	if !s.cfg.plain && s.c.pick("delete", 4) == 0 {
		_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(simTable), Key: key})
		return err
	}
	if !s.cfg.plain && s.c.pick("expires", 3) == 0 {
		src.Until = s.time.Now().Add(30 * time.Second)
	}
	src.F = float64(src.V) / 10
	src.Off = !s.cfg.plain && s.c.pick("off", 5) == 0
	src.Tag = []string{"", "p", "q"}[s.c.pick("tag", 3)]
	if n := s.c.pick("target", len(targets)*4+1); n > 0 || s.cfg.plain {
		src.Target = targets[n%len(targets)]
	}
	attrs, err := s.m.sources.Encode(src)
	if err != nil {
		return err
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(simTable), Item: attrs})
	return err
}

// writeTarget deletes a target, or puts one as if no aggregate knew it.
func (s *simulation) writeTarget(ctx context.Context) error {
	id := simTargetIDs[s.c.pick("target", len(simTargetIDs))]
	target := simTarget{ID: id, Name: "n"}
	attrs := attr.Item{
		"pk": &types.AttributeValueMemberS{Value: "t#" + id}, "sk": &types.AttributeValueMemberS{Value: "t#" + id},
		"name": &types.AttributeValueMemberS{Value: target.Name}, "entityType": &types.AttributeValueMemberS{Value: "target"},
	}
	var err error
	switch s.c.pick("how", 5) {
	case 0, 1:
		_, err = s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(simTable), Key: s.m.below().KeyOf(model.Loaded(attrs))})
	case 2:
		key := attr.Item{"pk": &types.AttributeValueMemberS{Value: "o#" + id}, "sk": &types.AttributeValueMemberS{Value: "o#" + id}}
		_, err = s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(simTable), Key: key})
	default:
		_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(simTable), Item: attrs})
	}
	return err
}

// drain delivers what is left, without crashes, until nothing is.
func (s *simulation) drain(ctx context.Context) error {
	for rounds := 0; ; rounds++ {
		if rounds > 4000 {
			return errors.New("the simulation does not come to rest")
		}
		if len(s.workers) == 0 && len(s.pending) == 0 {
			if err := s.pull(ctx); err != nil {
				return err
			}
		}
		switch {
		case len(s.workers) < 2 && len(s.pending) > 0:
			s.deliver(s.cut())
		case len(s.workers) < 2 && s.redo > 0:
			s.redo--
			s.start(s.rebuild)
		case len(s.workers) > 0:
			s.advance(s.workers[s.c.pick("worker", len(s.workers))], goOn)
		default:
			return nil
		}
	}
}

func TestAggregatesSurviveAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		steps := 60
		if testing.Short() {
			steps = 40
		}
		require.NoError(rt, simulate(rapidChooser{rt}, simConfig{steps: steps}))
	})
}

func TestAggregatesSurviveFastWriters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		require.NoError(rt, simulate(rapidChooser{rt}, simConfig{steps: 60, plain: true}))
	})
}

// Each part of the protocol is there for a reason: without it, some history ends with a wrong number.
func TestAggregatesWithoutAPartOfTheProtocol(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		near uint64 // a seed a little before one that is known to go wrong
		simConfig
	}{
		"guard":                 {50, simConfig{steps: 120, hooks: view.LedgerHooks{NoGuard: true}}},
		"second look":           {1115, simConfig{steps: 60, plain: true, hooks: view.LedgerHooks{NoSecondLook: true}}},
		"second look at copies": {1765, simConfig{steps: 60, plain: true, copy: true, hooks: view.LedgerHooks{NoSecondLook: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, cfg := c.near, c.simConfig
			if os.Getenv("DDB_LONG") != "" {
				from = 0
			}
			for seed := from; seed < 5000; seed++ {
				if err := simulate(randChooser{rand.New(rand.NewPCG(seed, 1))}, cfg); err != nil {
					t.Logf("run %d: %v", seed, err)
					return
				}
			}
			t.Fatal("no run went wrong")
		})
	}
}

// With several targets under way in each worker, a run cannot be repeated, so rapid has no part in it.
func TestAggregatesSurviveAnythingSideBySide(t *testing.T) {
	t.Parallel()
	runs := scale.Of(12, 4)
	if testing.Short() {
		runs = min(runs, 6)
	}
	for seed := range uint64(runs) {
		require.NoError(t, simulate(randChooser{rand.New(rand.NewPCG(seed, 2))}, simConfig{steps: 120, width: 8}), "run %d", seed)
	}
}

func TestFanOutsSurviveFastWriters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		require.NoError(rt, simulate(rapidChooser{rt}, simConfig{steps: 60, plain: true, copy: true}))
	})
}

// A source that moves, goes and comes again tells the targets that it left, also those that it named between two looks.
func TestFanOutsSurviveSourcesThatMove(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		require.NoError(rt, simulate(rapidChooser{rt}, simConfig{steps: 60, moving: true}))
	})
}
