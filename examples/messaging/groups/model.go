// Package groups is the message groups of a social network on one DynamoDB table: people who talk to each other, two or
// two hundred at a time. Each person has a list of their groups, with the newest message first, and reads a group from
// its newest message backwards.
package groups

import (
	"time"

	"github.com/singletable-go/ddb"
)

// The literals of the keys.
const (
	msg ddb.Prefix = "MSG#"
	grp ddb.Prefix = "GRP#"
	mbr ddb.Prefix = "MBR#"
	rcp ddb.Prefix = "RCP#"
	rdm ddb.Prefix = "RDM#"
	sep ddb.Prefix = "#"
)

// The table. Its items have no type attribute: the prefix of the partition key is the type.
var (
	Cruddur = ddb.NewTable("pk", "sk").TypeAttribute("")
	ByGroup = Cruddur.GSI("message-group-sk-index", "message_group_uuid", "sk")
)

// Author is a person, as copied into messages and groups. People are stored elsewhere: see [Directory].
type Author struct {
	UserID      string `dynamodbav:"user_uuid"`
	DisplayName string `dynamodbav:"user_display_name"`
	Handle      string `dynamodbav:"user_handle"`
}

// Message is a message in a group.
type Message struct {
	GroupID   string    `dynamodbav:"-"`
	CreatedAt time.Time `dynamodbav:"-"`
	ID        string    `dynamodbav:"message_uuid"`
	Text      string    `dynamodbav:"message"`
	Author              // its author
}

// Messages are in their group's partition, in the order of time. The id distinguishes two messages of the same
// nanosecond.
var Messages = ddb.MustDefine(Cruddur, "message", func(m *Message, d *ddb.Definition) {
	d.Primary(ddb.Key(msg, ddb.Str(&m.GroupID)), ddb.Key(ddb.Time(&m.CreatedAt), sep, ddb.Str(&m.ID)))
	d.Refers(&m.GroupID, Groups)
})

// Group is a message group in the list of one participant: each participant has an entry.
type Group struct {
	OwnerID string    `dynamodbav:"-"` // the participant with this list
	LastAt  time.Time `dynamodbav:"-"` // the time of the newest message
	GroupID string    `dynamodbav:"message_group_uuid"`
	Last    string    `dynamodbav:"message"`                          // the newest message
	LastBy  string    `dynamodbav:"last_message_user_uuid,omitempty"` // its author; an older version left it out
	Title   string    `dynamodbav:"title,omitempty"`                  // of a group of more than two: see [Group.Name]
	Author            // the other participant; in a larger group, one of the others
}

// Groups are in their owner's partition, in the order of their newest message, so a new message moves the entry to
// another key: see [LastMessage]. The index has the table's sort key. It contains only these entries, because no other
// item has its partition attribute.
var Groups = ddb.MustDefine(Cruddur, "group", func(g *Group, d *ddb.Definition) {
	lastAt := ddb.Key(ddb.Time(&g.LastAt), sep, ddb.Str(&g.GroupID))
	d.Primary(ddb.Key(grp, ddb.Str(&g.OwnerID)), lastAt)
	d.Index(ByGroup, ddb.Key(ddb.Native(&g.GroupID)), lastAt)
})

// Member is a participant of a group, with the position of their entry.
type Member struct {
	GroupID string    `dynamodbav:"-"`
	UserID  string    `dynamodbav:"-"`
	LastAt  time.Time `dynamodbav:"last_message_at"`             // of the entry: it completes the entry's key
	LastID  string    `dynamodbav:"last_message_uuid,omitempty"` // the newest message; of several in one nanosecond, the one with the last key
	Title   string    `dynamodbav:"title,omitempty"`             // for the entry of a person who is added
}

// Members are read strongly consistently, which an index cannot be. They decide who may read a group, and the first
// message of a new group finds all its entries through them.
var Members = ddb.MustDefine(Cruddur, "member", func(m *Member, d *ddb.Definition) {
	d.Primary(ddb.Key(mbr, ddb.Str(&m.GroupID)), ddb.Key(ddb.Str(&m.UserID)))
	d.Refers(&m.GroupID, Groups)
})
