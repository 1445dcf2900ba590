package stream_test

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
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Store is a shop with a name.
type Store struct {
	ID   string `dynamodbav:"-"`
	Name string `dynamodbav:"name"`
}

// Article stands under a shop and carries its name.
type Article struct {
	Shop     string `dynamodbav:"-"`
	ShopName string `dynamodbav:"shopName"`
	ID       string `dynamodbav:"id"`
	Version  int64  `dynamodbav:"version"`
}

// renames is a shop with an offer that carries its name, unless apply panics.
func renames(t *testing.T, apply func(ddb.Change[Store])) (mux func(*ddb.MuxOptions) *ddb.Mux, batch []ddb.Record, name func() string) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	shops := ddb.MustDefine(table, "shop", func(s *Store, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("shop#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("shop#")))
	})
	offers := ddb.MustDefine(table, "offer", func(o *Article, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("shop#"), ddb.Str(&o.Shop)), ddb.Key(ddb.Prefix("offer#"), ddb.Str(&o.ID)))
		d.Version(&o.Version)
	})
	names := ddbview.MustFanOut("names", shops, offers,
		func(s Store) ddb.Query[Article] { return offers.Query(Article{Shop: s.ID}) },
		func(c ddb.Change[Store], o *Article) bool {
			apply(c)
			changed := o.ShopName != c.New.Name
			o.ShopName = c.New.Name
			return changed
		})
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), "school", table, nil)
	ctx := t.Context()
	require.NoError(t, db.CreateTable(ctx))
	stream := &fixture.School{Engine: engine, At: map[string]*string{}}
	s, o := ddb.NewRepository(db, shops), ddb.NewRepository(db, offers).Consistent()
	_, err := s.Create(ctx, Store{ID: "1", Name: "one"})
	require.NoError(t, err)
	_, err = o.Create(ctx, Article{Shop: "1", ShopName: "one", ID: "o"})
	require.NoError(t, err)
	_ = stream.Records(t)
	for _, name := range []string{"two", "three"} {
		_, err = s.Put(ctx, Store{ID: "1", Name: name})
		require.NoError(t, err)
	}
	batch = stream.Records(t)
	require.Len(t, batch, 2)
	return func(opts *ddb.MuxOptions) *ddb.Mux {
			m := ddb.NewMux(table, opts)
			m.Maintain(db, names)
			return m
		}, batch, func() string {
			got, err := o.Get(ctx, Article{Shop: "1", ID: "o"})
			require.NoError(t, err)
			return got.ShopName
		}
}

// A change that comes behind a dead letter of its item is carried all the same.
func TestAFanOutCarriesWhatFollowsADeadLetter(t *testing.T) {
	t.Parallel()
	mux, batch, name := renames(t, func(c ddb.Change[Store]) {
		if c.Old.Name == "one" {
			panic("cannot deal with a rename from one")
		}
	})
	l := &fixture.Letters{}
	require.Empty(t, fixture.Deliver(t, mux(l.Options()), batch, 5))
	require.Len(t, l.Causes, 1)
	assert.Equal(t, batch[0].Sequence, l.Causes[0].Record.Sequence)
	assert.Equal(t, []string{"view names"}, l.Causes[0].Parts)
	assert.Equal(t, "three", name(), "the second change is carried")
}

// What a part did not get to because a record before it failed is delivered again, in views as in handlers.
func TestWhatFollowsAFailureIsWithheldInEveryPart(t *testing.T) {
	t.Parallel()
	mux, batch, name := renames(t, func(c ddb.Change[Store]) {
		if c.Old.Name == "one" {
			panic("cannot deal with a rename from one")
		}
	})
	failed, err := mux(nil).Process(t.Context(), batch)
	require.Error(t, err)
	assert.Equal(t, fixture.Sequences(batch...), failed)
	assert.Equal(t, "one", name())
}

