package view_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Narrow counts into a byte, and sums into a signed one.
type Narrow struct {
	ID    string `dynamodbav:"-"`
	Steps uint8  `dynamodbav:"steps"`
	Sum   int8   `dynamodbav:"sum"`
	Best  int    `dynamodbav:"best"`
}

type Delta struct {
	ID string `dynamodbav:"-"`
	By string `dynamodbav:"by"`
	N  int8   `dynamodbav:"n"`
	XP int    `dynamodbav:"xp"`
}

type narrowWorld struct {
	*fixture.School
	deltas  *ddb.Entity[Delta]
	narrows *ddb.Entity[Narrow]
	view    *ddb.View
}

func newNarrow(t *testing.T, own bool) *narrowWorld {
	t.Helper()
	w := &narrowWorld{School: fixture.NewSchool()}
	w.deltas = ddb.MustDefine(w.Table, "delta", func(p *Delta, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("d#"), ddb.Str(&p.ID))
		d.Primary(id, id)
	})
	w.narrows = ddb.MustDefine(w.Table, "narrow", func(p *Narrow, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("n#"), ddb.Str(&p.ID))
		d.Primary(id, id)
	})
	w.view = ddbview.MustAggregate("narrow", w.deltas, w.narrows, func(p *Delta, n *Narrow) []ddbview.Rule {
		rules := []ddbview.Rule{ddbview.By(&p.By, &n.ID), ddbview.Count(&n.Steps), ddbview.Sum(&p.N, &n.Sum), ddbview.Max(&p.XP, &n.Best)}
		if own {
			rules = append(rules, ddbview.OwnItems)
		}
		return rules
	})
	w.Open(t, ddbmem.Options{})
	return w
}

func (w *narrowWorld) delta(t *testing.T, d Delta) {
	t.Helper()
	attrs, err := w.deltas.Encode(d)
	w.Put(t, attrs, err)
}

func (w *narrowWorld) narrow(t *testing.T, id string) Narrow {
	t.Helper()
	got, err := ddb.NewRepository(w.DB, w.narrows).Consistent().Get(t.Context(), Narrow{ID: id})
	require.NoError(t, err)
	return got
}

// What would be more than its field holds is the fault of the record that adds it: it goes to the dead letters, the stream comes to rest, and a
// replay counts it when there is room.
func TestANumberThatItsFieldCannotHoldGoesToTheDeadLetters(t *testing.T) {
	t.Parallel()
	for _, own := range []bool{true, false} {
		t.Run(fmt.Sprint(own), func(t *testing.T) {
			t.Parallel()
			w := newNarrow(t, own)
			if !own {
				for _, id := range []string{"a", "b"} {
					_, err := ddb.NewRepository(w.DB, w.narrows).Create(t.Context(), Narrow{ID: id})
					require.NoError(t, err)
				}
			}
			l := &fixture.Letters{}
			mux := ddb.NewMux(w.Table, l.Options())
			mux.Maintain(w.DB, w.view)
			for i := range 257 {
				w.delta(t, Delta{ID: fmt.Sprint(i), By: "a", XP: i})
			}
			w.delta(t, Delta{ID: "other", By: "b", XP: 3})
			for range 4 { // what the views write comes to rest too
				require.Empty(t, fixture.Deliver(t, mux, w.Records(t), 8))
			}
			require.Empty(t, w.Records(t))
			require.Len(t, l.Causes, 2)
			require.ErrorContains(t, l.Causes[0], `target pk="n#a" sk="n#a": field Steps would be 256, which its type uint8 cannot hold: give it a wider one`)
			require.NotErrorIs(t, l.Causes[0], ddb.ErrConflict)
			assert.Equal(t, []string{"view narrow"}, l.Causes[0].Parts)
			assert.Equal(t, Narrow{ID: "a", Steps: 255, Best: 254}, w.narrow(t, "a"))
			assert.Equal(t, Narrow{ID: "b", Steps: 1, Best: 3}, w.narrow(t, "b"), "the others go on")
			for _, id := range []string{"0", "1"} {
				require.NoError(t, ddb.NewRepository(w.DB, w.deltas).Delete(t.Context(), Delta{ID: id}))
			}
			require.Empty(t, fixture.Deliver(t, mux, w.Records(t), 8))
			for _, c := range l.Causes {
				require.NoError(t, mux.Replay(t.Context(), c.Record, c.Parts...))
			}
			require.NoError(t, w.view.Rebuild(t.Context(), w.DB, nil), "what is left fits")
			assert.Equal(t, Narrow{ID: "a", Steps: 255, Best: 256}, w.narrow(t, "a"))
		})
	}
}

// A signed field has two ends, and one addend alone may pass them.
func TestASumThatItsFieldCannotHold(t *testing.T) {
	t.Parallel()
	w := newNarrow(t, true)
	l := &fixture.Letters{}
	mux := ddb.NewMux(w.Table, l.Options())
	mux.Maintain(w.DB, w.view)
	for i, n := range []int8{-100, -28, -1, 127, 127, 1, 127} {
		w.delta(t, Delta{ID: fmt.Sprint(i), By: "a", N: n})
		require.Empty(t, fixture.Deliver(t, mux, w.Records(t), 8))
	}
	require.Len(t, l.Causes, 2)
	require.ErrorContains(t, l.Causes[0], "field Sum would be -129, which its type int8 cannot hold")
	require.ErrorContains(t, l.Causes[1], "field Sum would be 254")
	assert.Equal(t, int8(127), w.narrow(t, "a").Sum)
}

