// Messaging runs the message groups of a social network on one DynamoDB table: see package groups.
//
//	go run ./examples/messaging          # create the table, seed it, run every access pattern
//	go run ./examples/messaging serve    # a page to read and write messages on
//	go run ./examples/messaging -h
package main

import (
	"github.com/urfave/cli/v3"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/letters"
	"github.com/singletable-go/ddb/examples/internal/streams"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

func main() { app.Main(messaging()) }

// messaging is the example as a command.
func messaging() app.Example {
	c := &commands{}
	windowEnd := func(name, usage string, to *string) cli.Flag {
		return &cli.StringFlag{Name: name, Usage: usage + ", such as 2026-03-02T09:30:00Z", Destination: to}
	}
	return app.Example{
		Name:  "messaging",
		About: "message groups on one table",
		Table: groups.Cruddur,
		On:    "cruddur-messages",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "user", Usage: "`handle` of the reader", Value: groups.People[0].Handle, Destination: &c.user},
			&cli.StringFlag{Name: "group", Usage: "`uuid` of a group (default: the first one that seed writes)", Destination: &c.group},
			&cli.IntFlag{Name: "limit", Usage: "`number` of messages or groups at most", Value: groups.PageSize, Destination: &c.limit, Validator: app.AtLeast(1)},
			&cli.StringFlag{Name: "cursor", Usage: "the `cursor` of the previous page", Destination: &c.cursor},
			windowEnd("from", "only from this `time` on", &c.from),
			windowEnd("until", "only before this `time`", &c.until),
			&cli.StringFlag{Name: "addr", Usage: "`address` that serve listens on", Value: "127.0.0.1:8080", Destination: &c.addr},
			&cli.BoolFlag{Name: "cache", Usage: "serve keeps in memory who is a member, and says what that saves", Destination: &c.cache},
		},
		Seed:     groups.Seed,
		Patterns: groups.Patterns,
		Drop:     readers.Drop,
		MayDrop:  readers.Check,
		Commands: []app.Command{
			{Name: "schema-load", About: "create the table, or check the existing one", Run: c.schemaLoad},
			{Name: "list-tables", About: "list the tables", NeedsData: true, Run: c.listTables},
			{Name: "get-conversation", About: "print the newest messages of a group, and the cost", NeedsTable: true, NeedsData: true, Check: c.check, Run: c.getConversation},
			{Name: "list-conversations", About: "print a user's groups, and the cost", NeedsTable: true, NeedsData: true, Check: c.check, Run: c.listConversations},
			{Name: "serve", About: "serve the API and the page, and keep the lists in order", NeedsTable: true, NeedsData: true, Check: c.checkAddr, Run: c.serve},
			streams.Command(),
			letters.Command(func(db *ddb.DB) *ddb.Mux { return groups.NewStore(db, nil).Mux(nil) }),
		},
	}
}
