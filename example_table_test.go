package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// The design page of a table, for a README; a test that compares it keeps both true.
func ExampleTable_Describe() {
	if err := Library.Describe(os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// ENTITY  INDEX     PARTITION KEY       SORT KEY     WHEN
	// author  primary   author#{ID}         author#{ID}
	// book    primary   author#{AuthorID}   book#{ISBN}
	//         by-genre  genre#{Genre:fold}  {Year:4}
}

// A program that creates its table when it starts, and finds it there the next time.
func ExampleDB_CreateTable() {
	ctx := context.Background()
	db := openMarket(ctx)

	switch err := db.CreateTable(ctx); {
	case errors.Is(err, ddb.ErrModel):
		fmt.Println("another table has the name:", err)
	case errors.Is(err, ddb.ErrExists):
		fmt.Println("it is there, as the model says")
	case err == nil:
		fmt.Println("it was created")
	}
	// Output:
	// it is there, as the model says
}

// A wrong name costs nothing: a table that is not the model's is not deleted.
func ExampleDB_DropTable() {
	ctx := context.Background()
	client := ddbmem.New().Client()
	market, library := ddb.New(client, "market", Market, nil), ddb.New(client, "library", Library, nil)
	err := errors.Join(market.CreateTable(ctx), library.CreateTable(ctx))
	if err != nil {
		log.Fatal(err)
	}

	wrong := ddb.New(client, "library", Market, nil)
	fmt.Println(wrong.DropTable(ctx))
	fmt.Println(market.DropTable(ctx), library.DropTable(ctx))
	// Output:
	// ddb: drop table "library": refused, and nothing was deleted: this may not be the model's table; ForceDropTable goes on all the same: pending: the table does not have this index
	// by-genre: the model does not have this index
	// <nil> <nil>
}
