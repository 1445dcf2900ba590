package ddbstream_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

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
