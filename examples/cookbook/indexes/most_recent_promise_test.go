package indexes

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

func TestNewestAreTheLatestAcrossDays(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(rt *rapid.T) {
		db := ddb.New(ddbmem.New().Client(), "shops", ShopTable, nil)
		require.NoError(rt, db.CreateTable(t.Context()))
		var want []string
		at := begin
		for i := range rapid.IntRange(0, 30).Draw(rt, "shops") {
			at = at.Add(time.Duration(rapid.SampledFrom([]int64{0, 1, int64(time.Hour), int64(30 * time.Hour)}).Draw(rt, "step")))
			zone := time.FixedZone("", rapid.IntRange(-12, 12).Draw(rt, "zone")*3600)
			id := fmt.Sprintf("%02d", i)
			require.NoError(rt, db.Do(t.Context(), RegisterShop(Shop{ID: id, Registered: at.In(zone)})))
			want = append(want, id)
		}
		slices.Reverse(want)
		n := rapid.IntRange(0, 40).Draw(rt, "n")
		found, err := NewestShops(t.Context(), db, at.In(time.FixedZone("", rapid.SampledFrom([]int{-12, 12}).Draw(rt, "reader")*3600)), n, 60)
		require.NoError(rt, err)
		got := []string{}
		for _, s := range found {
			got = append(got, s.ID)
		}
		assert.Equal(rt, append([]string{}, want[:min(n, len(want))]...), got)
	})
}

func TestLatestOfAllShardsAreTheLatest(t *testing.T) {
	t.Parallel()
	db := ddb.New(ddbmem.New().Client(), "parcels", ParcelTable, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, parcels(t.Context(), db))
	require.NoError(t, db.Do(t.Context(), SetStatus(Parcel{ID: "0399", Status: "delivered", Changed: time.Now()})))
	last, err := ddb.Collect(ddb.NewRepository(db, Parcels).Query(t.Context(), LatestIn("waiting", 20)))
	require.NoError(t, err)
	require.Len(t, last, 20)
	for i, p := range last {
		assert.Equal(t, fmt.Sprintf("%04d", 398-i), p.ID)
	}
}
