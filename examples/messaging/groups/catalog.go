package groups

import (
	"context"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
)

// PageSize is how many items a list has, unless the reader asks for another number.
const PageSize = 20

// Patterns is the catalog of the access patterns: how much there is in a year, and how often each is called in a second. The
// first four are the original's. The command patterns and the test TestModel measure it.
var Patterns = &ddbaccess.Catalog{
	Title: "The access patterns of message groups", Table: Cruddur, Seed: Sample, Views: []*ddb.View{LastMessage}, Peak: 4,
	Volumes: []ddbaccess.Volume{
		{Entity: Messages, Items: 200_000_000, Bytes: 350, Per: []ddbaccess.Per{{Index: Cruddur.Primary(), Typical: 150, Most: 200_000}}},
		{Entity: Receipts, Items: 200_000_000, Bytes: 150, Per: []ddbaccess.Per{{Index: Cruddur.Primary(), Typical: 150, Most: 200_000}}},
		{Entity: Groups, Items: 4_000_000, Bytes: 450, Per: []ddbaccess.Per{
			{Index: Cruddur.Primary(), Typical: 30, Most: 1_000}, {Index: ByGroup, Typical: 3, Most: 200},
		}},
		{Entity: Members, Items: 4_000_000, Bytes: 200, Per: []ddbaccess.Per{{Index: Cruddur.Primary(), Typical: 3, Most: 200}}},
		{Entity: Marks, Items: 3_000_000, Bytes: 150, Per: []ddbaccess.Per{{Index: Cruddur.Primary(), Typical: 25, Most: 1_000}}},
	},
	Patterns: []*ddbaccess.Pattern{
		ddbaccess.FuncItems("A: messages of a group", readMessages, Reading{UserID: "ada", GroupID: "lighthouse"}).Rate(300),
		ddbaccess.Many("B: groups of a user", listGroups, Reading{UserID: "ada"}).Rate(200),
		ddbaccess.Func("C: a new group", writes(func(ctx context.Context, s *Store, m Sending) error {
			_, err := s.StartOnce(ctx, m.ID, m.From, m.Text, m.With...)
			return err
		}), Sending{ID: firstID, From: kent, Text: "Hello Lena!", With: []Author{moss}}).Rate(0.5),
		ddbaccess.Func("D: a message to a group", writes(func(ctx context.Context, s *Store, m Sending) error {
			_, err := s.SendOnce(ctx, m.ID, m.From, m.GroupID, m.Text)
			return err
		}), Sending{ID: secondID, From: brook, GroupID: "lighthouse", Text: "One more thing: gloves."}).Rate(20),

		ddbaccess.FuncItems("messages of a group in a window", readMessages, Reading{"ada", "lighthouse", morning}).Rate(5),
		ddbaccess.Many("groups of a user in a window", listGroups, Reading{UserID: "ada", Window: morning}).Rate(5),
		ddbaccess.FuncItems("one group of a user", on(func(ctx context.Context, s *Store, r Reading) ([]Group, error) {
			g, err := s.Group(ctx, r.UserID, r.GroupID)
			return []Group{g}, err
		}), Reading{UserID: "ada", GroupID: "lighthouse"}).Rate(20),
		ddbaccess.Many("members of a group", MembersOf, "lighthouse").Fresh(),
		ddbaccess.Many("entries of a group, by the index", EntriesOf, "lighthouse"),
		ddbaccess.Func("a person joins", writes(func(ctx context.Context, s *Store, m Sending) error {
			return s.Add(ctx, m.From, m.GroupID, m.With[0])
		}), Sending{From: brook, GroupID: "lighthouse", With: []Author{moss}}).Rate(0.1),
		ddbaccess.Func("a group was read", writes(func(ctx context.Context, s *Store, r Reading) error {
			_, err := s.MarkRead(ctx, r.UserID, r.GroupID, r.Window.Until)
			return err
		}), Reading{"bayo", "lighthouse", morning}).Rate(50),
		ddbaccess.Many("what a user has read", func(userID string) ddb.Query[Mark] {
			return MarksOf(userID).Limit(PageSize)
		}, "bayo").Rate(200),
	},
}

// Reading is what a person reads: a page of a group, or of their list.
type Reading struct {
	UserID, GroupID string
	Window          Window
}

// Sending is what a person sends, to a group or to people.
type Sending struct {
	ID            string // of the message
	From          Author
	GroupID, Text string
	With          []Author
}

var readMessages = on(func(ctx context.Context, s *Store, r Reading) ([]Message, error) {
	page, err := s.Messages(ctx, r.UserID, r.GroupID, r.Window, PageSize, "")
	return page.Items, err
})

func listGroups(r Reading) ddb.Query[Group] { return GroupsOf(r.UserID, r.Window).Limit(PageSize) }

// on makes what a store reads a function that a pattern calls.
func on[P, T any](read func(context.Context, *Store, P) ([]T, error)) func(context.Context, *ddb.DB, P) ([]T, error) {
	return func(ctx context.Context, db *ddb.DB, p P) ([]T, error) { return read(ctx, NewStore(db, nil), p) }
}

// writes is [on] for what a store writes. It is noon.
func writes[P any](write func(context.Context, *Store, P) error) func(context.Context, *ddb.DB, P) error {
	noon := func() time.Time { return morning.Until }
	return func(ctx context.Context, db *ddb.DB, p P) error {
		return write(ctx, NewStore(db, &Options{Now: noon}), p)
	}
}

// morning is the morning of [Sample].
var morning = Window{
	From:  time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC),
	Until: time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC),
}

// The ids of messages are chosen by the client.
const (
	firstID  = "7c9e6679-7425-40de-944b-e07fc1f90001"
	secondID = "7c9e6679-7425-40de-944b-e07fc1f90002"
)
