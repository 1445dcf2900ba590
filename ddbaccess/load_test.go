package ddbaccess_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbview"
)

func family(t *testing.T, rep *ddbaccess.Report, index, partition string) ddbaccess.Family {
	t.Helper()
	for _, f := range rep.Families {
		if f.Index == index && f.Partition == partition {
			return f
		}
	}
	require.Failf(t, "no family", "%s %s in %+v", index, partition, rep.Families)
	return ddbaccess.Family{}
}

// The busiest key takes the share of the largest partition, times the rate, times the peak.
func TestTheBusiestKey(t *testing.T) {
	t.Parallel()
	s := newShop()
	v := []ddbaccess.Volume{
		{Entity: s.customers, Items: 1000, Bytes: 100},
		{Entity: s.orders, Items: 10_000, Bytes: 4096, Per: []ddbaccess.Per{
			{Index: s.table.Primary(), Typical: 10, Most: 500}, {Index: s.gsi2, Typical: 1},
		}},
		{Entity: s.products, Items: 10, Bytes: 4096},
	}
	catalog := func(p ...*ddbaccess.Pattern) *ddbaccess.Catalog {
		return &ddbaccess.Catalog{Table: s.table, Seed: s.seed, Peak: 3, Volumes: v, Patterns: p}
	}
	orders := func() *ddbaccess.Pattern { return ddbaccess.Many("orders", s.ordersOf, "1").Rate(8) }
	get := func() *ddbaccess.Pattern { return ddbaccess.Get("get", s.customers, Customer{ID: "1"}).Rate(200) }

	f := family(t, measure(t, catalog(orders(), get())), "primary", "c#{ID}")
	assert.InDelta(t, 3*8*5*500/10_000.0+3*200*0.5/1000, f.Busiest.Read, 1e-6, "two entities are one family")
	assert.InDelta(t, f.Busiest.Read/3000, f.Share, 1e-9)

	f = family(t, measure(t, catalog(orders().Hot(0.5))), "primary", "c#{ID}")
	assert.InDelta(t, 3*8*5*0.5, f.Busiest.Read, 1e-6, "a hot share is of the pattern")

	rep := measure(t, catalog(ddbaccess.All("products", s.allProducts).Rate(2).Hot(0.1)))
	f = family(t, rep, "gsi1", "products")
	assert.InDelta(t, 3*2*5.0, f.Busiest.Read, 1e-6, "a partition of literals takes all calls")

	rep = measure(t, catalog(ddbaccess.Write("put", func(o Order) ddb.Op { return s.orders.Put(o) }, Order{ID: "9", CustomerID: "1", Status: open}).Rate(400)))
	f = family(t, rep, "gsi2", "open#{ID:shard4}")
	assert.InDelta(t, 3*400/4.0, f.Busiest.Write, 1e-6, "four shards take a quarter each")
	assert.InDelta(t, 0.3, f.Share, 1e-9, "of 1,000 write units")

	rep = measure(t, catalog(ddbaccess.Write("register", s.customers.Create, Customer{ID: "9", Email: "e"}).Rate(1000)))
	f = family(t, rep, "primary", "~u#customer~email={Email:fold}")
	assert.InDelta(t, 3*1000*2/1000.0, f.Busiest.Write, 1e-6, "an item of the library's own for each item")

	assert.Empty(t, measure(t, catalog(ddbaccess.Many("orders", s.ordersOf, "1"))).Families, "without a rate there is no load")
}

// What is not declared is no load of 0.
func TestAnUnknownLoadIsNamed(t *testing.T) {
	t.Parallel()
	s := newShop()
	rep := measure(t, &ddbaccess.Catalog{Table: s.table, Seed: s.seed, Patterns: []*ddbaccess.Pattern{ddbaccess.Many("orders", s.ordersOf, "1").Rate(8)}})
	assert.Equal(t, []string{"orders"}, family(t, rep, "primary", "c#{ID}").Unknown)
	assert.Contains(t, text(t, rep), "| 0 % + unknown: orders |")
}

