package view_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Ballot counts for the candidate that it is for, which may change.
type Ballot struct {
	ID    string    `dynamodbav:"-"`
	For   string    `dynamodbav:"for"`
	Votes int       `dynamodbav:"votes"`
	Until time.Time `dynamodbav:"until,unixtime,omitempty"`
}

type Candidate struct {
	ID      string `dynamodbav:"-"`
	Votes   int    `dynamodbav:"votes"`
	Ballots int    `dynamodbav:"ballots"`
	Best    []Vote `dynamodbav:"best"`
}

type Vote struct {
	ID    string `dynamodbav:"id"`
	Votes int    `dynamodbav:"votes"`
}

type election struct {
	ballots    *ddb.Entity[Ballot]
	candidates *ddb.Entity[Candidate]
	counts     *ddb.View
	s          *fixture.School // has the table and reads its stream
}

func newElection(t *testing.T, rules ...ddbview.Rule) *election {
	t.Helper()
	e := &election{s: &fixture.School{Table: ddb.NewTable("pk", "sk").TTL("until"), At: map[string]*string{}}}
	e.ballots = ddb.MustDefine(e.s.Table, "ballot", func(b *Ballot, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("ballot#"), ddb.Str(&b.ID))
		d.Primary(id, id)
		d.TTL(&b.Until)
	})
	e.candidates = ddb.MustDefine(e.s.Table, "candidate", func(c *Candidate, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("candidate#"), ddb.Str(&c.ID))
		d.Primary(id, id)
	})
	e.counts = ddbview.MustAggregate("counts", e.ballots, e.candidates, func(b *Ballot, c *Candidate) []ddbview.Rule {
		return append(rules, ddbview.By(&b.For, &c.ID), ddbview.Sum(&b.Votes, &c.Votes), ddbview.Count(&c.Ballots),
			ddbview.Top(3, &b.Votes, &c.Best, func(b Ballot) Vote { return Vote{b.ID, b.Votes} }))
	})
	e.s.Open(t, ddbmem.Options{TTLDelay: 24 * time.Hour})
	for _, id := range []string{"a", "b"} {
		require.NoError(t, e.s.DB.Do(t.Context(), e.candidates.Create(Candidate{ID: id})))
	}
	_ = e.s.Records(t)
	return e
}

// tally is the votes and the ballots of a candidate, as stored.
func (e *election) tally(t *testing.T, id string) (votes, ballots int) {
	t.Helper()
	c, err := ddb.NewRepository(e.s.DB, e.candidates).Consistent().Get(t.Context(), Candidate{ID: id})
	require.NoError(t, err)
	sum := 0
	for _, v := range c.Best {
		sum += v.Votes
	}
	require.Equal(t, c.Votes, sum, "the rank has what counts")
	return c.Votes, c.Ballots
}

// flow delivers what is new in the stream.
func (e *election) flow(t *testing.T) {
	t.Helper()
	mux := ddb.NewMux(e.s.Table, nil)
	mux.Maintain(e.s.DB, e.counts)
	e.s.Flow(t, mux)
}

// A source that was created, changed, moved to another target or deleted counts there at once, and its record, which comes
// before or after, counts nothing twice.
func TestApplyMakesAnAggregateRight(t *testing.T) {
	t.Parallel()
	was, is, elsewhere := Ballot{ID: "1", For: "a", Votes: 3}, Ballot{ID: "1", For: "a", Votes: 5}, Ballot{ID: "1", For: "b", Votes: 5}
	for order, deliver := range map[string]func(t *testing.T, e *election, apply func()){
		"before its record": func(t *testing.T, e *election, apply func()) { apply(); e.flow(t) },
		"after its record":  func(t *testing.T, e *election, apply func()) { e.flow(t); apply() },
		"twice":             func(t *testing.T, e *election, apply func()) { apply(); apply(); e.flow(t); apply() },
		"without a stream":  func(_ *testing.T, _ *election, apply func()) { apply() },
	} {
		t.Run(order, func(t *testing.T) {
			t.Parallel()
			e := newElection(t)
			require.NoError(t, e.s.DB.Do(t.Context(), e.ballots.Create(Ballot{ID: "2", For: "a", Votes: 100})))
			require.NoError(t, e.counts.Apply(t.Context(), e.s.DB, &Ballot{ID: "2", For: "a"}))
			for _, c := range []struct {
				what     string
				op       ddb.Op
				versions []any
				a, b     int
			}{
				{"created", e.ballots.Create(was), []any{was}, 103, 0},
				{"changed", e.ballots.Put(is), []any{&was, is}, 105, 0},
				{"moved", e.ballots.Put(elsewhere), []any{is, &elsewhere}, 100, 5},
				{"deleted", e.ballots.Delete(elsewhere), []any{elsewhere}, 100, 0},
				{"created again", e.ballots.Create(was), []any{elsewhere, was}, 103, 0},
			} {
				require.NoError(t, e.s.DB.Do(t.Context(), c.op))
				deliver(t, e, func() {
					require.NoError(t, e.counts.Apply(t.Context(), e.s.DB, c.versions...), c.what)
					a, n := e.tally(t, "a")
					assert.Equal(t, c.a, a, c.what)
					assert.Equal(t, 1+min(1, c.a-100), n)
					b, n := e.tally(t, "b")
					assert.Equal(t, c.b, b, c.what)
					assert.Equal(t, min(1, c.b), n)
				})
				a, _ := e.tally(t, "a")
				assert.Equal(t, c.a, a, c.what)
			}
			e.flow(t)
			assert.Empty(t, e.s.DriftOf(t, e.counts))
		})
	}
}

