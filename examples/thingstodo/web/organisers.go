package web

import (
	"crypto/rand"
	"net/http"
	"slices"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// things are those in a status: an organiser's own, or for the audit those of all.
func (a *API) things(r *request) (int, any, error) {
	p, err := r.params("status", "after")
	if err != nil {
		return 0, nil, err
	}
	status := things.Status(p["status"])
	if !slices.Contains(all, status) {
		return 0, nil, site.Bad("status must be one of %v", all)
	}
	orgID, view := r.who.ID, viewThing
	if r.who.Actor == Audit {
		orgID, view = "", viewAudited
	}
	found, err := a.store.ThingsPage(r.Context(), orgID, status, ddb.Cursor(p["after"]))
	return page(found, err, view)
}

func (a *API) create(r *request) (int, any, error) {
	apply, err := r.changes()
	if err != nil {
		return 0, nil, err
	}
	var d things.Details
	apply(&d)
	t, err := a.store.CreateThing(r.Context(), rand.Text(), r.who.ID, d)
	return created(t, err, viewThing)
}

func (a *API) edit(r *request) (int, any, error) {
	apply, err := r.changes()
	if err != nil {
		return 0, nil, err
	}
	t, err := a.store.Edit(r.Context(), r.thing.ID, r.who.ID, apply)
	return one(t, err, viewThing)
}

// changes reads the details in the body.
func (r *request) changes() (func(*things.Details), error) {
	var c changes
	if err := site.ReadJSON(r.Request, maxBody, &c); err != nil {
		return nil, err
	}
	return c.apply()
}

func (a *API) remove(r *request) (int, any, error) {
	t, err := a.store.Remove(r.Context(), r.thing.ID, r.who.ID)
	return one(t, err, viewThing)
}

func (a *API) submit(r *request) (int, any, error) {
	t, err := a.store.Submit(r.Context(), r.thing.ID, r.who.ID)
	return one(t, err, viewThing)
}

func (a *API) withdraw(r *request) (int, any, error) {
	t, err := a.store.Withdraw(r.Context(), r.thing.ID, r.who.ID)
	return one(t, err, viewThing)
}

func (a *API) newVersion(r *request) (int, any, error) {
	t, err := a.store.NewVersion(r.Context(), r.thing.ID, r.who.ID, rand.Text())
	return created(t, err, viewThing)
}

// bookings are those of a user, or of an organiser's things, from a day on: by default from today.
func (a *API) bookings(r *request) (int, any, error) {
	p, err := r.params("from", "after")
	if err != nil {
		return 0, nil, err
	}
	day := things.DateOf(a.now())
	if p["from"] != "" {
		if day, err = things.ParseDate(p["from"]); err != nil {
			return 0, nil, err
		}
	}
	userID, orgID := r.who.ID, ""
	if r.who.Actor == Organiser {
		userID, orgID = "", r.who.ID
	}
	found, err := a.store.BookingsPage(r.Context(), userID, orgID, day, ddb.Cursor(p["after"]))
	return page(found, err, viewBooking)
}

func (a *API) booking(r *request) (int, any, error) {
	return http.StatusOK, viewBooking(r.booking), nil
}
