package things

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/random"
)

// Size is the amount of data. The same size and seed give the same data.
type Size struct {
	Seed       uint64
	Organisers int
	Things     int // per organiser, in all states
	Users      int
	Children   int // per user, at most
	Favourites int // per user, at most
	Bookings   int // per user
}

// DefaultSize is a small town.
var DefaultSize = Size{Seed: 1, Organisers: 4, Things: 10, Users: 30, Children: 3, Favourites: 6, Bookings: 5}

// Data is the data of a guide.
type Data struct {
	Users      []User // organisers first
	Things     []Thing
	Children   []Child
	Favourites []Favourite
	Bookings   []Booking
}

// Generate generates a guide. Every organiser has things in every state. Each user has at least one child, and at least
// one favourite and one booking if anything is published.
func Generate(size Size) Data {
	g := generator{random.New(size.Seed), random.New(^size.Seed)}
	var d Data
	var published []Thing
	for range size.Organisers {
		org := User{ID: g.ID(), Name: g.Pick(groups) + " of " + g.Pick(quarters), Outbox: seeded(UserSaved)}
		d.Users = append(d.Users, org)
		for i := range size.Things {
			t := g.thing(org.ID, states[i%len(states)])
			d.Things = append(d.Things, t)
			if t.Status == Published {
				published = append(published, t)
			}
		}
	}
	for range size.Users {
		u := User{ID: g.ID(), Name: g.FirstName() + " " + g.LastName(), Outbox: seeded(UserSaved)}
		d.Users = append(d.Users, u)
		for range g.UpTo(size.Children) {
			d.Children = append(d.Children, Child{
				ID: g.ID(), UserID: u.ID, Name: g.FirstName(), Born: 2012 + g.IntN(12), Outbox: seeded(ChildAdded),
			})
		}
		for _, i := range g.Some(g.UpTo(size.Favourites), len(published)) {
			d.Favourites = append(d.Favourites, Favourite{UserID: u.ID, ThingID: published[i].ID, Outbox: seeded(FavouriteAdded)})
		}
		for i, n := range g.Some(size.Bookings, len(published)) {
			b := Booking{
				ID: g.ID(), Status: Active, UserID: u.ID, ThingID: published[n].ID, OrgID: published[n].OrgID,
				Date: g.date(), Outbox: seeded(BookingCreated),
			}
			if i > 0 && g.IntN(4) == 0 {
				b.Status, b.Outbox = Cancelled, seeded(BookingCancelled)
			}
			d.Bookings = append(d.Bookings, b)
		}
	}
	return d
}

// States is how many things an organiser has at least, for one in every state.
const States = 6

// states are the states of an organiser's things, repeated: half of them are published.
var states = [States]Status{Published, Draft, Published, Pending, Published, Rejected}

// seeded is the outbox that the last write of an item left.
func seeded(e EventType) Outbox { return Outbox{Event: Event{Type: e}} }

// Items returns the number of items in the table.
func (d Data) Items() int { return len(d.ops()) }

// ops are the writes of the data. Things are created: a versioned item is not overwritten without a read.
func (d Data) ops() []ddb.Op {
	var ops []ddb.Op
	for _, u := range d.Users {
		ops = append(ops, Users.Put(u))
	}
	for _, t := range d.Things {
		ops = append(ops, Things.Create(t))
	}
	for _, c := range d.Children {
		ops = append(ops, Children.Put(c))
	}
	for _, f := range d.Favourites {
		ops = append(ops, Favourites.Put(f))
	}
	for _, b := range d.Bookings {
		ops = append(ops, Bookings.Put(b))
	}
	return ops
}

// Write writes the data in batches. Existing items stay or are written again, so that an interrupted seeding can be run
// again.
func (d Data) Write(ctx context.Context, db *ddb.DB, report func(done, total int)) error {
	ops := d.ops()
	return app.Load(ctx, db, ops, 25, func(done int) { report(done, len(ops)) })
}

// generator generates values.
type generator struct {
	*random.Source
	more *random.Source // for what older releases did not have: their values stay the same
}

func (g generator) date() Date {
	return DateOf(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, g.IntN(90)))
}

func (g generator) thing(orgID string, status Status) Thing {
	what, where := g.Pick(activities), g.Pick(quarters)
	t := Thing{ID: g.ID(), Status: status, OrgID: orgID, Outbox: seeded(lastEvent[status])}
	t.Title = what + " at " + where
	age := 3 + g.IntN(8)
	t.About = fmt.Sprintf("%s for children from %d on. %s", what, age, g.Pick(remarks))
	t.Ages = &Ages{From: age, To: age + 6}
	for _, i := range g.Some(2, len(tags)) {
		t.Tags = append(t.Tags, tags[i])
	}
	t.Place = Place{Street: fmt.Sprintf("%s %d", g.Pick(streets), g.UpTo(90)), City: where, At: g.at(where)}
	if g.more.IntN(4) > 0 { // the others are on every day
		begin := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, g.more.IntN(60))
		t.Days = &Days{From: DateOf(begin), To: DateOf(begin.AddDate(0, 0, g.more.IntN(40)))}
	}
	return t
}

// at returns a point in a quarter: the quarters are some kilometres apart.
func (g generator) at(quarter string) *Point {
	i := slices.Index(quarters, quarter)
	metres := func() float64 { return float64(g.more.IntN(1000)) / 100_000 }
	return &Point{Lat: 52.20 + 0.02*float64(i) + metres(), Lon: 21.00 + 0.03*float64(i) + metres()}
}

// lastEvent is the event that leads to a state.
var lastEvent = map[Status]EventType{
	Draft: ThingCreated, Pending: ThingSubmitted, Published: ThingApproved, Rejected: ThingRejected,
}

var (
	groups     = []string{"Friends", "Scouts", "Painters", "Sailors", "Gardeners", "Puppeteers"}
	quarters   = []string{"Oldtown", "Harbour", "Millpond", "Northgate", "Lindenhof", "Castle Hill"}
	activities = []string{"Kite making", "Bread baking", "Bird watching", "A puppet play", "Pottery", "Star gazing", "A treasure hunt", "Drumming"}
	remarks    = []string{"Bring a hat.", "Parents are welcome.", "Rain or shine.", "There will be cake.", "Old clothes, please."}
	tags       = []string{"outdoors", "indoors", "free", "weekend", "music", "craft"}
	streets    = []string{"Mill Lane", "Quay", "High Street", "Orchard Row", "Ropewalk"}
)
