package keys

import (
	"context"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// Graph shows players who follow each other.
var Graph = recipe.Recipe{
	Name:    "graph",
	Problem: "People, places and dates are related in many ways, and read by what they have in common",
	Pattern: "Nodes and typed edges on one table, dates and places as nodes, and on each edge what readers want to know of its target.",
	Not:     "Questions follow paths of any length: then use a graph database.",
	Costs:   []string{"a player with all edges", "who was born in 1990"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		type years struct{ From, Until string }
		err := r.Patterns(ctx, &ddbaccess.Catalog{
			Table: GraphTable, Seed: players,
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.Whole("a player with all edges", WholeNode, "player/ann"),
				ddbaccess.Many("who was born on a day", func(date string) ddb.Query[Edge] { return EdgesTo(date, Born) }, "date/1990-05-17"),
				ddbaccess.Many("who was born in 1990", func(y years) ddb.Query[Edge] {
					return EdgesByData(Born, y.From, y.Until)
				}, years{"1990", "1991"}),
				ddbaccess.Many("players named B…", func(name string) ddb.Query[Node] { return NodesNamed("player", name) }, "B"),
			},
		})
		if err != nil {
			return err
		}
		db, err := r.DB(ctx, GraphTable, nil)
		if err != nil {
			return err
		}
		if err := players(ctx, db); err != nil {
			return err
		}
		if err := r.Step(ctx, "whom ann follows in two hops", func(ctx context.Context) (string, error) {
			found, err := Reach(ctx, db, "player/ann", Follows, 2)
			return strings.Join(found, " "), err
		}); err != nil {
			return err
		}
		return r.Step(ctx, "follow", func(ctx context.Context) (string, error) {
			return "", db.Do(ctx, Edges.Create(Edge{From: "player/dan", Relation: Follows, To: "player/ann", Data: "Ann"}))
		})
	},
}

// players writes four players, when they were born, where they live, and whom they follow.
func players(ctx context.Context, db *ddb.DB) error {
	var ops []ddb.Op
	places, dates := map[string]bool{}, map[string]bool{}
	for _, p := range []struct{ name, born, lives, follows string }{
		{"Ann", "1990-05-17", "Oslo", "Bob"},
		{"Bob", "1990-05-17", "Rome", "Cyd"},
		{"Cyd", "1990-11-02", "Oslo", "Dan"},
		{"Dan", "1987-01-30", "Rome", ""},
	} {
		id := "player/" + strings.ToLower(p.name)
		ops = append(ops,
			Nodes.Put(Node{ID: id, Kind: "player", Data: p.name}),
			Edges.Put(Edge{From: id, Relation: Born, To: "date/" + p.born, Data: p.born}),
			Edges.Put(Edge{From: id, Relation: Lives, To: "place/" + p.lives, Data: p.lives}))
		if p.follows != "" {
			ops = append(ops, Edges.Put(Edge{From: id, Relation: Follows, To: "player/" + strings.ToLower(p.follows), Data: p.follows}))
		}
		if !dates[p.born] {
			dates[p.born] = true
			ops = append(ops, Nodes.Put(Node{ID: "date/" + p.born, Kind: "date", Data: p.born}))
		}
		if !places[p.lives] {
			places[p.lives] = true
			ops = append(ops, Nodes.Put(Node{ID: "place/" + p.lives, Kind: "place", Data: p.lives}))
		}
	}
	return db.Batch(ctx, ops...)
}
