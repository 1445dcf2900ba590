package web

import (
	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// The JSON shapes.
type (
	person struct {
		UserID      string `json:"user_uuid"`
		DisplayName string `json:"user_display_name"`
		Handle      string `json:"user_handle"`
	}
	groupJSON struct {
		GroupID string `json:"message_group_uuid"`
		Last    string `json:"message"`
		LastAt  string `json:"last_message_at"`
		LastBy  string `json:"last_message_user_uuid"` // "" in an entry of an older version
		Title   string `json:"title"`
		person
	}
	messageJSON struct {
		GroupID   string `json:"message_group_uuid"`
		ID        string `json:"message_uuid"`
		Text      string `json:"message"`
		CreatedAt string `json:"created_at"`
		person
	}
	markJSON struct {
		GroupID string `json:"message_group_uuid"`
		ReadTo  string `json:"read_to"`
	}
	list[T any] struct {
		Items []T        `json:"items"`
		Next  ddb.Cursor `json:"next"` // of the next page, "" on the last one
	}
	// posted is a message to a group, or to people, which starts a new group.
	posted struct {
		GroupID string   `json:"message_group_uuid"`
		Handles []string `json:"handles"`
		ID      string   `json:"message_uuid"` // optional; with it, the same request again sends nothing
		Text    string   `json:"message"`
	}
)

func toGroup(g groups.Group) groupJSON {
	return groupJSON{
		GroupID: g.GroupID, Last: g.Last, LastAt: groups.Stamp(g.LastAt), LastBy: g.LastBy, Title: g.Name(), person: person(g.Author),
	}
}

func toMessage(m groups.Message) messageJSON {
	return messageJSON{GroupID: m.GroupID, ID: m.ID, Text: m.Text, CreatedAt: groups.Stamp(m.CreatedAt), person: person(m.Author)}
}

func toMark(m groups.Mark) markJSON { return markJSON{m.GroupID, m.ReadTo} }

// toList makes the items of a page JSON.
func toList[T, J any](page ddb.Page[T], to func(T) J) list[J] {
	out := list[J]{Items: make([]J, len(page.Items)), Next: page.Next}
	for i, item := range page.Items {
		out.Items[i] = to(item)
	}
	return out
}
