package ddb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/ddbmem"
)

// The simulation runs the real implementation against an engine: sources and targets are written at random, the stream
// of the table is delivered to two workers with duplicates, cuts, crashes and lost answers, and at the end everything derived must
// equal a recomputation. Between any two requests of a worker anything else may happen.

type simSource struct {
	ID     string    `dynamodbav:"-"`
	Target string    `dynamodbav:"target,omitempty"`
	V      int       `dynamodbav:"v"`
	F      float64   `dynamodbav:"f"`
	At     time.Time `dynamodbav:"at"`
	Tag    string    `dynamodbav:"tag,omitempty"`
	Off    bool      `dynamodbav:"off"`
}

type simEntry struct {
	ID string `dynamodbav:"id"`
	V  int    `dynamodbav:"v"`
}

type simTarget struct {
	ID    string     `dynamodbav:"-"`
	Name  string     `dynamodbav:"name"`
	Sum   int        `dynamodbav:"sum"`
	F     float64    `dynamodbav:"f"`
	N     int        `dynamodbav:"n"`
	Min   int        `dynamodbav:"min"`
	Max   time.Time  `dynamodbav:"max,unixtime,omitempty"`
	Tags  int        `dynamodbav:"tags"`
	LastV int        `dynamodbav:"lastV"`
	Last  string     `dynamodbav:"last"`
	Top   []simEntry `dynamodbav:"top"`
}

type simTotal struct {
	Target string `dynamodbav:"target"`
	Sum    int    `dynamodbav:"sum"`
	N      int    `dynamodbav:"n"`
}

type simulated struct {
	table   *Table
	sources *Entity[simSource]
	targets *Entity[simTarget]
	totals  *Entity[simTotal]
	ranks   *View
	plain   *View
	all     []*View
}

func newSimulated() *simulated {
	m := &simulated{table: NewTable("pk", "sk")}
	m.sources = MustDefine(m.table, "source", func(s *simSource, d *Definition) {
		id := Key(Prefix("s#"), Str(&s.ID))
		d.Primary(id, id)
	})
	m.targets = MustDefine(m.table, "target", func(s *simTarget, d *Definition) {
		id := Key(Prefix("t#"), Str(&s.ID))
		d.Primary(id, id)
	})
	m.totals = MustDefine(m.table, "total", func(s *simTotal, d *Definition) {
		id := Key(Prefix("o#"), Str(&s.Target))
		d.Primary(id, id)
	})
	m.ranks = MustAggregate("ranks", m.sources, m.targets, func(s *simSource, t *simTarget) []Rule {
		return []Rule{
			By(&s.Target, &t.ID), Sum(&s.V, &t.Sum), Sum(&s.F, &t.F), Count(&t.N),
			Min(&s.V, &t.Min), Max(&s.At, &t.Max), Distinct(&s.Tag, &t.Tags), Latest(&s.V, &t.LastV, &s.Tag, &t.Last),
			Top(2, &s.V, &t.Top, func(s simSource) simEntry { return simEntry{s.ID, s.V} }),
		}
	})
	m.plain = MustAggregate("plain", m.sources, m.totals, func(s *simSource, t *simTotal) []Rule {
		return []Rule{OwnItems, By(&s.Target, &t.Target), Sum(&s.V, &t.Sum), Count(&t.N), When(Eq(&s.Off, false))}
	})
	m.all = []*View{m.ranks, m.plain}
	return m
}

// chooser makes the decisions of a simulation.
type chooser interface{ pick(label string, n int) int }

type rapidChooser struct{ t *rapid.T }

func (c rapidChooser) pick(label string, n int) int { return rapid.IntRange(0, n-1).Draw(c.t, label) }

type randChooser struct{ r *rand.Rand }

func (c randChooser) pick(_ string, n int) int { return c.r.IntN(n) }

var errCrash = errors.New("the worker crashed")

// fate is what becomes of the next request of a worker.
type fate byte

