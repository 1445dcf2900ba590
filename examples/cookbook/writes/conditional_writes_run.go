package writes

import (
	"context"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// ConditionalWrites shows writes that depend on what is stored.
var ConditionalWrites = recipe.Recipe{
	Name:    "conditional-writes",
	Problem: "What may be written depends on what is stored, and others write it too",
	Pattern: "A condition in the write itself: DynamoDB evaluates it and writes as one step, and a refusal brings the item back.",
	Not:     "It depends on several items: that is a transaction.",
	Costs:   []string{"reserve 3", "a price"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, StockTable, nil)
		if err != nil {
			return err
		}
		create := func(ctx context.Context) (string, error) {
			err := db.Do(ctx, Stocks.Create(Stock{SKU: "lamp", Left: 5, Cents: 4900, PriceNo: 1}))
			if errors.Is(err, ddb.ErrExists) {
				return "it exists already", nil
			}
			return "", err
		}
		if err := r.Step(ctx, "create a stock of 5", create); err != nil {
			return err
		}
		if err := r.Step(ctx, "create it again", create); err != nil {
			return err
		}
		for _, what := range []string{"reserve 3", "reserve 3 more"} {
			err = r.Step(ctx, what, func(ctx context.Context) (string, error) {
				err := Reserve(ctx, db, "lamp", 3)
				if errors.Is(err, ErrSoldOut) {
					return err.Error(), nil
				}
				return "", err
			})
			if err != nil {
				return err
			}
		}
		for _, price := range []struct {
			what  string
			cents int
			no    int64
		}{{"a price", 3900, 3}, {"an older price, late", 4500, 2}, {"the price again", 3900, 3}} {
			err := r.Step(ctx, price.what, func(ctx context.Context) (string, error) {
				set, err := SetPrice(ctx, db, "lamp", price.cents, price.no)
				return fmt.Sprintf("set: %t", set), err
			})
			if err != nil {
				return err
			}
		}
		s, err := ddb.NewRepository(db, Stocks).Get(ctx, Stock{SKU: "lamp"})
		r.Say("stored: %d left, %d cents", s.Left, s.Cents)
		return err
	},
}
