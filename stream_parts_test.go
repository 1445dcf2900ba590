package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// renames is a shop with an offer that carries its name, unless apply panics.
func renames(t *testing.T, apply func(ddb.Change[Shop])) (mux func(*ddb.MuxOptions) *ddb.Mux, batch []ddb.Record, name func() string) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	shops := ddb.MustDefine(table, "shop", func(s *Shop, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("shop#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("shop#")))
	})
	offers := ddb.MustDefine(table, "offer", func(o *Offer, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("shop#"), ddb.Str(&o.Shop)), ddb.Key(ddb.Prefix("offer#"), ddb.Str(&o.ID)))
		d.Version(&o.Version)
	})
	names := ddb.FanOut("names", shops, offers,
		func(s Shop) ddb.Query[Offer] { return offers.Query(Offer{Shop: s.ID}) },
		func(c ddb.Change[Shop], o *Offer) bool {
			apply(c)
			changed := o.ShopName != c.New.Name
			o.ShopName = c.New.Name
			return changed
		})
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), "school", table, nil)
	ctx := t.Context()
	require.NoError(t, db.CreateTable(ctx))
	stream := &school{engine: engine, at: map[string]*string{}}
	s, o := ddb.NewRepository(db, shops), ddb.NewRepository(db, offers).Consistent()
	_, err := s.Create(ctx, Shop{ID: "1", Name: "one"})
	require.NoError(t, err)
	_, err = o.Create(ctx, Offer{Shop: "1", ShopName: "one", ID: "o"})
	require.NoError(t, err)
	_ = stream.records(t)
	for _, name := range []string{"two", "three"} {
		_, err = s.Put(ctx, Shop{ID: "1", Name: name})
		require.NoError(t, err)
	}
	batch = stream.records(t)
	require.Len(t, batch, 2)
	return func(opts *ddb.MuxOptions) *ddb.Mux {
			m := ddb.NewMux(table, opts)
			m.Maintain(db, names)
			return m
		}, batch, func() string {
			got, err := o.Get(ctx, Offer{Shop: "1", ID: "o"})
			require.NoError(t, err)
			return got.ShopName
		}
}

// deliver delivers a batch as a source does, again and again what failed, n times at most.
func deliver(t *testing.T, mux *ddb.Mux, batch []ddb.Record, n int) (left []ddb.Record) {
	t.Helper()
	for left = batch; n > 0 && len(left) > 0; n-- {
		failed, err := mux.Process(t.Context(), left)
		require.Equal(t, len(failed) == 0, err == nil)
		var again []ddb.Record
		for _, r := range left {
			if len(failed) > 0 && r.Sequence == failed[0] {
				again, failed = append(again, r), failed[1:]
			}
		}
		require.Empty(t, failed, "what failed is in the order of the batch")
		left = again
	}
	return left
}

// A change that comes behind a dead letter of its item is carried all the same.
func TestAFanOutCarriesWhatFollowsADeadLetter(t *testing.T) {
	t.Parallel()
	mux, batch, name := renames(t, func(c ddb.Change[Shop]) {
		if c.Old.Name == "one" {
			panic("cannot deal with a rename from one")
		}
	})
	l := &letters{}
	require.Empty(t, deliver(t, mux(l.options()), batch, 5))
	require.Len(t, l.causes, 1)
	assert.Equal(t, batch[0].Sequence, l.causes[0].Record.Sequence)
	assert.Equal(t, []string{"view names"}, l.causes[0].Parts)
	assert.Equal(t, "three", name(), "the second change is carried")
}

// What a part did not get to because a record before it failed is delivered again, in views as in handlers.
func TestWhatFollowsAFailureIsWithheldInEveryPart(t *testing.T) {
	t.Parallel()
	mux, batch, name := renames(t, func(c ddb.Change[Shop]) {
		if c.Old.Name == "one" {
			panic("cannot deal with a rename from one")
		}
	})
	failed, err := mux(nil).Process(t.Context(), batch)
	require.Error(t, err)
	assert.Equal(t, sequences(batch...), failed)
	assert.Equal(t, "one", name())
}