// An item collection of a table with a local index has at most 10 GB, with the entries of the index.
func TestTheLargestCollection(t *testing.T) {
	t.Parallel()
	type Event struct {
		Device string `dynamodbav:"-"`
		ID     string `dynamodbav:"-"`
		Kind   string `dynamodbav:"kind"`
	}
	table := ddb.NewTable("pk", "sk")
	lsi := table.LSI("lsi1", "lsi1_sk")
	events := ddb.MustDefine(table, "event", func(e *Event, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("d#"), ddb.Str(&e.Device)), ddb.Key(ddb.Prefix("e#"), ddb.Str(&e.ID)))
		d.Index(lsi, ddb.Key(ddb.Prefix("d#"), ddb.Str(&e.Device)), ddb.Key(ddb.Prefix("k#"), ddb.Str(&e.Kind)))
	})
	alarms := ddb.MustDefine(table, "alarm", func(e *Event, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("d#"), ddb.Str(&e.Device)), ddb.Key(ddb.Prefix("a#"), ddb.Str(&e.ID)))
	})
	c := &ddbaccess.Catalog{
		Table: table,
		Volumes: []ddbaccess.Volume{{Entity: alarms, Items: 1, Bytes: 1, Per: []ddbaccess.Per{{Index: table.Primary(), Typical: 1}}}, {Entity: events, Items: 1e8, Bytes: 1 << 10, Per: []ddbaccess.Per{
			{Index: table.Primary(), Typical: 10, Most: 1 << 20}, {Index: lsi, Typical: 10, Most: 1 << 20},
		}}},
		Seed: func(ctx context.Context, db *ddb.DB) error {
			return db.Do(ctx, events.Create(Event{Device: "1", ID: "1", Kind: "k"}))
		},
		Patterns: []*ddbaccess.Pattern{
			ddbaccess.Many("events", func(d string) ddb.Query[Event] { return events.Query(Event{Device: d}) }, "1").Rate(1),
			ddbaccess.Many("by kind", func(d string) ddb.Query[Event] { return events.On(lsi, Event{Device: d}) }, "1").Rate(1),
		},
	}
	rep := measure(t, c)
	assert.InDelta(t, 2<<30, family(t, rep, "primary", "d#{Device}").Collection, 1)
	assert.Contains(t, text(t, rep), "2 GB, 20 % of 10 GB")
	assert.Len(t, rep.Families, 1, "a local index is in the partitions of the table")
	assert.Empty(t, rep.Findings)
	volumes := c.Volumes
	c.Volumes = nil
	assert.Zero(t, family(t, measure(t, c), "primary", "d#{Device}").Collection)
	volumes[0].Bytes = 0
	c.Volumes = volumes
	assert.Zero(t, family(t, measure(t, c), "primary", "d#{Device}").Collection, "alarms have no size")
}

func TestStorageHasAnOverheadForEachItemAndEntry(t *testing.T) {
	t.Parallel()
	s := newShop()
	c := s.catalog()
	c.Volumes = []ddbaccess.Volume{
		{Entity: s.products, Items: 10, Bytes: 900, Versions: 3},
		{Entity: s.orders, Items: 5, Bytes: 100},
		{Entity: s.customers, Items: 1, Bytes: 0},
	}
	rep := measure(t, c)
	require.Len(t, rep.Indexes, 3)
	assert.InDelta(t, 40*1000+5*200, rep.Indexes[0].Bytes, 0)
	assert.InDelta(t, 10*1000+5*200, rep.Indexes[1].Bytes, 0)
	assert.Equal(t, []string{"customer", "cart"}, rep.Indexes[0].Unknown)
	assert.Equal(t, []string{"Volume.Bytes of customer", "Volume.Items of cart", "Volume.Bytes of cart"}, rep.Indexes[0].Undeclared)
}

