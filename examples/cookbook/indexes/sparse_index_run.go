package indexes

import (
	"context"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// SparseIndex shows the open orders.
var SparseIndex = recipe.Recipe{
	Name:    "sparse-index",
	Problem: "Few of a customer's many orders are open, and only these are looked for",
	Pattern: "An index whose key attributes only open orders have: DynamoDB indexes no item without them.",
	Not:     "Most items are in it: then it is a second copy of the table.",
	Costs:   []string{"open orders, by the sparse index", "close an order"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		return r.Patterns(ctx, &ddbaccess.Catalog{
			Table: OrderTable, Seed: threeOf500,
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.Many("open orders, by the sparse index", OpenOrders, "ann"),
				ddbaccess.Many("open orders, by a filter", func(customer string) ddb.Query[Order] {
					return Orders.Query(Order{Customer: customer}).Filter(ddb.Eq(&Orders.Fields().Open, true))
				}, "ann"),
				ddbaccess.Write("close an order", CloseOrder, Order{Customer: "ann", ID: "0499"}),
			},
		})
	},
}

// threeOf500 writes 500 orders of a customer. The last three are open.
func threeOf500(ctx context.Context, db *ddb.DB) error {
	begin := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	var ops []ddb.Op
	for i := range 500 {
		ops = append(ops, Orders.Put(Order{
			Customer: "ann", ID: fmt.Sprintf("%04d", i), Placed: begin.Add(time.Duration(i) * time.Hour), Open: i >= 497,
		}))
	}
	return db.Batch(ctx, ops...)
}
