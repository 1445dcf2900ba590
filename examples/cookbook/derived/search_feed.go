package derived

import (
	"context"

	"github.com/singletable-go/ddb"
)

// CatalogBook is a book of a library.
type CatalogBook struct {
	ISBN  string `dynamodbav:"-"`
	Title string `dynamodbav:"title"`
}

// The table of a library, and the entity.
var (
	CatalogTable = ddb.NewTable("isbn", "what")

	CatalogBooks = ddb.MustDefine(CatalogTable, "book", func(b *CatalogBook, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("isbn#"), ddb.Str(&b.ISBN)), ddb.Key(ddb.Prefix("about")))
	})
)

// SearchIndex is what finds books by words in their titles. Its documents have the ISBN as their id, so that a second write of
// a document replaces the first. A document that is removed twice is no error.
type SearchIndex interface {
	Write(ctx context.Context, books []CatalogBook, removedISBNs []string) error
}

// FeedSearch writes the books that have changed into the search index, in one call for each batch of the stream. The stream
// says which books have changed; what they are now is read from the table. So a record that comes again, or a dead letter that
// is replayed a day later, does not overwrite a newer title by an older one.
func FeedSearch(mux *ddb.Mux, db *ddb.DB, to SearchIndex) {
	books := ddb.NewRepository(db, CatalogBooks).Consistent()
	mux.HandleBatch(func(ctx context.Context, changes []ddb.Change[any]) error {
		var keys []CatalogBook
		seen := map[CatalogBook]bool{}
		for _, c := range changes {
			for _, image := range []any{c.Old, c.New} {
				if b, ok := image.(CatalogBook); ok && !seen[CatalogBooks.Key(b)] {
					seen[CatalogBooks.Key(b)] = true
					keys = append(keys, CatalogBooks.Key(b))
				}
			}
		}
		if len(keys) == 0 {
			return nil
		}
		current, err := books.BatchGet(ctx, keys)
		if err != nil {
			return err
		}
		var there []CatalogBook
		var gone []string
		for i, b := range current {
			if b.Found() {
				there = append(there, b.Item)
			} else {
				gone = append(gone, keys[i].ISBN)
			}
		}
		return to.Write(ctx, there, gone)
	})
}