// A version says which target is to be looked at. What counts is in the table.
func TestApplyReadsTheSource(t *testing.T) {
	t.Parallel()
	e := newElection(t)
	require.NoError(t, e.s.DB.Do(t.Context(), e.ballots.Create(Ballot{ID: "1", For: "b", Votes: 7})))
	require.NoError(t, e.counts.Apply(t.Context(), e.s.DB, Ballot{ID: "1", For: "a", Votes: 99}))
	a, _ := e.tally(t, "a")
	assert.Zero(t, a)
	b, _ := e.tally(t, "b")
	assert.Zero(t, b, "no version names it")
	require.NoError(t, e.counts.Apply(t.Context(), e.s.DB, Ballot{ID: "1", For: "b", Votes: 99}))
	b, _ = e.tally(t, "b")
	assert.Equal(t, 7, b)
	require.NoError(t, e.counts.Apply(t.Context(), e.s.DB, Ballot{ID: "none", For: "b", Votes: 99}))
	b, _ = e.tally(t, "b")
	assert.Equal(t, 7, b)
	ctx, m := ddb.WithMeter(t.Context())
	require.NoError(t, e.counts.Apply(ctx, e.s.DB, Ballot{ID: "1", For: "b"}))
	assert.Zero(t, m.Total().Write, "it is right")
	assert.LessOrEqual(t, m.Requests(), 3)
}

// Whoever is first, a write counts once: the program that applies it, others that apply it too, the stream, or a Rebuild.
func TestApplyBesideTheStream(t *testing.T) {
	t.Parallel()
	e := newElection(t)
	e.s.Engine.SetFaults(ddbmem.Faults{Conflict: 0.1, Drop: 0.05})
	var wg, others sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	others.Go(func() {
		mux := ddb.NewMux(e.s.Table, nil)
		mux.Maintain(e.s.DB, e.counts)
		for ctx.Err() == nil {
			_, err := mux.Process(t.Context(), e.s.Records(t))
			assert.NoError(t, err)
			assert.NoError(t, e.counts.Rebuild(t.Context(), e.s.DB, nil))
		}
	})
	for w := range 3 {
		wg.Go(func() {
			for i := range 15 {
				b := Ballot{ID: strconv.Itoa(rand.N(4)), For: string(rune('a' + rand.N(2))), Votes: rand.N(10)}
				op := e.ballots.Put(b)
				if i%5 == w {
					op = e.ballots.Delete(b)
				}
				assert.NoError(t, e.s.DB.Do(t.Context(), op))
				other := b
				other.For = string(rune('a' + 'b' - b.For[0]))
				assert.NoError(t, e.counts.Apply(t.Context(), e.s.DB, other, b))
			}
		})
	}
	wg.Wait()
	stop()
	others.Wait()
	e.s.Engine.SetFaults(ddbmem.Faults{})
	assert.Empty(t, e.s.DriftOf(t, e.counts), "each change was applied after it")
	e.flow(t)
	assert.Empty(t, e.s.DriftOf(t, e.counts))
}

// An expired source is kept once: Apply takes it away while its record is on its way, and never keeps it.
func TestApplyOfAnExpiredSource(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"apply", "record"} {
		e := newElection(t, ddbview.KeepExpired)
		b := Ballot{ID: "1", For: "a", Votes: 3, Until: time.Now().Add(-time.Hour)}
		require.NoError(t, e.s.DB.Do(t.Context(), e.ballots.Put(b)))
		require.NoError(t, e.counts.Apply(t.Context(), e.s.DB, b))
		a, _ := e.tally(t, "a")
		require.Equal(t, 3, a)
		e.flow(t)
		require.NoError(t, e.s.DB.Do(t.Context(), e.ballots.Delete(b)))
		if first == "apply" {
			require.NoError(t, e.counts.Apply(t.Context(), e.s.DB, b))
			a, _ = e.tally(t, "a")
			assert.Zero(t, a)
		}
		e.flow(t)
		for range 2 {
			a, _ = e.tally(t, "a")
			assert.Equal(t, 3, a, first)
			require.NoError(t, e.counts.Apply(t.Context(), e.s.DB, b))
		}
	}
}

