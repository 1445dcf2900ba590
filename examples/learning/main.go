// Learning is a learning platform on one DynamoDB table: tracks of courses, courses of chapters, and students who
// enroll, have preferences and make progress. Two indexes are overloaded, and each access pattern is one request. Chapters
// keep their history, emails are unique, and the stream derives xp from progress.
//
//	go run ./examples/learning        # create the table, seed it, run every access pattern
//	go run ./examples/learning -h
package main

import (
	"context"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/letters"
	"github.com/singletable-go/ddb/examples/internal/streams"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
)

func main() { app.Main(learning()) }

// learning is the example as a command.
func learning() app.Example {
	c := &commands{size: school.DefaultSize}
	size := &c.size
	count := func(name, usage string, n *int) cli.Flag {
		return &cli.IntFlag{Name: name, Usage: usage, Value: *n, Destination: n, Validator: atLeastOne}
	}
	return app.Example{
		Name:  "learning",
		About: "a learning platform on one table",
		Table: platform.Table,
		Flags: []cli.Flag{
			&cli.Uint64Flag{Name: "seed", Usage: "`number` that seeds the random data", Value: size.Seed, Destination: &size.Seed},
			count("tracks", "`number` of tracks", &size.Tracks),
			count("courses", "`number` of courses of each track", &size.Courses),
			count("chapters", "`number` of chapters of each course", &size.Chapters),
			count("versions", "`number` of versions of each chapter, at most", &size.Versions),
			count("students", "`number` of students", &size.Students),
			count("enrollments", "`number` of enrollments of each student", &size.Enrollments),
			&cli.IntFlag{Name: "writes", Usage: "`number` of writes that stream makes before it ends; 0 makes none and follows the table", Destination: &c.writes, Validator: notNegative},
			&cli.DurationFlag{Name: "pause", Usage: "`time` between two of those writes", Value: 100 * time.Millisecond, Destination: &c.pause},
			&cli.StringFlag{Name: "dead-letters", Usage: "`file` for changes that stream cannot handle", Value: "dead-letters.jsonl", Destination: &c.deadLetters},
		},
		Seed: func(ctx context.Context, db *ddb.DB, report func(done, total int)) error {
			return school.Generate(*size).Write(ctx, platform.NewStore(db), report)
		},
		Derive:   c.rebuild,
		Patterns: platform.Patterns,
		Check:    c.verify,
		Drop:     readers.Drop,
		MayDrop:  readers.Check,
		Commands: []app.Command{
			{Name: "serve", About: "serve GraphQL and a query page, and maintain the derived values", NeedsTable: true, NeedsData: true, Flags: c.serveFlags(), Check: c.checkAddr, Begin: c.listen, Run: c.serve},
			{Name: "load", About: "serve, and send operations from many clients", NeedsTable: true, NeedsData: true, Flags: c.loadFlags(), Run: c.load},
			{Name: "stream", About: "follow the changes, print them, and maintain the derived values", NeedsTable: true, NeedsData: true, Run: c.stream},
			{Name: "replay", About: "handle the dead letters of stream again", NeedsTable: true, Run: c.replay},
			{Name: "verify", About: "report derived values that differ from their sources", NeedsTable: true, NeedsData: true, Run: c.verify},
			{Name: "rebuild", About: "rebuild the derived values", NeedsTable: true, NeedsData: true, Run: c.rebuild},
			streams.Command(),
			letters.Command(func(db *ddb.DB) *ddb.Mux { return platform.NewStore(db).Mux(nil) }),
		},
	}
}
