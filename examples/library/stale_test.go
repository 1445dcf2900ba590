package library_test

import (
	"context"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/library"
)

// The same correction twice, by the SDK and by the library. The sort key of by-genre has the year and the title.
func Example_staleIndexEntry() {
	ctx := context.Background()
	client := ddbmem.New().Client()
	db := ddb.New(client, "library", library.Table, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	books, f := ddb.NewRepository(db, library.Books), library.Books.Fields()
	_, err := books.Create(ctx, library.Book{AuthorID: "le-guin", ISBN: "9780060512750", Title: "The Dispossessed", Genre: "SF", Year: 1947})
	if err != nil {
		log.Fatal(err)
	}

	// The SDK: no error, and no reader of the index sees the change.
	_, err = client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 aws.String("library"),
		Key:                       map[string]types.AttributeValue{"pk": str("author#le-guin"), "sk": str("book#9780060512750")},
		UpdateExpression:          aws.String("SET #year = :year"),
		ExpressionAttributeNames:  map[string]string{"#year": "year"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":year": &types.AttributeValueMemberN{Value: "1974"}},
	})
	n, _ := books.Count(ctx, library.BooksIn("SF", 1974))
	fmt.Println("the SDK:", err, "- books since 1974:", n)

	// The library: refused before any request, until the index entry can be written too.
	key := library.Book{AuthorID: "le-guin", ISBN: "9780060512750"}
	_, err = books.Update(ctx, key, ddb.Set(&f.Year, 1974))
	fmt.Println(err)

	key.Title = "The Dispossessed" // which the update checks: another title is a conflict
	_, err = books.Update(ctx, key, ddb.Set(&f.Year, 1974))
	n, _ = books.Count(ctx, library.BooksIn("SF", 1974))
	fmt.Println("with the title:", err, "- books since 1974:", n)

	// Output:
	// the SDK: <nil> - books since 1974: 0
	// ddb: update book pk="author#le-guin" sk="book#9780060512750": by-genre needs Title (the edit touches its key): give it in If(Eq(…)), or in the key given by example
	// with the title: <nil> - books since 1974: 1
}

func str(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
