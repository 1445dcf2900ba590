// Package ddb is a library of books: they are added under a unique ISBN, found by genre and year, and their year can be
// corrected. Package compare/sdk does the same with the SDK alone.
package ddb

import (
	"context"

	"github.com/singletable-go/ddb"
)

// Book is a book.
type Book struct {
	AuthorID string `dynamodbav:"-"`
	ISBN     string `dynamodbav:"-"`
	Title    string `dynamodbav:"title"`
	Genre    string `dynamodbav:"genre"`
	Year     int    `dynamodbav:"year"`
}

// The design.
var (
	Table   = ddb.NewTable("pk", "sk")
	ByGenre = Table.GSI("by-genre", "genre_pk", "genre_sk")
	Books   = ddb.MustDefine(Table, "book", func(b *Book, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("author#"), ddb.Str(&b.AuthorID)), ddb.Key(ddb.Prefix("book#"), ddb.Str(&b.ISBN)))
		d.Index(ByGenre, ddb.Key(ddb.Prefix("genre#"), ddb.Str(&b.Genre)), ddb.Key(ddb.Num(&b.Year, 4), ddb.Prefix("#"), ddb.Str(&b.Title)))
		d.Unique("isbn", ddb.Str(&b.ISBN))
	})
)

// Library is the books of a table. Create adds one.
type Library struct{ *ddb.Repository[Book] }

// InGenre returns the books of a genre since a year, the oldest first.
func (l Library) InGenre(ctx context.Context, genre string, since int) ([]Book, error) {
	return ddb.Collect(l.Query(ctx, Books.On(ByGenre, Book{Genre: genre}).SortKey(ddb.Ge(&Books.Fields().Year, since))))
}

// SetYear corrects the year of a book.
func (l Library) SetYear(ctx context.Context, authorID, isbn string, year int) error {
	b, err := l.Get(ctx, Book{AuthorID: authorID, ISBN: isbn})
	if err == nil {
		_, err = l.Update(ctx, b, ddb.Set(&Books.Fields().Year, year))
	}
	return err
}
