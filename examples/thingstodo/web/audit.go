package web

import (
	"net/http"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

func (a *API) review(r *request) (int, any, error) {
	p, err := r.params("after")
	if err != nil {
		return 0, nil, err
	}
	found, err := a.store.Review(r.Context(), ddb.Cursor(p["after"]))
	return page(found, err, viewAudited)
}

func (a *API) approve(r *request) (int, any, error) {
	return done(a.store.Approve(r.Context(), r.thing.ID))
}

func (a *API) reject(r *request) (int, any, error) {
	t, err := a.store.Reject(r.Context(), r.thing.ID)
	return one(t, err, func(t things.Thing) thing { return viewAudited(t) })
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
