package write_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

func TestUpdateRewritesTheKeysThatAnEditTouches(t *testing.T) {
	t.Parallel()
	b := fixture.NewBoards(fixture.Versioned)
	_, db, tasks := fixture.OpenBoards(t, b, nil)
	f := b.Tasks.Fields()
	stored, err := tasks.Create(t.Context(), fixture.NewTask("1"))
	require.NoError(t, err)
	require.EqualValues(t, 1, stored.Version)
	key := fixture.Task{Board: "1", ID: "1"}

	got, err := tasks.Update(t.Context(), key, ddb.Set(&f.Status, "doing"), ddb.If(ddb.Eq(&f.Seq, 3), ddb.Eq(&f.Owner, "Ann")))
	require.NoError(t, err)
	assert.Equal(t, "doing", got.Status)
	assert.EqualValues(t, 2, got.Version)
	found, err := ddb.Collect(tasks.Query(t.Context(), b.Tasks.On(b.ByStatus, fixture.Task{Status: "doing"})))
	require.NoError(t, err)
	require.Len(t, found, 1)

	got, err = tasks.Update(t.Context(), got, ddb.Set(&f.Status, "done"))
	require.NoError(t, err)
	n, err := tasks.Count(t.Context(), b.Tasks.On(b.ByOwner, fixture.Task{Owner: "ann"}))
	require.NoError(t, err)
	assert.Zero(t, n)

	_, err = tasks.Update(t.Context(), key, ddb.Set(&f.Status, "todo"))
	require.ErrorIs(t, err, ddb.ErrModel)

	_, err = tasks.Update(t.Context(), fixture.Task{Board: "1", ID: "1", Version: 1}, ddb.Set(&f.Title, "y"))
	require.ErrorIs(t, err, ddb.ErrConflict)
	have, ok := b.Tasks.Current(err)
	require.True(t, ok)
	assert.EqualValues(t, 3, have.Version)

	got, err = tasks.Update(t.Context(), key, ddb.Add(&f.Points, 7), ddb.Append(&f.Notes, "a", "b"), ddb.AddTo(&f.Tags, "x", "y"), ddb.SetEntry(&f.Labels, "k", "v"))
	require.NoError(t, err)
	assert.Equal(t, 12, got.Points)
	got, err = tasks.Update(t.Context(), key, ddb.Prepend(&f.Notes, "0"), ddb.DeleteFrom(&f.Tags, "x"), ddb.RemoveEntry(&f.Labels, "k"), ddb.Set(&f.Place.Street, "s"), ddb.Sub(&f.Points, 2))
	require.NoError(t, err)
	assert.Equal(t, []string{"0", "a", "b"}, got.Notes)
	got, err = tasks.Update(t.Context(), key, ddb.SetAt(&f.Notes, 0, "z"), ddb.RemoveAt(&f.Notes, 2), ddb.Remove(&f.Tags))
	require.NoError(t, err)
	assert.Equal(t, []string{"z", "a"}, got.Notes)

	got, err = tasks.Modify(t.Context(), key, func(t *fixture.Task) error { t.Owner, t.Status = "Bob", "todo"; return nil })
	require.NoError(t, err)
	n, err = tasks.Count(t.Context(), b.Tasks.On(b.ByOwner, fixture.Task{Owner: "bob"}))
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	moved := got
	moved.Board = "2"
	moved, err = tasks.Move(t.Context(), got, moved)
	require.NoError(t, err)
	_, err = tasks.Get(t.Context(), key)
	require.ErrorIs(t, err, ddb.ErrNotFound)

	err = db.Transact(t.Context(), b.Tasks.Update(moved, ddb.Set(&f.Title, "tx")), b.Tasks.Check(moved, ddb.Eq(&f.Title, "nope")), b.Tasks.Create(fixture.NewTask("9")))
	require.ErrorIs(t, err, ddb.ErrCondition)
	tx, ok := errors.AsType[*ddb.TransactError](err)
	require.True(t, ok)
	require.Error(t, tx.At(1))
	require.NoError(t, tx.At(0))
	require.NoError(t, db.Transact(t.Context(), b.Tasks.Update(moved, ddb.Set(&f.Title, "tx")), b.Tasks.Check(moved, ddb.Eq(&f.Title, "x")), b.Tasks.Create(fixture.NewTask("9"))))
	err = db.Transact(t.Context(), b.Tasks.Delete(moved), b.Tasks.Put(moved))
	require.ErrorIs(t, err, ddb.ErrModel)
}

// An op prints where each member of the keys that it rewrites comes from, what is missing, and what to do about it.
func TestOpsPrintTheirPlan(t *testing.T) {
	t.Parallel()
	b := fixture.NewBoards(nil)
	f := b.Tasks.Fields()
	key := fixture.Task{Board: "1", ID: "1"}
	owned := fixture.Task{Board: "1", ID: "1", Owner: "Ann"}
	for want, op := range map[string]ddb.Op{
		`update task pk="b#1" sk="t#1": set Status; by-status from Status (edit); by-owner from Owner MISSING: give it in If(Eq(…)) or in the example, Status (edit)`: b.Tasks.Update(key, ddb.Set(&f.Status, "todo")),
		`update task pk="b#1" sk="t#1": set Status; by-status from Status (edit); by-owner from Owner (example, asserted), Status (edit), ID (key)`:                   b.Tasks.Update(owned, ddb.Set(&f.Status, "todo")),
		`update task pk="b#1" sk="t#1": set Seq; by-status from Seq (edit), ID (key); if Owner = "Ann"`:                                                               b.Tasks.Update(key, ddb.Set(&f.Seq, 2), ddb.If(ddb.Eq(&f.Owner, "Ann"))),
		`update task pk="b#1" sk="t#1": add Seq; by-status from Seq REFUSED: add Seq leaves a value that only DynamoDB knows, ID (key)`:                               b.Tasks.Update(key, ddb.Add(&f.Seq, 2)),
		`update task pk="b#1" sk="t#1": add Points; by-points`:                                                                                                        b.Tasks.Update(key, ddb.Add(&f.Points, 2)),
		`update task pk="b#1" sk="t#1"; REFUSED: set ID: the field is part of the primary key: use Move`:                                                              b.Tasks.Update(key, ddb.Set(&f.ID, "2")),
		`move task pk="b#1" sk="t#1" to pk="b#1" sk="t#2"`:                                                                                                            b.Tasks.Move(key, fixture.Task{Board: "1", ID: "2"}),
		`check task pk="b#1" sk="t#1"; if Title = "x"`:                                                                                                                b.Tasks.Check(key, ddb.Eq(&f.Title, "x")),
		`no op`: {},
	} {
		assert.Equal(t, want, op.String())
	}
}
