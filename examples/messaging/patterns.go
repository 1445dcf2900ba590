package main

import (
	"time"

	"github.com/singletable-go/ddb"
)

// Window is a piece of time, from From until just before Until; a zero time is an open end.
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

// GroupsOf is somebody's groups with a newest message in a window, the newest first.
func GroupsOf(userID string, w Window) ddb.Query[Group] {
	return Groups.Query(Group{OwnerID: userID}).SortKey(w.bounds(&Groups.Fields().LastAt)...).Desc()
}

// RowsOf is the rows of a group, one for each participant, as the index has them: for people who look after the table. What
// has to be right goes through [MembersOf].
func RowsOf(groupID string) ddb.Query[Group] { return Groups.On(ByGroup, Group{GroupID: groupID}) }

// MembersOf is who takes part in a group.
func MembersOf(groupID string) ddb.Query[Member] { return Members.Query(Member{GroupID: groupID}) }
