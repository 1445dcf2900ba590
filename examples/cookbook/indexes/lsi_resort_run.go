package indexes

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// LSIResort shows the sessions of a player.
var LSIResort = recipe.Recipe{
	Name:    "lsi-resort",
	Problem: "An item collection is read in a second order, and what was just written must be in it",
	Pattern: "A local index: the same partition key with another sort key, which can be read consistently.",
	Not:     "A collection may reach 10 GB, or an eventually consistent read is enough: a global index has no such limit.",
	Costs:   []string{"the best three, consistently", "end a session"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		return r.Patterns(ctx, &ddbaccess.Catalog{
			Table: SessionTable, Seed: sessions,
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.Write("end a session", Sessions.Create, Session{Player: "ann", Began: recipe.Begin, Points: 990}),
				ddbaccess.Many("the best three, consistently", func(player string) ddb.Query[Session] {
					return BestSessions(player, 3)
				}, "ann"),
				ddbaccess.Many("sessions of 900 points or more", func(player string) ddb.Query[Session] {
					return SessionsAbove(player, 900)
				}, "ann"),
				ddbaccess.FuncItems("the best three, without the index", bestByHand, "ann"),
			},
		})
	},
}

// bestByHand is what it costs to read all sessions and sort them here.
func bestByHand(ctx context.Context, db *ddb.DB, player string) ([]Session, error) {
	all, err := ddb.Collect(ddb.NewRepository(db, Sessions).Query(ctx, Sessions.Query(Session{Player: player}).Consistent()))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b Session) int { return cmp.Compare(b.Points, a.Points) })
	return all[:min(3, len(all))], nil
}

// sessions writes 500 sessions of a player.
func sessions(ctx context.Context, db *ddb.DB) error {
	var ops []ddb.Op
	for i := range 500 {
		ops = append(ops, Sessions.Put(Session{Player: "ann", Began: recipe.Begin.Add(time.Duration(i-500) * time.Hour), Points: i * 37 % 1000}))
	}
	return db.Batch(ctx, ops...)
}
