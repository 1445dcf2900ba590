package fleet_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/fleet/model"
)

// An upsert of an older release left out the attributes of its key's fields, and so the item out of indexes that are made
// of them. Reindex finds such items, and brings them in.
func TestOldUpsertsAreHealed(t *testing.T) {
	t.Parallel()
	o := openOld(t, 1)
	ctx := t.Context()
	repo, f := ddb.NewRepository(o.db, o.Scores), o.Scores.Fields()
	n, err := repo.Reindex(ctx, nil)
	require.NoError(t, err)
	assert.Equal(t, ddb.Reindexed{Items: 4, Rewritten: 3}, n)
	points := map[string]int64{"put": 7, "upserted": 5, "twice": 10, "edited": 2}
	for _, ix := range []*ddb.Index{o.ByPoints, o.ByTeam} {
		found := map[string]int64{}
		for x, err := range repo.Query(ctx, o.Scores.On(ix, model.Score{Board: "b"})) {
			require.NoError(t, err)
			found[x.Player] = x.Points
		}
		assert.Equal(t, points, found, ix.Name())
	}
	for player, n := range points {
		key := model.Score{Board: "b", Player: player}
		x, err := repo.Update(ctx, key, ddb.Add(&f.Points, 1), ddb.If(ddb.Eq(&f.Player, player)))
		require.NoError(t, err, player)
		assert.Equal(t, n+1, x.Points)
		x, err = repo.Upsert(ctx, key, ddb.Add(&f.Points, 1))
		require.NoError(t, err, player)
		assert.Equal(t, n+2, x.Points)
		require.NoError(t, repo.Delete(ctx, key))
	}
	n, err = repo.Reindex(ctx, nil)
	require.NoError(t, err)
	assert.Zero(t, n.Items)
}

// Reindex heals them in an entity without indexes too: conditions and filters name the field.
func TestOldUpsertsAreHealedWithoutAnIndex(t *testing.T) {
	t.Parallel()
	o := openOld(t, 1)
	repo, f := ddb.NewRepository(o.db, o.Visits), o.Visits.Fields()
	n, err := repo.Reindex(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, ddb.Reindexed{Items: 2, Rewritten: 1}, n)
	for _, site := range []string{"a", "b"} {
		x, err := repo.Update(t.Context(), model.Visit{Site: site}, ddb.Add(&f.Count, 1), ddb.If(ddb.Eq(&f.Site, site)))
		require.NoError(t, err, site)
		assert.Equal(t, model.Visit{Site: site, Count: 2}, x)
	}
}

// An upsert of today heals what it touches without a Reindex.
func TestOldUpsertIsHealedByTheNext(t *testing.T) {
	t.Parallel()
	o := openOld(t, 1)
	repo, f := ddb.NewRepository(o.db, o.Scores), o.Scores.Fields()
	_, err := repo.Upsert(t.Context(), model.Score{Board: "b", Player: "twice"}, ddb.Add(&f.Points, 1))
	require.NoError(t, err)
	it := o.raw(t)["board#b player#twice"]
	assert.Equal(t, "b", text(it["board"]))
	assert.Equal(t, "twice", text(it["player"]))
}
