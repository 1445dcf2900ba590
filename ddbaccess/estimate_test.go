package ddbaccess_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
)

// estimated measures one pattern of a shop.
func estimated(t *testing.T, s *shop, volumes []ddbaccess.Volume, p *ddbaccess.Pattern) ddbaccess.Result {
	t.Helper()
	return measure(t, &ddbaccess.Catalog{Table: s.table, Seed: s.seed, Volumes: volumes, Patterns: []*ddbaccess.Pattern{p}}).Patterns[0]
}

func TestReadsAreEstimated(t *testing.T) {
	t.Parallel()
	s := newShop()
	v := []ddbaccess.Volume{
		{Entity: s.customers, Items: 1000, Bytes: 5 << 10},
		{Entity: s.orders, Items: 1e6, Bytes: 1 << 10, Per: []ddbaccess.Per{
			{Index: s.table.Primary(), Typical: 3000, Most: 9000}, {Index: s.gsi1, Typical: 1}, {Index: s.gsi2, Typical: 8},
		}},
	}
	customer := Customer{ID: "1"}
	f := s.orders.Fields()
	for name, tt := range map[string]struct {
		p    *ddbaccess.Pattern
		want float64
	}{
		"two blocks, eventually consistent": {ddbaccess.Get("p", s.customers, customer), 1},
		"two blocks, strongly consistent":   {ddbaccess.Get("p", s.customers, customer).Fresh(), 2},
		"an item that is not there":         {ddbaccess.FuncItems("p", missing(s), 1), 0.5},
		"three pages, each rounded once":    {ddbaccess.Many("p", s.ordersOf, "1"), 375},
		"a page that is not full":           {ddbaccess.Page("p", s.orderByID, "10"), 0.5},
		"up to the limit":                   {ddbaccess.Many("p", func(c string) ddb.Query[Order] { return s.ordersOf(c).Limit(8) }, "1"), 1},
		"one item of one":                   {ddbaccess.One("p", s.orderByID, "10"), 0.5},
		"one item of many": {ddbaccess.One("p", func(id string) ddb.Query[Order] {
			return s.ordersOf("1").SortKey(ddb.Eq(&f.ID, id))
		}, "10"), 0.5},
		"a page, and not a block more":        {ddbaccess.Many("p", func(c string) ddb.Query[Order] { return s.ordersOf(c).Limit(1024) }, "1"), 128},
		"a page of 1 MB":                      {ddbaccess.Page("p", s.ordersOf, "1"), 128},
		"a page of 8":                         {ddbaccess.Page("p", func(c string) ddb.Query[Order] { return s.ordersOf(c).Limit(8) }, "1"), 1},
		"entries, and a block for each fetch": {ddbaccess.Many("p", s.openOrders, "10"), 0.5 + 8*0.5},
		"two types of a collection":           {ddbaccess.Whole("p", func(c string) ddb.Collection { return s.ordersOf(c).Collection() }, "1"), 376},
		"a bound, and what it finds": {ddbaccess.Many("p", func(c string) ddb.Query[Order] {
			return s.ordersOf(c).SortKey(ddb.Ge(&f.ID, "1"))
		}, "1").Finds(16), 2},
		"in a transaction": {ddbaccess.Func("p", func(ctx context.Context, db *ddb.DB, _ int) error {
			var c Customer
			c.ID = "1"
			return db.TransactGet(ctx, s.customers.Load(&c))
		}, 1), 4},
		"a batch": {ddbaccess.Func("p", func(ctx context.Context, db *ddb.DB, _ int) error {
			_, err := ddb.NewRepository(db, s.customers).BatchGet(ctx, []Customer{{ID: "1"}, {ID: "2"}})
			return err
		}, 1), 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := estimated(t, s, v, tt.p)
			if assert.NotNil(t, got.Estimated) {
				assert.InDelta(t, tt.want, got.Estimated.Read, 1e-9)
			}
		})
	}
}

