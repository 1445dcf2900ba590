package ddb_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
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

// Booth stands under a shop, in a local index of which the shop's fan-out finds it.
type Booth struct {
	Shop     string `dynamodbav:"-"`
	ID       string `dynamodbav:"-"`
	ShopName string `dynamodbav:"shopName"`
	Floor    string `dynamodbav:"floor"`
}

// What a fan-out writes back it has read in whole, and it is of its target.
func TestAFanOutWritesBackWholeItems(t *testing.T) {
	t.Parallel()
	const shop, booth, at ddb.Prefix = "shop#", "booth#", "at#"
	table := ddb.NewTable("pk", "sk")
	byFloor := table.LSI("by-floor", "lsi_sk").Include("shopName", "floor")
	shops := ddb.MustDefine(table, "shop", func(s *Shop, d *ddb.Definition) {
		d.Primary(ddb.Key(shop, ddb.Str(&s.ID)), ddb.Key(shop))
	})
	booths := ddb.MustDefine(table, "booth", func(b *Booth, d *ddb.Definition) {
		d.Primary(ddb.Key(shop, ddb.Str(&b.Shop)), ddb.Key(booth, ddb.Str(&b.ID)))
		d.Index(byFloor, ddb.Key(shop, ddb.Str(&b.Shop)), ddb.Key(at, ddb.Str(&b.Floor)))
	})
	f := booths.Fields()
	apply := func(c ddb.Change[Shop], b *Booth) bool {
		changed := b.ShopName != c.New.Name
		b.ShopName = c.New.Name
		return changed
	}
	views := map[string]*ddb.View{}
	for name, q := range map[string]func(string) ddb.Query[Booth]{
		"index":    func(id string) ddb.Query[Booth] { return booths.On(byFloor, Booth{Shop: id}).Limit(1) },
		"selected": func(id string) ddb.Query[Booth] { return booths.Query(Booth{Shop: id}).Select(&f.ShopName) },
		"all":      func(id string) ddb.Query[Booth] { return booths.Query(Booth{Shop: id}) },
		"known":    func(id string) ddb.Query[Booth] { return booths.Query(Booth{Shop: id}).IgnoreUnknown() },
	} {
		views[name] = ddb.FanOut(name, shops, booths, func(s Shop) ddb.Query[Booth] { return q(s.ID) }, apply)
	}
	client := ddbmem.New().Client()
	db := ddb.New(client, "shops", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, db.Do(t.Context(), shops.Put(Shop{"1", "new"})))
	for _, b := range []Booth{{"1", "a", "old", "1"}, {"1", "b", "old", "2"}, {"1", "c", "old", "3"}} {
		attrs, err := booths.Encode(b)
		require.NoError(t, err)
		if b.ID == "c" {
			attrs["entityType"] = text("stranger")
		}
		attrs["later"] = text("of a newer program")
		putRaw(t, client, "shops", attrs)
	}
	stored := func(id string) (name, later, kind any) {
		got, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: new("shops"), Key: map[string]types.AttributeValue{
			"pk": text("shop#1"), "sk": text("booth#" + id),
		}})
		require.NoError(t, err)
		return got.Item["shopName"], got.Item["later"], got.Item["entityType"]
	}
	require.ErrorIs(t, views["selected"].Rebuild(t.Context(), db, nil), ddb.ErrModel)
	name, later, _ := stored("a")
	assert.Equal(t, text("old"), name)
	assert.Equal(t, text("of a newer program"), later)
	require.NoError(t, views["index"].Rebuild(t.Context(), db, nil))
	name, later, _ = stored("a")
	assert.Equal(t, text("new"), name)
	assert.Equal(t, text("of a newer program"), later)
	name, _, _ = stored("b")
	assert.Equal(t, text("old"), name, "beyond the limit")
	require.ErrorIs(t, views["all"].Rebuild(t.Context(), db, nil), ddb.ErrUnknown)
	require.NoError(t, views["known"].Rebuild(t.Context(), db, nil))
	name, later, _ = stored("b")
	assert.Equal(t, text("new"), name)
	assert.Equal(t, text("of a newer program"), later)
	name, _, kind := stored("c")
	assert.Equal(t, text("old"), name)
	assert.Equal(t, text("stranger"), kind)
}
