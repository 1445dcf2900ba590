package things

import (
	"context"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
)

// Patterns is the catalog of the access patterns: how much there is in a year, and how often each is called in a second. The
// first 14 are the original's. The command patterns and the test TestModel measure it.
var Patterns = &ddbaccess.Catalog{
	Title: "The access patterns of a guide to things to do", Table: OneTable, Seed: Sample, Peak: 6, // on a Saturday morning
	Volumes: []ddbaccess.Volume{
		{Entity: Users, Items: 200_000, Bytes: 150},
		{Entity: Things, Items: 20_000, Bytes: 900},
		{Entity: Children, Items: 300_000, Bytes: 180, Per: []ddbaccess.Per{{Index: OneTable.Primary(), Typical: 1}, {Index: ByType, Typical: 2, Most: 20}}},
		{Entity: Favourites, Items: 1_000_000, Bytes: 140, Per: []ddbaccess.Per{
			{Index: OneTable.Primary(), Typical: 50, Most: 20_000}, {Index: ByType, Typical: 8, Most: 300},
		}},
		{Entity: Bookings, Items: 500_000, Bytes: 300, Per: []ddbaccess.Per{{Index: ByOrganiser, Typical: 50, Most: 5_000}}},
	},
	Patterns: []*ddbaccess.Pattern{
		ddbaccess.Get("user by id", Users, User{ID: "ann"}).Rate(20),
		ddbaccess.Get("thing by id", Things, Thing{ID: "kites"}).Rate(50),
		ddbaccess.Many("drafts of an organiser", thingsOf, Listing{"scouts", Draft}).Finds(2).Rate(1),
		ddbaccess.Many("published things of an organiser", thingsOf, Listing{"scouts", Published}).Finds(30).Rate(1),
		ddbaccess.Many("rejected things of an organiser", thingsOf, Listing{"scouts", Rejected}).Finds(1).Rate(0.2),
		ddbaccess.Many("pending things of all organisers", func(status Status) ddb.Query[Thing] {
			return ThingsIn(status).Limit(20)
		}, Pending).Rate(0.1),
		ddbaccess.Get("child by id", Children, Child{UserID: "ann", ID: "tom"}).Rate(1),
		ddbaccess.Many("children of a user", ChildrenOf, "ann").Rate(5),
		ddbaccess.Get("favourite by thing", Favourites, Favourite{UserID: "ann", ThingID: "owls"}).Rate(10),
		ddbaccess.Many("favourites of a user", FavouritesOf, "ann").Rate(5),
		ddbaccess.FuncItems("things by ids", on(func(ctx context.Context, s *Store, ids []string) ([]ddb.Lookup[Thing], error) {
			return s.ThingsByID(ctx, ids...)
		}), []string{"kites", "boats"}).Rate(30),
		ddbaccess.FuncItems("organisers of things", on(func(ctx context.Context, s *Store, of []Thing) ([]ddb.Lookup[User], error) {
			return s.OrganisersOf(ctx, of...)
		}), []Thing{{OrgID: "scouts"}, {OrgID: "sailors"}, {OrgID: "scouts"}}).Rate(20),
		ddbaccess.Get("booking by id", Bookings, Booking{ID: "b1"}).Rate(2),
		ddbaccess.Many("bookings of a user", func(userID string) ddb.Query[Booking] { return BookingsOf(userID, Active) }, "ann").Finds(5).Rate(3),

		ddbaccess.Many("bookings of a user from a day", func(d Diary) ddb.Query[Booking] {
			return BookingsFrom(d.Of, d.From)
		}, Diary{"ann", 20261206}).Finds(3).Rate(3),
		ddbaccess.Many("bookings of an organiser from a day", func(d Diary) ddb.Query[Booking] {
			return BookingsAt(d.Of, d.From)
		}, Diary{"scouts", 20261201}).Finds(40).Rate(1),
		ddbaccess.FuncItems("favourites of a user, as things", on(func(ctx context.Context, s *Store, userID string) ([]ddb.Lookup[Thing], error) {
			found, _, err := s.FavouriteThings(ctx, userID, "")
			return found, err
		}), "ann").Rate(5),
		ddbaccess.FuncItems("which things are favourites", on(func(ctx context.Context, s *Store, w Which) ([]ddb.Lookup[Favourite], error) {
			return s.FavouritesByID(ctx, w.UserID, w.ThingIDs...)
		}), Which{"ann", []string{"owls", "kites"}}).Rate(30),
		ddbaccess.FuncItems("booking with thing, user and organiser", on(func(ctx context.Context, s *Store, b Booking) ([]BookingDetails, error) {
			d, err := s.BookingDetails(ctx, b)
			return []BookingDetails{d}, err
		}), Booking{ID: "b1", UserID: "ann", ThingID: "kites", OrgID: "scouts"}).Rate(0.5),

		ddbaccess.Func("save a profile", writes(func(ctx context.Context, s *Store, u User) error {
			_, err := s.SaveUser(ctx, u.Role, u.ID, u.Name)
			return err
		}), User{ID: "ann", Name: "Ann Brook-Kent", Role: Person}).Rate(0.2),
		ddbaccess.Func("add a child", writes(func(ctx context.Context, s *Store, c Child) error {
			_, err := s.AddChild(ctx, c)
			return err
		}), Child{ID: "kim", UserID: "ann", Name: "Kim", Born: 2022}).Rate(0.1),
		ddbaccess.Func("begin a draft", writes(func(ctx context.Context, s *Store, t Thing) error {
			_, err := s.CreateThing(ctx, t.ID, t.OrgID, t.Details)
			return err
		}), Thing{ID: "maps", OrgID: "scouts", Details: Details{Title: "Maps"}}).Rate(0.05),
		ddbaccess.Func("edit a draft", writes(func(ctx context.Context, s *Store, t Thing) error {
			_, err := s.Edit(ctx, t.ID, t.OrgID, func(d *Details) { d.About = t.About })
			return err
		}), Thing{ID: "knots", OrgID: "scouts", Details: Details{About: "Bring a rope."}}).Rate(0.1),
		ddbaccess.Func("submit a draft", writes(func(ctx context.Context, s *Store, t Thing) error {
			_, err := s.Submit(ctx, t.ID, t.OrgID)
			return err
		}), Thing{ID: "knots", OrgID: "scouts"}).Rate(0.05),
		ddbaccess.Func("approve a thing", writes(func(ctx context.Context, s *Store, id string) error {
			return s.Approve(ctx, id)
		}), "tides").Rate(0.05),
		ddbaccess.Func("make a favourite", writes(func(ctx context.Context, s *Store, f Favourite) error {
			return s.Like(ctx, f.UserID, f.ThingID)
		}), Favourite{UserID: "ann", ThingID: "kites"}).Rate(1),
		ddbaccess.Func("remove a favourite", writes(func(ctx context.Context, s *Store, f Favourite) error {
			_, err := s.Unlike(ctx, f.UserID, f.ThingID)
			return err
		}), Favourite{UserID: "ann", ThingID: "owls"}).Rate(0.2),
		ddbaccess.Func("book", writes(func(ctx context.Context, s *Store, b Booking) error {
			return s.Book(ctx, b)
		}), Booking{ID: "b4", UserID: "ann", ThingID: "owls", OrgID: "scouts", Date: 20261219}).Rate(0.5),
		ddbaccess.Func("cancel a booking", writes(func(ctx context.Context, s *Store, b Booking) error {
			_, err := s.Cancel(ctx, b)
			return err
		}), Booking{ID: "b1", UserID: "ann", ThingID: "kites", OrgID: "scouts", Date: 20261205, Status: Active}).Rate(0.1),
	},
}

// Listing is the things of an organiser in a status.
type Listing struct {
	OrgID  string
	Status Status
}

func thingsOf(l Listing) ddb.Query[Thing] { return ThingsOf(l.OrgID, l.Status) }

// Diary is the bookings of a user or an organiser from a day on.
type Diary struct {
	Of   string
	From Date
}

// Which is things that may be favourites of a user.
type Which struct {
	UserID   string
	ThingIDs []string
}

// on makes what a store reads a function that a pattern calls.
func on[P, T any](read func(context.Context, *Store, P) ([]T, error)) func(context.Context, *ddb.DB, P) ([]T, error) {
	return func(ctx context.Context, db *ddb.DB, p P) ([]T, error) { return read(ctx, NewStore(db), p) }
}

// writes is [on] for what a store writes.
func writes[P any](write func(context.Context, *Store, P) error) func(context.Context, *ddb.DB, P) error {
	return func(ctx context.Context, db *ddb.DB, p P) error { return write(ctx, NewStore(db), p) }
}
