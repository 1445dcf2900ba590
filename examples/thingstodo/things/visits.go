package things

import (
	"cmp"
	"context"
	"errors"

	"github.com/singletable-go/ddb"
)

// SaveUser writes a user's or an organiser's profile, new or existing. The profile of another role is [ErrOtherRole].
func (s *Store) SaveUser(ctx context.Context, role Role, id, name string) (User, error) {
	if err := cmp.Or(required("id", id, maxID), required("name", name, maxName)); err != nil {
		return User{}, err
	}
	f := Users.Fields()
	u := User{ID: id, Name: name, Role: role, Outbox: outbox(ctx, UserSaved)}
	saved, err := s.users.Put(ctx, u, ddb.If(ddb.Or(ddb.Absent(&f.Role), ddb.Eq(&f.Role, role))))
	switch {
	case errors.Is(err, ddb.ErrNotFound):
		return s.users.Create(ctx, u)
	case errors.Is(err, ddb.ErrCondition):
		return User{}, ErrOtherRole
	}
	return saved, err
}

// AddChild adds a child to a user.
func (s *Store) AddChild(ctx context.Context, c Child) (Child, error) {
	if err := cmp.Or(required("id", c.ID, maxID), required("user", c.UserID, maxID), required("name", c.Name, maxName)); err != nil {
		return Child{}, err
	}
	if c.Born < firstBorn || c.Born > lastBorn {
		return Child{}, invalid("born", "%d is no year from %d to %d", c.Born, firstBorn, lastBorn)
	}
	c.Outbox = outbox(ctx, ChildAdded)
	return s.children.Create(ctx, c)
}

// RenameChild gives a child another name.
func (s *Store) RenameChild(ctx context.Context, userID, id, name string) (Child, error) {
	if err := required("name", name, maxName); err != nil {
		return Child{}, err
	}
	f := Children.Fields()
	c, err := s.children.Update(ctx, Child{UserID: userID, ID: id}, append(stamp(ctx, &f.Outbox, ChildUpdated), ddb.Set(&f.Name, name))...)
	return c, found("child", id, err)
}

// Like makes a published thing a favourite. One transaction checks both, so that a thing that is withdrawn at the same
// moment does not become one. The error matches [ddb.ErrExists] if it is a favourite already.
func (s *Store) Like(ctx context.Context, userID, thingID string) error {
	f := Things.Fields()
	err := s.db.Transact(ctx,
		Things.Check(Thing{ID: thingID}, ddb.Eq(&f.Status, Published)),
		Favourites.Create(Favourite{UserID: userID, ThingID: thingID, Outbox: outbox(ctx, FavouriteAdded)}))
	if have, ok := Things.Current(err); ok && have.Status != Published {
		return &StateError{thingID, Published, have.Status}
	}
	return found("thing", thingID, err)
}

// Unlike deletes a favourite, and returns it.
func (s *Store) Unlike(ctx context.Context, userID, thingID string) (Favourite, error) {
	f, err := s.favourites.Take(ctx, Favourite{UserID: userID, ThingID: thingID})
	return f, found("favourite", thingID, err)
}

// Book books a published thing of an organiser for a day. The same transaction checks the thing, as in Like.
func (s *Store) Book(ctx context.Context, b Booking) error {
	if err := cmp.Or(b.Date.Check("date"), required("id", b.ID, maxID), required("user", b.UserID, maxID)); err != nil {
		return err
	}
	f := Things.Fields()
	b.Status, b.Outbox = Active, outbox(ctx, BookingCreated)
	err := s.db.Transact(ctx,
		Things.Check(Thing{ID: b.ThingID}, ddb.Eq(&f.Status, Published), ddb.Eq(&f.OrgID, b.OrgID)),
		Bookings.Create(b))
	return refusal(err, b.ThingID, Published, b.OrgID)
}

// Cancel cancels a booking as it was read: the keys that change need all of it. It is one request. A booking of an
// earlier release with an impossible date can be cancelled.
func (s *Store) Cancel(ctx context.Context, b Booking) (Booking, error) {
	f := Bookings.Fields()
	now, err := s.bookings.Update(ctx, b, append(stamp(ctx, &f.Outbox, BookingCancelled),
		ddb.If(ddb.Eq(&f.Status, Active)),
		ddb.Set(&f.Status, Cancelled))...)
	if have, ok := Bookings.Current(err); ok && have.Status != Active {
		return Booking{}, &StateError{b.ID, Active, have.Status}
	}
	return now, found("booking", b.ID, err)
}
