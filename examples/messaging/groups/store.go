package groups

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/singletable-go/ddb"
)

// MaxText is the maximum number of characters in a message.
const MaxText = 1024

// maxStart is the maximum number of people in a new group. The transaction holds a message, and a row and a member for
// each person, and DynamoDB allows 100 items.
const maxStart = 49

// The errors of the store. With any of them nothing was written.
var (
	ErrNoGroup   = errors.New("no such group")
	ErrNotMember = errors.New("not a member of the group")
	ErrEmpty     = errors.New("the message is empty")
	ErrTooLong   = fmt.Errorf("the message has more than %d characters", MaxText)
	ErrPeople    = fmt.Errorf("a group starts with 2 to %d people", maxStart)
)

// Store reads and writes message groups. Only members can read or write a group. It is safe for concurrent use.
type Store struct {
	db       *ddb.DB
	messages *ddb.Repository[Message]
	groups   *ddb.Repository[Group]
	members  *ddb.Repository[Member]

	now   func() time.Time
	newID func() string
}

// Options are the clock and the ids of a store. A zero field means the default.
type Options struct {
	Now   func() time.Time // time.Now
	NewID func() string    // a random UUID
}

// NewStore returns a store on db.
func NewStore(db *ddb.DB, opts *Options) *Store {
	s := &Store{
		db:       db,
		messages: ddb.NewRepository(db, Messages),
		groups:   ddb.NewRepository(db, Groups),
		members:  ddb.NewRepository(db, Members),
		now:      time.Now,
		newID:    uuid.NewString,
	}
	if opts != nil && opts.Now != nil {
		s.now = opts.Now
	}
	if opts != nil && opts.NewID != nil {
		s.newID = opts.NewID
	}
	return s
}

// Groups returns a page of a user's groups, the one with the newest message first.
func (s *Store) Groups(ctx context.Context, userID string, w Window, limit int, after ddb.Cursor) (ddb.Page[Group], error) {
	return s.groups.Page(ctx, GroupsOf(userID, w).Limit(limit), after)
}

// Messages returns a page of a group's messages to one of its members, newest first.
func (s *Store) Messages(ctx context.Context, userID, groupID string, w Window, limit int, after ddb.Cursor) (ddb.Page[Message], error) {
	if _, err := s.member(ctx, userID, groupID); err != nil {
		return ddb.Page[Message]{}, err
	}
	return s.messages.Page(ctx, MessagesOf(groupID, w).Limit(limit), after)
}

// Start makes a group with its first message: the message, and a row and a member for each participant, in one
// transaction.
func (s *Store) Start(ctx context.Context, from Author, text string, with ...Author) (Message, error) {
	text, err := checkText(text)
	if err != nil {
		return Message{}, err
	}
	people := []Author{from}
	for _, p := range with {
		if !slices.ContainsFunc(people, func(q Author) bool { return q.UserID == p.UserID }) {
			people = append(people, p)
		}
	}
	if len(people) < 2 || len(people) > maxStart {
		return Message{}, ErrPeople
	}
	m := Message{GroupID: s.newID(), CreatedAt: s.now().UTC(), ID: s.newID(), Text: text, Author: from}
	return m, s.start(ctx, m, people)
}

// start makes the group of a first message, whose author is the first of people.
func (s *Store) start(ctx context.Context, m Message, people []Author) error {
	ops := []ddb.Op{Messages.Create(m)}
	for i, p := range people {
		other := people[0]
		if i == 0 {
			other = people[1]
		}
		ops = append(ops, seat(m, p.UserID, other, title(people))...)
	}
	return s.db.Transact(ctx, ops...)
}

// Add makes who a member of a group of which by is a member. If who is one already, the error matches [ddb.ErrExists].
func (s *Store) Add(ctx context.Context, by Author, groupID string, who Author) error {
	member, err := s.member(ctx, by.UserID, groupID)
	if err != nil {
		return err
	}
	before, err := s.newest(ctx, groupID)
	if err != nil {
		return err
	}
	if err := s.db.Transact(ctx, seat(before, who.UserID, by, member.Title)...); err != nil {
		return err
	}
	// A message sent in between may have missed the new member.
	after, err := s.newest(ctx, groupID)
	if err != nil || after.ID == before.ID {
		return err
	}
	return LastMessage.Apply(ctx, s.db, after)
}

// newest returns the newest message of a group, strongly consistent.
func (s *Store) newest(ctx context.Context, groupID string) (Message, error) {
	for m, err := range s.messages.Query(ctx, MessagesOf(groupID, Window{}).Limit(1).Consistent()) {
		return m, err
	}
	return Message{}, ErrNoGroup
}

// Mux returns the mux that moves the rows to their newest messages, for a stream reader or a Lambda function.
func (s *Store) Mux(opts *ddb.MuxOptions) *ddb.Mux {
	mux := ddb.NewMux(Cruddur, opts)
	mux.Maintain(s.db, LastMessage)
	return mux
}

// seat returns the writes that add a person to a group: the row in their list, and the member with its position.
func seat(newest Message, userID string, other Author, title string) []ddb.Op {
	return []ddb.Op{
		Groups.Create(Group{
			OwnerID: userID, LastAt: newest.CreatedAt, GroupID: newest.GroupID, Last: newest.Text, Title: title, Author: other,
		}),
		Members.Create(Member{GroupID: newest.GroupID, UserID: userID, LastAt: newest.CreatedAt, LastID: newest.ID, Title: title}),
	}
}

// title is the name of a group of more than two; two people see each other's name.
func title(people []Author) string {
	if len(people) == 2 {
		return ""
	}
	var names []string
	for _, p := range people[:min(len(people), 4)] {
		first, _, _ := strings.Cut(p.DisplayName, " ")
		names = append(names, first)
	}
	if more := len(people) - len(names); more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names, ", ")
}

// Send adds a message to a group of its author. The rows follow: see [LastMessage].
func (s *Store) Send(ctx context.Context, from Author, groupID, text string) (Message, error) {
	text, err := checkText(text)
	if err != nil {
		return Message{}, err
	}
	if _, err := s.member(ctx, from.UserID, groupID); err != nil {
		return Message{}, err
	}
	return s.messages.Create(ctx, Message{GroupID: groupID, CreatedAt: s.now().UTC(), ID: s.newID(), Text: text, Author: from})
}

func checkText(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", ErrEmpty
	case utf8.RuneCountInString(text) > MaxText:
		return "", ErrTooLong
	}
	return text, nil
}

// member returns a person's member of a group, strongly consistent; [ErrNotMember] or [ErrNoGroup] if there is none.
func (s *Store) member(ctx context.Context, userID, groupID string) (Member, error) {
	members := s.members.Consistent()
	m, err := members.Get(ctx, Member{GroupID: groupID, UserID: userID})
	switch {
	case errors.Is(err, ddb.ErrKey): // no group can have such an id
		return Member{}, ErrNoGroup
	case !errors.Is(err, ddb.ErrNotFound):
		return m, err
	}
	n, err := members.Count(ctx, MembersOf(groupID).Limit(1))
	switch {
	case err != nil:
		return Member{}, err
	case n == 0:
		return Member{}, ErrNoGroup
	}
	return Member{}, ErrNotMember
}
