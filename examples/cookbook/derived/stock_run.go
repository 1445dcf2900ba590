package derived

import (
	"context"
	"errors"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// StockKept sells the last pieces.
var StockKept = recipe.Recipe{
	Name:    "stock",
	Problem: "An order takes pieces out of the stock, and no piece may be sold twice",
	Pattern: "One transaction creates the order and lowers each count, on the condition that it does not go below zero.",
	Not:     "A product is ordered hundreds of times a second: transactions on one item conflict. Then spread its stock over items.",
	Costs:   []string{"an order of two products", "cancel it"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, ShopTable, nil)
		if err != nil {
			return err
		}
		if err := db.Batch(ctx, Stocks.Put(Stock{SKU: "lamp", Pieces: 5}), Stocks.Put(Stock{SKU: "bulb", Pieces: 9})); err != nil {
			return err
		}
		stocks := ddb.NewRepository(db, Stocks).Consistent()
		place := func(id string, lines map[string]int) func(ctx context.Context) (string, error) {
			return func(ctx context.Context) (string, error) {
				err := PlaceOrder(ctx, db, ShopOrder{ID: id, Lines: lines})
				if errors.Is(err, ErrSoldOut) {
					return "refused", nil
				}
				return "", err
			}
		}
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) (string, error)
		}{
			{"an order of two products", place("o1", map[string]int{"lamp": 3, "bulb": 3})},
			{"the same order again", place("o1", map[string]int{"lamp": 3, "bulb": 3})},
			{"an order of more lamps than there are", place("o2", map[string]int{"lamp": 3, "bulb": 3})},
			{"cancel it", func(ctx context.Context) (string, error) { return "", CancelOrder(ctx, db, "o1") }},
			{"cancel it again", func(ctx context.Context) (string, error) { return "", CancelOrder(ctx, db, "o1") }},
			{"the second order again", place("o2", map[string]int{"lamp": 3, "bulb": 3})},
		} {
			if err := r.Step(ctx, s.what, s.do); err != nil {
				return err
			}
			found, err := stocks.BatchGet(ctx, []Stock{{SKU: "lamp"}, {SKU: "bulb"}})
			if err != nil {
				return err
			}
			r.Say("  %d lamps, %d bulbs", found[0].Item.Pieces, found[1].Item.Pieces)
		}
		return nil
	},
}
