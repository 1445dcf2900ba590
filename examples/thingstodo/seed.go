package main

import (
	"context"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/random"
)

// Size says how much data there is to be. The same size and seed give the same data.
type Size struct {
	Seed       uint64
	Organisers int
	Things     int // of an organiser, all states together
	Users      int
	Children   int // of a user, at most
	Favourites int // of a user, at most
	Bookings   int // of a user
}

// DefaultSize is a small town.
var DefaultSize = Size{Seed: 1, Organisers: 4, Things: 10, Users: 30, Children: 3, Favourites: 6, Bookings: 5}

// Data is a guide as it is to be in the table.
type Data struct {
	Users      []User // the organisers first
	Things     []Thing
	Children   []Child
	Favourites []Favourite
	Bookings   []Booking
}

// Generate makes up a guide. Every organiser has things in every state, in turns, and each user has one child at least, and
// one favourite and one booking at least if anything is published.
func Generate(size Size) Data {
	g := generator{random.New(size.Seed)}
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

// states are those of an organiser's things, in turns: half of them are published.
var states = []Status{Published, Draft, Published, Pending, Published, Rejected}

// seeded is the outbox of an item as its last write left it.
func seeded(e EventType) Outbox { return Outbox{Event: Event{Type: e}} }

// Items returns the number of items that the data takes in the table.
func (d Data) Items() int { return len(d.ops()) }

// ops are the writes of the data. Things are created, since what has a version is not written over unread.
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

// Write writes the data, a batch at a time. What is there already stays as it is or is written again, so that a seeding that
// was interrupted can be run again.
func (d Data) Write(ctx context.Context, db *ddb.DB, report func(done, total int)) error {
	ops := d.ops()
	return app.Load(ctx, db, ops, 25, func(done int) { report(done, len(ops)) })
}

// generator makes up values.
type generator struct{ *random.Source }

func (g generator) date() Date {
	return DateOf(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, g.IntN(90)))
}

func (g generator) thing(orgID string, status Status) Thing {
	what, where := g.Pick(activities), g.Pick(quarters)
	t := Thing{ID: g.ID(), Status: status, OrgID: orgID, Outbox: seeded(lastEvent[status])}
	t.Title = what + " at " + where
	t.About = fmt.Sprintf("%s for children from %d on. %s", what, 3+g.IntN(8), g.Pick(remarks))
	for _, i := range g.Some(2, len(tags)) {
		t.Tags = append(t.Tags, tags[i])
	}
	t.Place = Place{Street: fmt.Sprintf("%s %d", g.Pick(streets), g.UpTo(90)), City: where}
	return t
}

// lastEvent is what brought a thing into a state.
var lastEvent = map[Status]EventType{
	Draft: ThingCreated, Pending: ThingSubmitted, Published: ThingApproved, Rejected: ThingRejected,
}

var (
	groups     = []string{"Friends", "Scouts", "Painters", "Sailors", "Gardeners", "Puppeteers"}
	quarters   = []string{"Oldtown", "Harbour", "Millpond", "Northgate", "Lindenhof", "Castle Hill"}
	activities = []string{"Kite making", "Bread baking", "Bird watching", "A puppet play", "Paper boats", "Star gazing", "A treasure hunt", "Drumming"}
	remarks    = []string{"Bring a hat.", "Parents are welcome.", "Rain or shine.", "There will be cake.", "Old clothes, please."}
	tags       = []string{"outdoors", "indoors", "free", "weekend", "music", "craft"}
	streets    = []string{"Mill Lane", "Quay", "High Street", "Orchard Row", "Ropewalk"}
)
