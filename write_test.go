package ddb_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// A board of tasks: by status with a due time, a ranking by points, and the open ones of a person.
const (
	boardKey  ddb.Prefix = "b#"
	taskKey   ddb.Prefix = "t#"
	statusKey ddb.Prefix = "status#"
	personKey ddb.Prefix = "person#"
	rankKey   ddb.Prefix = "rank#"
	versionNo ddb.Prefix = "v#"
	pound     ddb.Prefix = "#"
)

type place struct {
	City   string `dynamodbav:"city"`
	Street string `dynamodbav:"street,omitempty"`
}

type Task struct {
	Board   string            `dynamodbav:"-"`
	ID      string            `dynamodbav:"-"`
	Status  string            `dynamodbav:"status"`
	Owner   string            `dynamodbav:"owner,omitempty"`
	Seq     int               `dynamodbav:"seq"`
	Points  int               `dynamodbav:"points"`
	Title   string            `dynamodbav:"title"`
	Place   place             `dynamodbav:"place"`
	Notes   []string          `dynamodbav:"notes,omitempty"`
	Tags    []string          `dynamodbav:"tags,stringset,omitempty"`
	Labels  map[string]string `dynamodbav:"labels"`
	Version int64             `dynamodbav:"version"`
	Updated time.Time         `dynamodbav:"updated"`
	Created time.Time         `dynamodbav:"created"`
}

type boards struct {
	table                    *ddb.Table
	byStatus, byOwner, byPts *ddb.Index
	tasks                    *ddb.Entity[Task]
}

func newBoards(more func(t *Task, d *ddb.Definition)) boards {
	b := boards{table: ddb.NewTable("pk", "sk")}
	b.byStatus = b.table.GSI("by-status", "s_pk", "s_sk")
	b.byOwner = b.table.GSI("by-owner", "o_pk", "o_sk")
	b.byPts = b.table.GSI("by-points", "p_pk", "points")
	b.tasks = ddb.MustDefine(b.table, "task", func(t *Task, d *ddb.Definition) {
		d.Primary(ddb.Key(boardKey, ddb.Str(&t.Board)), ddb.Key(taskKey, ddb.Str(&t.ID)))
		d.Index(b.byStatus, ddb.Key(statusKey, ddb.Str(&t.Status)), ddb.Key(ddb.Num(&t.Seq, 4), pound, ddb.Str(&t.ID)))
		d.Index(b.byOwner, ddb.Key(personKey, ddb.Fold(&t.Owner)), ddb.Key(taskKey, ddb.Str(&t.ID))).
			When(ddb.Ne(&t.Owner, ""), ddb.Ne(&t.Status, "done"))
		d.Index(b.byPts, ddb.Key(rankKey, ddb.Str(&t.Place.City)), ddb.Key(ddb.Native(&t.Points)))
		if more != nil {
			more(t, d)
		}
	})
	return b
}

func versioned(t *Task, d *ddb.Definition) {
	d.Version(&t.Version)
	d.Updated(&t.Updated)
	d.Created(&t.Created)
}

func openBoards(t testing.TB, b boards, opts *ddb.Options) (*ddbmem.Engine, *ddb.DB, *ddb.Repository[Task]) {
	t.Helper()
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), "boards", b.table, opts)
	require.NoError(t, db.CreateTable(t.Context()))
	return engine, db, ddb.NewRepository(db, b.tasks)
}

func aTask(id string) Task {
	return Task{Board: "1", ID: id, Status: "todo", Owner: "Ann", Seq: 3, Points: 5, Title: "x", Place: place{City: "Ulm"}, Labels: map[string]string{"a": "b"}}
}

