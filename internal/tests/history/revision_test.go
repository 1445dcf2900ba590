package history_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Manuscript is an entity with revisions.
type Manuscript struct {
	ID       string       `dynamodbav:"-"`
	Title    string       `dynamodbav:"title"`
	Version  int64        `dynamodbav:"version"`
	Revision ddb.Revision `dynamodbav:"-"`
}

type manuscripts struct {
	engine *ddbmem.Engine
	db     *ddb.DB
	entity *ddb.Entity[Manuscript]
	repo   *ddb.Repository[Manuscript]
}

func openManuscripts(t *testing.T, opts *ddb.Options) manuscripts {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	x := manuscripts{engine: ddbmem.New()}
	x.entity = ddb.MustDefine(table, "manuscript", func(e *Manuscript, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("manuscript#"), ddb.Str(&e.ID))
		d.Primary(id, id)
		d.Version(&e.Version)
		d.Revision(&e.Revision)
	})
	x.db = ddb.New(x.engine.Client(), "manuscripts", table, opts)
	require.NoError(t, x.db.CreateTable(t.Context()))
	x.repo = ddb.NewRepository(x.db, x.entity)
	return x
}

// An item that was deleted and created anew has the version of the one that was read, and another revision.
func TestARevisionTellsAnItemFromItsSuccessor(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(context.Context, manuscripts, Manuscript) error{
		"put": func(ctx context.Context, x manuscripts, d Manuscript) error { _, err := x.repo.Put(ctx, d); return err },
		"replace": func(ctx context.Context, x manuscripts, d Manuscript) error {
			_, err := x.repo.Replace(ctx, d)
			return err
		},
		"update": func(ctx context.Context, x manuscripts, d Manuscript) error {
			_, err := x.repo.Update(ctx, d, ddb.Set(&x.entity.Fields().Title, "new"))
			return err
		},
		"update, by the revision alone": func(ctx context.Context, x manuscripts, d Manuscript) error {
			_, err := x.repo.Update(ctx, Manuscript{ID: d.ID, Revision: d.Revision}, ddb.Set(&x.entity.Fields().Title, "new"))
			return err
		},
		"put, by the revision alone": func(ctx context.Context, x manuscripts, d Manuscript) error {
			d.Version = 0
			_, err := x.repo.Put(ctx, d)
			return err
		},
		"upsert": func(ctx context.Context, x manuscripts, d Manuscript) error {
			_, err := x.repo.Upsert(ctx, d, ddb.Set(&x.entity.Fields().Title, "new"))
			return err
		},
		"modify": func(ctx context.Context, x manuscripts, d Manuscript) error {
			_, err := x.repo.Modify(ctx, d, func(d *Manuscript) error { d.Title = "new"; return nil })
			return err
		},
		"move": func(ctx context.Context, x manuscripts, d Manuscript) error {
			to := d
			to.ID = "2"
			_, err := x.repo.Move(ctx, d, to)
			return err
		},
		"delete": func(ctx context.Context, x manuscripts, d Manuscript) error { return x.repo.Delete(ctx, d) },
		"take": func(ctx context.Context, x manuscripts, d Manuscript) error {
			_, err := x.repo.Take(ctx, d)
			return err
		},
		"check": func(ctx context.Context, x manuscripts, d Manuscript) error {
			return x.db.Transact(ctx, x.entity.Check(d), x.entity.Put(Manuscript{ID: "3"}))
		},
		"batch": func(ctx context.Context, x manuscripts, d Manuscript) error {
			return x.db.Batch(ctx, x.entity.Replace(d))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := openManuscripts(t, nil)
			ctx := t.Context()
			first, err := x.repo.Create(ctx, Manuscript{ID: "1", Title: "first"})
			require.NoError(t, err)
			require.NoError(t, x.repo.Delete(ctx, first))
			second, err := x.repo.Create(ctx, Manuscript{ID: "1", Title: "second"})
			require.NoError(t, err)
			require.Equal(t, first.Version, second.Version)
			require.NotEqual(t, first.Revision, second.Revision)
			require.ErrorIs(t, write(ctx, x, first), ddb.ErrConflict)
			got, err := x.repo.Get(ctx, Manuscript{ID: "1"})
			require.NoError(t, err)
			assert.Equal(t, second, got)
			require.NoError(t, write(ctx, x, second))
		})
	}
}

