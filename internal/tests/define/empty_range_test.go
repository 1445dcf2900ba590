package define_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Leg is keyed by a text before a literal, and by a number.
type Leg struct {
	Trip string `dynamodbav:"-"`
	Stop string `dynamodbav:"-"`
	N    int    `dynamodbav:"n"`
	Km   int    `dynamodbav:"km"`
}

func legs(t *testing.T) (*ddb.DB, *ddb.Entity[Leg], *ddb.Index) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	byN := table.GSI("by-n", "n_pk", "n")
	e := ddb.MustDefine(table, "leg", func(x *Leg, d *ddb.Definition) {
		trip := ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.Trip))
		d.Primary(trip, ddb.Key(ddb.Prefix("l#"), ddb.Str(&x.Stop), ddb.Prefix("#n#"), ddb.Num(&x.N, 4)))
		d.Index(byN, ddb.Key(ddb.Prefix("legs#"), ddb.Str(&x.Trip)), ddb.Key(ddb.Native(&x.N)))
	})
	db := ddb.New(ddbmem.New().Client(), "legs", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	return db, e, byN
}

// An empty range is no mistake: it comes from what users type, and has no items, in a sort key as in a filter.
func TestARangeWhoseBoundsCrossHasNoItems(t *testing.T) {
	t.Parallel()
	db, e, byN := legs(t)
	repo, f := ddb.NewRepository(db, e), e.Fields()
	_, err := repo.Create(t.Context(), Leg{"1", "a", 5, 7})
	require.NoError(t, err)
	in := Leg{Trip: "1"}
	empty := ddb.Between(&f.Km, 9, 3)
	for what, q := range map[string]ddb.Query[Leg]{
		"sort key":        e.Query(in).SortKey(ddb.Eq(&f.Stop, "a"), ddb.Between(&f.N, 9, 3)),
		"sort key, sides": e.Query(in).SortKey(ddb.Eq(&f.Stop, "a"), ddb.Ge(&f.N, 9), ddb.Lt(&f.N, 3)),
		"native":          e.On(byN, in).SortKey(ddb.Between(&f.N, 9, 3)),
		"filter":          e.Query(in).Filter(empty),
		"filter, and":     e.Query(in).Filter(ddb.And(ddb.Eq(&f.Km, 7), empty)),
	} {
		ctx, meter := ddb.WithMeter(t.Context())
		got, err := ddb.Collect(repo.Query(ctx, q))
		require.NoError(t, err, what)
		assert.Empty(t, got, what)
		assert.Zero(t, meter.Requests(), what)
	}
	for what, q := range map[string]ddb.Query[Leg]{
		"or":  e.Query(in).Filter(ddb.Or(empty, ddb.Eq(&f.Km, 7))),
		"not": e.Query(in).Filter(ddb.Not(empty)),
		"one": e.Query(in).Filter(ddb.Between(&f.Km, 7, 7)),
	} {
		got, err := ddb.Collect(repo.Query(t.Context(), q))
		require.NoError(t, err, what)
		assert.Len(t, got, 1, what)
	}
	key := Leg{"1", "a", 5, 0}
	_, err = repo.Update(t.Context(), key, ddb.Set(&f.Km, 8), ddb.If(empty))
	require.ErrorIs(t, err, ddb.ErrCondition)
	_, err = repo.Update(t.Context(), key, ddb.Set(&f.Km, 8), ddb.If(ddb.Not(empty)))
	require.NoError(t, err)
	_, err = repo.Put(t.Context(), Leg{"1", "a", 5, 7}, ddb.If(empty))
	require.ErrorIs(t, err, ddb.ErrCondition)
}

// The constants of When are the program's.
func TestAWhenWhoseBoundsCrossIsAMistake(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	far := table.GSI("far", "far_pk", "far_sk")
	_, err := ddb.Define(table, "leg", func(x *Leg, d *ddb.Definition) {
		trip := ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.Trip))
		d.Primary(trip, ddb.Key(ddb.Prefix("l#"), ddb.Str(&x.Stop)))
		d.Index(far, trip, trip).When(ddb.Or(ddb.Between(&x.Km, 9, 3), ddb.Eq(&x.N, 1)))
	})
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "far: When: field Km: the lower bound of Between is above the upper one")
}

// A range that the key cannot answer is a mistake of the program, whatever the value is.
func TestARangeOfTextBeforeALiteralIsAMistakeOfTheProgram(t *testing.T) {
	t.Parallel()
	db, e, _ := legs(t)
	repo, f := ddb.NewRepository(db, e), e.Fields()
	for what, bounds := range map[string][]ddb.Bound{
		"ge": {ddb.Ge(&f.Stop, "a")}, "between": {ddb.Between(&f.Stop, "a", "b")}, "sides": {ddb.Gt(&f.Stop, "a"), ddb.Lt(&f.Stop, "b")},
	} {
		ctx, meter := ddb.WithMeter(t.Context())
		_, err := ddb.Collect(repo.Query(ctx, e.Query(Leg{Trip: "1"}).SortKey(bounds...)))
		require.ErrorIs(t, err, ddb.ErrModel, what)
		require.NotErrorIs(t, err, ddb.ErrKey, what)
		require.ErrorContains(t, err, "Stop stands before a literal", what)
		require.Zero(t, meter.Requests())
	}
	_, err := ddb.Collect(repo.Query(t.Context(), e.Query(Leg{Trip: "1"}).SortKey(ddb.StartsWith(&f.Stop, "a#"))))
	require.ErrorIs(t, err, ddb.ErrKey, "of this value")
}