// Views and handlers of a record are judged apart: each fails, is counted and is given up by itself, and what is done is not done again.
func TestViewsAndHandlersFailApart(t *testing.T) {
	t.Parallel()
	t.Run("handler", func(t *testing.T) {
		t.Parallel()
		applied := 0
		mux, batch, name := renames(t, func(ddb.Change[Store]) { applied++ })
		l := &fixture.Letters{}
		m := mux(l.Options())
		batches := 0
		m.HandleAny(func(context.Context, ddb.Change[any]) error { return errors.New("broken") })
		m.HandleBatch(func(context.Context, []ddb.Change[any]) error { batches++; return nil })
		_, err := m.Process(t.Context(), batch)
		require.Error(t, err)
		assert.Equal(t, "three", name(), "the view heals")
		before := applied
		require.Empty(t, fixture.Deliver(t, m, batch, 8))
		assert.Equal(t, before, applied, "what is done is not done again")
		require.Len(t, l.Causes, 2)
		for i, c := range l.Causes {
			assert.Equal(t, []string{"handlers", "batch handlers"}, c.Parts, "those of batches have not had it")
			assert.Equal(t, batch[i].Sequence, c.Record.Sequence)
		}
		assert.Zero(t, batches)
	})
	t.Run("view", func(t *testing.T) {
		t.Parallel()
		mux, batch, name := renames(t, func(ddb.Change[Store]) { panic("broken") })
		l := &fixture.Letters{}
		m := mux(l.Options())
		handled := 0
		m.HandleAny(func(context.Context, ddb.Change[any]) error { handled++; return nil })
		require.Empty(t, fixture.Deliver(t, m, batch, 8))
		assert.Equal(t, 2, handled, "each once")
		assert.Equal(t, "one", name())
		require.Len(t, l.Causes, 2)
		assert.Equal(t, []string{"view names"}, l.Causes[0].Parts)
	})
	t.Run("both", func(t *testing.T) {
		t.Parallel()
		mux, batch, _ := renames(t, func(ddb.Change[Store]) { panic("broken view") })
		l := &fixture.Letters{}
		m := mux(l.Options())
		m.HandleAny(func(context.Context, ddb.Change[any]) error { return errors.New("broken handler") })
		require.Empty(t, fixture.Deliver(t, m, batch[:1], 3))
		require.Len(t, l.Causes, 1, "one letter says both")
		assert.Equal(t, []string{"view names", "handlers"}, l.Causes[0].Parts)
		require.ErrorContains(t, l.Causes[0], "broken view")
		require.ErrorContains(t, l.Causes[0], "broken handler")
	})
	t.Run("batch", func(t *testing.T) {
		t.Parallel()
		mux, batch, _ := renames(t, func(ddb.Change[Store]) {})
		l := &fixture.Letters{}
		m := mux(l.Options())
		handled := 0
		m.HandleAny(func(context.Context, ddb.Change[any]) error { handled++; return nil })
		m.HandleBatch(func(context.Context, []ddb.Change[any]) error { return errors.New("broken") })
		require.Empty(t, fixture.Deliver(t, m, batch, 8))
		assert.Equal(t, 2, handled, "each once")
		require.Len(t, l.Causes, 2)
		assert.Equal(t, []string{"batch handlers"}, l.Causes[1].Parts)
	})
}

// A replay runs the parts that it is told, all of them where it is told none, and gives nothing to the dead letters.
func TestReplayRunsThePartsThatFailed(t *testing.T) {
	t.Parallel()
	applied := 0
	mux, batch, _ := renames(t, func(ddb.Change[Store]) { applied++ })
	l := &fixture.Letters{}
	m := mux(l.Options())
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
	assert.Empty(t, l.Causes)
	fails = ddb.ErrThrottled
	require.ErrorIs(t, m.Replay(t.Context(), last), ddb.ErrUnavailable)
}

type Ranked struct {
	ID  string   `dynamodbav:"-"`
	Top []string `dynamodbav:"top"`
}