const (
	goOn fate = iota
	crash
	lose // it is made, and its answer lost
)

// simWorker is a process that handles a batch, or rebuilds.
type simWorker struct {
	Client
	dead   bool
	fates  chan fate
	parked chan struct{} // it is about to make a request
	done   chan struct{}
	result func() // in the simulation, once done
}

func (w *simWorker) gate() (fate, error) {
	if w.dead {
		return crash, errCrash
	}
	w.parked <- struct{}{}
	f := <-w.fates
	if f == crash {
		w.dead = true
		return f, errCrash
	}
	return f, nil
}

func gated[I, O any](w *simWorker, ctx context.Context, in *I, call func(context.Context, *I, ...func(*dynamodb.Options)) (*O, error)) (*O, error) {
	f, err := w.gate()
	if err != nil {
		return nil, err
	}
	out, err := call(ctx, in)
	if f == lose {
		return nil, errors.New("the answer was lost")
	}
	return out, err
}

func (w *simWorker) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return gated(w, ctx, in, w.Client.GetItem)
}

func (w *simWorker) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return gated(w, ctx, in, w.Client.PutItem)
}

func (w *simWorker) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return gated(w, ctx, in, w.Client.UpdateItem)
}

func (w *simWorker) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return gated(w, ctx, in, w.Client.Query)
}

func (w *simWorker) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return gated(w, ctx, in, w.Client.BatchGetItem)
}

func (w *simWorker) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return gated(w, ctx, in, w.Client.TransactWriteItems)
}

// simulation is one run.
type simulation struct {
	c       chooser
	cfg     simConfig
	m       *simulated
	engine  *ddbmem.Engine
	client  *dynamodb.Client
	streams *dynamodbstreams.Client
	arn     *string
	at      map[string]*string // shard iterators

	seen    []Record // everything the stream has said
	pending []Record // to be delivered
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
	hooks ledgerHooks
	steps int
	plain bool // one source and one target, written in turns, and no delivery that could heal by chance
}

func simulate(c chooser, cfg simConfig) error {
	ctx := context.Background()
	cfg.hooks.noPause = true
	s := &simulation{c: c, cfg: cfg, m: newSimulated(), engine: ddbmem.New(), at: map[string]*string{}}
	if cfg.plain {
		s.m.all = []*View{s.m.plain}
	}
	s.client = s.engine.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	s.streams = s.engine.StreamsClient()
	db := New(s.client, simTable, s.m.table, nil)
	if err := db.CreateTable(ctx); err != nil {
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
		if len(s.workers) < 3 && len(s.seen) > 0 { // a replay, long after
			s.deliver([]Record{s.seen[s.c.pick("replay", len(s.seen))]})
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
func (s *simulation) cut() (batch []Record) {
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

func (s *simulation) deliver(batch []Record) {
	s.start(func(ctx context.Context, db *DB, w *simWorker) {
		mux := NewMux(s.m.table, nil)
		mux.Maintain(db, s.m.all...)
		failed, _ := mux.Process(ctx, batch)
		w.result = func() {
			for _, r := range batch {
				if w.dead || slices.Contains(failed, r.Sequence) {
					s.pending = append(s.pending, r)
				}
			}
		}
	})
}

func (s *simulation) rebuild(ctx context.Context, db *DB, w *simWorker) {
	var err error
	for _, v := range s.m.all {
		err = errors.Join(err, v.Rebuild(ctx, db, nil))
	}
	w.result = func() {
		if err != nil {
			s.redo++
		}
	}
}

// start runs a worker up to its first request.
func (s *simulation) start(job func(context.Context, *DB, *simWorker)) {
	w := &simWorker{Client: s.client, fates: make(chan fate), parked: make(chan struct{}), done: make(chan struct{})}
	db := New(w, simTable, s.m.table, nil)
	ctx := context.WithValue(context.Background(), ledgerHooksKey{}, s.cfg.hooks)
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
	key, err := s.m.sources.e.key("sim", reflect.ValueOf(&src).Elem())
	if err != nil {
		return err
	}
	if !s.cfg.plain && s.c.pick("delete", 4) == 0 {
		_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(simTable), Key: key})
		return err
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
	attrs := item{
		"pk": &types.AttributeValueMemberS{Value: "t#" + id}, "sk": &types.AttributeValueMemberS{Value: "t#" + id},
		"name": &types.AttributeValueMemberS{Value: target.Name}, "entityType": &types.AttributeValueMemberS{Value: "target"},
	}
	var err error
	switch s.c.pick("how", 5) {
	case 0, 1:
		_, err = s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(simTable), Key: s.m.table.keyOf(attrs)})
	case 2:
		key := item{"pk": &types.AttributeValueMemberS{Value: "o#" + id}, "sk": &types.AttributeValueMemberS{Value: "o#" + id}}
		_, err = s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(simTable), Key: key})
	default:
		_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(simTable), Item: attrs})
	}
	return err
}

