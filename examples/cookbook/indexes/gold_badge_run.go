package indexes

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// GoldBadge shows the players with a badge.
var GoldBadge = recipe.Recipe{
	Name:    "gold-badge",
	Problem: "Very few of all players have a badge, and a page lists them",
	Pattern: "An index over the badge and its date themselves: only players who have both are in it, and the page is one query.",
	Not:     "The badge becomes common: then one partition holds too many of them, and its key needs shards.",
	Costs:   []string{"everyone with gold", "award gold"},
	Varies:  "a scan is rounded up for each partition, and engines differ in how many a table has",
	Run: func(ctx context.Context, r *recipe.Run) error {
		won := recipe.Begin.Unix()
		err := r.Patterns(ctx, &ddbaccess.Catalog{
			Table: PlayerTable, Seed: threeOf2000,
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.Many("everyone with gold", WithBadge, "gold"),
				ddbaccess.Write("award gold", Award, Player{ID: "0005", Badge: "gold", WonAt: won}),
				ddbaccess.Write("revoke it", Revoke, "0005"),
				ddbaccess.Write("rename a player without a badge", func(p Player) ddb.Op {
					return Players.Update(Player{ID: p.ID}, ddb.Set(&Players.Fields().Name, p.Name))
				}, Player{ID: "0006", Name: "Zoe"}),
			},
		})
		if err != nil {
			return err
		}
		db, err := r.DB(ctx, PlayerTable, nil)
		if err != nil {
			return err
		}
		if err := threeOf2000(ctx, db); err != nil {
			return err
		}
		return r.Step(ctx, "everyone with gold, by a scan", func(ctx context.Context) (string, error) {
			n := 0
			for p, err := range ddb.NewRepository(db, Players).Scan(ctx, nil) {
				if err != nil {
					return "", err
				}
				if p.Badge == "gold" {
					n++
				}
			}
			return fmt.Sprintf("%d players", n), nil
		})
	},
}

// threeOf2000 writes 2,000 players, of whom three have gold.
func threeOf2000(ctx context.Context, db *ddb.DB) error {
	var ops []ddb.Op
	for i := range 2000 {
		p := Player{ID: fmt.Sprintf("%04d", i), Name: fmt.Sprintf("Player %04d", i)}
		if i%700 == 100 {
			p.Badge, p.WonAt = "gold", recipe.Begin.Unix()+int64(i)
		}
		ops = append(ops, Players.Put(p))
	}
	return db.Batch(ctx, ops...)
}
