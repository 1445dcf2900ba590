package versions

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// NumberedVersions amends a contract, and reads its past.
var NumberedVersions = recipe.Recipe{
	Name:    "numbered-versions",
	Problem: "A contract is amended, and every version must stay readable by its number",
	Pattern: "The latest version is the item itself; each write puts a copy of it under its number, in one transaction.",
	Not:     "Large items change in small parts: each version is a whole copy. Then keep the changes, as in event-sourcing.",
	Costs:   []string{"the latest version", "amend it"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		const id = "c7"
		return r.Patterns(ctx, &ddbaccess.Catalog{
			Table: ContractTable, Seed: fourVersions(id),
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.Get("the latest version", Contracts, Contract{ID: id}),
				ddbaccess.FuncItems("version 2", func(ctx context.Context, db *ddb.DB, n int64) ([]Contract, error) {
					c, err := ContractAt(ctx, db, id, n)
					return []Contract{c}, err
				}, 2),
				ddbaccess.FuncItems("the newest three", func(ctx context.Context, db *ddb.DB, n int) ([]Contract, error) {
					return NewestVersions(ctx, db, id, n)
				}, 3),
				ddbaccess.Func("amend it", func(ctx context.Context, db *ddb.DB, terms string) error {
					_, err := AmendContract(ctx, db, id, func(c *Contract) error { c.Terms = terms; return nil })
					return err
				}, "60 months"),
				ddbaccess.Func("keep the newest two of five", func(ctx context.Context, db *ddb.DB, n int) error {
					return KeepNewest(ctx, db, id, n)
				}, 2),
			},
		})
	},
}

// fourVersions writes a contract and amends it three times.
func fourVersions(id string) func(context.Context, *ddb.DB) error {
	return func(ctx context.Context, db *ddb.DB) error {
		if err := db.Do(ctx, Contracts.Create(Contract{ID: id, Terms: "12 months"})); err != nil {
			return err
		}
		for years := 2; years <= 4; years++ {
			_, err := AmendContract(ctx, db, id, func(c *Contract) error {
				c.Terms = fmt.Sprintf("%d months", 12*years)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}
