package compare_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	ours "github.com/singletable-go/ddb/bench/compare/ddb"
	guregu "github.com/singletable-go/ddb/bench/compare/dynamo"
	"github.com/singletable-go/ddb/bench/compare/sdk"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/ddbview"
)

// Author is an author, with the number of books.
type Author struct {
	ID    string `dynamodbav:"-"`
	Name  string `dynamodbav:"name"`
	Books int    `dynamodbav:"books"`
}

var (
	authors = ddb.MustDefine(ours.Table, "author", func(a *Author, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("author#"), ddb.Str(&a.ID))
		d.Primary(id, id)
	})
	output = ddbview.MustAggregate("output", ours.Books, authors, func(b *ours.Book, a *Author) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&b.AuthorID, &a.ID), ddbview.Count(&a.Books)}
	})
)

func ddbReadsAll(t *testing.T) {
	e, db, _ := openOurs(t)
	_, err := ddb.NewRepository(db, authors).Create(t.Context(), Author{ID: "le-guin", Name: "Ursula K. Le Guin"})
	require.NoError(t, err)
	before := e.cost()
	var as []Author
	var books []ours.Book
	require.NoError(t, db.Gather(t.Context(), authors.Query(Author{ID: "le-guin"}).Collection(), authors.Into(&as), ours.Books.Into(&books)))
	assert.Equal(t, []Author{{ID: "le-guin", Name: "Ursula K. Le Guin"}}, as)
	require.Len(t, books, 1)
	assert.Equal(t, dispossessed.Title, books[0].Title)
	assert.EqualValues(t, 1, e.cost().minus(before).requests)
}

func ddbReportsUnknown(t *testing.T) {
	e, db, _ := openOurs(t)
	e.put(t, unknown)
	var as []Author
	var books []ours.Book
	err := db.GatherAll(t.Context(), authors.Query(Author{ID: "le-guin"}).Collection(), authors.Into(&as), ours.Books.Into(&books))
	assert.Len(t, books, 1)
	assert.ErrorContains(t, err, `pk="author#le-guin" sk="award#hugo"`)
	t.Log(err)
}

// deleted deletes the item of a book, and nothing else.
func deleted(t *testing.T, e *engine) {
	t.Helper()
	_, err := e.client().DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
		TableName: aws.String(tableName), Key: map[string]types.AttributeValue{"pk": text("author#le-guin"), "sk": text("book#9780060512750")},
	})
	require.NoError(t, err)
}

func sdkForgetsTheISBN(t *testing.T) {
	e := withOneBook(t)
	deleted(t, e)
	l := sdk.Library{Client: e.client(), Table: tableName}
	err := l.Add(t.Context(), sdk.Book{AuthorID: "le-guin", ISBN: dispossessed.ISBN, Title: "The Dispossessed", Genre: "SF", Year: 1974})
	assert.ErrorIs(t, err, sdk.ErrTaken)
}

func dynamoForgetsTheISBN(t *testing.T) {
	e := newEngine(t)
	l := contenders[1].open(t, e).(onDynamo)
	seed(t, l, dispossessed)
	table := l.l.DB.Table(tableName)
	require.NoError(t, table.Delete("pk", "author#le-guin").Range("sk", "book#9780060512750").Run(t.Context()))
	b := guregu.Book{AuthorID: "le-guin", ISBN: dispossessed.ISBN, Title: "The Dispossessed", Genre: "SF", Year: 1974}
	assert.ErrorContains(t, l.l.Add(t.Context(), b), "[None, ConditionalCheckFailed]")
}

func electroDBForgetsTheISBN(t *testing.T) {
	n := newNode(t, newEngine(t))
	seed(t, onElectroDB{n}, dispossessed)
	require.NoError(t, n.run(t.Context(), nil, "remove", "le-guin", dispossessed.ISBN))
	assert.ErrorContains(t, onElectroDB{n}.add(t.Context(), dispossessed), "another book has the ISBN")
}

func ddbFreesTheISBN(t *testing.T) {
	_, _, books := openOurs(t)
	other := ours.Book{AuthorID: "another", ISBN: dispossessed.ISBN, Title: "A copy", Genre: "SF", Year: 1974}
	_, err := books.Create(t.Context(), other)
	require.ErrorIs(t, err, ddb.ErrNotUnique)
	require.NoError(t, books.Delete(t.Context(), ours.Book{AuthorID: "le-guin", ISBN: dispossessed.ISBN}))
	_, err = books.Create(t.Context(), other)
	assert.NoError(t, err)
}

// Every change is delivered twice: the second reader has a store of its own.
func ddbCounts(t *testing.T) {
	ctx := t.Context()
	e, db, books := openOurs(t)
	writers := ddb.NewRepository(db, authors)
	_, err := writers.Create(ctx, Author{ID: "le-guin"})
	require.NoError(t, err)
	_, err = books.Create(ctx, ours.Book{AuthorID: "le-guin", ISBN: darkness.ISBN, Title: darkness.Title, Genre: "SF", Year: 1969})
	require.NoError(t, err)
	for range 2 {
		mux := ddb.NewMux(ours.Table, nil)
		mux.Maintain(db, output)
		require.NoError(t, ddbstream.NewReader(e.StreamsClient(), tableName, mux, &ddbstream.MemoryStore{}, nil).Drain(ctx))
		a, err := writers.Get(ctx, Author{ID: "le-guin"})
		require.NoError(t, err)
		assert.Equal(t, 2, a.Books)
	}
}