func TestUpdateRewritesTheKeysThatAnEditTouches(t *testing.T) {
	t.Parallel()
	b := newBoards(versioned)
	_, db, tasks := openBoards(t, b, nil)
	f := b.tasks.Fields()
	stored, err := tasks.Create(t.Context(), aTask("1"))
	require.NoError(t, err)
	require.EqualValues(t, 1, stored.Version)
	key := Task{Board: "1", ID: "1"}

	got, err := tasks.Update(t.Context(), key, ddb.Set(&f.Status, "doing"), ddb.If(ddb.Eq(&f.Seq, 3), ddb.Eq(&f.Owner, "Ann")))
	require.NoError(t, err)
	assert.Equal(t, "doing", got.Status)
	assert.EqualValues(t, 2, got.Version)
	found, err := ddb.Collect(tasks.Query(t.Context(), b.tasks.On(b.byStatus, Task{Status: "doing"})))
	require.NoError(t, err)
	require.Len(t, found, 1)

	got, err = tasks.Update(t.Context(), got, ddb.Set(&f.Status, "done"))
	require.NoError(t, err)
	n, err := tasks.Count(t.Context(), b.tasks.On(b.byOwner, Task{Owner: "ann"}))
	require.NoError(t, err)
	assert.Zero(t, n)

	_, err = tasks.Update(t.Context(), key, ddb.Set(&f.Status, "todo"))
	require.ErrorIs(t, err, ddb.ErrModel)

	_, err = tasks.Update(t.Context(), Task{Board: "1", ID: "1", Version: 1}, ddb.Set(&f.Title, "y"))
	require.ErrorIs(t, err, ddb.ErrConflict)
	have, ok := b.tasks.Current(err)
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

	got, err = tasks.Modify(t.Context(), key, func(t *Task) error { t.Owner, t.Status = "Bob", "todo"; return nil })
	require.NoError(t, err)
	n, err = tasks.Count(t.Context(), b.tasks.On(b.byOwner, Task{Owner: "bob"}))
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	moved := got
	moved.Board = "2"
	moved, err = tasks.Move(t.Context(), got, moved)
	require.NoError(t, err)
	_, err = tasks.Get(t.Context(), key)
	require.ErrorIs(t, err, ddb.ErrNotFound)

	err = db.Transact(t.Context(), b.tasks.Update(moved, ddb.Set(&f.Title, "tx")), b.tasks.Check(moved, ddb.Eq(&f.Title, "nope")), b.tasks.Create(aTask("9")))
	require.ErrorIs(t, err, ddb.ErrCondition)
	tx, ok := errors.AsType[*ddb.TransactError](err)
	require.True(t, ok)
	require.Error(t, tx.At(1))
	require.NoError(t, tx.At(0))
	require.NoError(t, db.Transact(t.Context(), b.tasks.Update(moved, ddb.Set(&f.Title, "tx")), b.tasks.Check(moved, ddb.Eq(&f.Title, "x")), b.tasks.Create(aTask("9"))))
	err = db.Transact(t.Context(), b.tasks.Delete(moved), b.tasks.Put(moved))
	require.ErrorIs(t, err, ddb.ErrModel)
}

// An op prints where each member of the keys that it rewrites comes from, what is missing, and what to do about it.
func TestOpsPrintTheirPlan(t *testing.T) {
	t.Parallel()
	b := newBoards(nil)
	f := b.tasks.Fields()
	key := Task{Board: "1", ID: "1"}
	owned := Task{Board: "1", ID: "1", Owner: "Ann"}
	for want, op := range map[string]ddb.Op{
		`update task pk="b#1" sk="t#1": set Status; by-status from Status (edit); by-owner from Owner MISSING: give it in If(Eq(…)) or in the example, Status (edit)`: b.tasks.Update(key, ddb.Set(&f.Status, "todo")),
		`update task pk="b#1" sk="t#1": set Status; by-status from Status (edit); by-owner from Owner (example, asserted), Status (edit), ID (key)`:                   b.tasks.Update(owned, ddb.Set(&f.Status, "todo")),
		`update task pk="b#1" sk="t#1": set Seq; by-status from Seq (edit), ID (key); if Owner = "Ann"`:                                                               b.tasks.Update(key, ddb.Set(&f.Seq, 2), ddb.If(ddb.Eq(&f.Owner, "Ann"))),
		`update task pk="b#1" sk="t#1": add Seq; by-status from Seq REFUSED: add Seq leaves a value that only DynamoDB knows, ID (key)`:                               b.tasks.Update(key, ddb.Add(&f.Seq, 2)),
		`update task pk="b#1" sk="t#1": add Points; by-points`:                                                                                                        b.tasks.Update(key, ddb.Add(&f.Points, 2)),
		`update task pk="b#1" sk="t#1"; REFUSED: set ID: the field is part of the primary key: use Move`:                                                              b.tasks.Update(key, ddb.Set(&f.ID, "2")),
		`move task pk="b#1" sk="t#1" to pk="b#1" sk="t#2"`:                                                                                                            b.tasks.Move(key, Task{Board: "1", ID: "2"}),
		`check task pk="b#1" sk="t#1"; if Title = "x"`:                                                                                                                b.tasks.Check(key, ddb.Eq(&f.Title, "x")),
		`no op`: {},
	} {
		assert.Equal(t, want, op.String())
	}
}
