package integration_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
	"github.com/singletable-go/ddb/internal/integration"
)

type paper struct {
	ID      string   `dynamodbav:"-"`
	Text    string   `dynamodbav:"text"`
	Slug    string   `dynamodbav:"slug"`
	Tags    []string `dynamodbav:"tags,stringset,omitempty"`
	Read    int      `dynamodbav:"read"`
	Mark    string   `dynamodbav:"mark,omitempty"`
	Version int64    `dynamodbav:"version"`
}

// Jobs move and edit items of any engine: an export is imported as it was, a deleted item is restored, an edit is done once.
func TestJobs(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	papers := ddb.MustDefine(table, "paper", func(p *paper, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("paper#"), ddb.Str(&p.ID))
		d.Primary(id, id)
		d.Unique("slug", ddb.Str(&p.Slug))
		d.Version(&p.Version)
	})
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		ctx := t.Context()
		open := func(name string) *ddb.DB {
			db := ddb.New(env.Client, name, table, nil)
			require.NoError(t, db.CreateTable(ctx))
			t.Cleanup(func() { _ = db.ForceDropTable(ctx) })
			return db.Consistent()
		}
		db := open(env.Table)
		repo := ddb.NewRepository(db, papers)
		for i := range 30 {
			_, err := repo.Create(ctx, paper{ID: strings.Repeat("x", i+1), Slug: strings.Repeat("s", i+1), Text: "<é>", Tags: []string{"b", "a"}[:i%3]})
			require.NoError(t, err)
		}
		dir := ddbjob.Dir(t.TempDir())
		out, err := ddbjob.Export(ctx, db, dir, nil)
		require.NoError(t, err)
		assert.Equal(t, 60, out.Items)

		imported := open(env.Table + "-imported")
		in, err := ddbjob.Import(ctx, imported, dir, nil)
		require.NoError(t, err)
		assert.Equal(t, 60, in.Written)
		copied, err := ddbjob.Copy(ctx, imported, open(env.Table+"-copied"), nil)
		require.NoError(t, err)
		assert.True(t, copied.Verified)

		f := papers.Fields()
		for _, want := range []int{30, 0} {
			done, err := ddbjob.Each(ctx, db, papers, nil, func(p paper) ddb.Op { return papers.Update(p, ddb.Add(&f.Read, 1)) },
				&ddbjob.EachOptions{Mark: ddbjob.Mark(&f.Mark, "x")})
			require.NoError(t, err)
			assert.Equal(t, want, done.Edited)
		}
		require.NoError(t, repo.Delete(ctx, paper{ID: "x"}))
		back, err := ddbjob.Restore(ctx, db, dir, nil)
		require.NoError(t, err)
		assert.Equal(t, 1, back.Written)
		assert.Equal(t, 29, back.Kept)
		_, err = repo.Create(ctx, paper{ID: "y", Slug: "s"})
		require.ErrorIs(t, err, ddb.ErrNotUnique)
	})
}
