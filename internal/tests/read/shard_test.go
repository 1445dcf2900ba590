package read_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

type Track struct {
	ID    string `dynamodbav:"id"`
	Name  string `dynamodbav:"name"`
	Plays int    `dynamodbav:"plays"`
}

const (
	trackKey  ddb.Prefix = "tr#"
	tracksKey ddb.Prefix = "tracks#"
)

// All tracks stand in one index, spread over shards, and are read in the order of their names all the same.
func TestShardsAreReadInOrder(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "")
	byName := table.GSI("by-name", "n_pk", "n_sk")
	tracks := ddb.MustDefine(table, "track", func(tr *Track, d *ddb.Definition) {
		d.Primary(ddb.Key(trackKey, ddb.Str(&tr.ID)))
		d.Index(byName, ddb.Key(tracksKey, ddb.Shard(&tr.ID, 5)), ddb.Key(ddb.Str(&tr.Name)))
	})
	db := ddb.New(ddbmem.New().Client(), "tracks", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, tracks)
	var want []string
	var ops []ddb.Op
	for i := range 83 {
		name := fmt.Sprintf("name %02d", (i*37)%83)
		want = append(want, name)
		ops = append(ops, tracks.Put(Track{ID: fmt.Sprint("id", i), Name: name, Plays: i % 3}))
	}
	slices.Sort(want)
	require.NoError(t, db.Batch(t.Context(), ops...))
	names := func(ts []Track) (out []string) {
		for _, tr := range ts {
			out = append(out, tr.Name)
		}
		return out
	}
	all := tracks.On(byName, Track{})
	f := tracks.Fields()
	got, err := ddb.Collect(repo.Query(t.Context(), all))
	require.NoError(t, err)
	assert.Equal(t, want, names(got))
	n, err := repo.Count(t.Context(), all)
	require.NoError(t, err)
	assert.Equal(t, 83, n)

	for _, n := range []int{1, 2, 5, 1000} { // of several pages, without a Limit
		got, err := ddb.Collect(repo.Query(t.Context(), all.Examine(n)))
		require.NoError(t, err)
		assert.Equal(t, want, names(got))
	}

	for _, q := range []ddb.Query[Track]{all, all.Desc(), all.Filter(ddb.Eq(&f.Plays, 1)), all.SortKey(ddb.Between(&f.Name, "name 11", "name 60"))} {
		whole, err := ddb.Collect(repo.Query(t.Context(), q))
		require.NoError(t, err)
		require.NotEmpty(t, whole)
		for _, size := range []int{1, 7, 40, 100} {
			var paged []string
			cursor := ddb.Cursor("")
			for {
				page, err := repo.Page(t.Context(), q.Limit(size), cursor)
				require.NoError(t, err)
				require.LessOrEqual(t, len(page.Items), size)
				paged = append(paged, names(page.Items)...)
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			assert.Equal(t, names(whole), paged, "%s by %d", q, size)
		}
	}
	one, err := ddb.Collect(repo.Query(t.Context(), tracks.On(byName, Track{ID: "id3"})))
	require.NoError(t, err)
	assert.Less(t, len(one), 83)
	first, err := repo.Page(t.Context(), all.Limit(3), "")
	require.NoError(t, err)
	_, err = repo.Page(t.Context(), all.Desc().Limit(3), first.Next)
	require.ErrorIs(t, err, ddb.ErrCursor)
	assert.Contains(t, all.String(), "ALL 5 SHARDS")
}
