package groups

import (
	"cmp"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
)

// LastMessage moves the entry of every member to the group's newest message, and never back in time. A message that
// arrives late, or again, finds newer entries and leaves them. Messages are ordered by time and then by id, so two
// messages of one instant leave all entries at the same one. Entry and member are written in one transaction.
var LastMessage = ddbview.MustFanOutVia("last-message", Messages, Members, Groups,
	func(m Message) ddb.Query[Member] { return MembersOf(m.GroupID) },
	Member.entry,
	func(c ddb.Change[Message], m *Member, g *Group) bool {
		newer := cmp.Or(c.New.CreatedAt.Compare(m.LastAt), cmp.Compare(c.New.ID, m.LastID)) > 0
		if c.Kind != ddb.Inserted || !newer {
			return false
		}
		g.LastAt, g.Last, g.LastBy = c.New.CreatedAt, c.New.Text, c.New.UserID
		m.LastAt, m.LastID = c.New.CreatedAt, c.New.ID
		return true
	})
