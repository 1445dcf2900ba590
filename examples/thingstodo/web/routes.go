package web

import "github.com/singletable-go/ddb/examples/thingstodo/things"

// Routes is the whole API, and who may do what: an actor who is not listed may not use the endpoint. For an endpoint
// about one thing or booking, the states are listed in which it may be used, on the actor's own and on those of others.
var Routes = []Route{
	{"GET /search", nothing, May{Guest: yes, User: yes, Organiser: yes, Audit: yes}, (*API).search},
	{"GET /things/{id}", aThing, May{Guest: others(published), User: others(published), Organiser: own(all...).others(published), Audit: others(all...)}, (*API).thing},

	{"GET /things", nothing, May{Organiser: yes, Audit: yes}, (*API).things},
	{"POST /things", nothing, May{Organiser: yes}, (*API).create},
	{"PATCH /things/{id}", aThing, May{Organiser: own(draft)}, (*API).edit},
	{"DELETE /things/{id}", aThing, May{Organiser: own(draft)}, (*API).remove},
	{"POST /things/{id}/submit", aThing, May{Organiser: own(draft)}, (*API).submit},
	{"POST /things/{id}/versions", aThing, May{Organiser: own(published)}, (*API).newVersion},
	{"POST /things/{id}/withdraw", aThing, May{Organiser: own(published)}, (*API).withdraw},

	{"POST /things/{id}/approve", aThing, May{Audit: others(pending)}, (*API).approve},
	{"POST /things/{id}/reject", aThing, May{Audit: others(pending)}, (*API).reject},
	{"GET /people/{id}", nothing, May{Audit: yes}, (*API).person},
	{"GET /index", nothing, May{Audit: yes}, (*API).verifyIndex},
	{"POST /index", nothing, May{Audit: yes}, (*API).rebuildIndex},

	{"GET /profile", nothing, May{User: yes, Organiser: yes}, (*API).profile},
	{"PUT /profile", nothing, May{User: yes, Organiser: yes}, (*API).saveProfile},
	{"GET /children", nothing, May{User: yes}, (*API).children},
	{"POST /children", nothing, May{User: yes}, (*API).addChild},
	{"PUT /children/{id}", nothing, May{User: yes}, (*API).renameChild},
	{"GET /favourites", nothing, May{User: yes}, (*API).favourites},
	{"PUT /favourites/{id}", aThing, May{User: others(published)}, (*API).like},
	{"DELETE /favourites/{id}", nothing, May{User: yes}, (*API).unlike},

	{"POST /things/{id}/bookings", aThing, May{User: others(published)}, (*API).book},
	{"GET /bookings", nothing, May{User: yes, Organiser: yes}, (*API).bookings},
	{"GET /bookings/{id}", aBooking, May{User: own(active, cancelled), Organiser: own(active, cancelled), Audit: others(active, cancelled)}, (*API).booking},
	{"DELETE /bookings/{id}", aBooking, May{User: own(active)}, (*API).cancel},
}

const (
	draft     = things.Draft
	pending   = things.Pending
	published = things.Published
	active    = things.Active
	cancelled = things.Cancelled
)

// all is every state of a thing.
var all = []things.Status{draft, pending, published, things.Rejected, things.Deleted}
