package writes

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// Transactions shows a transfer that is made once, and why one is refused.
var Transactions = recipe.Recipe{
	Name:    "transactions",
	Problem: "Several items change together, once, even if the caller asks twice",
	Pattern: "One transaction for all of them, and for an item that the request has its id from: if that exists, all was done.",
	Not:     "The writes need not be seen together: a batch costs half, and an outbox does the rest later.",
	Costs:   []string{"ann gives bob 30", "both wallets, as of one moment"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		f, err := newFaulty(ctx, r, GameTable, ddb.Options{})
		if err != nil {
			return err
		}
		if err := f.db.Batch(ctx, Wallets.Put(Wallet{Player: "ann", Coins: 100}), Wallets.Put(Wallet{Player: "bob"})); err != nil {
			return err
		}
		for _, s := range []struct {
			what string
			gift Gift
		}{
			{"ann gives bob 30", Gift{"g1", "ann", "bob", 30}},
			{"ann gives bob 10, the response is lost", Gift{"g2", "ann", "bob", 10}},
			{"the first gift again, by a caller that crashed", Gift{"g1", "ann", "bob", 30}},
			{"61 of 60 coins", Gift{"g3", "ann", "bob", 61}},
			{"to a player who is gone", Gift{"g4", "ann", "eve", 1}},
			{"another gift with the id of the first", Gift{"g1", "ann", "bob", 31}},
		} {
			if s.gift.ID == "g2" {
				f.lose("TransactWriteItems")
			}
			err := r.Step(ctx, s.what, func(ctx context.Context) (string, error) {
				if err := Give(ctx, f.db, s.gift); err != nil {
					return err.Error(), nil
				}
				return "done", nil
			})
			if err != nil {
				return err
			}
		}
		return r.Step(ctx, "both wallets, as of one moment", func(ctx context.Context) (string, error) {
			ann, bob, err := Both(ctx, f.db, "ann", "bob")
			return fmt.Sprintf("%d and %d", ann.Coins, bob.Coins), err
		})
	},
}
