package ddb_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// counted returns a school with one more view of its steps, whose targets are items of type T.
func counted[T any](t testing.TB, key func(*T) *string, rules func(p *Step, it *T) []ddb.Rule) (*school, *ddb.Repository[T], *ddb.View) {
	t.Helper()
	s := newSchool()
	e := ddb.MustDefine(s.table, "tally", func(it *T, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("tally#"), ddb.Str(key(it)))
		d.Primary(id, id)
	})
	v := ddb.MustAggregate("tally", s.steps, e, func(p *Step, it *T) []ddb.Rule {
		return append(rules(p, it), ddb.By(&p.Student, key(it)), ddb.OwnItems)
	})
	s.open(t, ddbmem.Options{})
	return s, ddb.NewRepository(s.db, e).Consistent(), v
}

// A number that its field has no room for is not written, since nobody could read the target: the records of what does not
// fit fail and say why, the others go on.
func TestANumberThatItsFieldHasNoRoomForIsNotWritten(t *testing.T) {
	t.Parallel()
	type Tally struct {
		ID    string `dynamodbav:"-"`
		Steps uint8  `dynamodbav:"steps"`
		Best  int    `dynamodbav:"best"`
	}
	s, repo, v := counted(t, func(it *Tally) *string { return &it.ID }, func(p *Step, it *Tally) []ddb.Rule {
		return []ddb.Rule{ddb.Count(&it.Steps), ddb.Max(&p.XP, &it.Best)}
	})
	letters := 0
	mux := ddb.NewMux(s.table, &ddb.MuxOptions{Attempts: 2, DeadLetters: func(context.Context, ddb.Record, error) error { letters++; return nil }})
	mux.Maintain(s.db, v)
	for i := range 260 {
		s.step(t, Step{Student: "a", ID: fmt.Sprint(i), XP: 1})
	}
	s.step(t, Step{Student: "b", ID: "1", XP: 3})
	pending := s.records(t)
	failed, err := mux.Process(t.Context(), pending)
	require.ErrorContains(t, err, `target pk="tally#a" sk="tally#a": field Steps would be 256, which its type uint8 cannot hold: give it a wider one`)
	require.NotErrorIs(t, err, ddb.ErrConflict)
	assert.Len(t, failed, 5)
	for len(failed) > 0 {
		pending = slices.DeleteFunc(pending, func(r ddb.Record) bool { return !slices.Contains(failed, r.Sequence) })
		failed, _ = mux.Process(t.Context(), append(pending, s.records(t)...))
	}
	assert.Equal(t, 5, letters)
	got, err := repo.Get(t.Context(), Tally{ID: "a"})
	require.NoError(t, err)
	assert.Equal(t, Tally{ID: "a", Steps: 255, Best: 1}, got)
	got, err = repo.Get(t.Context(), Tally{ID: "b"})
	require.NoError(t, err)
	assert.Equal(t, Tally{ID: "b", Steps: 1, Best: 3}, got)

	for i := range 10 {
		s.remove(t, "p#a", fmt.Sprint("g#", 100+i))
	}
	s.flow(t, mux)
	require.NoError(t, v.Rebuild(t.Context(), s.db, nil), "what is left fits")
	got, err = repo.Get(t.Context(), Tally{ID: "a"})
	require.NoError(t, err)
	assert.Equal(t, Tally{ID: "a", Steps: 250, Best: 1}, got)
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
	s := newSchool()
	e := ddb.MustDefine(s.table, "tally", func(it *Tally, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("tally#"), ddb.Str(&it.ID))
		d.Primary(id, id)
	})
	declare := func(n int) error {
		_, err := ddb.Aggregate(fmt.Sprint("tally", n), s.steps, e, func(p *Step, it *Tally) []ddb.Rule {
			return []ddb.Rule{ddb.By(&p.Student, &it.ID), ddb.Top(n, &p.XP, &it.Top, func(Step) Entry { return Entry{} })}
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
	s, repo, v := counted(t, func(it *Tally) *string { return &it.ID }, func(p *Step, it *Tally) []ddb.Rule {
		return []ddb.Rule{ddb.Top(100, &p.XP, &it.Top, func(p Step) string { return p.Course })}
	})
	mux := ddb.NewMux(s.table, nil)
	mux.Maintain(s.db, v)
	put := func(from, to int) error {
		for i := range to - from {
			s.step(t, Step{Student: "a", ID: fmt.Sprint(from + i), XP: i, Course: strings.Repeat("x", 5000)})
		}
		_, err := mux.Process(t.Context(), s.records(t))
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
	require.ErrorContains(t, v.Rebuild(t.Context(), s.db, nil), "keep fewer or smaller ones")
}

// A panic in a function of an aggregate is the error of the record at hand, and of no other.
func TestAPanicInAFunctionOfAnAggregateFailsItsRecordAlone(t *testing.T) {
	t.Parallel()
	type Tally struct {
		ID  string   `dynamodbav:"-"`
		Top []string `dynamodbav:"top"`
	}
	s, repo, v := counted(t, func(it *Tally) *string { return &it.ID }, func(p *Step, it *Tally) []ddb.Rule {
		return []ddb.Rule{ddb.Top(3, &p.XP, &it.Top, func(p Step) string {
			if p.XP == 13 {
				panic("thirteen")
			}
			return fmt.Sprint(p.XP)
		})}
	})
	for _, workers := range []int{1, 4} {
		mux := ddb.NewMux(s.table, &ddb.MuxOptions{Workers: workers})
		mux.Maintain(s.db, v)
		for i, xp := range []int{5, 13, 7} {
			s.step(t, Step{Student: fmt.Sprint("a", workers), ID: fmt.Sprint(i), XP: xp})
			s.step(t, Step{Student: fmt.Sprint("b", workers), ID: fmt.Sprint(i), XP: xp % 13})
		}
		failed, err := mux.Process(t.Context(), s.records(t))
		require.ErrorContains(t, err, "panic: thirteen")
		assert.Len(t, failed, 1)
		for id, want := range map[string][]string{"a": {"7", "5"}, "b": {"7", "5", "0"}} {
			got, err := repo.Get(t.Context(), Tally{ID: fmt.Sprint(id, workers)})
			require.NoError(t, err)
			assert.Equal(t, want, got.Top)
		}
		err = v.Rebuild(t.Context(), s.db, nil)
		require.ErrorContains(t, err, "panic: thirteen")
		s.remove(t, fmt.Sprint("p#a", workers), "g#1")
		_ = s.records(t)
		require.NoError(t, v.Rebuild(t.Context(), s.db, nil))
	}
}

// While a deploy adds a rule, programs with and without it maintain the view: neither takes the other's numbers away.
func TestProgramsWithAndWithoutARuleMaintainAViewTogether(t *testing.T) {
	t.Parallel()
	type P struct {
		ID    string `dynamodbav:"-"`
		XP    int    `dynamodbav:"xp"`
		Steps int    `dynamodbav:"steps"`
		Best  int    `dynamodbav:"best"`
	}
	engine := ddbmem.New()
	s := &school{engine: engine, client: engine.Client(), at: map[string]*string{}}
	release := func(all bool) (*ddb.DB, *ddb.Entity[P], *ddb.View, *ddb.Mux) {
		table := ddb.NewTable("pk", "sk")
		s.steps = ddb.MustDefine(table, "step", func(p *Step, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.Student)), ddb.Key(ddb.Prefix("g#"), ddb.Str(&p.ID)))
		})
		ps := ddb.MustDefine(table, "pupil", func(p *P, d *ddb.Definition) {
			k := ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID))
			d.Primary(k, k)
		})
		v := ddb.MustAggregate("v", s.steps, ps, func(s *Step, p *P) []ddb.Rule {
			rules := []ddb.Rule{ddb.By(&s.Student, &p.ID), ddb.Sum(&s.XP, &p.XP)}
			if all {
				rules = append(rules, ddb.Count(&p.Steps), ddb.Max(&s.XP, &p.Best))
			}
			return rules
		})
		db, mux := ddb.New(s.client, "school", table, nil), ddb.NewMux(table, nil)
		mux.Maintain(db, v)
		return db, ps, v, mux
	}
	_, _, _, before := release(false)
	db, ps, v, after := release(true)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, ps).Consistent()
	_, err := repo.Create(t.Context(), P{ID: "a"})
	require.NoError(t, err)
	process := func(mux *ddb.Mux) {
		_, err := mux.Process(t.Context(), s.records(t))
		require.NoError(t, err)
	}
	for i := range 6 {
		s.step(t, Step{Student: "a", ID: "1", XP: i})
		process([]*ddb.Mux{after, before}[i%2])
	}
	got, err := repo.Get(t.Context(), P{ID: "a"})
	require.NoError(t, err)
	assert.Equal(t, P{ID: "a", XP: 5, Steps: 1, Best: 4}, got, "the last change of Best was seen by the old program")
	s.step(t, Step{Student: "a", ID: "2", XP: 2})
	process(after)
	s.remove(t, "p#a", "g#2")
	process(before)
	require.NoError(t, v.Rebuild(t.Context(), db, nil))
	got, err = repo.Get(t.Context(), P{ID: "a"})
	require.NoError(t, err)
	assert.Equal(t, P{ID: "a", XP: 5, Steps: 1, Best: 5}, got, "the deploy is over")
	for d, err := range v.Verify(t.Context(), db, nil) {
		require.NoError(t, err)
		t.Error(d)
	}
}
