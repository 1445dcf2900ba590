package things

import (
	"context"

	"github.com/singletable-go/ddb"
)

// SaveUser writes a user's profile, new or existing.
func (s *Store) SaveUser(ctx context.Context, id, name string) (User, error) {
	return s.users.Put(ctx, User{ID: id, Name: name, Outbox: outbox(ctx, UserSaved)})
}

// AddChild adds a child to a user.
func (s *Store) AddChild(ctx context.Context, c Child) (Child, error) {
	c.Outbox = outbox(ctx, ChildAdded)
	return s.children.Create(ctx, c)
}

// RenameChild gives a child another name.
func (s *Store) RenameChild(ctx context.Context, userID, id, name string) (Child, error) {
	f := Children.Fields()
	return s.children.Update(ctx, Child{UserID: userID, ID: id}, append(stamp(ctx, &f.Outbox, ChildUpdated), ddb.Set(&f.Name, name))...)
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
	return err
}

// Unlike deletes a favourite, and returns it.
func (s *Store) Unlike(ctx context.Context, userID, thingID string) (Favourite, error) {
	return s.favourites.Take(ctx, Favourite{UserID: userID, ThingID: thingID})
}

// Book books a published thing of an organiser for a day. The same transaction checks the thing, as in Like.
func (s *Store) Book(ctx context.Context, b Booking) error {
	f := Things.Fields()
	b.Status, b.Outbox = Active, outbox(ctx, BookingCreated)
	err := s.db.Transact(ctx,
		Things.Check(Thing{ID: b.ThingID}, ddb.Eq(&f.Status, Published), ddb.Eq(&f.OrgID, b.OrgID)),
		Bookings.Create(b))
	return refusal(err, Published, b.OrgID)
}

// Cancel cancels a booking as it was read: the keys that change need all of it. It is one request.
func (s *Store) Cancel(ctx context.Context, b Booking) (Booking, error) {
	f := Bookings.Fields()
	now, err := s.bookings.Update(ctx, b, append(stamp(ctx, &f.Outbox, BookingCancelled),
		ddb.If(ddb.Eq(&f.Status, Active)),
		ddb.Set(&f.Status, Cancelled))...)
	if have, ok := Bookings.Current(err); ok && have.Status != Active {
		return Booking{}, &StateError{b.ID, Active, have.Status}
	}
	return now, err
}
