package things

import (
	"context"
	"iter"

	"github.com/singletable-go/ddb"
)

// Store is the data layer of the guide, for a service to call. A read of an item that is not there is a
// [NotFoundError]. What cannot be stored is an [InvalidError].
type Store struct {
	db         *ddb.DB
	users      *ddb.Repository[User]
	things     *ddb.Repository[Thing]
	children   *ddb.Repository[Child]
	favourites *ddb.Repository[Favourite]
	bookings   *ddb.Repository[Booking]
}

// NewStore returns the store on db, whose model is [OneTable].
func NewStore(db *ddb.DB) *Store {
	return &Store{
		db:         db,
		users:      ddb.NewRepository(db, Users),
		things:     ddb.NewRepository(db, Things),
		children:   ddb.NewRepository(db, Children),
		favourites: ddb.NewRepository(db, Favourites),
		bookings:   ddb.NewRepository(db, Bookings),
	}
}

// User returns a user by id.
func (s *Store) User(ctx context.Context, id string) (User, error) {
	u, err := s.users.Get(ctx, User{ID: id})
	return u, found("user", id, err)
}

// Thing returns a thing to do by id.
func (s *Store) Thing(ctx context.Context, id string) (Thing, error) {
	t, err := s.things.Get(ctx, Thing{ID: id})
	return t, found("thing", id, err)
}

// ThingsOf returns the things to do of an organiser in a status.
func (s *Store) ThingsOf(ctx context.Context, orgID string, status Status) iter.Seq2[Thing, error] {
	return s.things.Query(ctx, ThingsOf(orgID, status))
}

// ThingsPage returns a page of the things to do of an organiser in a status; of all organisers if orgID is "".
func (s *Store) ThingsPage(ctx context.Context, orgID string, status Status, after ddb.Cursor) (ddb.Page[Thing], error) {
	if orgID == "" {
		return s.things.Page(ctx, ThingsIn(status).Limit(20), after)
	}
	return s.things.Page(ctx, ThingsOf(orgID, status).Limit(20), after)
}

// Review returns a page of the things that wait for a moderator, of all organisers.
func (s *Store) Review(ctx context.Context, after ddb.Cursor) (ddb.Page[Thing], error) {
	return s.things.Page(ctx, ThingsIn(Pending).Limit(20), after)
}

// Child returns a child of a user.
func (s *Store) Child(ctx context.Context, userID, id string) (Child, error) {
	c, err := s.children.Get(ctx, Child{UserID: userID, ID: id})
	return c, found("child", id, err)
}

// ChildrenOf returns the children of a user.
func (s *Store) ChildrenOf(ctx context.Context, userID string) iter.Seq2[Child, error] {
	return s.children.Query(ctx, ChildrenOf(userID))
}

// Favourite returns a favourite of a user.
func (s *Store) Favourite(ctx context.Context, userID, thingID string) (Favourite, error) {
	f, err := s.favourites.Get(ctx, Favourite{UserID: userID, ThingID: thingID})
	return f, found("favourite", thingID, err)
}

// FavouritesOf returns the favourites of a user.
func (s *Store) FavouritesOf(ctx context.Context, userID string) iter.Seq2[Favourite, error] {
	return s.favourites.Query(ctx, FavouritesOf(userID))
}

// FavouritesByID returns which things are favourites of a user, in the order of the ids, like ThingsByID.
func (s *Store) FavouritesByID(ctx context.Context, userID string, thingIDs ...string) ([]ddb.Lookup[Favourite], error) {
	keys := make([]Favourite, len(thingIDs))
	for i, id := range thingIDs {
		keys[i] = Favourite{UserID: userID, ThingID: id}
	}
	return s.favourites.BatchGet(ctx, keys)
}

// ThingsByID returns the result for each id, in the order of ids, duplicates included; a missing thing is [ddb.LookupGone].
// It sends one request for each 100 different ids.
func (s *Store) ThingsByID(ctx context.Context, ids ...string) ([]ddb.Lookup[Thing], error) {
	keys := thingKeys(ids)
	return s.things.BatchGet(ctx, keys)
}

func thingKeys(ids []string) []Thing {
	keys := make([]Thing, len(ids))
	for i, id := range ids {
		keys[i] = Thing{ID: id}
	}
	return keys
}

