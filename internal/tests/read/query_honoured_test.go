package read_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

// openList makes a book of the readable notes 0 to 4.
func openList(t *testing.T) (*books, *limits, *ddb.Repository[Jotting]) {
	t.Helper()
	b := openBooks(t)
	client := &limits{Client: b.client}
	repo := ddb.NewRepository(ddb.New(client, "books", b.table, nil), b.notes)
	for i := range 5 {
		_, err := repo.Put(t.Context(), Jotting{"list", string(rune('0' + i)), i})
		require.NoError(t, err)
	}
	return b, client, repo
}

// One with Limit(1) is the first of many, in the order of the query.
func TestOneHonoursALimit(t *testing.T) {
	t.Parallel()
	b, client, repo := openList(t)
	all, f := b.notes.Query(Jotting{Book: "list"}), b.notes.Fields()
	for name, c := range map[string]struct {
		q     ddb.Query[Jotting]
		want  string
		asked []int32
	}{
		"the first":               {all.Limit(1), "0", []int32{1}},
		"the last":                {all.Desc().Limit(1), "4", []int32{1}},
		"the first of a filter":   {all.Filter(ddb.Ge(&f.N, 1)).Limit(1), "1", []int32{1, 2}},
		"the last of a selection": {all.Desc().Select(&f.ID).Limit(1), "4", []int32{1}},
		"the last behind a GSI":   {b.notes.On(b.keys, Jotting{Book: "list"}).Desc().Limit(1), "4", []int32{1}},
		"as Examine says":         {all.Desc().Limit(1).Examine(3), "4", []int32{3}},
	} {
		client.asked = nil
		got, err := repo.One(t.Context(), c.q)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, got.ID, name)
		assert.Equal(t, c.asked, client.asked, name)
	}
	for _, n := range []int{0, 2, 3, 1 << 40} {
		client.asked = nil
		_, err := repo.One(t.Context(), all.Limit(n))
		require.ErrorIs(t, err, ddb.ErrTooMany, n)
		assert.Equal(t, []int32{2}, client.asked, n)
	}
	_, err := repo.One(t.Context(), b.notes.Query(Jotting{Book: "none"}).Limit(1))
	require.ErrorIs(t, err, ddb.ErrNotFound)
}

// A limit below zero is the same fault for every verb, and reaches no request.
func TestEveryVerbRefusesALimitBelowZero(t *testing.T) {
	t.Parallel()
	b, client, repo := openList(t)
	db := ddb.New(client, "books", b.table, nil)
	all := b.notes.Query(Jotting{Book: "list"})
	client.asked = nil
	for _, q := range []ddb.Query[Jotting]{all.Limit(-1), all.Examine(-1)} {
		var notes []Jotting
		for verb, run := range map[string]func() error{
			"one":    func() error { _, err := repo.One(t.Context(), q); return err },
			"query":  func() error { _, err := ddb.Collect(repo.Query(t.Context(), q)); return err },
			"lookup": func() error { _, err := ddb.Collect(repo.Lookups(t.Context(), q)); return err },
			"page":   func() error { _, err := repo.Page(t.Context(), q, ""); return err },
			"count":  func() error { _, err := repo.Count(t.Context(), q); return err },
			"gather": func() error { return db.Gather(t.Context(), q.Collection(), b.notes.Into(&notes)) },
			"items":  func() error { _, err := ddb.Collect(db.Items(t.Context(), q.Collection())); return err },
		} {
			err := run()
			require.ErrorIs(t, err, ddb.ErrModel, verb)
			require.ErrorContains(t, err, "Limit and Examine must not be negative", verb)
		}
	}
	assert.Empty(t, client.asked)
}

// A count takes each part of its query as a read does.
func TestACountHonoursEachPartOfAQuery(t *testing.T) {
	t.Parallel()
	b, client, repo := openList(t)
	all, f := b.notes.Query(Jotting{Book: "1"}), b.notes.Fields()
	for name, c := range map[string]struct {
		q     ddb.Query[Jotting]
		want  int
		asked []int32
	}{
		"all":                       {all, 10, []int32{0}},
		"some":                      {all.Limit(4), 4, []int32{4}},
		"examined":                  {all.Examine(4), 10, []int32{4, 4, 4}},
		"examined, some":            {all.Examine(3).Limit(4), 4, []int32{3, 3}},
		"the known":                 {all.IgnoreUnknown(), 8, []int32{0}},
		"the known, selected":       {all.IgnoreUnknown().Select(&f.N), 8, []int32{0}},
		"some of the known":         {all.IgnoreUnknown().Desc().Limit(3), 3, []int32{3, 2}},
		"the known that a filter":   {all.IgnoreUnknown().Filter(ddb.Ge(&f.N, 5)), 3, []int32{0}},
		"the known, in their order": {all.IgnoreUnknown().SortKey(ddb.Lt(&f.ID, "6")), 5, []int32{0}},
	} {
		client.asked = nil
		got, err := repo.Count(t.Context(), c.q)
		require.NoError(t, err, name)
		assert.Equal(t, c.want, got, name)
		assert.Equal(t, c.asked, client.asked, name)
	}
}

// A scan is divided as its options say, or they are refused.
func TestAScanHonoursItsOptions(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	db := ddb.New(b.client, "books", b.table, nil)
	for _, opts := range []ddb.ScanOptions{{Workers: -1}, {Segments: -1}, {Segments: 1_000_001}, {Workers: 1 << 40}} {
		_, err := ddb.Collect(db.Scan(t.Context(), &opts))
		require.ErrorIs(t, err, ddb.ErrModel, "%+v", opts)
	}
	var at ddb.Cursor
	_, err := ddb.CollectAll(db.Scan(t.Context(), &ddb.ScanOptions{Workers: 8, Segments: 2, Checkpoint: func(c ddb.Cursor) { at = ddb.Cursor(max(string(at), string(c))) }}))
	require.NotErrorIs(t, err, ddb.ErrCursor)
	require.NotEmpty(t, at, "the first of two segments was done")
	_, err = ddb.CollectAll(db.Scan(t.Context(), &ddb.ScanOptions{Segments: 2, Resume: at}))
	require.NotErrorIs(t, err, ddb.ErrCursor)
}
