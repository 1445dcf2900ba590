// Package web is the HTTP API of the guide, for its four actors: guests, users, organisers and the audit.
package web

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/thingstodo/search"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// API serves [Routes]. Make it with [New].
type API struct {
	store *things.Store
	index *search.Index
	now   func() time.Time
}

// maxBody bounds what a client may send: the longest thing, with every character escaped.
const maxBody = 160 << 10

// RequestID is the header with the id of a request, which the client may choose. What the request writes carries it to
// the subscribers of events.
const RequestID = "X-Request-Id"

// New returns the API.
func New(store *things.Store, index *search.Index, log *slog.Logger) http.Handler {
	a := &API{store, index, time.Now}
	mux := http.NewServeMux()
	for _, route := range Routes {
		mux.Handle(route.Pattern, site.Endpoint(log, func(r *http.Request) (int, any, error) { return a.serve(route, r) }))
	}
	return correlated(site.Guard(site.Routes(mux, log), log))
}

// serve does what a route does, if the table allows it.
func (a *API) serve(route Route, r *http.Request) (int, any, error) {
	who, err := identify(r)
	if err != nil {
		return 0, nil, err
	}
	in := &request{Request: r, who: who}
	if err := a.authorise(r.Context(), route, in); err != nil {
		return 0, nil, fault(err)
	}
	status, body, err := route.do(a, in)
	return status, body, fault(err)
}

// correlated gives each request an id.
func correlated(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(RequestID)
		if !isID(id) {
			id = rand.Text()
		}
		w.Header().Set(RequestID, id)
		h.ServeHTTP(w, r.WithContext(things.WithCorrelation(r.Context(), id)))
	})
}

// params are the parameters of a request, each at most once, and no others than these.
func (r *request) params(names ...string) (map[string]string, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, site.Bad("the parameters are not a query")
	}
	given := map[string]string{}
	for _, name := range names {
		given[name] = query.Get(name)
		if len(query[name]) > 1 {
			return nil, site.Bad("%s is there more than once", name)
		}
		query.Del(name)
	}
	if len(query) > 0 {
		return nil, site.Bad("there are parameters that this endpoint does not have: use %s", strings.Join(names, ", "))
	}
	return given, nil
}

// page is a page of a list. After is the parameter for the next page, "" if there is none.
func page[T, V any](p ddb.Page[T], err error, view func(T) V) (int, any, error) {
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, struct {
		Items []V        `json:"items"`
		After ddb.Cursor `json:"after,omitempty"`
	}{each(p.Items, view), p.Next}, nil
}

// each is a list as clients see it; an empty one is [].
func each[T, V any](items []T, view func(T) V) []V {
	out := make([]V, len(items))
	for i, item := range items {
		out[i] = view(item)
	}
	return out
}

// one is the response to a request for one item, or to a change of it.
func one[T, V any](item T, err error, view func(T) V) (int, any, error) {
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, view(item), nil
}

// done is the response to a change that leaves nothing to show.
func done(err error) (int, any, error) { return http.StatusOK, struct{}{}, err }

// created is the response to the creation of an item.
func created[T, V any](item T, err error, view func(T) V) (int, any, error) {
	_, body, err := one(item, err, view)
	return http.StatusCreated, body, err
}
