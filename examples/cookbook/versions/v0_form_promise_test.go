package versions_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/cookbook/versions"
)

// Editors append to a story at the same time, and responses are lost: no save overwrites another one.
func TestNoDraftOverwritesAnother(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	engine := ddbmem.New(ddbmem.Options{Seed: 1})
	db := ddb.New(engine.Client(), "stories", versions.StoryTable, nil)
	require.NoError(t, db.CreateTable(ctx))
	drafts := ddb.NewRepository(db, versions.Drafts).Consistent()
	engine.SetFaults(ddbmem.Faults{Drop: 0.2})

	const editors, saves = 4, 10
	var wait sync.WaitGroup
	for range editors {
		wait.Go(func() {
			for done := 0; done < saves; {
				draft, err := drafts.Get(ctx, versions.LatestDraft("s"))
				if errors.Is(err, ddb.ErrNotFound) {
					draft, err = versions.LatestDraft("s"), nil
				}
				if !assert.NoError(t, err) {
					return
				}
				draft.Text += "x"
				switch _, err = versions.SaveDraft(ctx, db, draft); {
				case err == nil:
					done++
				case !assert.ErrorIs(t, err, versions.ErrStale):
					return
				}
			}
		})
	}
	wait.Wait()
	engine.SetFaults(ddbmem.Faults{})

	stored, err := ddb.Collect(drafts.Query(ctx, versions.Drafts.Query(versions.LatestDraft("s"))))
	require.NoError(t, err)
	require.Len(t, stored, 1+editors*saves)
	for i, d := range stored {
		want := i
		if i == 0 {
			want = editors * saves
		}
		assert.Equal(t, want, d.Latest)
		assert.Len(t, d.Text, want, "version %d is made from the one before it", d.Number)
	}
}

// The numbers alone do not tell that a draft is stale: the number that it would get is free where old versions were deleted.
func TestAStaleDraftIsRefusedWhereOldVersionsWereDeleted(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := ddb.New(ddbmem.New().Client(), "stories", versions.StoryTable, nil)
	require.NoError(t, db.CreateTable(ctx))
	first, err := versions.SaveDraft(ctx, db, versions.Draft{Story: "s", Text: "a"})
	require.NoError(t, err)
	second, err := versions.SaveDraft(ctx, db, first)
	require.NoError(t, err)
	_, err = versions.SaveDraft(ctx, db, second)
	require.NoError(t, err)
	require.NoError(t, db.Do(ctx, versions.Drafts.Delete(second)))

	_, err = versions.SaveDraft(ctx, db, first)
	assert.ErrorIs(t, err, versions.ErrStale)
}