func missing(s *shop) func(context.Context, *ddb.DB, int) ([]Customer, error) {
	return func(ctx context.Context, db *ddb.DB, _ int) ([]Customer, error) {
		_, err := ddb.NewRepository(db, s.customers).Get(ctx, Customer{ID: "none"})
		if !errors.Is(err, ddb.ErrNotFound) {
			return nil, fmt.Errorf("not missing: %w", err)
		}
		return nil, nil
	}
}

// A page is one request, whatever there is behind it; all items are as many as there are pages.
func TestAPageIsOneRequest(t *testing.T) {
	t.Parallel()
	s := newShop()
	rep := measure(t, &ddbaccess.Catalog{
		Table: s.table,
		Seed: func(ctx context.Context, db *ddb.DB) error {
			for i := range 5 {
				if err := db.Do(ctx, s.orders.Put(Order{ID: fmt.Sprint(i), CustomerID: "1", Note: strings.Repeat("x", 300<<10)})); err != nil {
					return err
				}
			}
			return nil
		},
		Patterns: []*ddbaccess.Pattern{
			ddbaccess.Page("page", s.ordersOf, "1"), ddbaccess.Many("all", s.ordersOf, "1"),
			ddbaccess.Page("page of 2", func(c string) ddb.Query[Order] { return s.ordersOf(c).Limit(2) }, "1"),
		},
	})
	page, all, two := rep.Patterns[0], rep.Patterns[1], rep.Patterns[2]
	assert.Equal(t, "page", page.Kind)
	assert.Equal(t, []int{4, 5, 2}, []int{page.Items, all.Items, two.Items})
	assert.Equal(t, []int{1, 2, 1}, []int{page.Requests[0].Pages, all.Requests[0].Pages, two.Requests[0].Pages})
	assert.Equal(t, "128.5 R", page.Requests[0].AtMost)
	assert.Equal(t, "128.5 R × pages", all.Requests[0].AtMost)
}

// A One reads one item, whatever the number of those beside it, declared or not.
func TestOneItemIsEstimated(t *testing.T) {
	t.Parallel()
	s := newShop()
	id := &s.orders.Fields().ID
	one := func(o string) ddb.Query[Order] { return s.ordersOf("1").SortKey(ddb.Eq(id, o)) }
	for _, per := range [][]ddbaccess.Per{nil, {{Index: s.table.Primary(), Typical: 3000}}} {
		got := estimated(t, s, []ddbaccess.Volume{{Entity: s.orders, Items: 1e6, Bytes: 3 << 10, Per: per}}, ddbaccess.One("p", one, "10"))
		assert.Equal(t, &ddbaccess.Units{Read: 0.5}, got.Estimated)
	}
}

func TestWritesAreEstimated(t *testing.T) {
	t.Parallel()
	s := newShop()
	v := []ddbaccess.Volume{
		{Entity: s.customers, Items: 1000, Bytes: 5 << 10},
		{Entity: s.orders, Items: 1e6, Bytes: 2 << 10},
		{Entity: s.products, Items: 10, Bytes: 3 << 10},
	}
	order := Order{ID: "10", CustomerID: "1"}
	f := s.orders.Fields()
	for name, tt := range map[string]struct {
		p    *ddbaccess.Pattern
		want float64
	}{
		"an item, and its entry in two indexes": {ddbaccess.Write("p", func(o Order) ddb.Op { return s.orders.Put(o) }, Order{ID: "9", CustomerID: "1", Status: open}), 2 + 2 + 1},
		"an entry that does not change":         {ddbaccess.Write("p", func(o Order) ddb.Op { return s.orders.Update(o, ddb.Set(&f.Note, "x")) }, order), 2 + 2},
		"an entry that vanishes":                {ddbaccess.Write("p", func(o Order) ddb.Op { return s.orders.Update(o, ddb.Set(&f.Status, "shut")) }, order), 2 + 2 + 1},
		"a delete":                              {ddbaccess.Write("p", func(o Order) ddb.Op { return s.orders.Delete(o) }, order), 2 + 2 + 1},
		"a delete of nothing":                   {ddbaccess.Write("p", func(o Order) ddb.Op { return s.orders.Delete(o) }, Order{ID: "none", CustomerID: "1"}), 1},
		"a unique value, in a transaction":      {ddbaccess.Write("p", s.customers.Create, Customer{ID: "5", Email: "e"}), 2 * (5 + 1)},
		"a version, in a transaction":           {ddbaccess.Write("p", s.products.Create, Product{ID: "5"}), 2*(3+3) + 3},
		"a check, which is no write": {ddbaccess.Transact("p", func(o Order) []ddb.Op {
			return []ddb.Op{s.customers.Check(Customer{ID: "1"}), s.orders.Delete(o)}
		}, order), 2*(5+2) + 2 + 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := estimated(t, s, v, tt.p)
			if assert.NotNil(t, got.Estimated) {
				assert.InDelta(t, tt.want, got.Estimated.Write, 1e-9)
			}
		})
	}
}

