package web

import (
	"net/http"

	"github.com/singletable-go/ddb/examples/thingstodo/search"
)

func (a *API) search(r *request) (int, any, error) {
	p, err := r.params("q", "near", "within", "from", "to", "age", "tag", "page")
	if err != nil {
		return 0, nil, err
	}
	p["text"] = p["q"]
	q, err := search.Parse(p)
	if err != nil {
		return 0, nil, err
	}
	found, err := a.index.Find(r.Context(), q)
	if err != nil {
		return 0, nil, err
	}
	type tag struct {
		Tag   string `json:"tag"`
		Count int    `json:"count"`
	}
	body := struct {
		Items []thing `json:"items"`
		Total int     `json:"total"`
		More  bool    `json:"more"`
		Tags  []tag   `json:"tags"`
	}{each(found.Things, viewThing), found.Total, found.More, each(found.Tags, func(t search.TagCount) tag { return tag(t) })}
	return http.StatusOK, body, nil
}

// thing shows a thing with the name of its organiser, who may have none yet.
func (a *API) thing(r *request) (int, any, error) {
	view := viewThing
	if r.who.Actor == Audit {
		view = viewAudited
	}
	v := view(r.thing)
	organisers, err := a.store.OrganisersOf(r.Context(), r.thing)
	if err != nil {
		return 0, nil, err
	}
	v.OrganiserName = organisers[0].Item.Name
	return http.StatusOK, v, nil
}
