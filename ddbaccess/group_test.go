package ddbaccess_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
)

// Reads of a pattern may be concurrent, so which of them ended first does not show.
func TestTheOrderOfReadsDoesNotShow(t *testing.T) {
	t.Parallel()
	s := newShop()
	reads := []func(context.Context, *ddb.DB) error{
		func(ctx context.Context, db *ddb.DB) error {
			_, err := ddb.NewRepository(db, s.products).Get(ctx, Product{ID: "1"})
			return err
		},
		func(ctx context.Context, db *ddb.DB) error {
			_, err := ddb.Collect(ddb.NewRepository(db, s.orders).Query(ctx, s.ordersOf("1")))
			return err
		},
		func(ctx context.Context, db *ddb.DB) error {
			_, err := ddb.Collect(ddb.NewRepository(db, s.orders).Query(ctx, s.ordersOf("none")))
			return err
		},
		func(ctx context.Context, db *ddb.DB) error {
			_, err := ddb.NewRepository(db, s.customers).BatchGet(ctx, []Customer{{ID: "1"}})
			return err
		},
	}
	pattern := func() *ddbaccess.Pattern {
		return ddbaccess.Func("all", func(ctx context.Context, db *ddb.DB, _ int) error {
			for _, read := range reads {
				if err := read(ctx, db); err != nil {
					return err
				}
			}
			return nil
		}, 1)
	}
	c := &ddbaccess.Catalog{Table: s.table, Seed: s.seed, Patterns: []*ddbaccess.Pattern{pattern()}}
	want := measure(t, c)
	assert.Equal(t, []string{"GetItem", "Query", "Query", "BatchGetItem"}, operations(want.Patterns[0]))
	slices.Reverse(reads)
	assert.Equal(t, text(t, want), text(t, measure(t, c)))
}

func operations(r ddbaccess.Result) (out []string) {
	for _, q := range r.Requests {
		out = append(out, q.Operation)
	}
	return out
}

// The shards of an index are read concurrently, and then the items that it does not project: as many as all shards have.
func TestTheOrderOfShardsDoesNotShow(t *testing.T) {
	t.Parallel()
	s := newShop()
	c := &ddbaccess.Catalog{
		Table: s.table,
		Seed: func(ctx context.Context, db *ddb.DB) error {
			var ops []ddb.Op
			for i := range 30 {
				ops = append(ops, s.orders.Put(Order{ID: fmt.Sprint("q", i), CustomerID: "q", Status: open, Note: strings.Repeat("x", i)}))
			}
			return db.Batch(ctx, ops...)
		},
		Volumes: []ddbaccess.Volume{{Entity: s.orders, Items: 2e6, Bytes: 1500, Per: []ddbaccess.Per{{Index: s.gsi2, Typical: 50}}}},
		Patterns: []*ddbaccess.Pattern{
			ddbaccess.All("all shards", func() ddb.Query[Order] { return s.orders.On(s.gsi2, Order{}) }),
		},
	}
	want := text(t, measure(t, c))
	for range 20 {
		rep := measure(t, c)
		assert.Equal(t, want, text(t, rep))
		if assert.NotNil(t, rep.Patterns[0].Estimated) {
			assert.InDelta(t, 4*0.5+4*50*0.5, rep.Patterns[0].Estimated.Read, 1e-6)
		}
	}
}

// The requests of a batch have the same keys in names of fields, and different sizes.
func TestTheOrderOfBatchesDoesNotShow(t *testing.T) {
	t.Parallel()
	s := newShop()
	sizes := []int{100, 3000, 5000, 200}
	put := ddbaccess.Func("put", func(ctx context.Context, db *ddb.DB, _ int) error {
		for _, n := range sizes {
			if err := db.Do(ctx, s.orders.Put(Order{ID: fmt.Sprint("z", n), CustomerID: "1", Note: strings.Repeat("x", n)})); err != nil {
				return err
			}
		}
		return nil
	}, 1)
	c := &ddbaccess.Catalog{Table: s.table, Patterns: []*ddbaccess.Pattern{put}}
	want := text(t, measure(t, c))
	slices.Reverse(sizes)
	assert.Equal(t, want, text(t, measure(t, c)))
}
