package library

import (
	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
)

// Patterns is what the library does with its books, how often in a second, and how many there are.
var Patterns = &ddbaccess.Catalog{
	Title: "A library", Table: Table, Seed: Sample, Peak: 5,
	Volumes: []ddbaccess.Volume{
		{Entity: Authors, Items: 20_000, Bytes: 120},
		{Entity: Books, Items: 300_000, Bytes: 250, Per: []ddbaccess.Per{
			{Index: Table.Primary(), Typical: 15, Most: 400}, {Index: ByGenre, Typical: 500, Most: 40_000},
		}},
	},
	Patterns: []*ddbaccess.Pattern{
		ddbaccess.Get("a book", Books, dispossessed).Rate(50),
		ddbaccess.Whole("an author with all books", WholeAuthor, "butler").Rate(20),
		ddbaccess.Many("20 books of a genre since 1970", func(genre string) ddb.Query[Book] {
			return BooksIn(genre, 1970).Limit(20)
		}, "SF").Finds(400).Rate(30),
		ddbaccess.Write("add a book", Books.Create, talents).Rate(0.1),
		ddbaccess.Write("correct a year", SetYear, Correction{dispossessed, 1975}).Rate(0.01),
	},
}

// Correction is a book as it is stored, and its right year.
type Correction struct {
	Book Book
	Year int
}

// SetYear corrects the year of a book. Its index entry needs the title, which the book has.
func SetYear(c Correction) ddb.Op {
	f := Books.Fields()
	return Books.Update(c.Book, ddb.Set(&f.Year, c.Year))
}
