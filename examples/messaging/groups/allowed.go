package groups

import (
	"context"
	"errors"

	"github.com/singletable-go/ddb"
)

// allowed returns nil if a person is a member of a group, and the error of [Store.member] if not.
//
// Behind a cache it looks there first. That a person is a member may be as old as it likes, since members are added and never
// removed. That they are not must not be old: they may have been added just now, by another program. So the table decides it.
func (s *Store) allowed(ctx context.Context, userID, groupID string) error {
	if s.cached {
		_, err := s.members.Get(ctx, Member{GroupID: groupID, UserID: userID})
		if err == nil || !errors.Is(err, ddb.ErrNotFound) && !errors.Is(err, ddb.ErrKey) {
			return err
		}
	}
	_, err := s.member(ctx, userID, groupID)
	return err
}
