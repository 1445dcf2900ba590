package ddb_test

import (
	"context"
	"log"
	"log/slog"
	"os"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
)

// Telemetry: a line for each request, with the access pattern that made it.
func Example_observe() {
	lines := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	observe := func(ctx context.Context, r *ddbobserve.Request) {
		used := r.Consumed()
		lines.InfoContext(ctx, r.Operation, "pattern", r.Pattern, "entity", r.Entity, "index", r.Index,
			"items", r.Items[r.Entity].Count, "read", used.Read, "write", used.Write, "attempts", r.Attempts, "failed", r.Err != nil)
	}

	ctx := context.Background()
	db := ddb.New(ddbmem.New().Client(), "library", Library, &ddb.Options{Observe: observe})
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	books := ddb.NewRepository(db, Books)
	ctx = ddbobserve.WithPattern(ctx, "add a book")
	if _, err := books.Create(ctx, Book{AuthorID: "le-guin", ISBN: "9780060512750", Title: "The Dispossessed", Genre: "SF", Year: 1974}); err != nil {
		log.Fatal(err)
	}
	ctx = ddbobserve.WithPattern(ctx, "books of a genre")
	if _, err := ddb.Collect(books.Query(ctx, BooksIn("sf", 1970))); err != nil {
		log.Fatal(err)
	}

	// Output:
	// msg=PutItem pattern="add a book" entity=book index=primary items=0 read=0 write=2 attempts=1 failed=false
	// msg=Query pattern="books of a genre" entity=book index=by-genre items=1 read=0.5 write=0 attempts=1 failed=false
}

// withoutTime keeps the output of the example the same.
func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
		return slog.Attr{}
	}
	return a
}
