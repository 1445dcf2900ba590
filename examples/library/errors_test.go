package library_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/library"
)

// status is the status of a response to a request that ended in err.
func status(err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, ddb.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, ddb.ErrExists), errors.Is(err, ddb.ErrConflict), errors.Is(err, ddb.ErrNotUnique):
		return http.StatusConflict
	case errors.Is(err, ddb.ErrKey), errors.Is(err, ddb.ErrValue), errors.Is(err, ddb.ErrCursor):
		return http.StatusBadRequest // a value that cannot be stored, a cursor of another query; before any request
	case errors.Is(err, ddb.ErrThrottled), errors.Is(err, ddb.ErrOutcomeUnknown):
		return http.StatusServiceUnavailable // ErrOutcomeUnknown: a response was lost, the write may have been done
	}
	return http.StatusInternalServerError // ErrModel: a mistake in the program
}

// newBooks returns the books of a new table.
func newBooks(ctx context.Context) (*dynamodb.Client, *ddb.DB, *ddb.Repository[library.Book]) {
	client := ddbmem.New().Client()
	db := ddb.New(client, "library", library.Table, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	return client, db, ddb.NewRepository(db, library.Books)
}

func TestErrorsHaveAStatus(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	_, db, books := newBooks(ctx)
	kindred := library.Book{AuthorID: "butler", ISBN: "9780807083697", Title: "Kindred", Genre: "SF", Year: 1979}
	_, err := books.Get(ctx, kindred)
	assert.Equal(t, http.StatusNotFound, status(err))
	_, err = books.Create(ctx, kindred)
	assert.Equal(t, http.StatusOK, status(err))
	_, err = books.Create(ctx, kindred)
	assert.Equal(t, http.StatusConflict, status(err))
	have, ok := library.Books.Current(err)
	require.True(t, ok, "the stored item that made the write fail")
	assert.Equal(t, kindred, have)
	other := kindred
	other.AuthorID = "another"
	_, err = books.Create(ctx, other)
	assert.Equal(t, http.StatusConflict, status(err))
	_, err = books.Create(ctx, library.Book{AuthorID: "butler", Title: "Without an ISBN"})
	assert.Equal(t, http.StatusBadRequest, status(err))
	_, err = books.Update(ctx, library.Book{AuthorID: "butler", ISBN: "9780807083697"}, ddb.Set(&library.Books.Fields().Year, 1980))
	assert.Equal(t, http.StatusInternalServerError, status(err))

	err = db.Transact(ctx, library.Authors.Create(library.Author{ID: "butler"}), library.Books.Create(kindred))
	tx, ok := errors.AsType[*ddb.TransactError](err)
	require.True(t, ok)
	assert.ErrorIs(t, tx.At(1), ddb.ErrExists, "why the second write failed")
}

// A message has the operation, the entity, the key, the cause and what to do.
func Example_messages() {
	ctx := context.Background()
	client, _, books := newBooks(ctx)
	kindred := library.Book{AuthorID: "butler", ISBN: "9780807083697", Title: "Kindred", Genre: "SF", Year: 1979}
	if _, err := books.Create(ctx, kindred); err != nil {
		log.Fatal(err)
	}

	_, err := books.Create(ctx, kindred)
	fmt.Println(err)

	f := library.Books.Fields()
	_, err = books.Update(ctx, kindred, ddb.Add(&f.Year, 1))
	fmt.Println(err)

	_, err = ddb.Collect(books.Query(ctx, library.Books.On(library.ByGenre, library.Book{Genre: "SF"}).SortKey(ddb.Ge(&f.Title, "K"))))
	fmt.Println(err)

	_, err = client.UpdateItem(ctx, &dynamodb.UpdateItemInput{ // a program without the library
		TableName: aws.String("library"), Key: map[string]types.AttributeValue{"pk": str("author#butler"), "sk": str("book#9780807083697")},
		UpdateExpression:         aws.String("SET #year = :year"),
		ExpressionAttributeNames: map[string]string{"#year": "year"}, ExpressionAttributeValues: map[string]types.AttributeValue{":year": str("1979")},
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = books.Get(ctx, kindred)
	fmt.Println(err)

	shop := ddb.NewTable("pk", "sk")
	_, err = ddb.Define(shop, "order", func(o *struct{ Customer, ID string }, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Str(&o.Customer), ddb.Str(&o.ID)), ddb.Key(ddb.Prefix("order")))
	})
	fmt.Println(err)

	// Output:
	// ddb: create book pk="author#butler" sk="book#9780807083697": exists already
	// ddb: update book pk="author#butler" sk="book#9780807083697": Year is part of by-genre: add Year leaves a value that only DynamoDB knows; set it
	// ddb: query book on by-genre: SortKey: Title comes after Year in sort key "{Year:4}#{Title}": fix Year with Eq first
	// ddb: get book: decode book pk="author#butler" sk="book#9780807083697": Year: unmarshal failed, cannot unmarshal string into Go value type int
	// ddb: define order: primary: partition key "{Customer}{ID}": needs a literal between {Customer} and {ID}
}
