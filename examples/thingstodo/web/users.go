package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

func (a *API) profile(r *request) (int, any, error) {
	u, err := a.store.User(r.Context(), r.who.ID)
	if err == nil && u.Role != "" && u.Role != things.Role(r.who.Actor) {
		err = things.ErrOtherRole
	}
	return one(u, err, viewUser)
}

func (a *API) saveProfile(r *request) (int, any, error) {
	var in struct {
		Name string `json:"name"`
	}
	if err := site.ReadJSON(r.Request, maxBody, &in); err != nil {
		return 0, nil, err
	}
	u, err := a.store.SaveUser(r.Context(), things.Role(r.who.Actor), r.who.ID, in.Name)
	return one(u, err, viewUser)
}

func (a *API) children(r *request) (int, any, error) {
	found, err := ddb.Collect(a.store.ChildrenOf(r.Context(), r.who.ID))
	return page(ddb.Page[things.Child]{Items: found}, err, viewChild)
}

func (a *API) addChild(r *request) (int, any, error) {
	var in struct {
		Name string `json:"name"`
		Born int    `json:"born"`
	}
	if err := site.ReadJSON(r.Request, maxBody, &in); err != nil {
		return 0, nil, err
	}
	c, err := a.store.AddChild(r.Context(), things.Child{ID: rand.Text(), UserID: r.who.ID, Name: in.Name, Born: in.Born})
	return created(c, err, viewChild)
}

func (a *API) renameChild(r *request) (int, any, error) {
	var in struct {
		Name string `json:"name"`
	}
	if err := site.ReadJSON(r.Request, maxBody, &in); err != nil {
		return 0, nil, err
	}
	id := r.PathValue("id")
	if !isID(id) {
		return 0, nil, notFound("child", id)
	}
	c, err := a.store.RenameChild(r.Context(), r.who.ID, id, in.Name)
	return one(c, err, viewChild)
}

// favourites are a page of them as things. Those that are not published any more have their id and state only. With ids
// in the parameter of, it responds which of these things are favourites.
func (a *API) favourites(r *request) (int, any, error) {
	p, err := r.params("after", "of")
	if err != nil {
		return 0, nil, err
	}
	if p["of"] != "" {
		return a.areFavourites(r, strings.Split(p["of"], ","))
	}
	found, next, err := a.store.FavouriteThings(r.Context(), r.who.ID, ddb.Cursor(p["after"]))
	return page(ddb.Page[ddb.Lookup[things.Thing]]{Items: found, Next: next}, err, func(l ddb.Lookup[things.Thing]) thing {
		switch {
		case !l.Found():
			return thing{ID: l.Item.ID, Status: things.Deleted}
		case l.Item.Status != things.Published:
			return thing{ID: l.Item.ID, Status: l.Item.Status}
		}
		return viewThing(l.Item)
	})
}

func (a *API) areFavourites(r *request, ids []string) (int, any, error) {
	if len(ids) > 100 || slices.ContainsFunc(ids, func(id string) bool { return !isID(id) }) {
		return 0, nil, site.Bad("of must be up to 100 ids, with commas between them")
	}
	found, err := a.store.FavouritesByID(r.Context(), r.who.ID, ids...)
	are := map[string]bool{}
	for _, l := range found {
		are[l.Item.ThingID] = l.Found()
	}
	return http.StatusOK, are, err
}

// like makes a thing a favourite. To do it again changes nothing.
func (a *API) like(r *request) (int, any, error) {
	err := a.store.Like(r.Context(), r.who.ID, r.thing.ID)
	if errors.Is(err, ddb.ErrExists) {
		err = nil
	}
	return done(err)
}

func (a *API) unlike(r *request) (int, any, error) {
	id := r.PathValue("id")
	if !isID(id) {
		return 0, nil, notFound("favourite", id)
	}
	_, err := a.store.Unlike(r.Context(), r.who.ID, id)
	return done(err)
}

func (a *API) book(r *request) (int, any, error) {
	var in struct {
		Date string `json:"date"`
	}
	if err := site.ReadJSON(r.Request, maxBody, &in); err != nil {
		return 0, nil, err
	}
	day, err := things.ParseDate(in.Date)
	if err != nil {
		return 0, nil, err
	}
	b := things.Booking{ID: rand.Text(), Status: things.Active, UserID: r.who.ID, ThingID: r.thing.ID, OrgID: r.thing.OrgID, Date: day}
	if err := a.store.Book(r.Context(), b); err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, viewBooking(b), nil
}

func (a *API) cancel(r *request) (int, any, error) {
	b, err := a.store.Cancel(r.Context(), r.booking)
	return one(b, err, viewBooking)
}