// An entry that moves to another key is deleted and put: the sort key of the index has a field that changes.
func TestAnEntryThatMovesIsTwoWrites(t *testing.T) {
	t.Parallel()
	type Task struct {
		ID    string `dynamodbav:"-"`
		State string `dynamodbav:"state"`
	}
	table := ddb.NewTable("pk", "sk")
	ix := table.GSI("gsi1", "gsi1_pk", "gsi1_sk")
	tasks := ddb.MustDefine(table, "task", func(k *Task, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("t#"), ddb.Str(&k.ID))
		d.Primary(id, id)
		d.Index(ix, ddb.Key(ddb.Prefix("s#"), ddb.Str(&k.State)), id)
	})
	rep := measure(t, &ddbaccess.Catalog{
		Table: table, Volumes: []ddbaccess.Volume{{Entity: tasks, Items: 5, Bytes: 3000}},
		Seed: func(ctx context.Context, db *ddb.DB) error {
			return db.Do(ctx, tasks.Create(Task{ID: "1", State: "a"}))
		},
		Patterns: []*ddbaccess.Pattern{ddbaccess.Write("move", func(k Task) ddb.Op {
			return tasks.Update(Task{ID: k.ID}, ddb.Set(&tasks.Fields().State, k.State))
		}, Task{ID: "1", State: "b"})},
	})
	assert.Equal(t, ddbaccess.Units{Write: 3}, rep.Patterns[0].Measured)
	assert.Equal(t, &ddbaccess.Units{Write: 3 + 3 + 3}, rep.Patterns[0].Estimated)
}

// What depends on a volume that is not declared is unknown, and never 0.
func TestTheUndeclaredIsUnknown(t *testing.T) {
	t.Parallel()
	s := newShop()
	f := s.orders.Fields()
	orders := []ddbaccess.Volume{{Entity: s.orders, Items: 1e6, Bytes: 100}}
	for name, tt := range map[string]struct {
		v    []ddbaccess.Volume
		p    *ddbaccess.Pattern
		want string
	}{
		"bytes of a read":      {nil, ddbaccess.Get("p", s.customers, Customer{ID: "1"}), "Volume.Bytes of customer"},
		"bytes of a write":     {nil, ddbaccess.Write("p", s.customers.Create, Customer{ID: "7", Email: "e"}), "Volume.Bytes of customer"},
		"items of a value":     {orders, ddbaccess.Many("p", s.ordersOf, "1"), "Per.Typical of order in primary"},
		"versions":             {[]ddbaccess.Volume{{Entity: s.products, Items: 5, Bytes: 5}}, ddbaccess.FuncItems("p", versions(s), "1"), "Volume.Versions of product"},
		"a table that is read": {orders, ddbaccess.Func("p", scan, 1), "Volume.Items of customer, Volume.Bytes of customer, Volume.Items of product, Volume.Bytes of product, Volume.Items of cart and Volume.Bytes of cart"},
		"what a bound finds": {
			[]ddbaccess.Volume{{Entity: s.orders, Items: 5, Bytes: 5, Per: []ddbaccess.Per{{Index: s.table.Primary(), Typical: 5}}}},
			ddbaccess.Many("p", func(c string) ddb.Query[Order] { return s.ordersOf(c).SortKey(ddb.Ge(&f.ID, "1")) }, "1"),
			"Pattern.Finds (the items within its bounds)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rep := measure(t, &ddbaccess.Catalog{Table: s.table, Seed: s.seed, Volumes: tt.v, Patterns: []*ddbaccess.Pattern{tt.p.Rate(1)}})
			assert.Nil(t, rep.Patterns[0].Estimated)
			page := text(t, rep)
			assert.Contains(t, page, "| unknown |")
			assert.Contains(t, page, "What p would cost is unknown: declare "+tt.want+".")
		})
	}
}

