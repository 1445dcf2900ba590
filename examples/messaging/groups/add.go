package groups

import (
	"context"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
)

// addAttempts is how often Add reads again because an entry moved, or another person was added, in between.
const addAttempts = 20

// Add makes who a member of a group of which by is a member. If who is one already, the error matches [ddb.ErrExists].
// While a group has up to four people, all their entries get the new title in the same transaction; the title of a larger
// group stays.
func (s *Store) Add(ctx context.Context, by Author, groupID string, who Author) error {
	if err := s.allowed(ctx, by.UserID, groupID); err != nil {
		return err
	}
	var err error
	for range addAttempts {
		if err = s.add(ctx, by, groupID, who); !isStale(err) {
			return err
		}
	}
	return err
}

// isStale reports whether a transaction of add found something else than was read.
func isStale(err error) bool {
	return !errors.Is(err, ddb.ErrExists) &&
		(errors.Is(err, ddb.ErrNotFound) || errors.Is(err, ddb.ErrCondition) || errors.Is(err, ddb.ErrConflict))
}

func (s *Store) add(ctx context.Context, by Author, groupID string, who Author) error {
	before, err := s.newest(ctx, groupID)
	if err != nil {
		return err
	}
	title, ops, err := s.retitle(ctx, by, groupID, who)
	if err != nil {
		return err
	}
	if err := s.db.Transact(ctx, append(ops, seat(before, who.UserID, by, title)...)...); err != nil {
		return err
	}
	// A message sent in between may have missed the new member.
	after, err := s.newest(ctx, groupID)
	if err != nil || after.ID == before.ID {
		return err
	}
	return LastMessage.Apply(ctx, s.db, after)
}

// retitle returns the title of a group after who has come, and the writes that give it to those who are there.
func (s *Store) retitle(ctx context.Context, by Author, groupID string, who Author) (string, []ddb.Op, error) {
	members, err := ddb.Collect(s.members.Consistent().Query(ctx, MembersOf(groupID).Limit(named+1)))
	if err != nil {
		return "", nil, err
	}
	if len(members) > named {
		return members[0].Title, nil, nil
	}
	entries, err := s.entriesOf(ctx, members)
	if err != nil {
		return "", nil, err
	}
	title := titleWith(entries, by, who)
	var ops []ddb.Op
	g, m := Groups.Fields(), Members.Fields()
	for i, entry := range entries {
		ops = append(ops,
			Groups.Update(entry.key(), ddb.If(ddb.Eq(&g.Title, entry.Title)), ddb.Set(&g.Title, title)),
			Members.Update(members[i].key(), ddb.Set(&m.Title, title)))
	}
	return title, ops, nil
}

// entriesOf returns the entries of members, strongly consistent. If one has moved since its member was read, the error matches
// [ddb.ErrNotFound].
func (s *Store) entriesOf(ctx context.Context, members []Member) ([]Group, error) {
	keys := make([]Group, len(members))
	for i, m := range members {
		keys[i] = m.entry()
	}
	found, err := s.groups.Consistent().BatchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	entries := make([]Group, len(found))
	for i, l := range found {
		if !l.Found() {
			return nil, fmt.Errorf("the entry of user %s in group %s moved: %w", members[i].UserID, members[i].GroupID, ddb.ErrNotFound)
		}
		entries[i] = l.Item
	}
	return entries, nil
}

// entry is the key of a member's entry.
func (m Member) entry() Group { return Group{OwnerID: m.UserID, LastAt: m.LastAt, GroupID: m.GroupID} }

func (m Member) key() Member { return Member{GroupID: m.GroupID, UserID: m.UserID} }

func (g Group) key() Group { return Group{OwnerID: g.OwnerID, LastAt: g.LastAt, GroupID: g.GroupID} }
