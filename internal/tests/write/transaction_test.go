package write_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// What DynamoDB would refuse of a transaction is refused before any request.
func TestTransactionsThatAreRefused(t *testing.T) {
	t.Parallel()
	a := openAccounts(t, nil)
	ctx, meter := ddb.WithMeter(t.Context())
	var ops []ddb.Op
	for i := range 34 { // three items each
		ops = append(ops, a.e.Create(Account{ID: fmt.Sprint(i), Email: fmt.Sprint(i), Nick: fmt.Sprint(i)}))
	}
	err := a.db.Transact(ctx, ops...)
	require.ErrorIs(t, err, ddb.ErrTooLarge)
	require.ErrorContains(t, err, `34 ops make 102 items, with 68 of role "unique constraint"`)
	ops = nil
	for i := range 11 {
		ops = append(ops, a.e.Create(Account{ID: fmt.Sprint(i), Note: strings.Repeat("x", 399<<10)}))
	}
	require.ErrorIs(t, a.db.Transact(ctx, ops...), ddb.ErrTooLarge)
	require.ErrorIs(t, a.db.Transact(ctx, a.e.Create(Account{ID: "1", Note: strings.Repeat("x", 400<<10)})), ddb.ErrTooLarge)
	err = a.db.Transact(ctx, a.e.Create(Account{ID: "1"}), a.e.Create(Account{ID: "2"}), a.e.Create(Account{ID: "1"}))
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "op 0 (create account) and op 2 (create account) write the same item")
	require.ErrorIs(t, a.db.Transact(ctx, ddb.Op{}), ddb.ErrModel)
	require.ErrorIs(t, a.db.Transact(ctx, a.e.Put(Account{ID: "1"}, ddb.ReturnOld)), ddb.ErrModel)
	require.ErrorIs(t, a.db.Batch(ctx, a.e.Check(Account{ID: "1"})), ddb.ErrModel)
	assert.Zero(t, meter.RequestsOf("TransactWriteItems"))
	require.NoError(t, a.db.Transact(ctx))
}

// A check of an item that another op writes is part of that write, and is blamed by its own position.
func TestChecksJoinTheWriteOfTheSameItem(t *testing.T) {
	t.Parallel()
	b := fixture.NewBoards(nil)
	_, db, tasks := fixture.OpenBoards(t, b, nil)
	f := b.Tasks.Fields()
	one := fixture.NewTask("1")
	_, err := tasks.Create(t.Context(), one)
	require.NoError(t, err)
	key := fixture.Task{Board: "1", ID: "1"}
	err = db.Transact(t.Context(), b.Tasks.Check(key, ddb.Eq(&f.Title, "no")), b.Tasks.Update(key, ddb.Set(&f.Title, "y")))
	tx, ok := errors.AsType[*ddb.TransactError](err)
	require.True(t, ok, "%v", err)
	require.ErrorIs(t, tx.At(0), ddb.ErrCondition)
	require.NoError(t, tx.At(1))
	have, ok := b.Tasks.Current(err)
	require.True(t, ok)
	assert.Equal(t, one.Title, have.Title)
	require.NoError(t, db.Transact(t.Context(), b.Tasks.Update(key, ddb.Set(&f.Title, "y")), b.Tasks.Check(key, ddb.Eq(&f.Title, "x"))))
	require.NoError(t, db.Transact(t.Context(), b.Tasks.CheckAbsent(fixture.Task{Board: "1", ID: "5"}), b.Tasks.Put(fixture.NewTask("5"))))
	err = db.Transact(t.Context(), b.Tasks.CheckAbsent(fixture.Task{Board: "1", ID: "5"}), b.Tasks.Put(fixture.NewTask("5")))
	require.ErrorIs(t, err, ddb.ErrExists)
	err = db.Transact(t.Context(), b.Tasks.Check(fixture.Task{Board: "1", ID: "6"}), b.Tasks.Put(fixture.NewTask("7")))
	require.ErrorIs(t, err, ddb.ErrNotFound)
	_, err = tasks.Get(t.Context(), fixture.Task{Board: "1", ID: "7"})
	require.ErrorIs(t, err, ddb.ErrNotFound)
}

func TestTransactGetAndBatchGetOfManyTypes(t *testing.T) {
	t.Parallel()
	b := fixture.NewBoards(nil)
	engine, db, tasks := fixture.OpenBoards(t, b, nil)
	for _, id := range []string{"1", "2"} {
		_, err := tasks.Create(t.Context(), fixture.NewTask(id))
		require.NoError(t, err)
	}
	for name, get := range map[string]func(...ddb.Read) error{
		"transact": func(r ...ddb.Read) error { return db.TransactGet(t.Context(), r...) },
		"batch":    func(r ...ddb.Read) error { return db.LoadAll(t.Context(), r...) },
	} {
		t.Run(name, func(t *testing.T) {
			one, two, again := fixture.Task{Board: "1", ID: "1"}, fixture.Task{Board: "1", ID: "2"}, fixture.Task{Board: "1", ID: "1"}
			require.NoError(t, get(b.Tasks.Load(&one), b.Tasks.Load(&two), b.Tasks.Load(&again)))
			assert.Equal(t, "x", one.Title)
			assert.Equal(t, "2", two.ID)
			assert.Equal(t, one, again)
			one, three := fixture.Task{Board: "1", ID: "1"}, fixture.Task{Board: "1", ID: "3"}
			err := get(b.Tasks.Load(&one), b.Tasks.Load(&three))
			require.ErrorIs(t, err, ddb.ErrNotFound)
			require.ErrorContains(t, err, `sk="t#3"`)
			assert.Empty(t, one.Title, "all or none")
			found := true
			require.NoError(t, get(b.Tasks.Load(&one), b.Tasks.Load(&three).Optional(&found)))
			assert.False(t, found)
			assert.Equal(t, "x", one.Title)
			require.ErrorIs(t, get(b.Tasks.Load(nil)), ddb.ErrModel)
		})
	}
	engine.SetFaults(ddbmem.Faults{Conflict: 0.5})
	one := fixture.Task{Board: "1", ID: "1"}
	require.NoError(t, db.TransactGet(t.Context(), b.Tasks.Load(&one)))
}

func TestTransactionsInConflictAreTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := fixture.NewBoards(nil)
		engine, db, _ := fixture.OpenBoards(t, b, nil)
		engine.SetFaults(ddbmem.Faults{Conflict: 0.5, Throttle: 0.2})
		for i := range 10 {
			require.NoError(t, db.Transact(t.Context(), b.Tasks.Create(fixture.NewTask(fmt.Sprint("a", i))), b.Tasks.Create(fixture.NewTask(fmt.Sprint("b", i)))))
		}
		engine.SetFaults(ddbmem.Faults{Conflict: 1})
		quick := ddb.New(engine.Client(), db.Name(), b.Table, &ddb.Options{MaxAttempts: 2})
		err := quick.Transact(t.Context(), b.Tasks.Create(fixture.NewTask("c")), b.Tasks.Create(fixture.NewTask("d")))
		require.ErrorIs(t, err, ddb.ErrConflict)
	})
}
