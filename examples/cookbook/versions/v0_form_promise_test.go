package versions_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
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

	var saved, unknown atomic.Int64
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for saved.Load() < 40 {
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
					saved.Add(1)
				case errors.Is(err, ddb.ErrOutcomeUnknown): // several responses in turn were lost
					unknown.Add(1)
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
	latest := len(stored) - 1
	require.GreaterOrEqual(t, latest, int(saved.Load()))
	require.LessOrEqual(t, latest, int(saved.Load()+unknown.Load()))
	for i, d := range stored {
		want := i
		if i == 0 {
			want = latest
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

// A program that dies after any of its requests leaves number 0 as the copy of the last version.
func TestADraftIsSavedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client()
	db := ddb.New(client, "stories", versions.StoryTable, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	first, err := versions.SaveDraft(t.Context(), db, versions.Draft{Story: "s", Text: "a"})
	require.NoError(t, err)

	ctx, die := context.WithCancel(t.Context())
	dying := ddb.New(client, "stories", versions.StoryTable, &ddb.Options{
		Observe: func(context.Context, *ddbobserve.Request) { die() },
	})
	_, _ = versions.SaveDraft(ctx, dying, first)
	stored, err := ddb.Collect(ddb.NewRepository(db, versions.Drafts).Consistent().
		Query(t.Context(), versions.Drafts.Query(versions.LatestDraft("s"))))
	require.NoError(t, err)
	assert.Equal(t, stored[0].Latest, stored[len(stored)-1].Number)
}
