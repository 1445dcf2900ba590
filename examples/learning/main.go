package main

import (
	"context"

	"github.com/urfave/cli/v3"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
)

func main() { app.Main(learning()) }

// learning is the example as a command.
func learning() app.Example {
	size := DefaultSize
	count := func(name, usage string, n *int) cli.Flag {
		return &cli.IntFlag{Name: name, Usage: usage, Value: *n, Destination: n, Validator: atLeastOne}
	}
	return app.Example{
		Name:  "learning",
		About: "a learning platform on one table",
		Table: Platform,
		Flags: []cli.Flag{
			&cli.Uint64Flag{Name: "seed", Usage: "`number` that the random data grows from", Value: size.Seed, Destination: &size.Seed},
			count("tracks", "`number` of tracks", &size.Tracks),
			count("courses", "`number` of courses of each track", &size.Courses),
			count("chapters", "`number` of chapters of each course", &size.Chapters),
			count("versions", "`number` of versions of each chapter, at most", &size.Versions),
			count("students", "`number` of students", &size.Students),
			count("enrollments", "`number` of enrollments of each student", &size.Enrollments),
		},
		Seed: func(ctx context.Context, db *ddb.DB, report func(done, total int)) error {
			return Generate(size).Write(ctx, NewStore(db), report)
		},
		Patterns: func(db *ddb.DB) []app.Pattern { return accessPatterns(NewStore(db), Generate(size)) },
	}
}
