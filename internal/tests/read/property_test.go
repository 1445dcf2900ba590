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
		opts := ddb.Options{Now: func() time.Time { return cardNow }, WithExpired: m.withExpired, UseAttributeMaps: rapid.Bool().Draw(t, "by attributes")}
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

// check compares each way to run a query with the walk.
func (m *cardModel) check(t *rapid.T, repo *ddb.Repository[Card], all []storedCard, q cardQuery) {
	ctx := context.Background()
	ix := m.indexes[q.index]
	aliens := ix == nil || typed(m.table, q.index) || strings.Contains(q.query.String(), "HYDRATE")
	told := ix == nil || typed(m.table, q.index) || m.expires && !m.withExpired && !projects(m.table, q.index, "expires") // whose an item is, to a count
	var want []Card
	unread, counted := 0, 0
	for _, s := range all {
		if s.dead || !q.matches(s) {
			continue
		}
		if !q.ignores || !s.alien || !told {
			counted++
		}
		switch c, ok := q.shown(m, s, aliens); {
		case ok:
			want = append(want, c)
		case !s.alien || !q.ignores:
			unread++
		}
	}
	first := want
	if q.limit > 0 {
		first = want[:min(q.limit, len(want))]
	}
	got, err := ddb.CollectAll(repo.Query(ctx, q.query))
	sameCards(t, q, first, got, want)
	if q.limit == 0 {
		require.Equal(t, unread, unreadIn(t, err), "%s", q.query)
		m.ordered(t, q, got)
	}
	if unread == 0 {
		one, err := repo.One(ctx, q.query)
		switch len(want) {
		case 0:
			require.ErrorIs(t, err, ddb.ErrNotFound, "%s", q.query)
		case 1:
			require.NoError(t, err, "%s", q.query)
			sameCards(t, q, want, []Card{one}, want)
		default:
			if q.limit != 1 {
				require.ErrorIs(t, err, ddb.ErrTooMany, "%s", q.query)
				break
			}
			require.NoError(t, err, "%s", q.query)
			sameCards(t, q, want[:1], []Card{one}, want)
			if q.selected == nil {
				require.False(t, slices.ContainsFunc(want, func(c Card) bool { return q.less(c, one) < 0 }), "%s: %+v is not the first of %+v", q.query, one, want)
			}
		}
	}
	n, err := repo.Count(ctx, q.query)
	require.NoError(t, err, "%s", q.query)
	if q.limit > 0 {
		counted = min(counted, q.limit)
	}
	require.Equal(t, counted, n, "%s", q.query)

	var paged []Card
	bad := 0
	for cursor := ddb.Cursor(""); ; {
		page, err := repo.Page(ctx, q.query, cursor)
		bad += unreadIn(t, err)
		if q.limit > 0 {
			require.LessOrEqual(t, len(page.Items), q.limit)
		}
		paged = append(paged, page.Items...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	sameCards(t, q, want, paged, want)
	require.Equal(t, unread, bad, "%s in pages", q.query)
	m.ordered(t, q, paged)

	found := 0
	for l, err := range repo.Lookups(ctx, q.query) {
		if err != nil {
			unreadIn(t, err)
			continue
		}
		if l.Found() {
			found++
		} else {
			require.Equal(t, ddb.LookupGone, l.Outcome, "%s: it has expired", q.query)
		}
	}
	if q.limit == 0 {
		require.Equal(t, len(want), found, "%s", q.query)
	}
}

// checkConsistent compares strongly consistent reads with the walk, though others lag behind.
func (m *cardModel) checkConsistent(t *rapid.T, db *ddb.DB, repo *ddb.Repository[Card], all []storedCard) {
	m.checkKeys(t, db, repo, all, nil)
	for range 2 {
		if q := m.drawQuery(t); (q.index == "table" || q.index == "local") && !strings.HasPrefix(q.query.String(), "ddb:") {
			m.check(t, repo, all, q)
		}
	}
}

// checkLagging compares what global indexes show while they lag behind with the walk: of items that are fetched, none but
// those that are there, as they are.
func (m *cardModel) checkLagging(t *rapid.T, repo *ddb.Repository[Card], all []storedCard) {
	ctx := context.Background()
	for _, index := range []string{"global", "number"} {
		for _, box := range []string{"1", "12"} {
			q := cardQuery{query: m.cards.On(m.indexes[index], Card{Box: box}), index: index}
			if rapid.Bool().Draw(t, "filtered") {
				q.query = q.query.Filter(ddb.Eq(&m.cards.Fields().Flag, true))
			}
			q.query = q.query.SortKey(ddb.Ge(&m.cards.Fields().N, 0))
			plan := q.query.String()
			if !strings.Contains(plan, "HYDRATE") {
				continue
			}
			want := map[string]Card{}
			for _, s := range all {
				if c, ok := q.shown(m, s, true); ok && !s.dead && s.raw.Box == box && s.raw.N >= 0 && (s.raw.Flag || !strings.Contains(plan, "FILTER")) {
					want[c.ID] = c
				}
			}
			got, err := ddb.CollectAll(repo.Query(ctx, q.query))
			unreadIn(t, err)
			for _, c := range got {
				require.Contains(t, want, c.ID, "%s: %+v", q.query, c)
				sameCards(t, q, []Card{want[c.ID]}, []Card{c}, []Card{want[c.ID]})
			}
		}
	}
}

// checkVersions compares the versions of each card with what was written: the newest is the card, whatever became of that.
func (m *cardModel) checkVersions(t *rapid.T, repo *ddb.Repository[Card], all []storedCard) {
	if !m.history {
		return
	}
	for _, s := range all {
		got, err := ddb.Collect(repo.History().All(context.Background(), Card{Box: s.raw.Box, ID: s.raw.ID}))
		require.NoError(t, err)
		require.Len(t, got, int(s.raw.Version))
		sameCards(t, cardQuery{}, []Card{s.raw}, got[:1], []Card{s.raw})
		for i, c := range got {
			require.Equal(t, s.raw.Version-int64(i), c.Version)
			one, err := repo.History().At(context.Background(), Card{Box: s.raw.Box, ID: s.raw.ID}, c.Version)
			require.NoError(t, err)
			require.Equal(t, c, one)
		}
	}
}

// ordered requires the order of the index, where what it is by was selected.
func (m *cardModel) ordered(t *rapid.T, q cardQuery, got []Card) {
	if q.selected != nil && !slices.Contains(q.selected, "N") {
		return
	}
	require.True(t, slices.IsSortedFunc(got, q.less), "%s: %+v", q.query, got)
}

// checkKeys compares reads by key, scans, and collections in some indexes with the walk.
func (m *cardModel) checkKeys(t *rapid.T, db *ddb.DB, repo *ddb.Repository[Card], all []storedCard, indexes ...*ddb.Index) {
	ctx := context.Background()
	same := func(want, got Card) {
		sameCards(t, cardQuery{query: m.cards.Query(want)}, []Card{want}, []Card{got}, []Card{want})
	}
	var keys []Card
	live, unread := map[string]Card{}, 0
	for _, s := range all {
		keys = append(keys, Card{Box: s.read.Box, ID: s.read.ID})
		got, err := repo.Get(ctx, keys[len(keys)-1])
		switch {
		case s.dead:
			require.ErrorIs(t, err, ddb.ErrNotFound)
		case s.bad || s.alien:
			require.Equal(t, 1, unreadIn(t, err))
			unread++
		default:
			require.NoError(t, err)
			same(s.read, got)
			live[s.read.Box+s.read.ID] = s.read
		}
	}
	looked, err := repo.BatchGet(ctx, keys)
	require.Equal(t, unread, unreadIn(t, err))
	for i, l := range looked {
		want, ok := live[keys[i].Box+keys[i].ID]
		require.Equal(t, ok, l.Found())
		if ok {
			same(want, l.Item)
		}
	}
	for name, get := range map[string]func(context.Context, ...ddb.Read) error{"transact get": db.TransactGet, "batch get": db.LoadAll} {
		dst, found := slices.Clone(keys), make([]bool, len(keys))
		var reads []ddb.Read
		for i, s := range all {
			if !s.bad && !s.alien { // else nothing is read
				reads = append(reads, m.cards.Load(&dst[i]).Optional(&found[i]))
			}
		}
		require.NoError(t, get(ctx, reads...), name)
		for i, key := range keys {
			want, ok := live[key.Box+key.ID]
			require.Equal(t, ok, found[i], name)
			if !ok {
				want = key
			}
			same(want, dst[i])
		}
	}
	got, err := ddb.CollectAll(repo.Scan(ctx, &ddb.ScanOptions{Workers: 2}))
	require.Equal(t, unread, unreadIn(t, err))
	require.Len(t, got, len(live))
	for _, c := range got {
		same(live[c.Box+c.ID], c)
	}
	for _, ix := range indexes {
		var cards []Card
		var lids []Lid
		n := 0
		for _, box := range []string{"1", "12"} {
			q := m.cards.Query(Card{Box: box})
			if ix != nil {
				q = m.cards.On(ix, Card{Box: box})
			}
			var cs []Card
			var ls []Lid
			n += unreadIn(t, db.GatherAll(ctx, q.Collection(), m.cards.Into(&cs), m.lids.Into(&ls)))
			cards, lids = append(cards, cs...), append(lids, ls...)
			if k := len(cs) + len(ls); k > 0 {
				limit := rapid.IntRange(1, k).Draw(t, "limit")
				some := 0
				for _, err := range db.Items(ctx, q.Limit(limit).Collection()) {
					if unreadIn(t, err) == 0 {
						some++
					}
				}
				require.Equal(t, limit, some)
			}
		}
		require.Equal(t, unread, n)
		require.Len(t, lids, 2)
		require.Len(t, cards, len(live))
		for _, c := range cards {
			same(live[c.Box+c.ID], c)
		}
	}
}