// What a bound finds is enough: the items of the whole partition are not needed then.
func TestFindsIsEnough(t *testing.T) {
	t.Parallel()
	s := newShop()
	f := s.orders.Fields()
	since := ddbaccess.Many("p", func(c string) ddb.Query[Order] { return s.ordersOf(c).SortKey(ddb.Ge(&f.ID, "1")) }, "1")
	got := estimated(t, s, []ddbaccess.Volume{{Entity: s.orders, Items: 5, Bytes: 4096}}, since.Finds(3))
	require.NotNil(t, got.Estimated, "%v", got.Undeclared)
	assert.InDelta(t, 1.5, got.Estimated.Read, 1e-9)
	assert.Empty(t, got.Undeclared)
}

func versions(s *shop) func(context.Context, *ddb.DB, string) ([]Product, error) {
	return func(ctx context.Context, db *ddb.DB, id string) ([]Product, error) {
		return ddb.Collect(ddb.NewRepository(db, s.products).History().All(ctx, Product{ID: id}))
	}
}

func noNewer(s *shop) func(context.Context, *ddb.DB, string) error {
	return func(ctx context.Context, db *ddb.DB, id string) error {
		products := ddb.NewRepository(db, s.products)
		p, err := products.Get(ctx, Product{ID: id})
		if err != nil {
			return err
		}
		for old, err := range products.History().All(ctx, p) {
			if err != nil || old.Version > p.Version {
				return fmt.Errorf("version %d of %d: %w", old.Version, p.Version, err)
			}
		}
		return nil
	}
}

func scan(ctx context.Context, db *ddb.DB, _ int) error {
	_, err := ddb.Collect(db.Scan(ctx, nil))
	return err
}

// A scan reads all of the table.
func TestAScanIsEstimated(t *testing.T) {
	t.Parallel()
	s := newShop()
	c := s.catalog()
	c.Patterns = []*ddbaccess.Pattern{ddbaccess.Func("p", scan, 1)}
	want := (100_000*400 + 2e6*1500 + 1000*2000.0 + 50_000*120) / 4096 / 2
	assert.InEpsilon(t, want, measure(t, c).Patterns[0].Estimated.Read, 0.001)
}

// At the declared volumes the engine charges what the estimates say.
func TestEstimatesAreWhatTheEngineCharges(t *testing.T) {
	t.Parallel()
	s := newShop()
	c := s.catalog()
	c.Volumes[0].Bytes = 2500 // of a customer, whom an update creates
	c.Patterns = append(c.Patterns, ddbaccess.Func("no version is newer than the product", noNewer(s), "1"))
	rep, err := c.MeasureAtScale(t.Context(), ddbmem.New().Client())
	require.NoError(t, err)
	assert.Empty(t, rep.Deviations())
	assert.Len(t, result(t, rep, "rename a product").Requests, 2)
	assert.Equal(t, 20, result(t, rep, "orders of a customer").Items)
	assert.Equal(t, 50, result(t, rep, "open orders of a shard").Items)
	assert.Equal(t, 3, result(t, rep, "versions of a product").Items)
	for i, p := range measure(t, c).Patterns {
		assert.Equal(t, p.Estimated, rep.Patterns[i].Estimated, "%s: the estimate does not depend on the sample", p.Name)
	}
}