// Every read and every write fills the revision in, and that of a write is the one that the next read finds.
func TestEveryReadAndWriteFillsTheRevision(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]*ddb.Options{"wire": nil, "attributes": {UseAttributeMaps: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := openManuscripts(t, opts)
			ctx, f := t.Context(), x.entity.Fields()
			same := func(got Manuscript, err error) Manuscript {
				t.Helper()
				require.NoError(t, err)
				require.NotEmpty(t, got.Revision)
				read, err := x.repo.Consistent().Get(ctx, got)
				require.NoError(t, err)
				require.Equal(t, read, got)
				one, err := x.repo.One(ctx, x.entity.Query(Manuscript{ID: got.ID}))
				require.NoError(t, err)
				require.Equal(t, read, one)
				return got
			}
			d := same(x.repo.Create(ctx, Manuscript{ID: "1"}))
			d = same(x.repo.Put(ctx, d))
			d = same(x.repo.Replace(ctx, d))
			d = same(x.repo.Update(ctx, d, ddb.Set(&f.Title, "a")))
			d = same(x.repo.Upsert(ctx, d, ddb.Set(&f.Title, "b")))
			d = same(x.repo.Modify(ctx, d, func(d *Manuscript) error { d.Title = "c"; return nil }))
			d = same(x.repo.Update(ctx, d, ddb.Set(&f.Title, "d"), ddb.Once))
			to := d
			to.ID = "2"
			d = same(x.repo.Move(ctx, d, to))
			stale := d
			stale.Version = 1
			_, err := x.repo.Put(ctx, stale)
			have, ok := x.entity.Current(err)
			require.True(t, ok)
			assert.Equal(t, d, have)
			took, err := x.repo.Take(ctx, d)
			require.NoError(t, err)
			assert.Equal(t, d, took)
		})
	}
}

// What comes from a header of a request is no reason to panic, and matches nothing.
func TestAMalformedRevisionIsAConflict(t *testing.T) {
	t.Parallel()
	x := openManuscripts(t, nil)
	_, err := x.repo.Create(t.Context(), Manuscript{ID: "1"})
	require.NoError(t, err)
	for _, r := range []ddb.Revision{"x", "*", "AQ", "Ag", "AYCAgICAgICAgIAB", `W/"AQE"`, "\xff"} {
		ctx, m := ddb.WithMeter(t.Context())
		_, err := x.repo.Update(ctx, Manuscript{ID: "1", Revision: r}, ddb.Set(&x.entity.Fields().Title, "x"))
		require.ErrorIs(t, err, ddb.ErrConflict, "%q", r)
		require.ErrorIs(t, x.repo.Delete(ctx, Manuscript{ID: "1", Revision: r}), ddb.ErrConflict, "%q", r)
		_, err = x.repo.Put(ctx, Manuscript{ID: "1", Revision: r})
		require.ErrorIs(t, err, ddb.ErrConflict, "%q", r)
		_, err = x.repo.Modify(ctx, Manuscript{ID: "1", Revision: r}, func(d *Manuscript) error { d.Title = "x"; return nil })
		require.ErrorIs(t, err, ddb.ErrConflict, "%q", r)
		assert.Zero(t, m.RequestsOf("UpdateItem")+m.RequestsOf("DeleteItem")+m.RequestsOf("PutItem"), "%q", r)
	}
}

func TestRevisionNeedsAVersionAndNoAttribute(t *testing.T) {
	t.Parallel()
	type Stored struct {
		ID       string       `dynamodbav:"id"`
		Revision ddb.Revision `dynamodbav:"revision"`
	}
	_, err := ddb.Define(ddb.NewTable("pk", "sk"), "stored", func(e *Stored, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("s#"), ddb.Str(&e.ID))
		d.Primary(id, id)
		d.Revision(&e.Revision)
		d.Revision(&e.Revision)
	})
	require.ErrorIs(t, err, ddb.ErrModel)
	for _, text := range []string{"needs the tag", "has no Version", "declared twice"} {
		require.ErrorContains(t, err, text)
	}
}

// Items that were written without a stamp, by another program, have a revision too.
func TestARevisionOfAnItemOfAnotherProgram(t *testing.T) {
	t.Parallel()
	x := openManuscripts(t, nil)
	attrs, err := x.entity.Encode(Manuscript{ID: "1", Title: "a", Version: 7})
	require.NoError(t, err)
	_, err = x.engine.Client().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("manuscripts"), Item: attrs})
	require.NoError(t, err)
	got, err := x.repo.Get(t.Context(), Manuscript{ID: "1"})
	require.NoError(t, err)
	require.NotEmpty(t, got.Revision)
	next, err := x.repo.Update(t.Context(), got, ddb.Set(&x.entity.Fields().Title, "b"))
	require.NoError(t, err)
	require.ErrorIs(t, x.repo.Delete(t.Context(), got), ddb.ErrConflict)
	require.NoError(t, x.repo.Delete(t.Context(), next))
}
