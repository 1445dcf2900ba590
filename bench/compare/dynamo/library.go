// Package dynamo is what package compare/ddb does, with guregu/dynamo.
package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/guregu/dynamo/v2"
)

// Book is a book. The functions below fill its keys.
type Book struct {
	PK       string `dynamo:"pk,hash"`
	SK       string `dynamo:"sk,range"`
	GenrePK  string `dynamo:"genre_pk" index:"by-genre,hash"`
	GenreSK  string `dynamo:"genre_sk" index:"by-genre,range"`
	AuthorID string `dynamo:"author_id"`
	ISBN     string `dynamo:"isbn"`
	Title    string `dynamo:"title"`
	Genre    string `dynamo:"genre"`
	Year     int    `dynamo:"year"`
}

// holder is an item that keeps an ISBN unique.
type holder struct {
	PK string `dynamo:"pk,hash"`
	SK string `dynamo:"sk,range"`
}

// Library is the books of a table.
type Library struct {
	DB    *dynamo.DB
	Table string
}

// Add adds a book. The error says which of the two conditions failed only in its text.
func (l Library) Add(ctx context.Context, b Book) error {
	b.PK, b.SK = "author#"+b.AuthorID, "book#"+b.ISBN
	b.GenrePK, b.GenreSK = "genre#"+b.Genre, fmt.Sprintf("%04d#%s", b.Year, b.Title)
	table := l.DB.Table(l.Table)
	return l.DB.WriteTx().
		Put(table.Put(b).If("attribute_not_exists(pk)")).
		Put(table.Put(holder{PK: "isbn#" + b.ISBN, SK: "isbn#" + b.ISBN}).If("attribute_not_exists(pk)")).
		Run(ctx)
}

// InGenre returns the books of a genre since a year, the oldest first.
func (l Library) InGenre(ctx context.Context, genre string, since int) (books []Book, err error) {
	err = l.DB.Table(l.Table).Get("genre_pk", "genre#"+genre).Index("by-genre").
		Range("genre_sk", dynamo.GreaterOrEqual, fmt.Sprintf("%04d", since)).All(ctx, &books)
	if errors.Is(err, dynamo.ErrNotFound) {
		err = nil
	}
	return books, err
}

// SetYear corrects the year of a book.
func (l Library) SetYear(ctx context.Context, authorID, isbn string, year int) error {
	pk, sk := "author#"+authorID, "book#"+isbn
	table := l.DB.Table(l.Table)
	var b Book
	if err := table.Get("pk", pk).Range("sk", dynamo.Equal, sk).One(ctx, &b); err != nil {
		return err
	}
	return table.Update("pk", pk).Range("sk", sk).Set("year", year).Set("genre_sk", fmt.Sprintf("%04d#%s", year, b.Title)).
		If("title = ?", b.Title).Run(ctx)
}
