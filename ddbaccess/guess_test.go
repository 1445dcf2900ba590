package ddbaccess_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
)

// reading is a function that reads.
func reading(read func(context.Context, *ddb.DB) error) *ddbaccess.Pattern {
	return ddbaccess.Func("p", func(ctx context.Context, db *ddb.DB, _ int) error { return read(ctx, db) }, 1)
}

// What a function counts, or does not find, is known by what is declared of the entity that it asks for.
func TestWhatIsNotFoundIsNotFree(t *testing.T) {
	t.Parallel()
	s := newShop()
	counts := reading(func(ctx context.Context, db *ddb.DB) error {
		_, err := ddb.NewRepository(db, s.orders).Count(ctx, s.ordersOf("1"))
		return err
	})
	countsKeys := reading(func(ctx context.Context, db *ddb.DB) error {
		_, err := ddb.NewRepository(db, s.orders).Count(ctx, s.openOrders("10"))
		return err
	})
	finds := func(q ddb.Query[Order]) *ddbaccess.Pattern {
		return reading(func(ctx context.Context, db *ddb.DB) error {
			_, err := ddb.Collect(ddb.NewRepository(db, s.orders).Query(ctx, q))
			return err
		})
	}
	whole := ddbaccess.Whole("p", func(c string) ddb.Collection { return s.ordersOf(c).Collection() }, "none")
	seen := s.catalog().Volumes
	for name, tt := range map[string]struct {
		p    *ddbaccess.Pattern
		v    []ddbaccess.Volume
		want *ddbaccess.Units
	}{
		"counted, undeclared":      {counts, nil, nil},
		"counted":                  {counts, seen[1:2], &ddbaccess.Units{Read: 4}},
		"counted by entries":       {countsKeys, seen, &ddbaccess.Units{Read: 0.5}},
		"not found, undeclared":    {finds(s.ordersOf("none")), nil, nil},
		"not found":                {finds(s.ordersOf("none")), seen, &ddbaccess.Units{Read: 4}},
		"a collection, undeclared": {whole, nil, nil},
		"a collection":             {whole, seen, &ddbaccess.Units{Read: 4}}, // of orders and their customer
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := estimated(t, s, tt.v, tt.p)
			assert.Equal(t, tt.want, got.Estimated)
			assert.Equal(t, tt.want == nil, len(got.Undeclared) > 0)
		})
	}
}

// An estimate of a query that finds nothing says so. It is unknown where the items would have to be fetched.
func TestAnExampleThatFindsNothingIsTold(t *testing.T) {
	t.Parallel()
	s := newShop()
	c := s.catalog()
	c.Views = nil
	c.Patterns = []*ddbaccess.Pattern{ddbaccess.Many("orders", s.ordersOf, "none"), ddbaccess.Many("some orders", s.ordersOf, "1")}
	assert.Contains(t, measure(t, c).Notes, "A query of orders finds nothing in the sample. Its estimate is that of the typical number of items.")
	assert.NotContains(t, fmt.Sprint(measure(t, c).Notes), "some orders")
	assert.NotContains(t, fmt.Sprint(measure(t, s.catalog()).Notes), "finds nothing", "what a view keeps is not typical of anything")
	c.Seed = nil
	c.Patterns = []*ddbaccess.Pattern{ddbaccess.Many("open", s.openOrders, "10")}
	got := measure(t, c).Patterns[0]
	assert.Nil(t, got.Estimated)
	assert.Contains(t, got.Undeclared, "an item of order in Catalog.Seed that the query in gsi2 finds")
}

// A batch grows with the query whose items it reads, and with no other.
func TestABatchOfOtherItemsDoesNotGrow(t *testing.T) {
	t.Parallel()
	s := newShop()
	c := s.catalog()
	shut := Order{ID: "shut", CustomerID: "1", Status: "shut"}
	other := reading(func(ctx context.Context, db *ddb.DB) error {
		if err := db.Do(ctx, s.orders.Put(shut)); err != nil {
			return err
		}
		if _, err := ddb.Collect(ddb.NewRepository(db, s.orders).Query(ctx, s.openOrders("10"))); err != nil {
			return err
		}
		_, err := ddb.NewRepository(db, s.orders).BatchGet(ctx, []Order{shut, {ID: "none", CustomerID: "1"}})
		return err
	})
	assert.InDelta(t, 0.5+50*0.5+2*0.5, estimated(t, s, c.Volumes, other).Estimated.Read, 1e-6)
}

