package groups

import (
	"context"
	"errors"
	"time"

	"github.com/singletable-go/ddb"
)

// Mark is how far a person has read a group. It is an item of its own: in the group's entry, or in the member, it
// would get in the way of [LastMessage], just when a message arrives and all read it.
type Mark struct {
	UserID  string `dynamodbav:"-"`
	GroupID string `dynamodbav:"-"`
	ReadTo  string `dynamodbav:"read_to"` // the time of the last message read, as [Stamp] writes it
}

// Marks are in the partition of their reader, so that one query reads those of all groups.
var Marks = ddb.MustDefine(Cruddur, "mark", func(m *Mark, d *ddb.Definition) {
	d.Primary(ddb.Key(rdm, ddb.Str(&m.UserID)), ddb.Key(ddb.Str(&m.GroupID)))
	d.Refers(&m.GroupID, Groups)
})

// Stamp is a time as text of a fixed width, in UTC: such texts sort like the times.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

// MarkRead says that a member has read a group's messages up to a time. A mark only moves forward: a request that is late
// changes nothing. A time in the future counts as now. The mark as it is then is returned.
func (s *Store) MarkRead(ctx context.Context, userID, groupID string, to time.Time) (Mark, error) {
	if err := s.allowed(ctx, userID, groupID); err != nil {
		return Mark{}, err
	}
	if now := s.now(); to.After(now) {
		to = now
	}
	f, readTo := Marks.Fields(), Stamp(to)
	m, err := s.marks.Upsert(ctx, Mark{UserID: userID, GroupID: groupID},
		ddb.If(ddb.Or(ddb.Absent(&f.ReadTo), ddb.Lt(&f.ReadTo, readTo))), ddb.Set(&f.ReadTo, readTo))
	if later, ok := Marks.Current(err); ok && errors.Is(err, ddb.ErrCondition) {
		return later, nil
	}
	return m, err
}

// Marks returns a page of a user's marks, in the order of the groups' ids. A group without a mark was never read.
func (s *Store) Marks(ctx context.Context, userID string, limit int, after ddb.Cursor) (ddb.Page[Mark], error) {
	return s.marks.Page(ctx, MarksOf(userID).Limit(limit), after)
}