// pull reads what is new in the stream.
func (s *simulation) pull(ctx context.Context) error {
	if s.arn == nil {
		list, err := s.streams.ListStreams(ctx, &dynamodbstreams.ListStreamsInput{TableName: aws.String(simTable)})
		if err != nil {
			return err
		}
		s.arn = list.Streams[0].StreamArn
	}
	arn := s.arn
	desc, err := s.streams.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: arn})
	if err != nil {
		return err
	}
	for _, shard := range desc.StreamDescription.Shards {
		it, ok := s.at[*shard.ShardId]
		if !ok {
			out, err := s.streams.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{StreamArn: arn, ShardId: shard.ShardId, ShardIteratorType: streamtypes.ShardIteratorTypeTrimHorizon})
			if err != nil {
				return err
			}
			it = out.ShardIterator
		}
		if it == nil {
			continue
		}
		out, err := s.streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: it})
		if err != nil {
			return err
		}
		s.at[*shard.ShardId] = out.NextShardIterator
		for _, r := range out.Records {
			rec, err := simRecord(r)
			if err != nil {
				return err
			}
			if s.m.table.companion(rec.Keys) {
				continue
			}
			s.seen = append(s.seen, rec)
			s.pending = append(s.pending, rec)
		}
	}
	return nil
}

func simRecord(r streamtypes.Record) (Record, error) {
	kind, err := RecordKind(string(r.EventName), r.UserIdentity != nil)
	out := Record{Kind: kind, Sequence: *r.Dynamodb.SequenceNumber, At: *r.Dynamodb.ApproximateCreationDateTime}
	for _, part := range []struct {
		to   *map[string]types.AttributeValue
		from map[string]streamtypes.AttributeValue
	}{{&out.Keys, r.Dynamodb.Keys}, {&out.Old, r.Dynamodb.OldImage}, {&out.New, r.Dynamodb.NewImage}} {
		if part.from == nil {
			continue
		}
		m, convErr := attributevalue.FromDynamoDBStreamsMap(part.from)
		err = errors.Join(err, convErr)
		*part.to = m
	}
	return out, err
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

// check compares what is derived with a recomputation.
func (s *simulation) check(ctx context.Context, db *DB) error {
	out, err := s.client.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String(simTable), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return err
	}
	var sources []simSource
	have, totals := map[string]simTarget{}, map[string]simTotal{}
	for _, attrs := range out.Items {
		e, err := s.m.table.claim(attrs)
		if err != nil {
			return err
		}
		switch e {
		case s.m.sources.e:
			src, err := s.m.sources.Decode(attrs)
			if err != nil {
				return err
			}
			sources = append(sources, src)
		case s.m.targets.e:
			t, err := s.m.targets.Decode(attrs)
			if err != nil {
				return err
			}
			have[t.ID] = t
		case s.m.totals.e:
			t, err := s.m.totals.Decode(attrs)
			if err != nil {
				return err
			}
			totals[t.Target] = t
		}
	}
	var faults []error
	for _, id := range simTargetIDs {
		want, total := recompute(id, sources)
		if got, ok := have[id]; ok {
			want.Name = got.Name
			if err := sameTarget(want, got, sources); err != nil {
				faults = append(faults, err)
			}
		}
		got, ok := totals[id]
		if (ok || total.N > 0) && (got.Sum != total.Sum || got.N != total.N) {
			faults = append(faults, fmt.Errorf("total %s: have %+v, want %+v", id, got, total))
		}
	}
	if len(faults) == 0 {
		for _, v := range s.m.all {
			for d, err := range v.Verify(context.WithValue(ctx, ledgerHooksKey{}, s.cfg.hooks), db, nil) {
				if err == nil {
					err = errors.New(d.String())
				}
				faults = append(faults, fmt.Errorf("verify: %w", err))
			}
		}
	}
	return errors.Join(faults...)
}