// A key without an item costs as much as the smallest item.
func TestAMissingKeyIsCheap(t *testing.T) {
	t.Parallel()
	s := newShop()
	v := []ddbaccess.Volume{{Entity: s.customers, Items: 1, Bytes: 40 << 10}}
	batch := reading(func(ctx context.Context, db *ddb.DB) error {
		_, err := ddb.NewRepository(db, s.customers).BatchGet(ctx, []Customer{{ID: "1"}, {ID: "none"}})
		return err
	})
	transaction := reading(func(ctx context.Context, db *ddb.DB) error {
		a, b := Customer{ID: "1"}, Customer{ID: "none"}
		if err := db.TransactGet(ctx, s.customers.Load(&a), s.customers.Load(&b)); !errors.Is(err, ddb.ErrNotFound) {
			return fmt.Errorf("found: %w", err)
		}
		return nil
	})
	assert.Equal(t, &ddbaccess.Units{Read: 5 + 0.5}, estimated(t, s, v, batch).Estimated)
	assert.Equal(t, &ddbaccess.Units{Read: 20 + 2}, estimated(t, s, v, transaction).Estimated)
}

// Each page that a function asks for has the whole limit. An Examine bounds a page, and reads on.
func TestPagesHaveALimitOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newShop()
	v := []ddbaccess.Volume{{Entity: s.orders, Items: 1000, Bytes: 5 << 10, Per: []ddbaccess.Per{{Index: s.table.Primary(), Typical: 9}}}}
	pages := reading(func(ctx context.Context, db *ddb.DB) error {
		repo, q := ddb.NewRepository(db, s.orders), s.ordersOf("1").Limit(2)
		first, err := repo.Page(ctx, q, "")
		if err != nil {
			return err
		}
		_, err = repo.Page(ctx, q, first.Next)
		return err
	})
	got := estimated(t, s, v, pages)
	assert.Len(t, got.Requests, 2)
	assert.Equal(t, &ddbaccess.Units{Read: 2 * 1.5}, got.Estimated)
	got = estimated(t, s, v, ddbaccess.Many("p", func(c string) ddb.Query[Order] { return s.ordersOf(c).Examine(2) }, "1"))
	assert.Len(t, got.Requests, 1)
	assert.Equal(t, &ddbaccess.Units{Read: 4*1.5 + 1}, got.Estimated)
}

// How much a query reads until a filter has left the limit is declared, or unknown.
func TestAFilterWithALimitIsUnknown(t *testing.T) {
	t.Parallel()
	s := newShop()
	v := s.catalog().Volumes
	some := func() *ddbaccess.Pattern {
		return ddbaccess.Many("p", func(c string) ddb.Query[Order] {
			return s.ordersOf(c).Filter(ddb.Eq(&s.orders.Fields().Status, open)).Limit(1)
		}, "1")
	}
	assert.Nil(t, estimated(t, s, v, some()).Estimated)
	assert.Equal(t, &ddbaccess.Units{Read: 1.5}, estimated(t, s, v, some().Finds(6)).Estimated)
}

// The segments of a scan read one table.
func TestAParallelScanReadsOneTable(t *testing.T) {
	t.Parallel()
	s := newShop()
	scan := func(segments int) ddbaccess.Result {
		return estimated(t, s, s.catalog().Volumes, reading(func(ctx context.Context, db *ddb.DB) error {
			_, err := ddb.Collect(db.Scan(ctx, &ddb.ScanOptions{Segments: segments}))
			return err
		}))
	}
	one, four := scan(1), scan(4)
	assert.Len(t, four.Requests, 1)
	assert.Equal(t, 4, four.Requests[0].Pages)
	assert.NotNil(t, one.Estimated)
	assert.Equal(t, one.Estimated, four.Estimated)
}

// The limit of a bounded query is what it finds.
func TestALimitIsEnough(t *testing.T) {
	t.Parallel()
	s := newShop()
	v := []ddbaccess.Volume{{Entity: s.orders, Items: 5, Bytes: 4096}}
	since := func(c string) ddb.Query[Order] { return s.ordersOf(c).SortKey(ddb.Ge(&s.orders.Fields().ID, "1")) }
	limited := ddbaccess.Many("p", func(c string) ddb.Query[Order] { return since(c).Limit(4) }, "1")
	assert.Equal(t, &ddbaccess.Units{Read: 2}, estimated(t, s, v, limited).Estimated)
	assert.Equal(t, &ddbaccess.Units{Read: 2.5}, estimated(t, s, v, ddbaccess.Many("p", since, "1").Finds(5)).Estimated)
}
