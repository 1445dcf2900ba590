package main

import (
	"context"
	"fmt"
	"io"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbobserve"
)

// observedCases are calls without an observer, and with one that does nothing.
func observedCases() []func(world) benchCase {
	orders := sampleOrders(pageSize)
	first := orders[0]
	keys := make([]Order, len(orders))
	for i, o := range orders {
		keys[i].Customer, keys[i].ID = o.Customer, o.ID
	}
	one := func(name string, want any, run func(context.Context, *ddb.DB, *ddb.Repository[Order]) (any, error)) func(world) benchCase {
		return func(w world) benchCase {
			client := w.table(encoded(Orders, orders), nil)
			with := func(opts *ddb.Options) func(context.Context) (any, error) {
				db := ddb.New(client, tableName, Shop, opts)
				r := ddb.NewRepository(db, Orders)
				return func(ctx context.Context) (any, error) { return run(ctx, db, r) }
			}
			return benchCase{name: name, want: want, contenders: []contender{
				{ours, with(nil)},
				{ours + ", Observe", with(&ddb.Options{Observe: func(context.Context, *ddbobserve.Request) {}})},
			}}
		}
	}
	return []func(world) benchCase{
		one("Get", first, func(ctx context.Context, _ *ddb.DB, r *ddb.Repository[Order]) (any, error) {
			return r.Get(ctx, keys[0])
		}),
		one("Put", first, func(ctx context.Context, _ *ddb.DB, r *ddb.Repository[Order]) (any, error) { return r.Put(ctx, first) }),
		one("Query, page of 100", orders, func(ctx context.Context, _ *ddb.DB, r *ddb.Repository[Order]) (any, error) {
			p, err := r.Page(ctx, Orders.Query(Order{Customer: theCustomer}), "")
			return p.Items, err
		}),
		one("BatchGet of 100", orders, func(ctx context.Context, _ *ddb.DB, r *ddb.Repository[Order]) (any, error) {
			return r.BatchGet(ctx, keys)
		}),
		one("BatchWrite of 25 puts", nil, func(ctx context.Context, db *ddb.DB, _ *ddb.Repository[Order]) (any, error) {
			ops := make([]ddb.Op, 25)
			for i := range ops {
				ops[i] = Orders.Put(orders[i])
			}
			return nil, db.Batch(ctx, ops...)
		}),
	}
}

// observing compares calls that are observed with the same calls without an observer.
func observing(ctx context.Context, out io.Writer, set settings) error {
	fmt.Fprintf(out, "| work, on the stub | | time | allocations | µs |\n|---|---|---|---|---|\n")
	w := stubWorld()
	for _, of := range observedCases() {
		if err := verified(ctx, w, of); err != nil {
			return err
		}
		c := of(w)
		fs := c.measure(ctx, set.rounds, set.turn)
		for i, f := range fs {
			fmt.Fprintf(out, "| %s | %s | %.2f | %.0f | %.1f |\n", c.name, c.contenders[i].name, f.ratio(fs[0]), f.allocs, micros(f.cpu()))
		}
	}
	return nil
}
