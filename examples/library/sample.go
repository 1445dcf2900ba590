package library

import (
	"context"

	"github.com/singletable-go/ddb"
)

// Books of the sample, and one that is not in it.
var (
	kindred      = Book{AuthorID: "butler", ISBN: "9780807083697", Title: "Kindred", Genre: "SF", Year: 1979}
	sower        = Book{AuthorID: "butler", ISBN: "9780446675505", Title: "Parable of the Sower", Genre: "SF", Year: 1993}
	fledgling    = Book{AuthorID: "butler", ISBN: "9781583226902", Title: "Fledgling", Genre: "horror", Year: 2005}
	darkness     = Book{AuthorID: "le-guin", ISBN: "9780441478125", Title: "The Left Hand of Darkness", Genre: "SF", Year: 1969}
	dispossessed = Book{AuthorID: "le-guin", ISBN: "9780060512750", Title: "The Dispossessed", Genre: "SF", Year: 1974}
	talents      = Book{AuthorID: "butler", ISBN: "9781888363814", Title: "Parable of the Talents", Genre: "SF", Year: 1998}
)

// Sample writes two authors and some of their books.
func Sample(ctx context.Context, db *ddb.DB) error {
	return db.Transact(ctx,
		Authors.Create(Author{ID: "butler", Name: "Octavia E. Butler"}), Authors.Create(Author{ID: "le-guin", Name: "Ursula K. Le Guin"}),
		Books.Create(kindred), Books.Create(sower), Books.Create(fledgling), Books.Create(darkness), Books.Create(dispossessed),
	)
}
