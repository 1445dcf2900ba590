package ddbstream_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

type Point struct {
	Game string `dynamodbav:"-"`
	ID   string `dynamodbav:"-"`
	N    int    `dynamodbav:"n"`
}

type Score struct {
	Game string `dynamodbav:"game"`
	Sum  int    `dynamodbav:"sum"`
}

// arena is a table on an engine, with an aggregate.
type arena struct {
	table  *ddb.Table
	points *ddb.Entity[Point]
	scores *ddb.Entity[Score]
	sum    *ddb.View
	engine *ddbmem.Engine
	client *dynamodb.Client
	db     *ddb.DB
}

const name = "arena"

func newArena(t *testing.T, opts ddbmem.Options) *arena {
	a := &arena{table: ddb.NewTable("pk", "sk"), engine: ddbmem.New(opts)}
	a.points = ddb.MustDefine(a.table, "point", func(p *Point, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("g#"), ddb.Str(&p.Game)), ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID)))
	})
	a.scores = ddb.MustDefine(a.table, "score", func(s *Score, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("score#"), ddb.Str(&s.Game))
		d.Primary(id, id)
	})
	a.sum = ddb.MustAggregate("sum", a.points, a.scores, func(p *Point, s *Score) []ddb.Rule {
		return []ddb.Rule{ddb.OwnItems, ddb.By(&p.Game, &s.Game), ddb.Sum(&p.N, &s.Sum)}
	})
	a.client = a.engine.Client()
	a.db = ddb.New(a.client, name, a.table, nil)
	require.NoError(t, a.db.CreateTable(t.Context()))
	return a
}

func (a *arena) put(t *testing.T, p Point) {
	t.Helper()
	attrs, err := a.points.Encode(p)
	require.NoError(t, err)
	_, err = a.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new(name), Item: attrs})
	require.NoError(t, err)
}

// log is a handler that remembers what it saw of each point.
type log struct {
	mu   sync.Mutex
	seen map[string][]int
}

func (l *log) mux(a *arena) *ddb.Mux {
	l.seen = map[string][]int{}
	mux := ddb.NewMux(a.table, nil)
	ddb.Handle(mux, a.points, func(_ context.Context, c ddb.Change[Point]) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.seen[c.New.ID] = append(l.seen[c.New.ID], c.New.N)
		return nil
	})
	return mux
}

func (l *log) last(id string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.seen[id]; len(s) > 0 {
		return s[len(s)-1]
	}
	return -1
}

// fast is a reader's configuration for tests. Its lease is longer than any pause of a machine that is busy: a test of what happens
// when one runs out sets a shorter one.
func fast() *ddbstream.Options {
	return &ddbstream.Options{
		Poll: 2 * time.Millisecond, Discover: 5 * time.Millisecond, Checkpoint: time.Millisecond, Lease: time.Minute, Batch: 7,
	}
}

// run starts a reader; the function returned stops it.
func run(t *testing.T, r *ddbstream.Reader) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	var once sync.Once
	var err error
	stop = func() error {
		once.Do(func() { cancel(); err = <-done })
		return err
	}
	t.Cleanup(func() { _ = stop() })
	return stop
}

func eventually(t *testing.T, f func() bool, what string) {
	t.Helper()
	require.Eventually(t, f, 20*time.Second, 5*time.Millisecond, what)
}

// Everything arrives, in order for each item, through splits of shards, and again from where a reader stopped.
func TestReaderReadsShardsInOrder(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{ShardRecords: 25})
	store := ddbstream.NewTableStore(a.client, "readers", "log")
	require.NoError(t, store.CreateTable(t.Context()))
	require.NoError(t, store.CreateTable(t.Context()), "a second time")
	var l log
	mux := l.mux(a)
	stop := run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, fast()))
	ids := []string{"a", "b", "c", "d", "e"}
	for n := 1; n <= 60; n++ {
		for _, id := range ids {
			a.put(t, Point{Game: "g" + id, ID: id, N: n})
		}
		if n == 30 {
			eventually(t, func() bool { return l.last("a") >= 20 }, "it follows")
			require.NoError(t, stop())
			stop = run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, fast()))
		}
	}
	for _, id := range ids {
		eventually(t, func() bool { return l.last(id) == 60 }, id)
	}
	require.NoError(t, stop())
	for _, id := range ids {
		got := l.seen[id]
		for i := 1; i < len(got); i++ {
			assert.LessOrEqual(t, got[i]-got[i-1], 1, "nothing is left out")
		}
		assert.Len(t, got, 60, "a graceful stop repeats nothing")
	}
	leases, err := store.Leases(t.Context())
	require.NoError(t, err)
	for _, lease := range leases {
		assert.Empty(t, lease.Owner, "it gave its leases back")
	}
}

