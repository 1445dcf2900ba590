package groups

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/singletable-go/ddb"
)

// The errors of the store. With any of them nothing was written.
var (
	ErrNoGroup   = errors.New("no such group")
	ErrNotMember = errors.New("not a member of the group")
	ErrEmpty     = errors.New("the message is empty")
	ErrTooLong   = fmt.Errorf("the message has more than %d characters", MaxText)
	ErrPeople    = fmt.Errorf("a group starts with 2 to %d people", maxStart)
	ErrID        = errors.New("the message's id is not a UUID")
	ErrBusy      = errors.New("the group changes too fast, try again")
	ErrIDTaken   = errors.New("another message was sent with this id")
)

// Store reads and writes message groups. Only members can read or write a group. It is safe for concurrent use.
type Store struct {
	db       *ddb.DB
	messages *ddb.Repository[Message]
	groups   *ddb.Repository[Group]
	members  *ddb.Repository[Member]
	receipts *ddb.Repository[Receipt]
	marks    *ddb.Repository[Mark]

	now    func() time.Time
	newID  func() string
	cached bool
}

// Options are the clock and the ids of a store. A zero field means the default.
type Options struct {
	Now    func() time.Time // time.Now
	NewID  func() string    // a random UUID
	Cached bool             // the client of the store's DB caches: see [Store.allowed]
}

// NewStore returns a store on db.
func NewStore(db *ddb.DB, opts *Options) *Store {
	s := &Store{
		db:       db,
		messages: ddb.NewRepository(db, Messages),
		groups:   ddb.NewRepository(db, Groups),
		members:  ddb.NewRepository(db, Members),
		receipts: ddb.NewRepository(db, Receipts),
		marks:    ddb.NewRepository(db, Marks),
		now:      time.Now,
		newID:    uuid.NewString,
	}
	s.cached = opts != nil && opts.Cached
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

// Group returns one group of a user. It costs two reads more if the entry moves meanwhile.
func (s *Store) Group(ctx context.Context, userID, groupID string) (Group, error) {
	for range groupAttempts {
		member, err := s.member(ctx, userID, groupID)
		if err != nil {
			return Group{}, err
		}
		g, err := s.groups.Consistent().Get(ctx, member.entry())
		if !errors.Is(err, ddb.ErrNotFound) {
			return g, err
		}
	}
	return Group{}, ErrBusy
}

// groupAttempts is how often Group looks for an entry that moves.
const groupAttempts = 5

// Messages returns a page of a group's messages to one of its members, newest first.
func (s *Store) Messages(ctx context.Context, userID, groupID string, w Window, limit int, after ddb.Cursor) (ddb.Page[Message], error) {
	if err := s.allowed(ctx, userID, groupID); err != nil {
		return ddb.Page[Message]{}, err
	}
	return s.messages.Page(ctx, MessagesOf(groupID, w).Limit(limit), after)
}

// newest returns the newest message of a group, strongly consistent.
func (s *Store) newest(ctx context.Context, groupID string) (Message, error) {
	for m, err := range s.messages.Query(ctx, MessagesOf(groupID, Window{}).Limit(1).Consistent()) {
		return m, err
	}
	return Message{}, ErrNoGroup
}

// Mux returns the mux that moves the entries to their newest messages, for a stream reader or a Lambda function.
func (s *Store) Mux(opts *ddb.MuxOptions) *ddb.Mux {
	mux := ddb.NewMux(Cruddur, opts)
	mux.Maintain(s.db, LastMessage)
	return mux
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
