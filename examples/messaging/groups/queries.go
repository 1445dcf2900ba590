package groups

import (
	"time"

	"github.com/singletable-go/ddb"
)

// Window is a time range, from From until just before Until; a zero time means no limit.
type Window struct{ From, Until time.Time }

// bounds narrows a query to the window by the field f.
func (w Window) bounds(f *time.Time) []ddb.Bound {
	var bounds []ddb.Bound
	if !w.From.IsZero() {
		bounds = append(bounds, ddb.Ge(f, w.From))
	}
	if !w.Until.IsZero() {
		bounds = append(bounds, ddb.Lt(f, w.Until))
	}
	return bounds
}

// MessagesOf is the messages of a group in a window, the newest first.
func MessagesOf(groupID string, w Window) ddb.Query[Message] {
	return Messages.Query(Message{GroupID: groupID}).SortKey(w.bounds(&Messages.Fields().CreatedAt)...).Desc()
}

// GroupsOf is a user's groups with a newest message in a window, newest first.
func GroupsOf(userID string, w Window) ddb.Query[Group] {
	return Groups.Query(Group{OwnerID: userID}).SortKey(w.bounds(&Groups.Fields().LastAt)...).Desc()
}

// EntriesOf is the entries of a group, one for each participant, from the index: for operators of the table. Where the result
// must be exact, use [MembersOf].
func EntriesOf(groupID string) ddb.Query[Group] { return Groups.On(ByGroup, Group{GroupID: groupID}) }

// MembersOf is the participants of a group.
func MembersOf(groupID string) ddb.Query[Member] { return Members.Query(Member{GroupID: groupID}) }

// MarksOf is how far a user has read each of their groups.
func MarksOf(userID string) ddb.Query[Mark] { return Marks.Query(Mark{UserID: userID}) }