// Two workers share the shards; when one falls silent the other takes over, and what the silent one still does to the
// lease fails.
func TestWorkersShareShards(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{StreamShards: 4})
	store := &ddbstream.MemoryStore{}
	first, second := &log{}, &log{}
	one, two := fast(), fast()
	one.Worker, two.Worker, one.Lease, two.Lease = "one", "two", 300*time.Millisecond, 300*time.Millisecond
	frozen := &freezer{Store: store}
	run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, first.mux(a), frozen, one))
	stop := run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, second.mux(a), store, two))
	owners := func() map[string]int {
		out := map[string]int{}
		leases, err := store.Leases(t.Context())
		require.NoError(t, err)
		for _, l := range leases {
			out[l.Owner]++
		}
		return out
	}
	eventually(t, func() bool { o := owners(); return o["one"] == 2 && o["two"] == 2 }, "each has its share")
	frozen.freeze()
	eventually(t, func() bool { return owners()["two"] == 4 }, "the other takes over")
	for n := range 40 {
		a.put(t, Point{Game: fmt.Sprint(n), ID: fmt.Sprint(n), N: 1})
	}
	eventually(t, func() bool {
		second.mu.Lock()
		defer second.mu.Unlock()
		return len(second.seen) == 40
	}, "everything arrives")
	require.NoError(t, stop())
}

// freezer is a store that a worker can no longer reach.
type freezer struct {
	ddbstream.Store
	mu     sync.Mutex
	frozen bool
}

func (f *freezer) freeze() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.frozen = true
}

func (f *freezer) Leases(ctx context.Context) ([]ddbstream.Lease, error) {
	if f.cold() {
		return nil, errors.New("no connection")
	}
	return f.Store.Leases(ctx)
}

func (f *freezer) Swap(ctx context.Context, l ddbstream.Lease, was int64) error {
	if f.cold() {
		return errors.New("no connection")
	}
	return f.Store.Swap(ctx, l, was)
}

func (f *freezer) cold() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.frozen
}

func TestStoresFence(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	table := ddbstream.NewTableStore(engine.Client(), "readers", "g")
	require.NoError(t, table.CreateTable(t.Context()))
	for name, store := range map[string]ddbstream.Store{"memory": &ddbstream.MemoryStore{}, "table": table} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			l := ddbstream.Lease{Stream: "s", Shard: "1", Parent: "0", Counter: 1}
			require.NoError(t, store.Swap(ctx, l, 0))
			require.ErrorIs(t, store.Swap(ctx, l, 0), ddbstream.ErrLeaseLost, "it is there")
			mine := l
			mine.Owner, mine.Counter, mine.Checkpoint = "me", 2, "100"
			require.NoError(t, store.Swap(ctx, mine, 1))
			theirs := l
			theirs.Owner, theirs.Counter = "they", 2
			require.ErrorIs(t, store.Swap(ctx, theirs, 1), ddbstream.ErrLeaseLost)
			require.ErrorIs(t, store.Delete(ctx, l), ddbstream.ErrLeaseLost)
			leases, err := store.Leases(ctx)
			require.NoError(t, err)
			assert.Equal(t, []ddbstream.Lease{mine}, leases)
			require.NoError(t, store.Delete(ctx, mine))
			require.NoError(t, store.Delete(ctx, mine))
		})
	}
}

