package ddbaccess_test

import (
	"context"
	"fmt"
	"os"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
)

type Author struct {
	ID   string `dynamodbav:"-"`
	Name string `dynamodbav:"name"`
}

type Book struct {
	ID       string `dynamodbav:"-"`
	AuthorID string `dynamodbav:"-"`
	Title    string `dynamodbav:"title"`
}

var (
	Library = ddb.NewTable("pk", "sk")

	Authors = ddb.MustDefine(Library, "author", func(a *Author, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("a#"), ddb.Str(&a.ID)), ddb.Key(ddb.Prefix("a#")))
	})
	Books = ddb.MustDefine(Library, "book", func(b *Book, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("a#"), ddb.Str(&b.AuthorID)), ddb.Key(ddb.Prefix("b#"), ddb.Str(&b.ID)))
	})
)

// BooksBy is the books of an author.
func BooksBy(author string) ddb.Query[Book] { return Books.Query(Book{AuthorID: author}) }

// Shelves is how the library is used.
var Shelves = &ddbaccess.Catalog{
	Title: "A library", Table: Library, Peak: 4,
	Seed: func(ctx context.Context, db *ddb.DB) error {
		return db.Batch(ctx,
			Authors.Put(Author{ID: "1", Name: "Ann"}),
			Books.Put(Book{ID: "1", AuthorID: "1", Title: "One"}), Books.Put(Book{ID: "2", AuthorID: "1", Title: "Two"}))
	},
	Volumes: []ddbaccess.Volume{
		{Entity: Authors, Items: 10_000, Bytes: 200},
		{Entity: Books, Items: 200_000, Bytes: 2_000, Per: []ddbaccess.Per{{Index: Library.Primary(), Typical: 20, Most: 900}}},
	},
	Patterns: []*ddbaccess.Pattern{
		ddbaccess.Get("author by id", Authors, Author{ID: "1"}).Rate(50),
		ddbaccess.Many("books by an author", BooksBy, "1").Rate(20),
		ddbaccess.Write("a new book", Books.Create, Book{ID: "3", AuthorID: "1", Title: "Three"}).Rate(0.5),
	},
}

func Example() {
	report, err := Shelves.Measure(context.Background(), ddbmem.New().Client())
	if err != nil {
		panic(err)
	}
	for _, p := range report.Patterns {
		q := p.Requests[0]
		fmt.Printf("%s: %s %s\n  measured %v, estimated %v\n", p.Name, q.Operation, q.Keys[0], p.Measured, *p.Estimated)
	}
	// Output:
	// author by id: GetItem pk = "a#{ID}" AND sk = "a#"
	//   measured 0.5 R, estimated 0.5 R
	// books by an author: Query pk = "a#{AuthorID}" AND begins_with(sk, "b#")
	//   measured 0.5 R, estimated 5 R
	// a new book: PutItem put book pk = "a#{AuthorID}" AND sk = "b#{ID}" IF attribute_not_exists(pk)
	//   measured 1 W, estimated 2 W
}

func ExampleReport_Markdown() {
	report, err := Shelves.Measure(context.Background(), ddbmem.New().Client())
	if err != nil {
		panic(err)
	}
	if err := report.Markdown(os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// # A library
	//
	// ## Patterns
	//
	// Each pattern was run once on the sample. Units are read units (R) and write units (W).
	//
	// | # | access pattern | request | index | key condition | items | requests | measured | estimated | at most | calls/s |
	// | --: | --- | --- | --- | --- | --: | --: | --: | --: | --: | --: |
	// | 1 | author by id | GetItem | primary | `pk = "a#{ID}" AND sk = "a#"` | 1 | 1 | 0.5 R | 0.5 R | 50 R | 50 |
	// | 2 | books by an author | Query | primary | `pk = "a#{AuthorID}" AND begins_with(sk, "b#")` | 2 | 1 | 0.5 R | 5 R | 128.5 R × pages | 20 |
	// | 3 | a new book | PutItem | primary | `put book pk = "a#{AuthorID}" AND sk = "b#{ID}" IF attribute_not_exists(pk)` |  | 1 | 1 W | 2 W | 400 W | 0.5 |
	//
	// Measured is what the example of a pattern cost on the sample. Estimated is what it would cost at the declared volumes.
	//
	// At most: what a request costs in the table if each item has 400 KB. 128.5 R × pages is 128.5 R for each page of 1 MB that a query reads.
	//
	// ## Busiest keys
	//
	// The busiest partition key of each kind, at 4 times the rates. A partition has 3,000 R and 1,000 W a second.
	//
	// | partition key | index | R/s | W/s | of a partition |
	// | --- | --- | --: | --: | --: |
	// | `a#{ID}` | primary | 1.81 | 0.018 | &lt; 0.1 % |
	//
	// ## Storage
	//
	// Items and index entries at the declared volumes, with the 100 bytes that DynamoDB adds to each, and without the library's own.
	//
	// | index | bytes | W/s |
	// | --- | --: | --: |
	// | primary | 403 MB | 1 |
	//
	// ## Design
	//
	// ```
	// ENTITY  INDEX    PARTITION KEY  SORT KEY  WHEN
	// author  primary  a#{ID}         a#
	// book    primary  a#{AuthorID}   b#{ID}
	// ```
}

func ExamplePattern_RunJSON() {
	ctx := context.Background()
	db := ddb.New(ddbmem.New().Client(), "library", Library, nil)
	if err := db.CreateTable(ctx); err != nil {
		panic(err)
	}
	if err := Shelves.Seed(ctx, db); err != nil {
		panic(err)
	}
	books := Shelves.Patterns[1]
	fmt.Println(books.Name(), books.Parameter(), books.Example())
	items, err := books.RunJSON(ctx, db, []byte(`"1"`))
	fmt.Println(items, err)
	// Output:
	// books by an author string 1
	// [{1 1 One} {2 1 Two}] <nil>
}