// Views and handlers of a record are judged apart: each fails, is counted and is given up by itself, and what is done is not done again.
func TestViewsAndHandlersFailApart(t *testing.T) {
	t.Parallel()
	t.Run("handler", func(t *testing.T) {
		t.Parallel()
		applied := 0
		mux, batch, name := renames(t, func(ddb.Change[Shop]) { applied++ })
		l := &letters{}
		m := mux(l.options())
		batches := 0
		m.HandleAny(func(context.Context, ddb.Change[any]) error { return errors.New("broken") })
		m.HandleBatch(func(context.Context, []ddb.Change[any]) error { batches++; return nil })
		_, err := m.Process(t.Context(), batch)
		require.Error(t, err)
		assert.Equal(t, "three", name(), "the view heals")
		before := applied
		require.Empty(t, deliver(t, m, batch, 8))
		assert.Equal(t, before, applied, "what is done is not done again")
		require.Len(t, l.causes, 2)
		for i, c := range l.causes {
			assert.Equal(t, []string{"handlers", "batch handlers"}, c.Parts, "those of batches have not had it")
			assert.Equal(t, batch[i].Sequence, c.Record.Sequence)
		}
		assert.Zero(t, batches)
	})
	t.Run("view", func(t *testing.T) {
		t.Parallel()
		mux, batch, name := renames(t, func(ddb.Change[Shop]) { panic("broken") })
		l := &letters{}
		m := mux(l.options())
		handled := 0
		m.HandleAny(func(context.Context, ddb.Change[any]) error { handled++; return nil })
		require.Empty(t, deliver(t, m, batch, 8))
		assert.Equal(t, 2, handled, "each once")
		assert.Equal(t, "one", name())
		require.Len(t, l.causes, 2)
		assert.Equal(t, []string{"view names"}, l.causes[0].Parts)
	})
	t.Run("both", func(t *testing.T) {
		t.Parallel()
		mux, batch, _ := renames(t, func(ddb.Change[Shop]) { panic("broken view") })
		l := &letters{}
		m := mux(l.options())
		m.HandleAny(func(context.Context, ddb.Change[any]) error { return errors.New("broken handler") })
		require.Empty(t, deliver(t, m, batch[:1], 3))
		require.Len(t, l.causes, 1, "one letter says both")
		assert.Equal(t, []string{"view names", "handlers"}, l.causes[0].Parts)
		require.ErrorContains(t, l.causes[0], "broken view")
		require.ErrorContains(t, l.causes[0], "broken handler")
	})
	t.Run("batch", func(t *testing.T) {
		t.Parallel()
		mux, batch, _ := renames(t, func(ddb.Change[Shop]) {})
		l := &letters{}
		m := mux(l.options())
		handled := 0
		m.HandleAny(func(context.Context, ddb.Change[any]) error { handled++; return nil })
		m.HandleBatch(func(context.Context, []ddb.Change[any]) error { return errors.New("broken") })
		require.Empty(t, deliver(t, m, batch, 8))
		assert.Equal(t, 2, handled, "each once")
		require.Len(t, l.causes, 2)
		assert.Equal(t, []string{"batch handlers"}, l.causes[1].Parts)
	})
}

// A replay runs the parts that it is told, all of them where it is told none, and gives nothing to the dead letters.
func TestReplayRunsThePartsThatFailed(t *testing.T) {
	t.Parallel()
	applied := 0
	mux, batch, _ := renames(t, func(ddb.Change[Shop]) { applied++ })
	l := &letters{}
	m := mux(l.options())
	handled, batches := 0, 0
	var fails error
	m.HandleAny(func(context.Context, ddb.Change[any]) error { handled++; return fails })
	m.HandleBatch(func(context.Context, []ddb.Change[any]) error { batches++; return nil })
	counts := func() []int {
		out := []int{min(applied, 1), handled, batches}
		applied, handled, batches = 0, 0, 0
		return out
	}
	last := batch[1]
	require.NoError(t, m.Replay(t.Context(), last, "handlers"))
	assert.Equal(t, []int{0, 1, 0}, counts())
	require.NoError(t, m.Replay(t.Context(), last, "view names"))
	assert.Equal(t, []int{1, 0, 0}, counts())
	require.NoError(t, m.Replay(t.Context(), last, "batch handlers"))
	assert.Equal(t, []int{0, 0, 1}, counts())
	require.NoError(t, m.Replay(t.Context(), last))
	assert.Equal(t, []int{1, 1, 1}, counts())
	require.ErrorIs(t, m.Replay(t.Context(), last, "view of yesterday"), ddb.ErrModel)
	assert.Equal(t, []int{0, 0, 0}, counts())
	fails = errors.New("still broken")
	for range 5 {
		err := m.Replay(t.Context(), last, "handlers", "batch handlers")
		require.ErrorIs(t, err, fails)
		require.NotErrorIs(t, err, ddb.ErrUnavailable)
	}
	assert.Empty(t, l.causes)
	fails = ddb.ErrThrottled
	require.ErrorIs(t, m.Replay(t.Context(), last), ddb.ErrUnavailable)
}

type Ranked struct {
	ID  string   `dynamodbav:"-"`
	Top []string `dynamodbav:"top"`
}

// topSchool is a school whose students have a tally of what entry makes of their best n steps.
func topSchool(t *testing.T, n int, entry func(Step) string) (*school, *ddb.View, *ddb.Entity[Ranked]) {
	t.Helper()
	s := newSchool()
	tallies := ddb.MustDefine(s.table, "tally", func(p *Ranked, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("t#"), ddb.Str(&p.ID))
		d.Primary(id, id)
	})
	v := ddb.MustAggregate("top", s.steps, tallies, func(p *Step, t *Ranked) []ddb.Rule {
		return []ddb.Rule{ddb.OwnItems, ddb.By(&p.Student, &t.ID), ddb.Top(n, &p.XP, &t.Top, entry)}
	})
	return s.open(t, ddbmem.Options{}), v, tallies
}

