package write_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// An item whose TTL has passed is absent to every verb.
func TestExpiredIsAbsentToEveryVerb(t *testing.T) {
	t.Parallel()
	a := openAccounts(t, nil)
	ctx, f := t.Context(), a.e.Fields()
	seed := func() {
		t.Helper()
		_, err := a.repo.Put(ctx, Account{ID: "1", Note: "old", Expires: a.now.Add(time.Hour)})
		require.NoError(t, err)
		a.now = a.now.Add(2 * time.Hour)
	}
	seed()
	_, err := a.repo.Update(ctx, Account{ID: "1"}, ddb.Set(&f.Note, "x"))
	require.ErrorIs(t, err, ddb.ErrNotFound)
	_, err = a.repo.Replace(ctx, Account{ID: "1"})
	require.ErrorIs(t, err, ddb.ErrNotFound)
	_, err = a.repo.Take(ctx, Account{ID: "1"})
	require.ErrorIs(t, err, ddb.ErrNotFound)
	_, err = a.repo.Move(ctx, Account{ID: "1"}, Account{ID: "2"})
	require.ErrorIs(t, err, ddb.ErrNotFound)
	require.ErrorIs(t, a.db.Transact(ctx, a.e.Check(Account{ID: "1"})), ddb.ErrNotFound)
	require.NoError(t, a.db.Transact(ctx, a.e.CheckAbsent(Account{ID: "1"})))
	require.ErrorIs(t, a.repo.Delete(ctx, Account{ID: "1"}, ddb.If(ddb.Eq(&f.Note, "old"))), ddb.ErrNotFound)
	old, err := a.repo.Put(ctx, Account{ID: "1", Note: "new"}, ddb.ReturnOld)
	require.NoError(t, err)
	assert.Zero(t, old)
	seed()
	_, err = a.repo.Create(ctx, Account{ID: "1", Note: "new"})
	require.NoError(t, err)

	// milliseconds, and a time so long past that DynamoDB never deletes by it
	for _, at := range []time.Time{time.Unix(a.now.UnixMilli(), 0), a.now.AddDate(-6, 0, 0)} {
		_, err = a.repo.Put(ctx, Account{ID: "1", Expires: at})
		require.ErrorIs(t, err, ddb.ErrModel)
		_, err = a.repo.Update(ctx, Account{ID: "1"}, ddb.Set(&f.Expires, at))
		require.ErrorIs(t, err, ddb.ErrModel)
	}
	got, err := a.repo.Update(ctx, Account{ID: "1"}, ddb.Set(&f.Expires, a.now.Add(time.Hour)))
	require.NoError(t, err)
	assert.Equal(t, a.now.Add(time.Hour).Unix(), got.Expires.Unix())
	got, err = a.repo.Update(ctx, Account{ID: "1"}, ddb.Set(&f.Expires, time.Time{}))
	require.NoError(t, err)
	assert.True(t, got.Expires.IsZero(), "the zero time means never")
}

type Visit struct {
	ID      string    `dynamodbav:"-"`
	Count   int       `dynamodbav:"count"`
	Page    string    `dynamodbav:"page,omitempty"`
	Expires time.Time `dynamodbav:"expires,unixtime"`
}

// An Upsert of an item that has expired begins anew, instead of adding to what is left of it.
func TestUpsertOfAnExpiredItemBeginsAnew(t *testing.T) {
	t.Parallel()
	now := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	table := ddb.NewTable("pk", "").TTL("expires")
	visits := ddb.MustDefine(table, "visit", func(v *Visit, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("v#"), ddb.Str(&v.ID)))
		d.TTL(&v.Expires)
	})
	db := ddb.New(ddbmem.New().Client(), "visits", table, &ddb.Options{Now: func() time.Time { return now }})
	require.NoError(t, db.CreateTable(t.Context()))
	repo, f := ddb.NewRepository(db, visits), visits.Fields()
	for want := range 3 {
		got, err := repo.Upsert(t.Context(), Visit{ID: "1"}, ddb.Add(&f.Count, 1), ddb.Set(&f.Expires, now.Add(time.Hour)))
		require.NoError(t, err)
		assert.Equal(t, want+1, got.Count)
	}
	now = now.Add(2 * time.Hour)
	got, err := repo.Upsert(t.Context(), Visit{ID: "1"}, ddb.Add(&f.Count, 1), ddb.Set(&f.Page, "p"))
	require.NoError(t, err)
	assert.Equal(t, Visit{ID: "1", Count: 1, Page: "p"}, got)
}