// A reader that was away for longer than the stream keeps says so, and a Rebuild makes everything right.
func TestReaderFindsTrimmedRecords(t *testing.T) {
	t.Parallel()
	clock := ddbmem.NewManualClock(time.Now())
	a := newArena(t, ddbmem.Options{Clock: clock, StreamShards: 2})
	store := &ddbstream.MemoryStore{}
	mux := ddb.NewMux(a.table, nil)
	mux.Maintain(a.db, a.sum)
	stop := run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, fast()))
	for n := range 10 {
		a.put(t, Point{Game: fmt.Sprint(n % 3), ID: fmt.Sprint(n), N: 1})
	}
	sums := func() (out int) {
		for s, err := range ddb.NewRepository(a.db, a.scores).Scan(t.Context(), nil) {
			require.NoError(t, err)
			out += s.Sum
		}
		return out
	}
	eventually(t, func() bool { return sums() == 10 }, "it follows")
	require.NoError(t, stop())
	for n := range 10 {
		a.put(t, Point{Game: fmt.Sprint(n % 3), ID: fmt.Sprint(n), N: 5})
	}
	a.engine.SplitShard(name)
	clock.Advance(49 * time.Hour)

	err := ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, fast()).Run(t.Context())
	gap, ok := errors.AsType[*ddbstream.Gap](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, ddbstream.GapTrimmed, gap.Kind)
	assert.True(t, gap.Lost)
	cause, err := a.sum.NeedsRebuild(t.Context(), a.db)
	require.NoError(t, err)
	require.ErrorContains(t, cause, "trimmed")

	opts := fast()
	var mu sync.Mutex
	var gaps []ddbstream.GapKind
	opts.OnGap = func(_ context.Context, g *ddbstream.Gap) error {
		mu.Lock()
		defer mu.Unlock()
		gaps = append(gaps, g.Kind)
		return nil
	}
	stop = run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, opts))
	a.put(t, Point{Game: "0", ID: "0", N: 6})
	eventually(t, func() bool { return sums() > 10 }, "it goes on")
	require.NoError(t, a.sum.Rebuild(t.Context(), a.db, nil))
	assert.Equal(t, 51, sums())
	require.NoError(t, stop())
	assert.NotEmpty(t, gaps)
	cause, err = a.sum.NeedsRebuild(t.Context(), a.db)
	require.NoError(t, err)
	assert.NoError(t, cause)
}

func TestReaderFindsANewStream(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	store := &ddbstream.MemoryStore{}
	var l log
	mux := l.mux(a)
	stop := run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, fast()))
	a.put(t, Point{Game: "g", ID: "a", N: 1})
	eventually(t, func() bool { return l.last("a") == 1 }, "it follows")
	require.NoError(t, stop())
	a.put(t, Point{Game: "g", ID: "a", N: 2})
	update := func(s *types.StreamSpecification) {
		_, err := a.client.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: new(name), StreamSpecification: s})
		require.NoError(t, err)
	}
	update(&types.StreamSpecification{StreamEnabled: new(false)})
	a.put(t, Point{Game: "g", ID: "a", N: 3}) // nobody will ever know
	time.Sleep(2 * time.Millisecond)
	update(&types.StreamSpecification{StreamEnabled: new(true), StreamViewType: types.StreamViewTypeNewAndOldImages})
	a.put(t, Point{Game: "g", ID: "a", N: 4})
	opts := fast()
	var mu sync.Mutex
	var gaps []ddbstream.GapKind
	opts.OnGap = func(_ context.Context, g *ddbstream.Gap) error {
		mu.Lock()
		defer mu.Unlock()
		gaps = append(gaps, g.Kind)
		return nil
	}
	stop = run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, store, opts))
	eventually(t, func() bool { return l.last("a") == 4 }, "it goes on in the new one")
	require.NoError(t, stop())
	assert.Equal(t, []int{1, 2, 4}, l.seen["a"], "the old one is read to its end first")
	assert.Equal(t, []ddbstream.GapKind{ddbstream.GapNewStream}, gaps)
}

// expirer is a client whose iterators expire.
type expirer struct {
	*dynamodbstreams.Client
	mu sync.Mutex
	n  int
}

func (c *expirer) GetRecords(ctx context.Context, in *dynamodbstreams.GetRecordsInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n++; c.n%5 == 3 {
		return nil, &streamtypes.ExpiredIteratorException{Message: new("too late")}
	}
	return c.Client.GetRecords(ctx, in, o...)
}

func TestReaderSurvivesExpiredIterators(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	var l log
	opts := fast()
	var mu sync.Mutex
	gaps := 0
	opts.OnGap = func(_ context.Context, g *ddbstream.Gap) error {
		mu.Lock()
		defer mu.Unlock()
		gaps++
		assert.Equal(t, ddbstream.GapIterator, g.Kind)
		assert.False(t, g.Lost)
		return nil
	}
	stop := run(t, ddbstream.NewReader(&expirer{Client: a.engine.StreamsClient()}, name, l.mux(a), &ddbstream.MemoryStore{}, opts))
	for n := 1; n <= 100; n++ {
		a.put(t, Point{Game: "g", ID: "a", N: n})
	}
	eventually(t, func() bool { return l.last("a") == 100 }, "all arrive")
	require.NoError(t, stop())
	assert.Len(t, l.seen["a"], 100)
	assert.Positive(t, gaps)
}

