package keys

import (
	"context"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// HierarchicalKey shows the branches of a country.
var HierarchicalKey = recipe.Recipe{
	Name:    "hierarchical-key",
	Problem: "Items have a place in a hierarchy, and are read at each of its levels",
	Pattern: "One sort key has all levels, the widest first: each query gives the leading ones.",
	Not:     "Items are also read by a lower level alone, or move: the place is in the key, and a move is a delete and a put.",
	Costs:   []string{"a country", "a city"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		err := r.Patterns(ctx, &ddbaccess.Catalog{
			Table: BranchTable, Seed: branches,
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.Many("a country", BranchesIn, Branch{Country: "US"}),
				ddbaccess.Many("a region", BranchesIn, Branch{Country: "US", Region: "west"}),
				ddbaccess.Many("a state", BranchesIn, Branch{Country: "US", Region: "west", State: "OR"}),
				ddbaccess.Many("a city", BranchesIn, Branch{Country: "US", Region: "west", State: "OR", City: "Salem"}),
			},
		})
		if err != nil {
			return err
		}
		db, err := r.DB(ctx, BranchTable, nil)
		if err != nil {
			return err
		}
		return r.Step(ctx, "a city without its state", func(ctx context.Context) (string, error) {
			_, err := ddb.Collect(ddb.NewRepository(db, Branches).Query(ctx, BranchesIn(Branch{Country: "US", City: "Salem"})))
			if !errors.Is(err, ddb.ErrModel) {
				return "", fmt.Errorf("a query without the leading levels: %w", err)
			}
			return "refused", nil
		})
	},
}

// branches writes 25 branches for each of two cities of two states of two regions.
func branches(ctx context.Context, db *ddb.DB) error {
	var ops []ddb.Op
	for _, region := range []struct {
		name   string
		states []string
	}{{"west", []string{"OR", "WA"}}, {"east", []string{"MA", "NY"}}} {
		for _, state := range region.states {
			for _, city := range []string{"Salem", "Springfield"} {
				for i := range 25 {
					ops = append(ops, Branches.Put(Branch{
						Country: "US", Region: region.name, State: state, City: city, ID: fmt.Sprintf("%02d", i), Seats: 40,
					}))
				}
			}
		}
	}
	return db.Batch(ctx, ops...)
}