// Estimates of the sample are not what the sample costs.
func TestDeviationsAreSentences(t *testing.T) {
	t.Parallel()
	rep := measure(t, newShop().catalog())
	assert.Contains(t, rep.Deviations(), "orders of a customer: estimated 4 R, measured 0.5 R")
	s := newShop()
	c := s.catalog()
	calls := 0
	c.Patterns = []*ddbaccess.Pattern{ddbaccess.Func("once", func(context.Context, *ddb.DB, int) error {
		if calls++; calls > 1 {
			return fmt.Errorf("boom")
		}
		return nil
	}, 1)}
	rep, err := c.MeasureAtScale(t.Context(), ddbmem.New().Client())
	require.NoError(t, err)
	assert.Equal(t, []string{"once: it fails on copies of items: boom"}, rep.Deviations())
}

// A fan-out writes each target: as many as are declared.
func TestTheTargetsOfAFanOutAreEstimated(t *testing.T) {
	t.Parallel()
	s := newShop()
	names := ddbview.MustFanOut("names", s.customers, s.carts, func(c Customer) ddb.Query[Cart] { return s.cartOf(c.ID) },
		func(c ddb.Change[Customer], k *Cart) bool {
			at := c.New.Name != ""
			k.Expires = k.Expires.AddDate(1, 0, 0)
			return at && c.Old.Name != "" && c.Old.Name != c.New.Name && k.Expires.Year() < 2029
		})
	c := s.catalog()
	c.Views = append(c.Views, names)
	c.Patterns = []*ddbaccess.Pattern{ddbaccess.Write("rename", func(k Customer) ddb.Op {
		return s.customers.Update(Customer{ID: k.ID}, ddb.Set(&s.customers.Fields().Name, k.Name))
	}, Customer{ID: "1", Name: "Bea"})}
	rep := measure(t, c)
	var d ddbaccess.Derived
	for _, of := range rep.Patterns[0].Derived {
		if of.View == "names" {
			d = of
		}
	}
	require.NotZero(t, d.Measured.Write, "%+v", d)
	assert.InDelta(t, 5*d.Measured.Write, d.Estimated.Write, 1e-9, "one cart in the sample, five by the volume")
	rep, err := c.MeasureAtScale(t.Context(), ddbmem.New().Client())
	require.NoError(t, err)
	assert.Empty(t, rep.Deviations())
}

// What the bounds of a fan-out's query find is declared of the pattern that writes.
func TestFindsIsOfTheViewsOfAWrite(t *testing.T) {
	t.Parallel()
	s := newShop()
	item := &s.carts.Fields().Item
	names := ddbview.MustFanOut("names", s.customers, s.carts, func(c Customer) ddb.Query[Cart] {
		return s.cartOf(c.ID).SortKey(ddb.Ge(item, "a"))
	}, func(ddb.Change[Customer], *Cart) bool { return false })
	c := s.catalog()
	c.Views = append(c.Views, names)
	p := ddbaccess.Write("rename", func(k Customer) ddb.Op {
		return s.customers.Update(Customer{ID: k.ID}, ddb.Set(&s.customers.Fields().Name, k.Name))
	}, Customer{ID: "1", Name: "Bea"})
	c.Patterns = []*ddbaccess.Pattern{p}
	assert.Equal(t, []string{"Pattern.Finds (the items within its bounds)"}, measure(t, c).Patterns[0].Undeclared)
	p.Finds(3)
	assert.Empty(t, measure(t, c).Patterns[0].Undeclared)
}
