package search

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// hooked is a client that does something else around the reads of an index.
type hooked struct {
	*dynamodb.Client
	scan  func()       // after a page of the scan was read
	batch func()       // after a batch was read
	weak  atomic.Int64 // reads that may miss earlier writes
}

func (c *hooked) Scan(ctx context.Context, in *dynamodb.ScanInput, opts ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	if in.ConsistentRead == nil || !*in.ConsistentRead {
		c.weak.Add(1)
	}
	out, err := c.Client.Scan(ctx, in, opts...)
	if c.scan != nil {
		c.scan()
	}
	return out, err
}

func (c *hooked) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	for _, keys := range in.RequestItems {
		if keys.ConsistentRead == nil || !*keys.ConsistentRead {
			c.weak.Add(1)
		}
	}
	out, err := c.Client.BatchGetItem(ctx, in, opts...)
	if c.batch != nil {
		c.batch()
	}
	return out, err
}

// world is a table, an index, and the records between them.
type world struct {
	ctx     context.Context
	client  *hooked
	db      *ddb.DB
	store   *things.Store // of those who write
	index   *Index
	mux     *ddb.Mux
	reader  *ddbstream.Reader
	records []ddb.Record // of all writes
	due     []ddb.Record // those that were never handed over
	next    int
}

// Process takes the records from the stream.
func (w *world) Process(_ context.Context, records []ddb.Record) ([]string, error) {
	w.records = append(w.records, records...)
	w.due = append(w.due, records...)
	return nil, nil
}

func newWorld(t require.TestingT, ctx context.Context) *world {
	client := ddbmem.New().Client()
	w := &world{ctx: ctx, client: &hooked{Client: client}}
	w.db = ddb.New(client, "things", things.OneTable, nil)
	require.NoError(t, w.db.CreateTable(ctx))
	w.store = things.NewStore(w.db)
	x, _, err := Open(things.NewStore(ddb.New(w.client, "things", things.OneTable, nil)), "")
	require.NoError(t, err)
	w.index, w.mux = x, x.Mux()
	w.reader = ddbstream.NewReader(engine.Streams(client), "things", w, &ddbstream.MemoryStore{}, nil)
	return w
}

// write changes one of few things, if it is in a state that allows it. An operator may also delete it, and its id may
// be given again.
func (w *world) write(t *rapid.T) {
	id := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "thing")
	switch rapid.SampledFrom([]string{"advance", "withdraw", "renew", "delete"}).Draw(t, "write") {
	case "advance":
		w.advance(id)
	case "withdraw":
		_, _ = w.store.Withdraw(w.ctx, id, "org")
	case "renew":
		w.next++
		draft := fmt.Sprint(id, w.next)
		_, _ = w.store.NewVersion(w.ctx, id, "org", draft)
		_, _ = w.store.Submit(w.ctx, draft, "org")
		_ = w.store.Approve(w.ctx, draft)
	case "delete":
		require.NoError(t, w.db.Do(w.ctx, things.Things.Delete(things.Thing{ID: id})))
	}
}

// advance publishes a thing that is not there.
func (w *world) advance(id string) {
	_, _ = w.store.CreateThing(w.ctx, id, "org", things.Details{Title: id})
	_, _ = w.store.Submit(w.ctx, id, "org")
	_ = w.store.Approve(w.ctx, id)
}

// deliver hands over records, in any order: all that are new, or some of all, most of them not for the first time.
func (w *world) deliver(t *rapid.T) {
	require.NoError(t, w.reader.Drain(w.ctx))
	some := w.due
	if rapid.IntRange(0, 2).Draw(t, "deliver") == 2 {
		some = w.records
	}
	if len(some) > 0 {
		some = rapid.Permutation(some).Draw(t, "records")
		w.hand(t, some[rapid.IntRange(0, len(some)-1).Draw(t, "left out"):])
	}
}

func (w *world) hand(t require.TestingT, some []ddb.Record) {
	_, err := w.mux.Process(w.ctx, some)
	require.NoError(t, err)
	w.due = slices.DeleteFunc(w.due, func(r ddb.Record) bool {
		return slices.ContainsFunc(some, func(s ddb.Record) bool { return s.Sequence == r.Sequence })
	})
}

// rebuild rebuilds the index, while the table changes and records arrive.
func (w *world) rebuild(t *rapid.T) {
	w.client.scan = func() {
		for range rapid.IntRange(0, 3).Draw(t, "writes during the scan") {
			w.write(t)
			w.deliver(t)
		}
	}
	w.client.batch = func() {
		if rapid.Bool().Draw(t, "while a refresh reads") {
			w.write(t)
		}
	}
	_, err := w.index.Rebuild(w.ctx)
	w.client.scan, w.client.batch = nil, nil
	require.NoError(t, err)
}

// catchUp hands over what was never handed over, in any order.
func (w *world) catchUp(t *rapid.T) {
	require.NoError(t, w.reader.Drain(w.ctx))
	for len(w.due) > 0 {
		w.hand(t, rapid.Permutation(w.due).Draw(t, "the rest")[:1])
	}
}

