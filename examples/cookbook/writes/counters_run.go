package writes

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// Counters shows counts with and without a lost response.
var Counters = recipe.Recipe{
	Name:    "counters",
	Problem: "Many requests at once count something, and none may be lost",
	Pattern: "Add in an update: DynamoDB adds where the item is. With a token it adds once, even if a response is lost.",
	Not:     "One counter has more than 1,000 writes a second, the limit of a partition: then aggregate a stream, or shard the counter.",
	Costs:   []string{"count a view", "count a sale"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		f, err := newFaulty(ctx, r, StoryTable, ddb.Options{})
		if err != nil {
			return err
		}
		stories := ddb.NewRepository(f.db, Stories)
		if _, err := stories.Create(ctx, Story{ID: "storm", Title: "Storm over the coast"}); err != nil {
			return err
		}
		step := func(what string, count func(context.Context, *ddb.DB, string) error) error {
			return r.Step(ctx, what, func(ctx context.Context) (string, error) { return "", count(ctx, f.db, "storm") })
		}
		show := func() error {
			s, err := stories.Consistent().Get(ctx, Story{ID: "storm"})
			r.Say("  %s, %s", count(s.Views, "view"), count(s.Sold, "sale"))
			return err
		}
		if err := step("count a view", CountView); err != nil {
			return err
		}
		if err := step("count a sale", CountSale); err != nil {
			return err
		}
		if err := show(); err != nil {
			return err
		}
		f.lose("UpdateItem")
		if err := step("count a view, the response is lost", CountView); err != nil {
			return err
		}
		f.lose("TransactWriteItems")
		if err := step("count a sale, the response is lost", CountSale); err != nil {
			return err
		}
		r.Say("  what a lost response cost is not in it; a token that is known already costs a read")
		return show()
	},
}

func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
