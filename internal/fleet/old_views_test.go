package fleet_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/fleet/model"
)

// The ledgers of an older release are carried on.
func TestOldAggregates(t *testing.T) {
	t.Parallel()
	o := openOld(t, 1)
	ctx := t.Context()
	ranks, matches := ddb.NewRepository(o.db, o.Ranks), ddb.NewRepository(o.db, o.Matches)
	verify := func() {
		t.Helper()
		require.NoError(t, o.reader.Drain(ctx))
		for _, v := range o.Views {
			for d, err := range v.Verify(ctx, o.db, nil) {
				require.NoError(t, err)
				assert.Fail(t, "drift", d.String())
			}
		}
	}
	verify()
	at := o.clock.Now()
	_, err := matches.Put(ctx, model.Match{Player: "ann", ID: "9", Won: 4, Rival: "zoe", At: at})
	require.NoError(t, err)
	verify()
	x, err := ranks.Get(ctx, model.Rank{Player: "ann"})
	require.NoError(t, err)
	assert.Equal(t, model.Rank{Player: "ann", Name: "Ann", Won: 9, Matches: 3, Best: 4, Last: "zoe", LastAt: at, Rivals: 3}, x)
	require.NoError(t, matches.Delete(ctx, model.Match{Player: "ann", ID: "1"}))
	x.Name = "Anna"
	_, err = ranks.Put(ctx, x)
	require.NoError(t, err)
	verify()
	x, err = ranks.Get(ctx, model.Rank{Player: "ann"})
	require.NoError(t, err)
	assert.Equal(t, model.Rank{Player: "ann", Name: "Anna", Won: 6, Matches: 2, Best: 4, Last: "zoe", LastAt: at, Rivals: 2}, x)
	_, err = ranks.Create(ctx, model.Rank{Player: "parked", Name: "Late"})
	require.NoError(t, err)
	verify()
	x, err = ranks.Get(ctx, model.Rank{Player: "parked"})
	require.NoError(t, err)
	assert.EqualValues(t, 9, x.Won, "what was counted while the target was missing")
	for _, v := range o.Views {
		require.NoError(t, v.Rebuild(ctx, o.db, nil))
	}
	verify()
	n, err := ranks.Reindex(ctx, nil)
	require.NoError(t, err)
	assert.Equal(t, ddb.Reindexed{Items: 2}, n)
}

// Copies of an older release are moved on.
func TestOldFanOut(t *testing.T) {
	t.Parallel()
	o := openOld(t, 1)
	ctx := t.Context()
	_, err := ddb.NewRepository(o.db, o.Shops).Put(ctx, model.Shop{ID: "1", Name: "newest"})
	require.NoError(t, err)
	require.NoError(t, o.reader.Drain(ctx))
	offers, err := ddb.Collect(ddb.NewRepository(o.db, o.Offers).Query(ctx, o.Offers.Query(model.Offer{Shop: "1"})))
	require.NoError(t, err)
	assert.Equal(t, []model.Offer{{Shop: "1", ShopName: "newest", ID: "a", Version: 3}, {Shop: "1", ShopName: "newest", ID: "b", Version: 3}}, offers)
}
