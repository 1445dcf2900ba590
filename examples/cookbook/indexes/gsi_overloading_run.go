package indexes

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// GSIOverloading shows a library.
var GSIOverloading = recipe.Recipe{
	Name:    "gsi-overloading",
	Problem: "Each entity needs another index, and a table has at most 20 global ones by default",
	Pattern: "One index whose key attributes hold another thing for each entity, with a literal before it.",
	Not:     "Few indexes are needed: one for each pattern says what it holds, can be dropped alone, and costs no more.",
	Costs:   []string{"the loans due on a day", "lend a book"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		return r.Patterns(ctx, &ddbaccess.Catalog{
			Table: LibraryTable, Seed: libraryOfThree,
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.One("the member with an address", MemberByEmail, "ANN@example.org"),
				ddbaccess.Many("the loans due on a day", DueOn, "2026-03-16"),
				ddbaccess.Many("the books on a shelf", OnShelf, "SF"),
				ddbaccess.Write("lend a book", Loans.Create, Loan{MemberID: "bob", ISBN: "9780000000009", Due: "2026-03-17"}),
			},
		})
	},
}

// libraryOfThree writes two members, a loan of each, and ten books.
func libraryOfThree(ctx context.Context, db *ddb.DB) error {
	ops := []ddb.Op{
		Members.Put(Member{ID: "ann", Email: "Ann@example.org"}),
		Members.Put(Member{ID: "bob", Email: "bob@example.org"}),
		Loans.Put(Loan{MemberID: "ann", ISBN: "9780000000001", Due: "2026-03-16"}),
		Loans.Put(Loan{MemberID: "bob", ISBN: "9780000000002", Due: "2026-03-16"}),
	}
	for i := range 10 {
		ops = append(ops, Shelves.Put(Shelved{ISBN: fmt.Sprintf("97800000000%02d", i), Shelf: "SF", Title: fmt.Sprintf("Title %d", i)}))
	}
	return db.Batch(ctx, ops...)
}
