package write_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Memo is an entity that knows when it was made.
type Memo struct {
	ID      string    `dynamodbav:"-"`
	Text    string    `dynamodbav:"text"`
	Made    time.Time `dynamodbav:"made"`
	Version int64     `dynamodbav:"version"`
}

// Every verb stores a time that is given; zero is not said.
func TestCreatedIsStoredAsGivenOrSet(t *testing.T) {
	t.Parallel()
	begin := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	given, later := begin.AddDate(-5, 0, 0), begin.Add(time.Hour)
	now := begin
	table := ddb.NewTable("pk", "sk")
	memos := ddb.MustDefine(table, "memo", func(x *Memo, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("memo#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Created(&x.Made)
		d.Version(&x.Version)
	})
	db := ddb.New(ddbmem.New().Client(), "memos", table, &ddb.Options{Now: func() time.Time { return now }})
	require.NoError(t, db.CreateTable(t.Context()))
	r, ctx, f := ddb.NewRepository(db, memos), t.Context(), memos.Fields()
	made := func(want time.Time, got Memo, err error) Memo {
		t.Helper()
		require.NoError(t, err)
		require.Equal(t, want, got.Made)
		read, err := r.Consistent().Get(ctx, got)
		require.NoError(t, err)
		require.Equal(t, got, read)
		return got
	}
	run := func(want time.Time, write func() (Memo, error)) Memo {
		t.Helper()
		got, err := write()
		return made(want, got, err)
	}
	run(begin, func() (Memo, error) { return r.Create(ctx, Memo{ID: "create"}) })
	run(given, func() (Memo, error) { return r.Create(ctx, Memo{ID: "import", Made: given}) })
	put := run(begin, func() (Memo, error) { return r.Put(ctx, Memo{ID: "put"}) })
	run(begin, func() (Memo, error) { return r.Upsert(ctx, Memo{ID: "upsert"}, ddb.Set(&f.Text, "a")) })
	run(given, func() (Memo, error) {
		return r.Upsert(ctx, Memo{ID: "upsert an import", Made: given}, ddb.Set(&f.Text, "a"))
	})
	now = later
	put = run(begin, func() (Memo, error) { return r.Put(ctx, put) })
	put = run(begin, func() (Memo, error) { return r.Replace(ctx, put) })
	put = run(begin, func() (Memo, error) { return r.Update(ctx, put, ddb.Set(&f.Text, "b")) })
	put = run(begin, func() (Memo, error) { return r.Upsert(ctx, Memo{ID: "put", Made: given}, ddb.Set(&f.Text, "c")) })
	put = run(begin, func() (Memo, error) {
		return r.Modify(ctx, put, func(x *Memo) error { x.Text, x.Made = "d", time.Time{}; return nil })
	})
	put = run(given, func() (Memo, error) {
		return r.Modify(ctx, put, func(x *Memo) error { x.Made = given; return nil })
	})
	to := put
	to.ID, to.Made = "moved", time.Time{}
	moved := run(given, func() (Memo, error) { return r.Move(ctx, put, to) })
	moved.Made = time.Time{}
	run(later, func() (Memo, error) { return r.Replace(ctx, moved) })
	_, err := r.Update(ctx, Memo{ID: "create"}, ddb.Set(&f.Made, given))
	require.ErrorIs(t, err, ddb.ErrModel)
	assert.ErrorContains(t, err, "the library sets the timestamp")
}
