package ddb_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// A transaction returns nothing: what a verb that goes as one returns of before was read, and is asserted.
func TestReturnOldReturnsTheOldItemOfATransactionToo(t *testing.T) {
	t.Parallel()
	t.Run("once", func(t *testing.T) {
		t.Parallel()
		a := openPatrons(t)
		ctx := t.Context()
		_, err := a.repo.Create(ctx, Patron{ID: "1", N: 7})
		require.NoError(t, err)
		got, err := a.repo.Update(ctx, Patron{ID: "1"}, ddb.Add(&a.f.N, 1), ddb.ReturnOld, ddb.Once)
		require.NoError(t, err)
		assert.Equal(t, 7, got.N)
		got, err = a.repo.Put(ctx, Patron{ID: "1", N: 9}, ddb.ReturnOld, ddb.Once)
		require.NoError(t, err)
		assert.Equal(t, 8, got.N)
		got, err = a.repo.Upsert(ctx, Patron{ID: "1"}, ddb.Add(&a.f.N, 1), ddb.ReturnOld, ddb.Once)
		require.NoError(t, err)
		assert.Equal(t, 9, got.N)
		got, err = a.repo.Upsert(ctx, Patron{ID: "2"}, ddb.Add(&a.f.N, 1), ddb.ReturnOld, ddb.Once)
		require.NoError(t, err)
		assert.Zero(t, got, "there was none")
		got, err = a.repo.Take(ctx, Patron{ID: "1"}, ddb.Once)
		require.NoError(t, err)
		assert.Equal(t, 10, got.N)
		_, err = a.repo.Take(ctx, Patron{ID: "1"}, ddb.Once)
		require.ErrorIs(t, err, ddb.ErrNotFound)
	})
	for name, declare := range map[string]func(*Patron, *ddb.Definition){"history": patronHistory, "unique": patronUnique} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := openPatrons(t, declare)
			ctx := t.Context()
			it, err := a.repo.Create(ctx, Patron{ID: "1", Email: "a@x", N: 7})
			require.NoError(t, err)
			it.N = 8
			got, err := a.repo.Put(ctx, it, ddb.ReturnOld)
			require.NoError(t, err)
			assert.Equal(t, 7, got.N)
			if name == "history" {
				it.Version = 2
			}
			it.N = 9
			got, err = a.repo.Replace(ctx, it, ddb.ReturnOld)
			require.NoError(t, err)
			assert.Equal(t, 8, got.N)
			got, err = a.repo.Take(ctx, Patron{ID: "1"})
			require.NoError(t, err)
			assert.Equal(t, 9, got.N)
		})
	}
}

// The item as it was that is read for a transaction is the one that the transaction replaces.
func TestReturnOldAssertsWhatItRead(t *testing.T) {
	t.Parallel()
	a := openPatrons(t)
	ctx := t.Context()
	_, err := a.repo.Create(ctx, Patron{ID: "1", N: 7})
	require.NoError(t, err)
	a.client.beforeTransaction = func() {
		_, err := a.other().Update(ctx, Patron{ID: "1"}, ddb.Set(&a.f.N, 70))
		assert.NoError(t, err)
	}
	got, err := a.repo.Update(ctx, Patron{ID: "1"}, ddb.Add(&a.f.N, 1), ddb.ReturnOld, ddb.Once)
	require.NoError(t, err)
	assert.Equal(t, 70, got.N)
}

// After a lost response, the old item that a request brings may be what its first attempt left.
func TestReturnOldDoesNotReturnItsOwnWrite(t *testing.T) {
	t.Parallel()
	a := openPatrons(t)
	ctx := t.Context()
	_, err := a.repo.Create(ctx, Patron{ID: "1", N: 7})
	require.NoError(t, err)
	a.engine.SetFaults(script("PutItem", ddbmem.Dropped))
	_, err = a.repo.Put(ctx, Patron{ID: "1", N: 9}, ddb.ReturnOld)
	require.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
	a.engine.SetFaults(script("UpdateItem", ddbmem.Dropped))
	_, err = a.repo.Update(ctx, Patron{ID: "1"}, ddb.Set(&a.f.N, 10), ddb.ReturnOld)
	require.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
	a.engine.SetFaults(ddbmem.Faults{})
	got, err := a.repo.Get(ctx, Patron{ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, 10, got.N)
}