// topSchool is a school whose students have a tally of what entry makes of their best n steps.
func topSchool(t *testing.T, n int, entry func(fixture.Step) string) (*fixture.School, *ddb.View, *ddb.Entity[Ranked]) {
	t.Helper()
	s := fixture.NewSchool()
	tallies := ddb.MustDefine(s.Table, "tally", func(p *Ranked, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("t#"), ddb.Str(&p.ID))
		d.Primary(id, id)
	})
	v := ddbview.MustAggregate("top", s.Steps, tallies, func(p *fixture.Step, t *Ranked) []ddbview.Rule {
		return []ddbview.Rule{ddbview.OwnItems, ddbview.By(&p.Student, &t.ID), ddbview.Top(n, &p.XP, &t.Top, entry)}
	})
	return s.Open(t, ddbmem.Options{}), v, tallies
}

// A function that panics for one source fails the records of that source alone, beside others of the same target too; so it does in Rebuild.
func TestAnEntryThatPanicsFailsItsRecordAlone(t *testing.T) {
	t.Parallel()
	s, v, tallies := topSchool(t, 100, func(s fixture.Step) string {
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
		s.Step(t, fixture.Step{Student: fmt.Sprint(i % 2), ID: fmt.Sprint(i), XP: i, Course: course})
	}
	l := &fixture.Letters{}
	mux := ddb.NewMux(s.Table, l.Options())
	mux.Maintain(s.DB, v)
	batch := s.Records(t)
	failed, err := mux.Process(t.Context(), batch)
	require.ErrorContains(t, err, "no course")
	assert.Equal(t, fixture.Sequences(batch[50]), failed)
	require.Empty(t, fixture.Deliver(t, mux, batch[50:51], 3))
	require.Len(t, l.Causes, 1)
	assert.Equal(t, []string{"view top"}, l.Causes[0].Parts)
	for id, n := range map[string]int{"0": 29, "1": 30} {
		got, err := ddb.NewRepository(s.DB, tallies).Get(t.Context(), Ranked{ID: id})
		require.NoError(t, err)
		assert.Len(t, got.Top, n)
	}
	require.ErrorContains(t, v.Rebuild(t.Context(), s.DB, nil), "no course")
	s.Remove(t, "p#0", "g#50")
	require.NoError(t, v.Rebuild(t.Context(), s.DB, nil))
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
	l := &fixture.Letters{}
	mux := ddb.NewMux(table, l.Options())
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
	assert.Equal(t, fixture.Sequences(batch[1], batch[3]), failed)
	assert.Equal(t, 3, handled)
	require.Empty(t, fixture.Deliver(t, mux, []ddb.Record{batch[1], batch[3]}, 3))
	require.Len(t, l.Causes, 2)
	assert.Equal(t, []string{"handlers"}, l.Causes[0].Parts, "it is known what it is of")
}

// An item that was broken and mended counts again, with handlers beside the view and without, also where what cannot be decoded is skipped.
func TestAMendedItemCountsAgainBesideHandlers(t *testing.T) {
	t.Parallel()
	for _, skip := range []bool{true, false} {
		for _, handler := range []bool{true, false} {
			t.Run(fmt.Sprint(skip, handler), func(t *testing.T) {
				t.Parallel()
				s := fixture.NewSchool().Open(t, ddbmem.Options{})
				l := &fixture.Letters{}
				opts := l.Options()
				opts.SkipUndecodable = skip
				mux := ddb.NewMux(s.Table, opts)
				mux.Maintain(s.DB, s.Total)
				if handler {
					ddb.Handle(mux, s.Steps, func(context.Context, ddb.Change[fixture.Step]) error { return nil })
				}
				all := func() { require.Empty(t, fixture.Deliver(t, mux, s.Records(t), 8)) }
				s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 5})
				all()
				attrs, err := s.Steps.Encode(fixture.Step{Student: "a", ID: "1", XP: 5})
				attrs["xp"] = &types.AttributeValueMemberM{}
				s.Put(t, attrs, err)
				all()
				s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 9})
				all()
				xp, _ := s.Sum(t)
				assert.Equal(t, 9, xp)
			})
		}
	}
}
