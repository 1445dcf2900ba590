// Package library is the model of the README: authors and their books on one table, and the books of a genre in an index.
package library

import "github.com/singletable-go/ddb"

// The literals of the keys.
const author, book, genre, hash ddb.Prefix = "author#", "book#", "genre#", "#"

// Author is an author of books.
type Author struct {
	ID   string `dynamodbav:"-"` // it is in the key
	Name string `dynamodbav:"name"`
}

// Book is a book. It is stored beside its author.
type Book struct {
	AuthorID string `dynamodbav:"-"`
	ISBN     string `dynamodbav:"-"`
	Title    string `dynamodbav:"title"`
	Genre    string `dynamodbav:"genre"`
	Year     int    `dynamodbav:"year"`
}

// The table, its index, and the keys of both entities in them.
var (
	Table   = ddb.NewTable("pk", "sk")
	ByGenre = Table.GSI("by-genre", "genre_pk", "genre_sk")

	Authors = ddb.MustDefine(Table, "author", func(a *Author, d *ddb.Definition) {
		id := ddb.Key(author, ddb.Str(&a.ID))
		d.Primary(id, id)
	})
	Books = ddb.MustDefine(Table, "book", func(b *Book, d *ddb.Definition) {
		d.Primary(ddb.Key(author, ddb.Str(&b.AuthorID)), ddb.Key(book, ddb.Str(&b.ISBN)))
		d.Index(ByGenre,
			ddb.Key(genre, ddb.Str(&b.Genre)), ddb.Key(ddb.Num(&b.Year, 4), hash, ddb.Str(&b.Title)))
		d.Unique("isbn", ddb.Str(&b.ISBN))
	})
)

// BooksIn is an access pattern: the books of a genre since a year, the oldest first.
func BooksIn(genre string, since int) ddb.Query[Book] {
	f := Books.Fields()
	return Books.On(ByGenre, Book{Genre: genre}).SortKey(ddb.Ge(&f.Year, since))
}

// WholeAuthor is an author with all books, of two types, in one request.
func WholeAuthor(id string) ddb.Collection {
	return Authors.Query(Author{ID: id}).Collection()
}
