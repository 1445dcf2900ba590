// Thingstodo is a guide to things to do on one DynamoDB table.
//
//	go run ./examples/thingstodo        # create the table, seed it, run every access pattern
//	go run ./examples/thingstodo -h
package main

import (
	"context"

	"github.com/urfave/cli/v3"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

func main() { app.Main(thingsToDo()) }

// thingsToDo is the example as a command.
func thingsToDo() app.Example {
	c := &commands{size: things.DefaultSize}
	size := &c.size
	count := func(name, usage string, n *int, least int) cli.Flag {
		return &cli.IntFlag{Name: name, Usage: usage, Value: *n, Destination: n, Validator: atLeast(least)}
	}
	return app.Example{
		Name:  "thingstodo",
		About: "a guide to things to do on one table",
		Table: things.OneTable,
		Flags: []cli.Flag{
			&cli.Uint64Flag{Name: "seed", Usage: "`number` that seeds the random data", Value: size.Seed, Destination: &size.Seed},
			count("organisers", "`number` of organisers", &size.Organisers, 1),
			count("things", "`number` of things to do of each organiser", &size.Things, things.States),
			count("users", "`number` of users", &size.Users, 1),
			count("children", "`number` of children of each user, at most", &size.Children, 1),
			count("favourites", "`number` of favourites of each user, at most", &size.Favourites, 1),
			count("bookings", "`number` of bookings of each user", &size.Bookings, 1),
		},
		Seed: func(ctx context.Context, db *ddb.DB, report func(done, total int)) error {
			return things.Generate(c.size).Write(ctx, db, report)
		},
		Patterns: things.Patterns,
		Needs:    app.Needs{"bookings of an organiser from a day": capability.MultiAttributeKeys},
		Commands: c.all(),
		Drop:     publishers.Drop,
		MayDrop:  publishers.Check,
	}
}
