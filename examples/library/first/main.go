// First writes the first item of the library to DynamoDB, with the credentials and the region of the environment.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/library"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	cfg, err := config.LoadDefaultConfig(ctx) // credentials and region from the environment
	if err != nil {
		return err
	}
	db := ddb.New(dynamodb.NewFromConfig(cfg), "library", library.Table, nil)
	if err := db.CreateTable(ctx); err != nil && !errors.Is(err, ddb.ErrExists) {
		return err
	}
	books := ddb.NewRepository(db, library.Books)
	b, err := books.Create(ctx, library.Book{AuthorID: "butler", ISBN: "9780807083697", Title: "Kindred", Genre: "SF", Year: 1979})
	fmt.Fprintln(out, b, err)
	return err
}
