package ddb_test

import (
	"context"
	"fmt"
	"log"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// A job over a large table leaves capacity to others, says how far it is, and continues after a crash.
func ExampleJobOptions() {
	ctx := context.Background()
	db := ddb.New(ddbmem.New().Client(), "catalog", Catalog, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	err := db.Batch(ctx,
		Products.Put(Product{ID: "tea", Name: "Green tea"}),
		Reviews.Put(Review{ProductID: "tea", By: "ann", Stars: 5}),
		Reviews.Put(Review{ProductID: "tea", By: "bob", Stars: 3}))
	if err != nil {
		log.Fatal(err)
	}

	var saved ddb.Cursor // in production, in a file or an item
	var last ddb.Progress
	err = Ratings.Rebuild(ctx, db, &ddb.JobOptions{
		Workers:    4,
		Rate:       500,
		Resume:     saved,
		Checkpoint: func(c ddb.Cursor) { saved = c },
		Progress:   func(p ddb.Progress) { last = p },
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d sources, %d target\n", last.Sources, last.Targets)

	// Output:
	// 2 sources, 1 target
}