// A function that panics for one source fails the records of that source alone, beside others of the same target too; so it does in Rebuild.
func TestAnEntryThatPanicsFailsItsRecordAlone(t *testing.T) {
	t.Parallel()
	s, v, tallies := topSchool(t, 100, func(s Step) string {
		if s.Course == "" {
			panic("no course")
		}
		return s.Course
	})
	for i := range 60 {
		course := "c"
		if i == 50 {
			course = ""
		}
		s.step(t, Step{Student: fmt.Sprint(i % 2), ID: fmt.Sprint(i), XP: i, Course: course})
	}
	l := &letters{}
	mux := ddb.NewMux(s.table, l.options())
	mux.Maintain(s.db, v)
	batch := s.records(t)
	failed, err := mux.Process(t.Context(), batch)
	require.ErrorContains(t, err, "no course")
	assert.Equal(t, sequences(batch[50]), failed)
	require.Empty(t, deliver(t, mux, batch[50:51], 3))
	require.Len(t, l.causes, 1)
	assert.Equal(t, []string{"view top"}, l.causes[0].Parts)
	for id, n := range map[string]int{"0": 29, "1": 30} {
		got, err := ddb.NewRepository(s.db, tallies).Get(t.Context(), Ranked{ID: id})
		require.NoError(t, err)
		assert.Len(t, got.Top, n)
	}
	require.ErrorContains(t, v.Rebuild(t.Context(), s.db, nil), "no course")
	s.remove(t, "p#0", "g#50")
	require.NoError(t, v.Rebuild(t.Context(), s.db, nil))
}

type Nasty struct {
	ID string `dynamodbav:"-"`
	V  Boom   `dynamodbav:"v"`
}

// Boom has a decoder that panics.
type Boom string

func (b *Boom) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	if *b = Boom(av.(*types.AttributeValueMemberS).Value); *b == "bad" {
		panic("boom")
	}
	return nil
}

func (b Boom) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberS{Value: string(b)}, nil
}

// A decoder that panics, or an upgrade, fails its record alone.
func TestADecoderThatPanicsFailsItsRecordAlone(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	nasties := ddb.MustDefine(table, "nasty", func(n *Nasty, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("n#"), ddb.Str(&n.ID))
		d.Primary(id, id)
		d.Schema(2, func(_ int, attrs map[string]types.AttributeValue) error {
			if attrs["v"].(*types.AttributeValueMemberS).Value == "old" {
				panic("upgrade")
			}
			return nil
		})
	})
	l := &letters{}
	mux := ddb.NewMux(table, l.options())
	handled := 0
	ddb.Handle(mux, nasties, func(context.Context, ddb.Change[Nasty]) error { handled++; return nil })
	var batch []ddb.Record
	for i, v := range []Boom{"good", "bad", "good", "old", "good"} {
		attrs, err := nasties.Encode(Nasty{ID: fmt.Sprint(i), V: v})
		require.NoError(t, err)
		if v == "old" {
			delete(attrs, "~s")
		}
		batch = append(batch, ddb.Record{Kind: ddb.Inserted, Keys: map[string]types.AttributeValue{"pk": attrs["pk"], "sk": attrs["sk"]}, New: attrs, Sequence: fmt.Sprint(i + 1)})
	}
	failed, err := mux.Process(t.Context(), batch)
	require.ErrorContains(t, err, "boom")
	require.ErrorContains(t, err, "upgrade")
	assert.Equal(t, sequences(batch[1], batch[3]), failed)
	assert.Equal(t, 3, handled)
	require.Empty(t, deliver(t, mux, []ddb.Record{batch[1], batch[3]}, 3))
	require.Len(t, l.causes, 2)
	assert.Equal(t, []string{"handlers"}, l.causes[0].Parts, "it is known what it is of")
}

// An item that was broken and mended counts again, with handlers beside the view and without, also where what cannot be decoded is skipped.
func TestAMendedItemCountsAgainBesideHandlers(t *testing.T) {
	t.Parallel()
	for _, skip := range []bool{true, false} {
		for _, handler := range []bool{true, false} {
			t.Run(fmt.Sprint(skip, handler), func(t *testing.T) {
				t.Parallel()
				s := newSchool().open(t, ddbmem.Options{})
				l := &letters{}
				opts := l.options()
				opts.SkipUndecodable = skip
				mux := ddb.NewMux(s.table, opts)
				mux.Maintain(s.db, s.total)
				if handler {
					ddb.Handle(mux, s.steps, func(context.Context, ddb.Change[Step]) error { return nil })
				}
				all := func() { require.Empty(t, deliver(t, mux, s.records(t), 8)) }
				s.step(t, Step{Student: "a", ID: "1", XP: 5})
				all()
				attrs, err := s.steps.Encode(Step{Student: "a", ID: "1", XP: 5})
				attrs["xp"] = &types.AttributeValueMemberM{}
				s.put(t, attrs, err)
				all()
				s.step(t, Step{Student: "a", ID: "1", XP: 9})
				all()
				xp, _ := s.sum(t)
				assert.Equal(t, 9, xp)
			})
		}
	}
}
