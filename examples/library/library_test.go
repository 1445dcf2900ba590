package library_test

import (
	"testing"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/library"
)

func TestBooksAreFoundByGenreAndYear(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := ddb.New(ddbmem.New().Client(), "library", library.Table, nil) // the one line for tests
	if err := db.CreateTable(ctx); err != nil {
		t.Fatal(err)
	}
	books := ddb.NewRepository(db, library.Books)
	kindred := library.Book{AuthorID: "butler", ISBN: "9780807083697", Title: "Kindred", Genre: "SF", Year: 1979}
	if _, err := books.Create(ctx, kindred); err != nil {
		t.Fatal(err)
	}
	found, err := ddb.Collect(books.Query(ctx, library.BooksIn("SF", 1970)))
	if err != nil || len(found) != 1 || found[0] != kindred {
		t.Fatal(found, err)
	}
}
