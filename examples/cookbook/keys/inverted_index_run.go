package keys

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// InvertedIndex shows players and their matches.
var InvertedIndex = recipe.Recipe{
	Name:    "inverted-index",
	Problem: "A relation is read from both of its ends, and the primary key begins with one of them",
	Pattern: "A global index whose partition key is the table's sort key, and whose sort key is its partition key.",
	Not:     "The table has other entities that are read one way only: all of them would be in the index, and paid for.",
	Costs:   []string{"the players of a match", "take a seat"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		return r.Patterns(ctx, &ddbaccess.Catalog{
			Table: SeatTable, Seed: seats,
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.Many("the matches of a player", MatchesOf, "p1"),
				ddbaccess.Many("the players of a match", PlayersOf, "m1"),
				ddbaccess.Write("take a seat", Seats.Create, Seat{Player: "p9", Match: "m1", Team: "red"}),
				ddbaccess.Write("change the team", func(s Seat) ddb.Op {
					return Seats.Update(Seat{Player: s.Player, Match: s.Match}, ddb.Set(&Seats.Fields().Team, s.Team))
				}, Seat{Player: "p1", Match: "m1", Team: "blue"}),
			},
		})
	},
}

// seats writes eight players in three matches.
func seats(ctx context.Context, db *ddb.DB) error {
	var ops []ddb.Op
	for match := range 3 {
		for player := range 8 {
			ops = append(ops, Seats.Put(Seat{
				Player: fmt.Sprintf("p%d", player+1), Match: fmt.Sprintf("m%d", match+1), Team: []string{"red", "blue"}[player%2],
			}))
		}
	}
	return db.Batch(ctx, ops...)
}
