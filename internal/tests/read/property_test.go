package read_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// sameCards requires the same cards, in order but for those that share a sort key, of which the first may be any.
func sameCards(t *rapid.T, q cardQuery, want, got, all []Card) {
	require.Len(t, got, len(want), "%s: %+v, not %+v", q.query, got, want)
	left := slices.Clone(all)
	for _, c := range got {
		c.Expires = c.Expires.UTC()
		if c.Expires.Year() == 1 {
			c.Expires = time.Time{}
		}
		at := slices.IndexFunc(left, func(l Card) bool { l.Expires = l.Expires.UTC(); return l == c })
		require.GreaterOrEqual(t, at, 0, "%s: %+v is none of %+v", q.query, c, left)
		left = slices.Delete(left, at, at+1)
	}
}

// Whatever a model projects, expires, upgrades and keeps, and whatever a query selects, filters and bounds, it shows what a
// walk over all that stands in the table finds: in one piece and in pages, counted, as lookups, one by one, and in a
// collection.
func TestReadsOfRandomModelsShowWhatAWalkFinds(t *testing.T) {
	t.Parallel()
	asked, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		m := drawCardModel(t)
		clock := ddbmem.NewManualClock(cardNow)
		engine := ddbmem.New(ddbmem.Options{Clock: clock, TTLDelay: 10000 * time.Hour})
		lags := rapid.SampledFrom([]ddbmem.Faults{{}, {IndexLag: time.Hour}, {ReadLag: time.Hour}}).Draw(t, "lags")
		engine.SetFaults(lags)
		client := engine.Client()
		opts := ddb.Options{Now: func() time.Time { return cardNow }, WithExpired: m.withExpired, AttributePath: rapid.Bool().Draw(t, "by attributes")}
		db := ddb.New(client, "cards", m.table, &opts)
		require.NoError(t, db.CreateTable(ctx))
		repo := ddb.NewRepository(db, m.cards)
		all := m.put(t, client, repo)
		for _, id := range []string{"a", "b"} {
			require.NoError(t, db.Do(ctx, m.lids.Put(Lid{"1", id})))
		}
		if lags.ReadLag == 0 {
			m.checkLagging(t, repo, all)
		}
		m.checkConsistent(t, db.Consistent(), repo.Consistent(), all)
		engine.SetFaults(ddbmem.Faults{})
		clock.Advance(time.Hour)
		m.checkVersions(t, repo, all)
		m.checkKeys(t, db, repo, all, nil, m.indexes["global"])
		for range 5 {
			q := m.drawQuery(t)
			asked++
			if strings.HasPrefix(q.query.String(), "ddb:") {
				refused++ // a filter on what the index does not project
				continue
			}
			m.check(t, repo, all, q)
		}
	})
	t.Logf("%d queries, of which %d were refused", asked, refused)
	require.Less(t, refused, asked/4)
}

// typed reports whether an index projects the type.
func typed(table *ddb.Table, name string) bool { return projects(table, name, "entityType") }

// projects reports whether the index of that name holds an attribute that is no key.
func projects(table *ddb.Table, name, attr string) bool {
	for _, ix := range table.CreateTableInput("x").GlobalSecondaryIndexes {
		if *ix.IndexName == name {
			return ix.Projection.ProjectionType == types.ProjectionTypeAll || slices.Contains(ix.Projection.NonKeyAttributes, attr)
		}
	}
	for _, ix := range table.CreateTableInput("x").LocalSecondaryIndexes {
		if *ix.IndexName == name {
			return ix.Projection.ProjectionType == types.ProjectionTypeAll || slices.Contains(ix.Projection.NonKeyAttributes, attr)
		}
	}
	return true
}

// unreadIn returns how many items the error says cannot be read; it must say nothing else.
func unreadIn(t *rapid.T, err error) int {
	switch err := err.(type) { //nolint:errorlint // each as it is
	case nil:
		return 0
	case *ddb.ItemError:
		return 1
	case interface{ Unwrap() []error }:
		n := 0
		for _, e := range err.Unwrap() {
			n += unreadIn(t, e)
		}
		return n
	}
	require.NoError(t, err)
	return 0
}