// A fan-out reaches the targets of every version, and gets the change as it is now; its record finds nothing to do.
func TestApplyCarriesAFanOut(t *testing.T) {
	t.Parallel()
	var seen []ddb.Change[Notice]
	h := newScreens(t, func(c ddb.Change[Notice], s *Screen) bool {
		seen = append(seen, c)
		want := c.New.Text
		if c.New.Hall != s.Hall {
			want = ""
		}
		changed := s.Text != want
		s.Text = want
		return changed
	}, "x/1", "x/2", "y/1")
	was, is := Notice{ID: "1", Hall: "x", Text: "old"}, Notice{ID: "1", Hall: "y", Text: "new"}
	mux := h.mux(nil)
	for _, c := range []struct {
		op       ddb.Op
		versions []any
		kind     ddb.ChangeKind
		old, new Notice
		x, y     string
	}{
		{h.notices.Create(was), []any{was}, ddb.Inserted, Notice{}, was, "old", ""},
		{h.notices.Put(is), []any{&was, &is}, ddb.Modified, was, is, "", "new"},
		{h.notices.Put(is), []any{is}, ddb.Inserted, Notice{}, is, "", "new"},
		{h.notices.Put(was), []any{is}, ddb.Inserted, Notice{}, was, "old", ""},
		{h.notices.Delete(was), []any{was}, ddb.Removed, was, Notice{}, "", ""},
		{h.notices.Put(is), []any{was}, ddb.Inserted, Notice{}, is, "", "new"},
		{h.notices.Delete(is), []any{was, is}, ddb.Removed, was, Notice{}, "", ""},
	} {
		seen = nil
		require.NoError(t, h.db.Do(t.Context(), c.op))
		require.NoError(t, h.view.Apply(t.Context(), h.db, c.versions...))
		require.NotEmpty(t, seen)
		for _, got := range seen {
			assert.Equal(t, c.kind, got.Kind)
			assert.Equal(t, c.old, got.Old)
			assert.Equal(t, c.new, got.New)
			assert.Equal(t, c.old.Text != c.new.Text, got.Changed(&h.notices.Fields().Text))
			assert.Equal(t, ddb.Record{}, got.Record())
		}
		for at, want := range map[string]string{"x/1": c.x, "x/2": c.x, "y/1": c.y} {
			assert.Equal(t, want, fmt.Sprint(h.stored(t, at)["text"]), at)
		}
		ctx, m := ddb.WithMeter(t.Context())
		_, err := mux.Process(ctx, h.stream.Records(t))
		require.NoError(t, err)
		assert.Zero(t, m.Total().Write)
	}
}

func TestAnApplyThatCannotBe(t *testing.T) {
	t.Parallel()
	e := newElection(t)
	other := ddb.New(ddbmem.New().Client(), "school", newElection(t).s.Table, nil)
	ctx, m := ddb.WithMeter(t.Context())
	for says, apply := range map[string]error{
		"no ballot is given": e.counts.Apply(ctx, e.s.DB),
		"a view_test.Candidate is given: its sources are ballot, give a view_test.Ballot": e.counts.Apply(ctx, e.s.DB, Candidate{ID: "a"}),
		"a <nil> is given":             e.counts.Apply(ctx, e.s.DB, nil),
		"a *view_test.Ballot is given": e.counts.Apply(ctx, e.s.DB, Ballot{ID: "1"}, (*Ballot)(nil)),
		`two items, pk="ballot#1" sk="ballot#1" and pk="ballot#2" sk="ballot#2"`: e.counts.Apply(ctx, e.s.DB, Ballot{ID: "1"}, Ballot{ID: "2"}),
		"another table": e.counts.Apply(ctx, other, Ballot{ID: "1"}),
	} {
		require.ErrorIs(t, apply, ddb.ErrModel)
		require.ErrorContains(t, apply, "ddb: apply counts: ")
		require.ErrorContains(t, apply, says)
	}
	require.ErrorIs(t, e.counts.Apply(ctx, e.s.DB, Ballot{For: "a"}), ddb.ErrKey)
	assert.Zero(t, m.Requests())

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	h := newScreens(t, show, "x/1")
	require.ErrorIs(t, h.view.Apply(ended, h.db, Notice{ID: "1", Hall: "x"}), context.Canceled)
	require.ErrorIs(t, e.counts.Apply(ended, e.s.DB, Ballot{ID: "1", For: "a"}), context.Canceled)
	require.NoError(t, e.s.DB.Do(t.Context(), e.ballots.Create(Ballot{ID: "1", For: "a"})))
	impatient := ddb.New(e.s.Engine.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }), "school", e.s.Table, &ddb.Options{MaxAttempts: 1})
	for _, refused := range []string{"BatchGetItem", "TransactWriteItems", "Query"} { // of the source, of the target, of its rank
		e.s.Engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
			if c.Operation == refused {
				return ddbmem.Throttled
			}
			return ddbmem.Pass
		}})
		require.ErrorIs(t, e.counts.Apply(t.Context(), impatient, Ballot{ID: "1", For: "a"}), ddb.ErrThrottled, refused)
	}
}