func recompute(id string, sources []simSource) (t simTarget, total simTotal) {
	t.ID = id
	total.Target = id
	tags := map[string]bool{}
	tenths := 0
	for _, src := range sources {
		if src.Target != id {
			continue
		}
		if !src.Off {
			total.Sum += src.V
			total.N++
		}
		if t.N == 0 || src.V < t.Min {
			t.Min = src.V
		}
		if t.N == 0 || src.V > t.LastV {
			t.LastV = src.V
		}
		t.N++
		t.Sum += src.V
		tenths += src.V
		if src.At.After(t.Max) {
			t.Max = src.At
		}
		if src.Tag != "" {
			tags[src.Tag] = true
		}
		t.Top = append(t.Top, simEntry{src.ID, src.V})
	}
	t.F = float64(tenths) / 10
	t.Tags = len(tags)
	slices.SortFunc(t.Top, func(a, b simEntry) int { return b.V - a.V })
	t.Top = t.Top[:min(2, len(t.Top))]
	return t, total
}

func sameTarget(want, got simTarget, sources []simSource) error {
	wrong := func(what string, want, got any) error {
		return fmt.Errorf("target %s: %s is %v, should be %v", want, what, got, want)
	}
	switch {
	case got.Sum != want.Sum, got.N != want.N, got.F != want.F, got.Min != want.Min, got.Tags != want.Tags, got.LastV != want.LastV, !got.Max.Equal(want.Max):
		return wrong("something", fmt.Sprintf("%+v", want), fmt.Sprintf("%+v", got))
	case len(got.Top) != len(want.Top):
		return wrong("top", want.Top, got.Top)
	}
	for i := range got.Top { // those of one value may stand in any order, and be cut off
		if got.Top[i].V != want.Top[i].V {
			return wrong("top", want.Top, got.Top)
		}
	}
	byID := map[string]simSource{}
	for _, src := range sources {
		byID[src.ID] = src
	}
	lasts := map[string]bool{}
	for _, src := range sources {
		if src.Target == want.ID && src.V == want.LastV {
			lasts[src.Tag] = true
		}
	}
	for _, e := range got.Top {
		if src := byID[e.ID]; src.Target != want.ID || src.V != e.V {
			return wrong("top", want.Top, got.Top)
		}
	}
	if want.N > 0 && !lasts[got.Last] {
		return wrong("last", slices.Sorted(maps.Keys(lasts)), got.Last)
	}
	return nil
}

func TestAggregatesSurviveAnything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		steps := 120
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
	for name, cfg := range map[string]simConfig{
		"guard":       {steps: 120, hooks: ledgerHooks{noGuard: true}},
		"second look": {steps: 60, plain: true, hooks: ledgerHooks{noSecondLook: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(5000) {
				if err := simulate(randChooser{rand.New(rand.NewPCG(seed, 1))}, cfg); err != nil {
					t.Logf("run %d: %v", seed, err)
					return
				}
			}
			t.Fatal("no run went wrong")
		})
	}
}