// Whatever is written, and however late, often and out of order its records arrive, with rebuilds in between: once each
// record has arrived, the index has exactly the published things, in their newest version.
func TestTheIndexEqualsTheTable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, context.Background())
		defer func() { require.NoError(t, w.index.Close()) }()
		t.Repeat(map[string]func(*rapid.T){"write": w.write, "deliver": w.deliver, "rebuild": w.rebuild})
		w.catchUp(t)
		assertEqual(t, w)
	})
}

func assertEqual(t require.TestingT, w *world) {
	want := map[string]int64{}
	for thing, err := range w.store.All(w.ctx) {
		require.NoError(t, err)
		if thing.Status == things.Published {
			want[thing.ID] = thing.Version
		}
	}
	have, err := w.index.versions(w.ctx)
	require.NoError(t, err)
	require.Equal(t, want, have)
	for d, err := range w.index.Verify(w.ctx) {
		require.NoError(t, err)
		require.Fail(t, d.String())
	}
	require.Zero(t, w.client.weak.Load(), "reads that may miss earlier writes")
}

// What changes while an index is rebuilt is in the new one, even if it changed after the scan had passed it, and its
// record arrived before the end.
func TestNothingIsLostWhileTheIndexIsRebuilt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.Context())
	w.advance("withdrawn")
	w.advance("kept")
	w.client.scan = func() {
		w.advance("new")
		_, err := w.store.Withdraw(w.ctx, "withdrawn", "org")
		assert.NoError(t, err)
		assert.NoError(t, w.reader.Drain(w.ctx))
		w.hand(t, w.due)
	}
	n, err := w.index.Rebuild(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 2, n, "as the scan saw it")
	w.client.scan = nil
	assertEqual(t, w)
}

// Several that refresh and rebuild at once do not overwrite newer things with older ones.
func TestRefreshesAndRebuildsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.Context())
	ids := []string{"a", "b", "c"}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					assert.NoError(t, w.index.Refresh(w.ctx, ids...))
				}
			}
		})
	}
	for round := range 40 {
		for _, id := range ids {
			id := fmt.Sprint(id, round%2)
			w.advance(id)
			assert.NoError(t, w.index.Refresh(w.ctx, id))
			_, _ = w.store.Withdraw(w.ctx, id, "org")
			assert.NoError(t, w.db.Do(w.ctx, things.Things.Delete(things.Thing{ID: id})))
			if round%10 == 9 {
				_, err := w.index.Rebuild(w.ctx)
				assert.NoError(t, err)
			}
			if round%3 == 0 {
				w.advance(id)
			}
			assert.NoError(t, w.index.Refresh(w.ctx, id))
		}
		assertEqual(t, w)
	}
	close(stop)
	wg.Wait()
}

// A rebuild that fails leaves the index as it was, and the next one can begin.
func TestARebuildThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.Context())
	w.advance("a")
	require.NoError(t, w.index.Refresh(w.ctx, "a"))
	ctx, cancel := context.WithCancel(w.ctx)
	w.client.scan = func() {
		_, err := w.index.Rebuild(w.ctx)
		assert.ErrorIs(t, err, ErrRebuilding)
		cancel()
	}
	_, err := w.index.Rebuild(ctx)
	require.ErrorIs(t, err, context.Canceled)
	w.client.scan = nil
	assertEqual(t, w)
	_, err = w.index.Rebuild(w.ctx)
	require.NoError(t, err)
	assertEqual(t, w)
}

// Verify names each difference.
func TestVerifyNamesTheDifferences(t *testing.T) {
	t.Parallel()
	w := newWorld(t, t.Context())
	for _, id := range []string{"gone", "old", "right", "withdrawn"} {
		w.advance(id)
		require.NoError(t, w.index.Refresh(w.ctx, id))
	}
	w.advance("missing")
	_, err := w.store.Withdraw(w.ctx, "withdrawn", "org")
	require.NoError(t, err)
	require.NoError(t, w.db.Do(w.ctx, things.Things.Delete(things.Thing{ID: "gone"})))
	_, err = w.store.NewVersion(w.ctx, "old", "org", "draft")
	require.NoError(t, err)
	_, err = w.store.Submit(w.ctx, "draft", "org")
	require.NoError(t, err)
	require.NoError(t, w.store.Approve(w.ctx, "draft"))
	var all []string
	for d, err := range w.index.Verify(w.ctx) {
		require.NoError(t, err)
		all = append(all, d.String())
	}
	assert.ElementsMatch(t, []string{
		`thing "missing": published, and not in the index`,
		`thing "withdrawn": in the index, and DELETED`,
		`thing "old": in the index with version 3, and has version 4`,
		`thing "gone": in the index, and there is no such thing`,
	}, all)
	for d, err := range w.index.Verify(w.ctx) {
		assert.NoError(t, err)
		assert.NotEmpty(t, d)
		break // it can be left early
	}
}
