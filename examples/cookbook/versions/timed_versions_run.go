package versions

import (
	"context"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// TimedVersions asks what a product cost at a time.
var TimedVersions = recipe.Recipe{
	Name:    "timed-versions",
	Problem: "Prices change, and an invoice needs the price that a product had at a time",
	Pattern: "A sort key with the time from which a price is valid: one Query below the time, descending, with Limit 1.",
	Not:     "Versions are made by concurrent writers, whose clocks differ: then number them, as in numbered-versions.",
	Costs:   []string{"the price at a time", "all prices, to look for it"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		type period struct{ Begin, End time.Time }
		begin := time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)
		noon := begin.AddDate(0, 2, 14).Add(12 * time.Hour)
		return r.Patterns(ctx, &ddbaccess.Catalog{
			Table: PriceTable,
			Seed: func(ctx context.Context, db *ddb.DB) error {
				var ops []ddb.Op
				for day := range 500 { // a price for each day, also for those to come
					ops = append(ops, SetPrice(Price{SKU: "tea", From: begin.AddDate(0, 0, day), Cents: 400 + day}))
				}
				return db.Batch(ctx, ops...)
			},
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.One("the price at a time", func(at time.Time) ddb.Query[Price] { return PriceAt("tea", at) }, noon),
				ddbaccess.All("all prices, to look for it", func() ddb.Query[Price] { return Prices.Query(Price{SKU: "tea"}) }),
				ddbaccess.Many("prices that begin in a month", func(p period) ddb.Query[Price] {
					return PricesBetween("tea", p.Begin, p.End)
				}, period{begin, begin.AddDate(0, 1, 0)}),
				ddbaccess.Write("set a price", SetPrice, Price{SKU: "tea", From: noon, Cents: 450}),
			},
		})
	},
}
