package main

import (
	"context"
	"fmt"
	"iter"

	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
	"github.com/singletable-go/ddb/internal/integration/capability"
)

// accessPatterns lists the 14 access patterns, with values from the data, and those of bookings.
func accessPatterns(s *things.Store, d things.Data) []app.Pattern {
	var (
		child     = d.Children[0]
		favourite = d.Favourites[0]
		booking   = d.Bookings[0]
		org       = d.Users[0].ID
		user      = child.UserID
		thing     = d.Things[0]
		some      = everyFifth(d.Things)
	)
	inStatus := func(name string, status things.Status) app.Pattern {
		return app.Many(name, func(ctx context.Context) iter.Seq2[things.Thing, error] { return s.ThingsOf(ctx, org, status) }).
			By("ThingsIn(status).SortKey(ddb.Eq(&f.OrgID, orgID))")
	}
	return []app.Pattern{
		app.One("user by id", func(ctx context.Context) (things.User, error) { return s.User(ctx, user) }).
			By("s.users.Get(ctx, User{ID: id})"),
		app.One("thing by id", func(ctx context.Context) (things.Thing, error) { return s.Thing(ctx, thing.ID) }).
			By("s.things.Get(ctx, Thing{ID: id})"),
		inStatus("drafts of an organiser", things.Draft),
		inStatus("published things of an organiser", things.Published),
		inStatus("rejected things of an organiser", things.Rejected),
		{Name: "pending things of all organisers", Go: []string{"Things.On(ByType, Thing{}).SortKey(ddb.Eq(&f.Status, status))"}, Run: func(ctx context.Context) (int, error) {
			page, err := s.Review(ctx, "")
			return len(page.Items), err
		}},
		app.One("child by id", func(ctx context.Context) (things.Child, error) { return s.Child(ctx, user, child.ID) }).
			By("s.children.Get(ctx, Child{UserID: userID, ID: id})"),
		app.Many("children of a user", func(ctx context.Context) iter.Seq2[things.Child, error] { return s.ChildrenOf(ctx, user) }).
			By("Children.On(ByType, Child{UserID: userID})"),
		app.One("favourite by thing", func(ctx context.Context) (things.Favourite, error) {
			return s.Favourite(ctx, favourite.UserID, favourite.ThingID)
		}).By("s.favourites.Get(ctx, Favourite{UserID: userID, ThingID: thingID})"),
		app.Many("favourites of a user", func(ctx context.Context) iter.Seq2[things.Favourite, error] { return s.FavouritesOf(ctx, user) }).
			By("Favourites.On(ByType, Favourite{UserID: userID})"),
		{Name: "things by ids", Go: []string{"s.things.BatchGet(ctx, keys)"}, Run: func(ctx context.Context) (int, error) {
			found, err := s.ThingsByID(ctx, ids(some[:2])...)
			return len(found), err
		}},
		{Name: "organisers of things", Go: []string{"s.users.BatchGet(ctx, keys)"}, Run: func(ctx context.Context) (int, error) {
			found, err := s.OrganisersOf(ctx, some...)
			return len(found), err
		}},
		app.One("booking by id", func(ctx context.Context) (things.Booking, error) { return s.Booking(ctx, booking.ID) }).
			By("s.bookings.Get(ctx, Booking{ID: id})"),
		app.Many("bookings of a user", func(ctx context.Context) iter.Seq2[things.Booking, error] { return s.BookingsOf(ctx, booking.UserID) }).
			By("Bookings.On(ByType, Booking{}).SortKey(ddb.Eq(&f.Status, status), ddb.Eq(&f.UserID, userID))"),

		extra(app.Many("bookings of a user from a day", func(ctx context.Context) iter.Seq2[things.Booking, error] {
			return s.BookingsFrom(ctx, booking.UserID, booking.Date)
		}).By("BookingsOf(userID, Active).SortKey(ddb.Ge(&f.Date, day))")),
		extra(severalKeys(app.Many("bookings of an organiser from a day", func(ctx context.Context) iter.Seq2[things.Booking, error] {
			return s.BookingsAt(ctx, booking.OrgID, booking.Date)
		}).By("Bookings.On(ByOrganiser, Booking{OrgID: orgID}).SortKey(ddb.Eq(&f.Status, Active), ddb.Ge(&f.Date, day))"))),
		extra(app.Pattern{Name: "favourites of a user, as things", Run: func(ctx context.Context) (int, error) {
			found, _, err := s.FavouriteThings(ctx, user, "")
			return len(found), err
		}}.
			By("FavouritesOf(userID).Limit(20)", "s.things.BatchGet(ctx, keys)")),
		extra(app.Pattern{Name: "which things are favourites", Go: []string{"s.favourites.BatchGet(ctx, keys)"}, Run: func(ctx context.Context) (int, error) {
			found, err := s.FavouritesByID(ctx, favourite.UserID, favourite.ThingID, thing.ID)
			return len(found), err
		}}),
		extra(app.Pattern{Name: "booking with thing, user and organiser", Run: func(ctx context.Context) (int, error) {
			_, err := s.BookingDetails(ctx, booking)
			return 4, err
		}}.
			By("s.db.TransactGet(ctx, Bookings.Load(&d.Booking), Things.Load(&d.Thing), Users.Load(&d.User), Users.Load(&d.Organiser))")),
	}
}

// extra marks a pattern that is not one of the 14.
func extra(p app.Pattern) app.Pattern {
	p.Extra = true
	return p
}

// severalKeys marks a pattern that reads an index with several key attributes.
func severalKeys(p app.Pattern) app.Pattern {
	p.Needs = capability.MultiAttributeKeys
	return p
}

// everyFifth returns some of the things, of several organisers if possible.
func everyFifth(all []things.Thing) []things.Thing {
	var some []things.Thing
	for i := 0; i < len(all); i += 5 {
		some = append(some, all[i])
	}
	return some
}

func ids(of []things.Thing) []string {
	ids := make([]string, len(of))
	for i, t := range of {
		ids[i] = t.ID
	}
	return ids
}

// atLeast rejects a guide in which an access pattern would find nothing.
func atLeast(least int) func(int) error {
	return func(n int) error {
		if n < least {
			return fmt.Errorf("must be at least %d", least)
		}
		return nil
	}
}
