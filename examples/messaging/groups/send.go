package groups

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/singletable-go/ddb"
)

// MaxText is the maximum number of characters in a message.
const MaxText = 1024

// maxStart is the maximum number of people in a new group. The transaction holds a message, its receipt, and an entry and a
// member for each person, and DynamoDB allows 100 items.
const maxStart = 49

// Send adds a message to a group of its author. The entries follow: see [LastMessage].
func (s *Store) Send(ctx context.Context, from Author, groupID, text string) (Message, error) {
	return s.SendOnce(ctx, s.newID(), from, groupID, text)
}

// SendOnce is Send with the id of the message, a UUID that the author's client chose. A client that did not get the
// response sends the same again: the message that is stored is returned, and none is added. With another text or author
// the error is [ErrIDTaken].
func (s *Store) SendOnce(ctx context.Context, id string, from Author, groupID, text string) (Message, error) {
	m, err := s.compose(id, from, text)
	if err != nil {
		return Message{}, err
	}
	if err := s.allowed(ctx, from.UserID, groupID); err != nil {
		return Message{}, err
	}
	m.GroupID = groupID
	return s.post(ctx, m, "")
}

// Start makes a group with its first message: the message, and an entry and a member for each participant, in one
// transaction.
func (s *Store) Start(ctx context.Context, from Author, text string, with ...Author) (Message, error) {
	return s.StartOnce(ctx, s.newID(), from, text, with...)
}

// StartOnce is Start with the id of the message, as in [Store.SendOnce]. The id of the group is derived from it and from
// the author, so a repeated request finds the group that it made.
func (s *Store) StartOnce(ctx context.Context, id string, from Author, text string, with ...Author) (Message, error) {
	m, err := s.compose(id, from, text)
	if err != nil {
		return Message{}, err
	}
	people := []Author{from}
	for _, p := range with {
		if !slices.ContainsFunc(people, p.is) {
			people = append(people, p)
		}
	}
	if len(people) < 2 || len(people) > maxStart {
		return Message{}, ErrPeople
	}
	m.GroupID = GroupID(m)
	return s.post(ctx, m, digest(people), seats(m, people)...)
}

// digest is the same for the same people, in any order.
func digest(people []Author) string {
	ids := make([]string, len(people))
	for i, p := range people {
		ids[i] = p.UserID
	}
	slices.Sort(ids)
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("people/"+strings.Join(ids, "/"))).String()
}

// GroupID is the id of the group that a first message makes.
func GroupID(first Message) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("group/"+first.UserID+"/"+first.ID)).String()
}

// compose makes the message of a request, without its group.
func (s *Store) compose(id string, from Author, text string) (Message, error) {
	text = strings.TrimSpace(text)
	switch {
	case !strings.ContainsFunc(text, isVisible):
		return Message{}, ErrEmpty
	case utf8.RuneCountInString(text) > MaxText:
		return Message{}, ErrTooLong
	}
	u, err := uuid.Parse(id)
	if err != nil || len(id) != 36 { // Parse accepts other forms too
		return Message{}, ErrID
	}
	return Message{CreatedAt: s.now().UTC(), ID: u.String(), Text: text, Author: from}, nil
}

// isVisible reports whether a character shows anything: zero-width characters alone are an empty message.
func isVisible(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }

// post writes a message, its receipt and more, in one transaction; people is the digest of those who start a group. If the
// id was used before, nothing is written; if it was for the same message, that one is returned as it is stored.
func (s *Store) post(ctx context.Context, m Message, people string, more ...ddb.Op) (Message, error) {
	ops := append([]ddb.Op{
		Receipts.Create(Receipt{GroupID: m.GroupID, ID: m.ID, CreatedAt: m.CreatedAt, People: people}),
		Messages.Create(m),
	}, more...)
	err := s.db.Transact(ctx, ops...)
	tx, ok := errors.AsType[*ddb.TransactError](err)
	if !ok || !errors.Is(tx.At(0), ddb.ErrExists) {
		return m, err
	}
	receipt, err := s.receipts.Consistent().Get(ctx, Receipt{GroupID: m.GroupID, ID: m.ID})
	if err != nil {
		return Message{}, err
	}
	stored, err := s.messages.Consistent().Get(ctx, Message{GroupID: m.GroupID, CreatedAt: receipt.CreatedAt, ID: m.ID})
	switch {
	case err != nil:
		return Message{}, err
	case stored.UserID != m.UserID || stored.Text != m.Text || receipt.People != people:
		return Message{}, ErrIDTaken
	}
	return stored, nil
}

// seats returns the writes that seat the people of a new group, of whom the first is the author of its first message.
func seats(first Message, people []Author) []ddb.Op {
	var ops []ddb.Op
	for i, p := range people {
		other := people[0]
		if i == 0 {
			other = people[1]
		}
		ops = append(ops, seat(first, p.UserID, other, title(people))...)
	}
	return ops
}

// seat returns the writes that add a person to a group: the entry in their list, and the member with its position.
func seat(newest Message, userID string, other Author, title string) []ddb.Op {
	return []ddb.Op{
		Groups.Create(Group{
			OwnerID: userID, LastAt: newest.CreatedAt, GroupID: newest.GroupID, Last: newest.Text, LastBy: newest.UserID,
			Title: title, Author: other,
		}),
		Members.Create(Member{GroupID: newest.GroupID, UserID: userID, LastAt: newest.CreatedAt, LastID: newest.ID, Title: title}),
	}
}
