package library_test

import (
	"context"
	"fmt"
	"log"
	"slices"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/library"
)

// What TestModel says if the query loses its limit.
func Example_dearer() {
	ctx := context.Background()
	before, err := library.Patterns.Measure(ctx, ddbmem.New().Client())
	if err != nil {
		log.Fatal(err)
	}
	changed := *library.Patterns
	changed.Patterns = slices.Clone(changed.Patterns)
	for i, p := range changed.Patterns {
		if p.Name() == "20 books of a genre since 1970" {
			changed.Patterns[i] = ddbaccess.Many(p.Name(), func(genre string) ddb.Query[library.Book] { return library.BooksIn(genre, 1970) }, "SF").Finds(400).Rate(30)
		}
	}
	after, err := changed.Measure(ctx, ddbmem.New().Client())
	if err != nil {
		log.Fatal(err)
	}
	for _, change := range after.Changes(before) {
		fmt.Println(change)
	}
	// Output:
	// 20 books of a genre since 1970: limit 20 → none, estimated 1.0 → 12.5 RCU
}