// The items that have an entry in a sparse index are declared: they are never all.
func TestTheEntriesOfASparseIndexAreDeclared(t *testing.T) {
	t.Parallel()
	s := newShop()
	catalog := func(per ddbaccess.Per) *ddbaccess.Catalog {
		per.Index = s.gsi2
		return &ddbaccess.Catalog{
			Table: s.table, Seed: s.seed,
			Volumes:  []ddbaccess.Volume{{Entity: s.orders, Items: 2e6, Bytes: 300, Per: []ddbaccess.Per{per}}},
			Patterns: []*ddbaccess.Pattern{ddbaccess.Many("open orders of a shard", s.openOrders, "10").Rate(1)},
		}
	}
	rep := measure(t, catalog(ddbaccess.Per{}))
	assert.Zero(t, rep.Indexes[2].Bytes)
	assert.Equal(t, []string{"order"}, rep.Indexes[2].Unknown)
	assert.Contains(t, text(t, rep), "| gsi2 | 0 B + unknown: order |")
	assert.Regexp(t, "To know the storage, declare .*Per.Entries of order in gsi2", text(t, rep))
	assert.Nil(t, rep.Patterns[0].Estimated)
	assert.Equal(t, []string{"Per.Entries of order in gsi2"}, rep.Patterns[0].Undeclared)

	empty := catalog(ddbaccess.Per{Entries: 4000})
	empty.Seed = nil
	assert.Equal(t, []string{"Volume.Items of product", "Volume.Bytes of product"}, measure(t, empty).Indexes[1].Undeclared)
	assert.Equal(t, []string{"an item of order in gsi2 in Catalog.Seed"}, measure(t, empty).Indexes[2].Undeclared)

	rep = measure(t, catalog(ddbaccess.Per{Entries: 4000}))
	entry := rep.Indexes[2].Bytes / 4000
	assert.True(t, 100 < entry && entry < 200, "of keys alone: %g bytes", entry)
	assert.InDelta(t, 0.5*4000/4+8, rep.Patterns[0].Estimated.Read, 8, "a shard has a quarter of the entries: each is fetched")
}

// The busiest key has its part of the entries, not of the items.
func TestTheShareOfAKeyIsOfTheEntries(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	ix := table.GSI("by-status", "gsi1_pk", "gsi1_sk")
	orders := ddb.MustDefine(table, "order", func(o *Order, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("o#"), ddb.Str(&o.ID))
		d.Primary(id, id)
		d.Index(ix, ddb.Key(ddb.Prefix("c#"), ddb.Str(&o.CustomerID)), id).When(ddb.Eq(&o.Status, open))
	})
	rep := measure(t, &ddbaccess.Catalog{
		Table:   table,
		Volumes: []ddbaccess.Volume{{Entity: orders, Items: 1e6, Bytes: 4096, Per: []ddbaccess.Per{{Index: ix, Typical: 1, Most: 50, Entries: 100}}}},
		Seed: func(ctx context.Context, db *ddb.DB) error {
			return db.Do(ctx, orders.Create(Order{ID: "1", CustomerID: "1", Status: open}))
		},
		Patterns: []*ddbaccess.Pattern{ddbaccess.Many("open orders", func(c string) ddb.Query[Order] { return orders.On(ix, Order{CustomerID: c}) }, "1").Rate(100)},
	})
	assert.InDelta(t, 100*0.5*0.5, family(t, rep, "by-status", "c#{CustomerID}").Busiest.Read, 1e-9)
}

// Money needs prices, of a region and a day.
func TestMoneyIsOfAMonth(t *testing.T) {
	t.Parallel()
	s := newShop()
	c := &ddbaccess.Catalog{
		Table: s.table, Seed: s.seed, Prices: prices(),
		Volumes: []ddbaccess.Volume{{Entity: s.customers, Items: 1 << 20, Bytes: 924}},
		Patterns: []*ddbaccess.Pattern{
			ddbaccess.Get("get", s.customers, Customer{ID: "1"}).Rate(100),
			ddbaccess.Write("register", s.customers.Create, Customer{ID: "9", Email: "e"}).Rate(10),
			ddbaccess.Many("orders", s.ordersOf, "1").Rate(1),
			ddbaccess.Get("seldom", s.customers, Customer{ID: "1"}),
		},
	}
	rep := measure(t, c)
	const month = 730 * 3600
	assert.InDelta(t, 100*month*0.5*0.1/1e6, rep.Patterns[0].Month, 1e-6)
	assert.InDelta(t, 10*month*4*0.5/1e6, rep.Patterns[1].Month, 1e-6)
	assert.InDelta(t, rep.Patterns[0].Month+rep.Patterns[1].Month, rep.Month.Requests, 1e-6)
	assert.InDelta(t, 0.2, rep.Month.Storage, 1e-9, "a GB")
	assert.Equal(t, 1, rep.Month.Unknown)
	page := text(t, rep)
	assert.Contains(t, page, "| XTS a month |")
	assert.Contains(t, page, "1 pattern whose cost is unknown is not counted.")
	assert.Contains(t, page, "in moon-1 at prices of 2026-11-30 (a test)")
}

func TestPricesAreReadFromAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "prices.json")
	write := func(text string) string {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	const good = `{"region": "moon-1", "date": "2026-11-30", "source": "a test", "currency": "XTS", "readMillion": 0.1, "writeMillion": 0.5, "gbMonth": 0.2}`
	p, err := ddbaccess.ReadPrices(write(good))
	require.NoError(t, err)
	assert.Equal(t, prices(), p)
	for name, text := range map[string]string{
		"no JSON": `{`, "an unknown field": `{"regoin": "x"}`, "no region": `{"date": "d", "currency": "c", "readMillion": 1, "writeMillion": 1, "gbMonth": 1}`,
		"no price": `{"region": "r", "date": "d", "currency": "c", "writeMillion": 1, "gbMonth": 1}`,
		"two":      good + good,
	} {
		_, err := ddbaccess.ReadPrices(write(text))
		require.ErrorContains(t, err, "prices.json", name)
	}
	_, err = ddbaccess.ReadPrices(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// Which items an index has by attributes of their own is not known from the model.
func TestEntriesByAttributesAreDeclared(t *testing.T) {
	t.Parallel()
	type Task struct {
		ID    string `dynamodbav:"id"`
		Owner string `dynamodbav:"owner,omitempty"`
	}
	table := ddb.NewTable("id", "")
	ix := table.GSI("by-owner", "owner", "")
	owned := ddb.MustDefine(table, "task", func(k *Task, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Native(&k.ID)))
		d.AlsoIn(ix)
	})
	c := &ddbaccess.Catalog{Table: table, Volumes: []ddbaccess.Volume{{Entity: owned, Items: 1000, Bytes: 100}}, Seed: func(ctx context.Context, db *ddb.DB) error {
		return db.Do(ctx, owned.Put(Task{ID: "1", Owner: "o"}))
	}}
	rep := measure(t, c)
	assert.Equal(t, []string{"Per.Entries of task in by-owner"}, rep.Indexes[1].Undeclared)
	c.Volumes[0].Per = []ddbaccess.Per{{Index: ix, Entries: 10}}
	assert.InDelta(t, 10*200, measure(t, c).Indexes[1].Bytes, 0)
}

// The busiest target of an aggregate has as many changes as it has sources. Without an index by target that is not known.
func TestTheBusiestTargetHasTheMostSources(t *testing.T) {
	t.Parallel()
	s := newShop()
	c := s.catalog()
	place := func() *ddbaccess.Pattern {
		return ddbaccess.Write("order", s.orders.Create, Order{ID: "19", CustomerID: "1", Status: "shut"}).Rate(10_000)
	}
	ledger := func() ddbaccess.Family { return family(t, measure(t, c), "primary", "~a#order-count#{target}") }
	c.Patterns = []*ddbaccess.Pattern{place()}
	f := ledger()
	assert.Empty(t, f.Unknown)
	assert.InDelta(t, 10_000*c.Peak*5_000/2e6*2, f.Busiest.Write, 1e-6, "a transaction")
	c.Patterns = []*ddbaccess.Pattern{place().Hot(0.01)}
	assert.InDelta(t, 10_000*c.Peak*0.01*2, ledger().Busiest.Write, 1e-6)
	assert.Equal(t, []string{"Pattern.Hot (the share of the busiest target of view n)"}, unindexed(t).Undeclared)
}

// unindexed is the load of the targets of a view whose sources have no index by target.
func unindexed(t *testing.T) ddbaccess.Family {
	t.Helper()
	type target struct {
		ID string
		N  int64
	}
	table := ddb.NewTable("pk", "sk")
	targets := ddb.MustDefine(table, "target", func(it *target, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("t#"), ddb.Str(&it.ID)), ddb.Key(ddb.Prefix("t#")))
	})
	sources := ddb.MustDefine(table, "source", func(it *nested, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&it.ID)), ddb.Key(ddb.Prefix("s#")))
	})
	view := ddbview.MustAggregate("n", sources, targets, func(s *nested, to *target) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&s.Tenant, &to.ID), ddbview.Count(&to.N)}
	})
	rep := measure(t, &ddbaccess.Catalog{
		Table: table, Views: []*ddb.View{view},
		Seed:     func(ctx context.Context, db *ddb.DB) error { return db.Do(ctx, targets.Put(target{ID: "x"})) },
		Volumes:  []ddbaccess.Volume{{Entity: sources, Items: 1000, Bytes: 500}, {Entity: targets, Items: 10, Bytes: 500}},
		Patterns: []*ddbaccess.Pattern{ddbaccess.Write("p", sources.Create, nested{Tenant: "x", ID: "1"}).Rate(1)},
	})
	return family(t, rep, "primary", "~a#n#{target}")
}
