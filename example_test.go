package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// The model: no client, no context, no strings at call sites.

const (
	author ddb.Prefix = "author#"
	book   ddb.Prefix = "book#"
	genre  ddb.Prefix = "genre#"
)

type Author struct {
	ID   string `dynamodbav:"-"`
	Name string `dynamodbav:"name"`
}

type Book struct {
	AuthorID string `dynamodbav:"-"`
	ISBN     string `dynamodbav:"-"`
	Title    string `dynamodbav:"title"`
	Genre    string `dynamodbav:"genre"`
	Year     int    `dynamodbav:"year"`
}

var (
	Library = ddb.NewTable("pk", "sk")
	ByGenre = Library.GSI("by-genre", "genre_pk", "genre_sk")

	Authors = ddb.MustDefine(Library, "author", func(a *Author, d *ddb.Definition) {
		id := ddb.Key(author, ddb.Str(&a.ID))
		d.Primary(id, id)
	})
	Books = ddb.MustDefine(Library, "book", func(b *Book, d *ddb.Definition) {
		d.Primary(ddb.Key(author, ddb.Str(&b.AuthorID)), ddb.Key(book, ddb.Str(&b.ISBN)))
		d.Index(ByGenre, ddb.Key(genre, ddb.Fold(&b.Genre)), ddb.Key(ddb.Num(&b.Year, 4)))
	})
)

// An access pattern is a function that returns a query.

func BooksIn(genre string, since int) ddb.Query[Book] {
	f := Books.Fields()
	return Books.On(ByGenre, Book{Genre: genre}).SortKey(ddb.Ge(&f.Year, since))
}

func Example() {
	ctx := context.Background()
	client := ddbmem.New().Client() // or dynamodb.NewFromConfig(cfg)
	db := ddb.New(client, "library", Library, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	authors, books := ddb.NewRepository(db, Authors), ddb.NewRepository(db, Books)

	_, err := authors.Create(ctx, Author{ID: "le-guin", Name: "Ursula K. Le Guin"})
	for _, b := range []Book{
		{AuthorID: "le-guin", ISBN: "9780441478125", Title: "The Left Hand of Darkness", Genre: "SF", Year: 1969},
		{AuthorID: "le-guin", ISBN: "9780060512750", Title: "The Dispossessed", Genre: "SF", Year: 1974},
	} {
		_, e := books.Create(ctx, b)
		err = errors.Join(err, e)
	}
	if err != nil {
		log.Fatal(err)
	}

	fmt.Println(BooksIn("sf", 1970)) // every query explains itself
	for b, err := range books.Query(ctx, BooksIn("sf", 1970)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(b.Year, b.Title)
	}

	f := Books.Fields() // the year is part of an index key: its row moves in the same request
	moved, err := books.Update(ctx, Book{AuthorID: "le-guin", ISBN: "9780060512750", Genre: "SF"}, ddb.Set(&f.Year, 1975))
	if err != nil {
		log.Fatal(err)
	}
	n, err := books.Count(ctx, BooksIn("sf", 1975))
	fmt.Println(moved.Title, moved.Year, n, err)

	var who []Author
	var wrote []Book
	whole := Authors.Query(Author{ID: "le-guin"}).Collection()
	if err := db.Gather(ctx, whole, Authors.Into(&who), Books.Into(&wrote)); err != nil { // one request, two types
		log.Fatal(err)
	}
	fmt.Println(who[0].Name, "wrote", len(wrote), "books")

	_, err = authors.Get(ctx, Author{ID: "nobody"})
	fmt.Println(errors.Is(err, ddb.ErrNotFound), err)

	// Output:
	// Query by-genre: genre_pk = "genre#sf" AND genre_sk BETWEEN "1970" AND "\U0010ffff"
	// 1974 The Dispossessed
	// The Dispossessed 1975 1 <nil>
	// Ursula K. Le Guin wrote 2 books
	// true ddb: get author pk="author#nobody" sk="author#nobody": not found
}
