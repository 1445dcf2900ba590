package fleet_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/fleet/model"
)

// The histories of an older release continue: their numbers follow, and none is used twice.
func TestOldHistories(t *testing.T) {
	t.Parallel()
	for id, c := range map[string]struct {
		newest int64 // number, that of a deletion included
		live   bool
		kept   []int64
		gone   []int64 // pruned
		dead   []int64 // deletions
	}{
		"one":         {newest: 4, live: true, kept: []int64{4, 3, 2, 1}},
		"pruned":      {newest: 5, live: true, kept: []int64{5, 4}, gone: []int64{3, 2, 1}},
		"gone":        {newest: 3, kept: []int64{2, 1}, dead: []int64{3}},
		"back":        {newest: 4, live: true, kept: []int64{4, 3, 1}, dead: []int64{2}},
		"pruned-gone": {newest: 4, gone: []int64{3, 2, 1}, dead: []int64{4}},
		"unversioned": {newest: 0, live: true},
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			o := openOld(t, 1)
			ctx, key := t.Context(), model.Page{ID: id}
			repo := ddb.NewRepository(o.db, o.Pages)
			h := repo.History()
			numbers := func() (out []int64) {
				all, err := ddb.Collect(h.All(ctx, key))
				require.NoError(t, err)
				for _, x := range all {
					out = append(out, x.Version)
				}
				return out
			}
			assert.Equal(t, c.kept, numbers())
			for _, n := range c.kept {
				x, err := h.At(ctx, key, n)
				require.NoError(t, err)
				assert.Equal(t, n, x.Version)
			}
			for _, n := range c.gone {
				_, err := h.At(ctx, key, n)
				require.ErrorIs(t, err, ddb.ErrPruned, n)
			}
			for _, n := range append(c.dead, c.newest+1) {
				_, err := h.At(ctx, key, n)
				require.ErrorIs(t, err, ddb.ErrNotFound, n)
			}
			newest, live := c.newest, c.live
			expect := func(x model.Page, err error) {
				t.Helper()
				newest++
				require.NoError(t, err)
				require.Equal(t, newest, x.Version)
				at, err := h.At(ctx, key, newest)
				require.NoError(t, err)
				require.Equal(t, x, at)
			}
			for range 2 {
				if !live {
					expect(repo.Create(ctx, model.Page{ID: id, Title: "again"}))
				}
				expect(repo.Modify(ctx, key, func(x *model.Page) error { x.Count++; return nil }))
				x, err := repo.Get(ctx, key)
				require.NoError(t, err)
				expect(repo.Put(ctx, x))
				require.NoError(t, h.Prune(ctx, key, 2))
				require.Equal(t, []int64{newest, newest - 1}, numbers())
				require.NoError(t, repo.Delete(ctx, key))
				newest++
				_, err = repo.Get(ctx, key)
				require.ErrorIs(t, err, ddb.ErrNotFound)
				require.Equal(t, []int64{newest - 1, newest - 2}, numbers())
				live = false
			}
			expect(repo.Create(ctx, model.Page{ID: id, Title: "third"}))
			n, err := repo.Reindex(ctx, nil)
			require.NoError(t, err)
			assert.Positive(t, n.Items)
		})
	}
}

// Deleting is the first thing that may be done with a page from before there were versions.
func TestOldPageWithoutVersionIsDeleted(t *testing.T) {
	t.Parallel()
	o := openOld(t, 1)
	repo := ddb.NewRepository(o.db, o.Pages)
	x, err := repo.Take(t.Context(), model.Page{ID: "unversioned"})
	require.NoError(t, err)
	assert.EqualValues(t, 5, x.Count)
	x, err = repo.Create(t.Context(), model.Page{ID: "unversioned"})
	require.NoError(t, err)
	assert.EqualValues(t, 2, x.Version)
}

// Notes of schemas 0 and 1 are upgraded once, whatever touches them first.
func TestOldNotesAreUpgraded(t *testing.T) {
	t.Parallel()
	trails := map[string]string{"created": "1>2", "updated": "1>2", "modified": "1>2", "ancient": "0>1>2"}
	for name, touch := range map[string]func(context.Context, *old, model.Note) error{
		"read": func(context.Context, *old, model.Note) error { return nil },
		"reindex": func(ctx context.Context, o *old, _ model.Note) error {
			_, err := ddb.NewRepository(o.db, o.Notes).Reindex(ctx, nil)
			return err
		},
		"update": func(ctx context.Context, o *old, x model.Note) error {
			_, err := ddb.NewRepository(o.db, o.Notes).Update(ctx, model.Note{ID: x.ID}, ddb.Add(&o.Notes.Fields().Count, 1))
			return err
		},
		"modify": func(ctx context.Context, o *old, x model.Note) error {
			_, err := ddb.NewRepository(o.db, o.Notes).Modify(ctx, x, func(x *model.Note) error { x.Count++; return nil })
			return err
		},
		"replace": func(ctx context.Context, o *old, x model.Note) error { // Put would ask that there is none: the ancient one has no version
			_, err := ddb.NewRepository(o.db, o.Notes).Replace(ctx, x)
			return err
		},
		"move and back": func(ctx context.Context, o *old, x model.Note) error {
			repo, to := ddb.NewRepository(o.db, o.Notes), x
			to.ID += "-moved"
			to, err := repo.Move(ctx, x, to)
			if err == nil {
				x.Version = to.Version
				_, err = repo.Move(ctx, to, x)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for id, trail := range trails {
				o := openOld(t, 2)
				repo := ddb.NewRepository(o.db, o.Notes)
				x, err := repo.Get(t.Context(), model.Note{ID: id})
				require.NoError(t, err)
				require.NoError(t, touch(t.Context(), o, x), id)
				x, err = repo.Get(t.Context(), model.Note{ID: id})
				require.NoError(t, err)
				assert.Equal(t, trail, x.Trail)
				n, err := repo.Reindex(t.Context(), nil)
				require.NoError(t, err)
				assert.Equal(t, len(trails), n.Items)
				it := o.raw(t)["note#"+id+" note#"+id]
				assert.Equal(t, "2", text(it["~s"]))
				assert.Equal(t, trail, text(it["trail"]))
				n, err = repo.Reindex(t.Context(), nil)
				require.NoError(t, err)
				assert.Zero(t, n.Rewritten)
			}
		})
	}
}