// Two that fit each by itself, in one batch, do not fit together into a target that is not there yet.
func TestTwoNumbersThatTheirFieldCannotHoldTogether(t *testing.T) {
	t.Parallel()
	w := newNarrow(t, true)
	l := &fixture.Letters{}
	mux := ddb.NewMux(w.Table, l.Options())
	mux.Maintain(w.DB, w.view)
	for i, n := range []int8{100, 100} {
		w.delta(t, Delta{ID: fmt.Sprint(i), By: "a", N: n})
	}
	require.Empty(t, fixture.Deliver(t, mux, w.Records(t), 8))
	require.Len(t, l.Causes, 1)
	require.ErrorContains(t, l.Causes[0], "field Sum would be 200")
	assert.Equal(t, int8(100), w.narrow(t, "a").Sum)
}

// What is parked for a target is more than it holds: the record of the target says so.
func TestATargetThatCannotHoldWhatWaitsForIt(t *testing.T) {
	t.Parallel()
	w := newNarrow(t, false)
	l := &fixture.Letters{}
	mux := ddb.NewMux(w.Table, l.Options())
	mux.Maintain(w.DB, w.view)
	for i := range 300 {
		w.delta(t, Delta{ID: fmt.Sprint(i), By: "a", XP: i})
	}
	require.Empty(t, fixture.Deliver(t, mux, w.Records(t), 8))
	_, err := ddb.NewRepository(w.DB, w.narrows).Create(t.Context(), Narrow{ID: "a"})
	require.NoError(t, err)
	require.Empty(t, fixture.Deliver(t, mux, w.Records(t), 8))
	require.Len(t, l.Causes, 1)
	require.ErrorContains(t, l.Causes[0], "field Steps would be 300")
}

// counted returns a school with one more view of its steps, whose targets are items of type T.
func counted[T any](t testing.TB, key func(*T) *string, rules func(p *fixture.Step, it *T) []ddbview.Rule) (*fixture.School, *ddb.Repository[T], *ddb.View) {
	t.Helper()
	s := fixture.NewSchool()
	e := ddb.MustDefine(s.Table, "tally", func(it *T, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("tally#"), ddb.Str(key(it)))
		d.Primary(id, id)
	})
	v := ddbview.MustAggregate("tally", s.Steps, e, func(p *fixture.Step, it *T) []ddbview.Rule {
		return append(rules(p, it), ddbview.By(&p.Student, key(it)), ddbview.OwnItems)
	})
	s.Open(t, ddbmem.Options{})
	return s, ddb.NewRepository(s.DB, e).Consistent(), v
}

// Entries of Top that do not fit into an item are a fault at definition where that can be told.
func TestATopThatCannotFitIsAFault(t *testing.T) {
	t.Parallel()
	type Entry struct {
		Picture [8192]byte `dynamodbav:"picture"`
	}
	type Tally struct {
		ID  string  `dynamodbav:"-"`
		Top []Entry `dynamodbav:"top"`
	}
	s := fixture.NewSchool()
	e := ddb.MustDefine(s.Table, "tally", func(it *Tally, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("tally#"), ddb.Str(&it.ID))
		d.Primary(id, id)
	})
	declare := func(n int) error {
		_, err := ddbview.Aggregate(fmt.Sprint("tally", n), s.Steps, e, func(p *fixture.Step, it *Tally) []ddbview.Rule {
			return []ddbview.Rule{ddbview.By(&p.Student, &it.ID), ddbview.Top(n, &p.XP, &it.Top, func(fixture.Step) Entry { return Entry{} })}
		})
		return err
	}
	err := declare(100)
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "top: 100 entries of at least")
	require.NoError(t, declare(10))
}

// Where it can only be told from the data, the record's error says which field takes the room.
func TestATopThatOutgrowsItsTargetSaysSo(t *testing.T) {
	t.Parallel()
	type Tally struct {
		ID  string   `dynamodbav:"-"`
		Top []string `dynamodbav:"top"`
	}
	s, repo, v := counted(t, func(it *Tally) *string { return &it.ID }, func(p *fixture.Step, it *Tally) []ddbview.Rule {
		return []ddbview.Rule{ddbview.Top(100, &p.XP, &it.Top, func(p fixture.Step) string { return p.Course })}
	})
	mux := ddb.NewMux(s.Table, nil)
	mux.Maintain(s.DB, v)
	put := func(from, to int) error {
		for i := range to - from {
			s.Step(t, fixture.Step{Student: "a", ID: fmt.Sprint(from + i), XP: i, Course: strings.Repeat("x", 5000)})
		}
		_, err := mux.Process(t.Context(), s.Records(t))
		return err
	}
	require.NoError(t, put(0, 50))
	err := put(50, 100)
	require.ErrorIs(t, err, ddb.ErrTooLarge)
	require.ErrorContains(t, err, "100 entries of Top in field Top take")
	require.ErrorContains(t, err, "keep fewer or smaller ones")
	require.NotContains(t, err.Error(), "VerifyTable")
	got, err := repo.Get(t.Context(), Tally{ID: "a"})
	require.NoError(t, err)
	assert.Len(t, got.Top, 50, "as it was when it fitted")
	require.ErrorContains(t, v.Rebuild(t.Context(), s.DB, nil), "keep fewer or smaller ones")
}
