package indexes

import (
	"context"
	"fmt"
	"time"

	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// MostRecent shows the newest shops.
var MostRecent = recipe.Recipe{
	Name:    "most-recent",
	Problem: "A page shows the newest items of all partitions: the last shops that registered",
	Pattern: "An index with a partition for each day, read from today back until the page is full.",
	Not:     "Items are so few or so unevenly spread that most days are empty: then take one partition, or N shards.",
	Costs:   []string{"the newest 5", "the newest 40"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, ShopTable, nil)
		if err != nil {
			return err
		}
		if err := r.Step(ctx, "register 100 shops, one every two hours", func(ctx context.Context) (string, error) {
			for i := range 100 {
				if err := db.Do(ctx, RegisterShop(Shop{ID: fmt.Sprintf("s%03d", i), Name: "Shop", Registered: r.Now()})); err != nil {
					return "", err
				}
				r.Pass(2 * time.Hour)
			}
			return "", nil
		}); err != nil {
			return err
		}
		newest := func(n int) error {
			return r.Step(ctx, fmt.Sprintf("the newest %d", n), func(ctx context.Context) (string, error) {
				shops, err := NewestShops(ctx, db, r.Now(), n, 30)
				if err != nil || len(shops) == 0 {
					return "none", err
				}
				return fmt.Sprintf("%d shops, %s to %s", len(shops), shops[0].ID, shops[len(shops)-1].ID), nil
			})
		}
		for _, n := range []int{5, 40, 1000} {
			if err := newest(n); err != nil {
				return err
			}
		}
		r.Pass(40 * 24 * time.Hour)
		r.Say("Forty days later, without a new shop:")
		return newest(5)
	},
}
