package indexes

import (
	"context"
	"fmt"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// ReadReplica shows a shop and its feed.
var ReadReplica = recipe.Recipe{
	Name:    "read-replica",
	Problem: "A feed or a report reads a lot, and must not slow down the readers that matter",
	Pattern: "A global index with the key of the table: its reads have throughput and partitions of their own.",
	Not:     "Writes are many: each is paid for twice, and an index that cannot take them throttles the table.",
	Costs:   []string{"the feed reads the replica", "change a price"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, OfferTable, nil)
		if err != nil {
			return err
		}
		if err := offers(ctx, db); err != nil {
			return err
		}
		repo := ddb.NewRepository(db, Offers)
		for _, s := range []struct {
			what string
			do   func(context.Context) error
		}{
			{"the shop reads the table", func(ctx context.Context) error {
				_, err := ddb.Collect(repo.Query(ctx, OffersOf("lamps").Limit(20)))
				return err
			}},
			{"the feed reads the replica", func(ctx context.Context) error {
				_, err := ddb.Collect(repo.Query(ctx, FeedOf("lamps")))
				return err
			}},
			{"change a price", func(ctx context.Context) error {
				_, err := repo.Update(ctx, Offer{Shop: "lamps", ID: "0001"}, ddb.Set(&Offers.Fields().Cents, 999))
				return err
			}},
		} {
			if err := r.Step(ctx, s.what, func(ctx context.Context) (string, error) {
				ctx, meter := ddb.WithMeter(ctx)
				if err := s.do(ctx); err != nil {
					return "", err
				}
				var units []string
				for _, ix := range OfferTable.Indexes() {
					c := meter.Capacity(ix)
					units = append(units, fmt.Sprintf("%s %v R %v W", ix.Name(), c.Read, c.Write))
				}
				return strings.Join(units, ", "), nil
			}); err != nil {
				return err
			}
		}
		return nil
	},
}

// offers writes 500 offers of a shop.
func offers(ctx context.Context, db *ddb.DB) error {
	var ops []ddb.Op
	for i := range 500 {
		ops = append(ops, Offers.Put(Offer{Shop: "lamps", ID: fmt.Sprintf("%04d", i), Title: fmt.Sprintf("Lamp number %d", i), Cents: 1000}))
	}
	return db.Batch(ctx, ops...)
}
