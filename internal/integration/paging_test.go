package integration_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

// A table with every kind of index, in which many rows share a place of every secondary one.
const (
	shelf ddb.Prefix = "shelf#"
	book  ddb.Prefix = "book#"
	all   ddb.Prefix = "books"
	worth ddb.Prefix = "worth#"
)

type Book struct {
	Shelf string `dynamodbav:"shelf"`
	N     int    `dynamodbav:"n"`
	Worth int    `dynamodbav:"worth"`
	Genre string `dynamodbav:"genre"`
	Lang  string `dynamodbav:"lang"`
}

var (
	Library  = ddb.NewTable("pk", "sk")
	ByWorth  = Library.LSI("by-worth", "worth")
	Overall  = Library.GSI("overall", "overall_pk", "overall_sk")
	KeysOnly = Library.GSI("keys-only", "keys_pk", "keys_sk").KeysOnly()
	ByGenre  = Library.MultiGSI("by-genre", []string{"genre", "lang"}, []string{"worth"})

	Books = ddb.MustDefine(Library, "book", func(b *Book, d *ddb.Definition) {
		onShelf := ddb.Key(shelf, ddb.Str(&b.Shelf))
		value := ddb.Key(worth, ddb.Num(&b.Worth, 3))
		d.Primary(onShelf, ddb.Key(book, ddb.Num(&b.N, 4)))
		d.Index(ByWorth, onShelf, ddb.Key(ddb.Native(&b.Worth)))
		d.Index(Overall, ddb.Key(all), value)
		d.Index(KeysOnly, ddb.Key(all), value)
		d.Index(ByGenre, ddb.Key(ddb.Native(&b.Genre), ddb.Native(&b.Lang)), ddb.Key(ddb.Native(&b.Worth)))
	})
)

// Paging forward yields every item once, in order, whichever index and however many rows share a key.
func TestPages(t *testing.T) {
	t.Parallel()
	queries := map[string]ddb.Query[Book]{
		"table":           Books.Query(Book{Shelf: "a"}),
		"local":           Books.On(ByWorth, Book{Shelf: "a"}),
		"global":          Books.On(Overall, Book{}),
		"keys only":       Books.On(KeysOnly, Book{}),
		"multi-attribute": Books.On(ByGenre, Book{Genre: "novel", Lang: "en"}),
	}
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		db := env.Open(t, Library)
		books := ddb.NewRepository(db, Books)
		want := map[int]bool{}
		for n := range 23 {
			_, err := books.Put(t.Context(), Book{Shelf: "a", N: n, Worth: n % 3, Genre: "novel", Lang: "en"})
			require.NoError(t, err)
			want[n] = true
		}
		for name, q := range queries {
			if name == "multi-attribute" && !env.Has(capability.MultiAttributeKeys) {
				_, err := books.Count(t.Context(), q)
				require.ErrorContains(t, err, "Query condition missed key schema element: worth")
				continue
			}
			env.Settles(t, func() bool {
				n, err := books.Count(t.Context(), q)
				return assert.NoError(t, err) && n == len(want)
			})
			for _, size := range []int{5, 23, 100} { // pages that end short, with the last item, and never
				for _, desc := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s/%d/%t", name, size, desc), func(t *testing.T) {
						q := q.Limit(size)
						if desc {
							q = q.Desc()
						}
						got := map[int]bool{}
						var cursor ddb.Cursor
						last, pages := -1, 0
						for {
							page, err := books.Page(t.Context(), q, cursor)
							require.NoError(t, err)
							require.LessOrEqual(t, len(page.Items), size)
							for _, b := range page.Items {
								require.False(t, got[b.N], "book %d came twice", b.N)
								got[b.N] = true
								at := place(name, b)
								if last >= 0 && desc {
									require.LessOrEqual(t, at, last)
								} else {
									require.GreaterOrEqual(t, at, last)
								}
								last = at
							}
							pages++
							if cursor = page.Next; cursor == "" {
								break
							}
						}
						assert.Equal(t, want, got)
						assert.LessOrEqual(t, pages, len(want)/size+1)
					})
				}
			}
		}
	})
}

// place is the position of a book in the index.
func place(index string, b Book) int {
	if index == "table" {
		return b.N
	}
	return b.Worth
}