// Newest is ThingsByID with strongly consistent reads: every earlier write is seen.
func (s *Store) Newest(ctx context.Context, ids ...string) ([]ddb.Lookup[Thing], error) {
	return s.things.Consistent().BatchGet(ctx, thingKeys(ids))
}

// All returns all things in all states, with strongly consistent reads. It scans the table: it is a job, no access
// pattern.
func (s *Store) All(ctx context.Context) iter.Seq2[Thing, error] {
	return s.things.Consistent().Scan(ctx, &ddb.ScanOptions{IgnoreUnknown: true})
}

// OrganisersOf returns the organiser of each thing, in the order of things, like ThingsByID.
func (s *Store) OrganisersOf(ctx context.Context, things ...Thing) ([]ddb.Lookup[User], error) {
	keys := make([]User, len(things))
	for i, t := range things {
		keys[i] = User{ID: t.OrgID}
	}
	return s.users.BatchGet(ctx, keys)
}

// FavouriteThings returns a page of a user's favourites as things, with two requests for the page. A deleted thing is
// [ddb.LookupGone].
func (s *Store) FavouriteThings(ctx context.Context, userID string, after ddb.Cursor) ([]ddb.Lookup[Thing], ddb.Cursor, error) {
	page, err := s.favourites.Page(ctx, FavouritesOf(userID).Limit(20), after)
	if err != nil {
		return nil, "", err
	}
	ids := make([]string, len(page.Items))
	for i, f := range page.Items {
		ids[i] = f.ThingID
	}
	things, err := s.ThingsByID(ctx, ids...)
	return things, page.Next, err
}

// Booking returns a booking by id.
func (s *Store) Booking(ctx context.Context, id string) (Booking, error) {
	b, err := s.bookings.Get(ctx, Booking{ID: id})
	return b, found("booking", id, err)
}

// BookingsOf returns the active bookings of a user, by date.
func (s *Store) BookingsOf(ctx context.Context, userID string) iter.Seq2[Booking, error] {
	return s.bookings.Query(ctx, BookingsOf(userID, Active))
}

// BookingsFrom returns the active bookings of a user from a day on.
func (s *Store) BookingsFrom(ctx context.Context, userID string, day Date) iter.Seq2[Booking, error] {
	if err := day.Check("date"); err != nil {
		return failed[Booking](err)
	}
	return s.bookings.Query(ctx, BookingsFrom(userID, day))
}

// BookingsAt returns the active bookings of an organiser's things to do from a day on.
func (s *Store) BookingsAt(ctx context.Context, orgID string, day Date) iter.Seq2[Booking, error] {
	if err := day.Check("date"); err != nil {
		return failed[Booking](err)
	}
	return s.bookings.Query(ctx, BookingsAt(orgID, day))
}

// BookingsPage returns a page of the active bookings from a day on: those of a user, or those of an organiser's things.
func (s *Store) BookingsPage(ctx context.Context, userID, orgID string, day Date, after ddb.Cursor) (ddb.Page[Booking], error) {
	if err := day.Check("date"); err != nil {
		return ddb.Page[Booking]{}, err
	}
	if orgID != "" {
		return s.bookings.Page(ctx, BookingsAt(orgID, day).Limit(20), after)
	}
	return s.bookings.Page(ctx, BookingsFrom(userID, day).Limit(20), after)
}

// failed is a sequence with nothing but an error.
func failed[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		yield(none, err)
	}
}

// BookingDetails is a booking with its thing, its user and its organiser.
type BookingDetails struct {
	Booking         Booking
	Thing           Thing
	User, Organiser User
}

// BookingDetails reads a booking again, with its thing, its user and its organiser, all at one moment.
func (s *Store) BookingDetails(ctx context.Context, b Booking) (BookingDetails, error) {
	d := BookingDetails{Booking: b, Thing: Thing{ID: b.ThingID}, User: User{ID: b.UserID}, Organiser: User{ID: b.OrgID}}
	err := s.db.TransactGet(ctx, Bookings.Load(&d.Booking), Things.Load(&d.Thing), Users.Load(&d.User), Users.Load(&d.Organiser))
	if err != nil {
		return BookingDetails{}, found("complete booking", b.ID, err)
	}
	return d, nil
}
