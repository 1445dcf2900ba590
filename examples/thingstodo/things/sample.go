package things

import (
	"context"
	"time"

	"github.com/singletable-go/ddb"
)

// Sample writes a small guide whose ids can be read: the catalog measures its patterns on it, and the pictures of the table show
// it.
func Sample(ctx context.Context, db *ddb.DB) error {
	day := DateOf(time.Date(2026, time.December, 5, 0, 0, 0, 0, time.UTC))
	thing := func(id, orgID string, status Status, title string) ddb.Op {
		return Things.Create(Thing{ID: id, OrgID: orgID, Status: status, Outbox: seeded(lastEvent[status]), Details: Details{
			Title: title, About: "Bring a hat.", Tags: []string{"free"}, Place: Place{Street: "Quay 4", City: "Harbour"},
		}})
	}
	booking := func(id, userID, thingID, orgID string, days Date, status Status) ddb.Op {
		return Bookings.Create(Booking{
			ID: id, UserID: userID, ThingID: thingID, OrgID: orgID, Date: day + days, Status: status, Outbox: seeded(BookingCreated),
		})
	}
	return db.Batch(ctx,
		Users.Create(User{ID: "scouts", Name: "Scouts of Oldtown", Role: Organiser, Outbox: seeded(UserSaved)}),
		Users.Create(User{ID: "sailors", Name: "Sailors of Harbour", Role: Organiser, Outbox: seeded(UserSaved)}),
		Users.Create(User{ID: "ann", Name: "Ann Brook", Role: Person, Outbox: seeded(UserSaved)}),
		thing("kites", "scouts", Published, "Kite making"),
		thing("owls", "scouts", Published, "Owls at night"),
		thing("knots", "scouts", Draft, "Knots"),
		thing("caves", "scouts", Rejected, "Caves"),
		thing("boats", "sailors", Published, "Boats"),
		thing("tides", "sailors", Pending, "Tides"),
		Children.Create(Child{ID: "tom", UserID: "ann", Name: "Tom", Born: 2018, Outbox: seeded(ChildAdded)}),
		Children.Create(Child{ID: "zoe", UserID: "ann", Name: "Zoe", Born: 2020, Outbox: seeded(ChildAdded)}),
		Favourites.Create(Favourite{ThingID: "boats", UserID: "ann", Outbox: seeded(FavouriteAdded)}),
		Favourites.Create(Favourite{ThingID: "owls", UserID: "ann", Outbox: seeded(FavouriteAdded)}),
		booking("b1", "ann", "kites", "scouts", 0, Active),
		booking("b2", "ann", "boats", "sailors", 7, Active),
		booking("b3", "ann", "owls", "scouts", 14, Cancelled),
	)
}
