package ddbjob_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
)

type film struct {
	ID      string `dynamodbav:"-"`
	Text    string `dynamodbav:"text"`
	Version int64  `dynamodbav:"version"`
}

// A compressed value is moved and restored as it is stored, and edited as it reads.
func TestCompressedValuesAreMovedAsTheyAre(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	table := ddb.NewTable("pk", "sk")
	films := ddb.MustDefine(table, "film", func(x *film, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("film#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Version(&x.Version)
		d.Compress(&x.Text, 100)
	})
	w := newWorld(t)
	open := func(name string) *ddb.DB {
		db := ddb.New(w.safe, name, table, nil)
		require.NoError(t, db.CreateTable(ctx))
		return db
	}
	db := open("old")
	repo := ddb.NewRepository(db, films)
	long := strings.Repeat("long ", 1000)
	_, err := repo.Create(ctx, film{ID: "1", Text: long})
	require.NoError(t, err)
	before := w.dump(t, "old")
	dir := t.TempDir()
	_, err = ddbjob.Export(ctx, db, ddbjob.Dir(dir), nil)
	require.NoError(t, err)
	_, err = ddbjob.Import(ctx, open("imported"), os.DirFS(dir), nil)
	require.NoError(t, err)
	assert.Equal(t, before, w.dump(t, "imported"))
	w.empty(t, "old")
	done, err := ddbjob.Restore(ctx, db, os.DirFS(dir), nil)
	require.NoError(t, err)
	assert.Equal(t, 1, done.Written)
	assert.Equal(t, before, w.dump(t, "old"))
	edits, err := ddbjob.Each(ctx, db, films, nil, func(x film) ddb.Op {
		f := films.Fields()
		return films.Update(film{ID: x.ID}, ddb.Set(&f.Text, x.Text+"end"))
	}, nil)
	require.NoError(t, err)
	assert.Equal(t, 1, edits.Edited)
	x, err := repo.Get(ctx, film{ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, long+"end", x.Text)
}
