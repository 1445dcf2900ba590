// Messaging is the message groups of a social network on one DynamoDB table: people who talk to each other, two or two
// hundred at a time. Each of them sees their groups, the one that was written to last on top, and reads a group from its
// newest message back.
//
//	go run ./examples/messaging          # create the table, seed it, run every access pattern
//	go run ./examples/messaging serve    # a page to read and write messages on
//	go run ./examples/messaging -h
package main

import (
	"cmp"
	"time"

	"github.com/singletable-go/ddb"
)

// The literals of the keys.
const (
	msg ddb.Prefix = "MSG#"
	grp ddb.Prefix = "GRP#"
	mbr ddb.Prefix = "MBR#"
	sep ddb.Prefix = "#"
)

// The table. Its items carry no type attribute: the prefix of the partition key is the type.
var (
	Cruddur = ddb.NewTable("pk", "sk").TypeAttribute("")
	ByGroup = Cruddur.GSI("message-group-sk-index", "message_group_uuid", "sk")
)

// Author is a person, as messages and groups hold a copy of them. People themselves live elsewhere: see [Directory].
type Author struct {
	UserID      string `dynamodbav:"user_uuid"`
	DisplayName string `dynamodbav:"user_display_name"`
	Handle      string `dynamodbav:"user_handle"`
}

// Message is what somebody wrote in a group.
type Message struct {
	GroupID   string    `dynamodbav:"-"`
	CreatedAt time.Time `dynamodbav:"-"`
	ID        string    `dynamodbav:"message_uuid"`
	Text      string    `dynamodbav:"message"`
	Author              // who wrote it
}

// Messages stand in their group's partition, in the order of time. The id makes two messages of the same nanosecond two.
var Messages = ddb.MustDefine(Cruddur, "message", func(m *Message, d *ddb.Definition) {
	d.Primary(ddb.Key(msg, ddb.Str(&m.GroupID)), ddb.Key(ddb.Time(&m.CreatedAt), sep, ddb.Str(&m.ID)))
})

// Group is a message group as one participant sees it in their list: there is a row for each of them.
type Group struct {
	OwnerID string    `dynamodbav:"-"` // whose list it is in
	LastAt  time.Time `dynamodbav:"-"` // when the newest message was written
	GroupID string    `dynamodbav:"message_group_uuid"`
	Last    string    `dynamodbav:"message"`         // the newest message
	Title   string    `dynamodbav:"title,omitempty"` // of a group of more than two
	Author            // the other participant; of a larger group, one of the others
}

// Name is what the owner sees the group as.
func (g Group) Name() string {
	if g.Title != "" {
		return g.Title
	}
	return g.DisplayName
}

// Groups stand in their owner's partition, in the order of their newest message, so that a new message moves the row to
// another key: see [LastMessage]. The index has the table's own sort key, and holds these rows alone, since no other item
// has its partition attribute.
var Groups = ddb.MustDefine(Cruddur, "group", func(g *Group, d *ddb.Definition) {
	lastAt := ddb.Key(ddb.Time(&g.LastAt), sep, ddb.Str(&g.GroupID))
	d.Primary(ddb.Key(grp, ddb.Str(&g.OwnerID)), lastAt)
	d.Index(ByGroup, ddb.Key(ddb.Native(&g.GroupID)), lastAt)
})

// Member says that somebody takes part in a group, and where their row of it stands.
type Member struct {
	GroupID string    `dynamodbav:"-"`
	UserID  string    `dynamodbav:"-"`
	LastAt  time.Time `dynamodbav:"last_message_at"`             // that of the row: with it the row's key is known
	LastID  string    `dynamodbav:"last_message_uuid,omitempty"` // the newest message; of those of one nanosecond, that of the last key
	Title   string    `dynamodbav:"title,omitempty"`             // for the row of somebody who is added
}

// Members are read strongly consistently, which an index cannot be: they decide who may read a group, and the first message
// of a new group finds all of its rows through them.
var Members = ddb.MustDefine(Cruddur, "member", func(m *Member, d *ddb.Definition) {
	d.Primary(ddb.Key(mbr, ddb.Str(&m.GroupID)), ddb.Key(ddb.Str(&m.UserID)))
})

// LastMessage moves the row of every member of a group to the group's newest message, never back in time: a message that
// comes late, or again, finds newer rows and leaves them. Newer is what comes later in the group's partition, by time and then
// by id, so that two messages of one instant leave all rows at the same one. Row and member are written in one transaction.
var LastMessage = ddb.FanOutVia("last-message", Messages, Members, Groups,
	func(m Message) ddb.Query[Member] { return MembersOf(m.GroupID) },
	func(m Member) Group { return Group{OwnerID: m.UserID, LastAt: m.LastAt, GroupID: m.GroupID} },
	func(c ddb.Change[Message], m *Member, g *Group) bool {
		newer := cmp.Or(c.New.CreatedAt.Compare(m.LastAt), cmp.Compare(c.New.ID, m.LastID)) > 0
		if c.Kind != ddb.Inserted || !newer {
			return false
		}
		g.LastAt, g.Last = c.New.CreatedAt, c.New.Text
		m.LastAt, m.LastID = c.New.CreatedAt, c.New.ID
		return true
	})
