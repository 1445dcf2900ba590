package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// spoiledLibrary has two books that can be read, and one between whose year is text.
func spoiledLibrary(ctx context.Context) (*ddb.DB, *ddb.Repository[Book]) {
	client := ddbmem.New().Client()
	db := ddb.New(client, "library", Library, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	for i, isbn := range []string{"9780060512750", "9780061054884", "9780441478125"} {
		attrs, err := Books.Encode(Book{AuthorID: "le-guin", ISBN: isbn, Title: fmt.Sprint("Book ", i+1), Genre: "SF", Year: 1970 + i})
		if err != nil {
			log.Fatal(err)
		}
		if i == 1 {
			attrs["year"] = &types.AttributeValueMemberS{Value: "MCMLXXI"}
		}
		if _, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("library"), Item: attrs}); err != nil {
			log.Fatal(err)
		}
	}
	return db, ddb.NewRepository(db, Books)
}

// An item that cannot be read is an error of its own, and the list goes on.
func ExampleItemError() {
	ctx := context.Background()
	_, books := spoiledLibrary(ctx)
	for b, err := range books.Query(ctx, Books.Query(Book{AuthorID: "le-guin"})) {
		if bad, ok := errors.AsType[*ddb.ItemError](err); ok {
			fmt.Println("not readable:", bad.Key)
			continue
		}
		if err != nil {
			log.Fatal(err) // of the request: it is the last
		}
		fmt.Println(b.ISBN, b.Title)
	}
	// Output:
	// 9780060512750 Book 1
	// not readable: pk="author#le-guin" sk="book#9780061054884"
	// 9780441478125 Book 3
}

// Collect stops at the first item that cannot be read, CollectAll does not.
func ExampleCollectAll() {
	ctx := context.Background()
	_, books := spoiledLibrary(ctx)
	all := books.Query(ctx, Books.Query(Book{AuthorID: "le-guin"}))
	some, err := ddb.Collect(all)
	fmt.Println(len(some), err != nil)
	some, err = ddb.CollectAll(all)
	fmt.Println(len(some), err)
	// Output:
	// 1 true
	// 2 ddb: query book: decode book pk="author#le-guin" sk="book#9780061054884": Year: unmarshal failed, cannot unmarshal string into Go value type int
}
