package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/singletable-go/ddb"
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
	g := &generator{rand.New(rand.NewPCG(size.Seed, 0))}
	var d Data
	var published []Thing
	for range size.Organisers {
		org := User{ID: g.id(), Name: g.pick(groups) + " of " + g.pick(quarters), Outbox: seeded(UserSaved)}
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
		u := User{ID: g.id(), Name: g.pick(firstNames) + " " + g.pick(lastNames), Outbox: seeded(UserSaved)}
		d.Users = append(d.Users, u)
		for range g.upTo(size.Children) {
			d.Children = append(d.Children, Child{
				ID: g.id(), UserID: u.ID, Name: g.pick(firstNames), Born: 2012 + g.IntN(12), Outbox: seeded(ChildAdded),
			})
		}
		for _, i := range g.some(g.upTo(size.Favourites), len(published)) {
			d.Favourites = append(d.Favourites, Favourite{UserID: u.ID, ThingID: published[i].ID, Outbox: seeded(FavouriteAdded)})
		}
		for i, n := range g.some(size.Bookings, len(published)) {
			b := Booking{
				ID: g.id(), Status: Active, UserID: u.ID, ThingID: published[n].ID, OrgID: published[n].OrgID,
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
	done := 0
	for batch := range slices.Chunk(ops, 25) {
		if err := db.Batch(ctx, batch...); err != nil && !allExist(err) {
			return err
		}
		done += len(batch)
		report(done, len(ops))
	}
	return nil
}

// allExist reports that nothing else was wrong with a batch than that items were there already.
func allExist(err error) bool {
	batch, ok := errors.AsType[*ddb.BatchError](err)
	return ok && !slices.ContainsFunc(batch.Failed, func(e *ddb.WriteError) bool { return !errors.Is(e, ddb.ErrExists) })
}

// generator makes up values.
type generator struct{ *rand.Rand }

const letters = "abcdefghjkmnpqrstuvwxyz23456789" // none that are mistaken for another

func (g *generator) id() string {
	id := make([]byte, 8)
	for i := range id {
		id[i] = letters[g.IntN(len(letters))]
	}
	return string(id)
}

func (g *generator) pick(words []string) string { return words[g.IntN(len(words))] }

// upTo returns a number from 1 to n.
func (g *generator) upTo(n int) int { return 1 + g.IntN(n) }

// some returns n different numbers below limit, or all of them if there are fewer.
func (g *generator) some(n, limit int) []int { return g.Perm(limit)[:min(n, limit)] }

func (g *generator) date() Date {
	return DateOf(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, g.IntN(90)))
}

func (g *generator) thing(orgID string, status Status) Thing {
	what, where := g.pick(activities), g.pick(quarters)
	t := Thing{ID: g.id(), Status: status, OrgID: orgID, Outbox: seeded(lastEvent[status])}
	t.Title = what + " at " + where
	t.About = fmt.Sprintf("%s for children from %d on. %s", what, 3+g.IntN(8), g.pick(remarks))
	for _, i := range g.some(2, len(tags)) {
		t.Tags = append(t.Tags, tags[i])
	}
	t.Place = Place{Street: fmt.Sprintf("%s %d", g.pick(streets), g.upTo(90)), City: where}
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
	firstNames = []string{"Ada", "Björk", "Chidi", "Dana", "Elif", "Farid", "Grete", "Hana", "Ivo", "June", "Kofi", "Lena"}
	lastNames  = []string{"Adeyemi", "Berg", "Castro", "Dvořák", "Eriksen", "Fontaine", "Gupta", "Haddad", "Ito", "Jansen"}
)
