package library_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// edition is a book whose attributes are its keys.
type edition struct {
	AuthorID string `dynamodbav:"author_id"`
	ISBN     string `dynamodbav:"isbn"`
	Title    string `dynamodbav:"title"`
	Genre    string `dynamodbav:"genre"`
	Year     int    `dynamodbav:"year"`
}

// The index of one entity needs no key of its own.
var (
	shelf        = ddb.NewTable("author_id", "isbn")
	shelfByGenre = shelf.MultiGSI("by-genre", []string{"genre"}, []string{"year", "title"})
	editions     = ddb.MustDefine(shelf, "edition", func(e *edition, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Native(&e.AuthorID)), ddb.Key(ddb.Native(&e.ISBN)))
		d.Index(shelfByGenre, ddb.Key(ddb.Native(&e.Genre)), ddb.Key(ddb.Native(&e.Year), ddb.Native(&e.Title)))
	})
)

func TestAnIndexOfAttributesNeedsNoTitleForAYear(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := ddb.New(ddbmem.New().Client(), "library", shelf, nil)
	require.NoError(t, db.CreateTable(ctx))
	books, f := ddb.NewRepository(db, editions), editions.Fields()
	_, err := books.Create(ctx, edition{AuthorID: "butler", ISBN: "9780807083697", Title: "Kindred", Genre: "SF", Year: 1997})
	require.NoError(t, err)
	_, err = books.Update(ctx, edition{AuthorID: "butler", ISBN: "9780807083697"}, ddb.Set(&f.Year, 1979))
	require.NoError(t, err)
	found, err := ddb.Collect(books.Query(ctx, editions.On(shelfByGenre, edition{Genre: "SF"}).SortKey(ddb.Ge(&f.Year, 1979))))
	require.NoError(t, err)
	require.Len(t, found, 1)
	assert.Equal(t, 1979, found[0].Year)
}