func TestReaderWithoutAStream(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	var l log
	err := ddbstream.NewReader(a.engine.StreamsClient(), "another", l.mux(a), &ddbstream.MemoryStore{}, fast()).Run(t.Context())
	require.ErrorContains(t, err, "no stream")
}

// A poison record does not stop its shard: it lands in the dead letters, and replaying it mends the aggregate.
func TestReaderWithoutTheTableOfItsStore(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	store := ddbstream.NewTableStore(a.client, "nobody-made-it", "group")
	err := ddbstream.NewReader(a.engine.StreamsClient(), name, new(log).mux(a), store, nil).Run(t.Context())
	require.ErrorContains(t, err, `ddbstream: leases in table "nobody-made-it"`)
	_, ok := errors.AsType[*types.ResourceNotFoundException](err)
	assert.True(t, ok)
}

func TestPoisonRecordsAreReplayed(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	file := ddbstream.NewFile(filepath.Join(t.TempDir(), "dead-letters.jsonl"))
	broken := true
	var mu sync.Mutex
	var l log
	mux := ddb.NewMux(a.table, &ddb.MuxOptions{Attempts: 2, DeadLetters: file.Put})
	mux.Maintain(a.db, a.sum)
	l.seen = map[string][]int{}
	ddb.Handle(mux, a.points, func(_ context.Context, c ddb.Change[Point]) error {
		mu.Lock()
		defer mu.Unlock()
		if broken && c.New.ID == "poison" {
			panic("cannot bear it")
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.seen[c.New.ID] = append(l.seen[c.New.ID], c.New.N)
		return nil
	})
	stop := run(t, ddbstream.NewReader(a.engine.StreamsClient(), name, mux, &ddbstream.MemoryStore{}, fast()))
	a.put(t, Point{Game: "g", ID: "a", N: 1})
	a.put(t, Point{Game: "g", ID: "poison", N: 1})
	a.put(t, Point{Game: "g", ID: "b", N: 1})
	eventually(t, func() bool {
		for _, err := range file.Letters() {
			return err == nil && l.last("b") == 1
		}
		return false
	}, "the shard goes on")
	require.NoError(t, stop())
	var letters []ddbstream.DeadLetter
	for letter, err := range file.Letters() {
		require.NoError(t, err)
		letters = append(letters, letter)
	}
	require.Len(t, letters, 1)
	assert.Equal(t, 2, letters[0].Attempts)
	assert.Equal(t, "point", letters[0].Entity)
	assert.Contains(t, letters[0].Cause, "cannot bear it")

	n, err := ddbstream.Replay(t.Context(), file.Letters(), mux, nil)
	assert.Equal(t, ddbstream.ReplayResult{Failed: 1}, n)
	require.ErrorContains(t, err, "cannot bear it")
	mu.Lock()
	broken = false
	mu.Unlock()
	n, err = ddbstream.Replay(t.Context(), file.Letters(), mux, nil)
	require.NoError(t, err)
	assert.Equal(t, ddbstream.ReplayResult{Handled: 1}, n)
	assert.Equal(t, []int{1}, l.seen["poison"])
}

type sent struct{ bodies []string }

func (s *sent) Send(_ context.Context, body string) error {
	s.bodies = append(s.bodies, body)
	return nil
}

func TestQueueLeavesOutWhatIsTooLarge(t *testing.T) {
	t.Parallel()
	r := ddb.Record{
		Kind: ddb.Inserted, Sequence: "1", Keys: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "a"}},
		New: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "a"}, "more": &types.AttributeValueMemberB{Value: make([]byte, 300<<10)}},
	}
	to := &sent{}
	q := &ddbstream.Queue{To: to}
	require.NoError(t, q.Put(t.Context(), r, errors.New("no")))
	require.Len(t, to.bodies, 1)
	letter, err := ddbstream.Decode([]byte(to.bodies[0]))
	require.NoError(t, err)
	assert.Equal(t, "(without images, which are too large) no", letter.Cause)
	assert.Equal(t, r.Keys, letter.Record.Keys)
	assert.Nil(t, letter.Record.New)

	large := &sent{}
	q.TooLarge = &ddbstream.Queue{To: large, MaxBytes: 1 << 20}
	require.NoError(t, q.Put(t.Context(), r, errors.New("no")))
	assert.Len(t, large.bodies, 1)
	letter, err = ddbstream.Decode([]byte(large.bodies[0]))
	require.NoError(t, err)
	assert.Equal(t, r, letter.Record)
}
