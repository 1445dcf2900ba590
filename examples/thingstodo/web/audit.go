package web

import (
	"errors"
	"net/http"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// person is what is stored of a user or an organiser.
func (a *API) person(r *request) (int, any, error) {
	ctx, id := r.Context(), r.PathValue("id")
	if !isID(id) {
		return 0, nil, notFound("user", id)
	}
	u, err := a.store.User(ctx, id)
	if err != nil {
		return 0, nil, err
	}
	children, err1 := ddb.Collect(a.store.ChildrenOf(ctx, id))
	favourites, err2 := ddb.Collect(a.store.FavouritesOf(ctx, id))
	bookings, err3 := ddb.Collect(a.store.BookingsOf(ctx, id))
	return http.StatusOK, struct {
		person
		Children   []child   `json:"children"`
		Favourites []string  `json:"favourites"` // ids of things
		Bookings   []booking `json:"bookings"`   // that are active
	}{
		viewUser(u), each(children, viewChild),
		each(favourites, func(f things.Favourite) string { return f.ThingID }), each(bookings, viewBooking),
	}, errors.Join(err1, err2, err3)
}

func (a *API) approve(r *request) (int, any, error) {
	return done(a.store.Approve(r.Context(), r.thing.ID))
}

func (a *API) reject(r *request) (int, any, error) {
	t, err := a.store.Reject(r.Context(), r.thing.ID)
	return one(t, err, viewAudited)
}

// verifyIndex compares the search index with the table, and shows the first hundred differences.
func (a *API) verifyIndex(r *request) (int, any, error) {
	found := []string{}
	for d, err := range a.index.Verify(r.Context()) {
		if err != nil {
			return 0, nil, err
		}
		if found = append(found, d.String()); len(found) == 100 {
			break
		}
	}
	return http.StatusOK, struct {
		Differences []string `json:"differences"`
	}{found}, nil
}

// rebuildIndex rebuilds the search index, and responds when it is done.
func (a *API) rebuildIndex(r *request) (int, any, error) {
	n, err := a.index.Rebuild(r.Context())
	return http.StatusOK, struct {
		Things int `json:"things"`
	}{n}, err
}
