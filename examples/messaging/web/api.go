// Package web serves message groups over HTTP: a JSON API, and the page that uses it.
package web

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// UserHeader names the user, by handle. It stands in for authentication: any client that sends it is trusted. In a real
// service the gateway sets a verified identity here and removes what clients send.
const UserHeader = "X-User-Handle"

// PageSize is the default size of a list.
const PageSize = 20

const (
	maxPage = 100 // the largest size of a list
	maxBody = 16 << 10
)

//go:embed page
var pageFiles embed.FS

// API serves message groups over HTTP, and the page that uses it. Errors are a JSON object with a code for programs and
// a message for people.
type API struct {
	store  *groups.Store
	people groups.Directory
	log    *slog.Logger
}

// NewAPI returns the handler. Details of failures that clients do not see go to log.
func NewAPI(store *groups.Store, people groups.Directory, log *slog.Logger) http.Handler {
	a := &API{store, people, log}
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // the files are part of the program
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/users", a.serve(a.users))
	mux.HandleFunc("GET /api/message_groups", a.serveUser(a.groups))
	mux.HandleFunc("GET /api/messages/{message_group_uuid}", a.serveUser(a.messages))
	mux.HandleFunc("POST /api/messages", a.serveUser(a.send))
	mux.HandleFunc("/api/", a.serve(func(_ *http.Request) (int, any, error) { return 0, nil, errNoEndpoint }))
	mux.Handle("/", http.FileServerFS(files))
	return secure(mux)
}

// secure keeps browsers from running or showing anything but the page's own files, and other sites from using it.
func secure(h http.Handler) http.Handler {
	h = http.NewCrossOriginProtection().Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		h.ServeHTTP(w, r)
	})
}

// The JSON shapes.
type (
	person struct {
		UserID      string `json:"user_uuid"`
		DisplayName string `json:"user_display_name"`
		Handle      string `json:"user_handle"`
	}

	groupJSON struct {
		GroupID string `json:"message_group_uuid"`
		Last    string `json:"message"`
		LastAt  string `json:"last_message_at"`
		Title   string `json:"title"`
		person
	}

	messageJSON struct {
		GroupID   string `json:"message_group_uuid"`
		ID        string `json:"message_uuid"`
		Text      string `json:"message"`
		CreatedAt string `json:"created_at"`
		person
	}

	list[T any] struct {
		Items []T        `json:"items"`
		Next  ddb.Cursor `json:"next"` // of the next page, "" on the last one
	}

	// posted is a message to a group, or to people, which starts a new group.
	posted struct {
		GroupID string   `json:"message_group_uuid"`
		Handles []string `json:"handles"`
		Text    string   `json:"message"`
	}
)

// stamp is a time in a fixed width, so that text sorts like time, as in the keys.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

// endpoint returns a status and the body to be sent as JSON.
type endpoint func(*http.Request) (status int, body any, err error)

type userEndpoint func(r *http.Request, user groups.Author) (status int, body any, err error)

func (a *API) users(*http.Request) (int, any, error) {
	people := make([]person, len(a.people))
	for i, p := range a.people {
		people[i] = person(p)
	}
	return http.StatusOK, list[person]{Items: people}, nil
}

func (a *API) groups(r *http.Request, user groups.Author) (int, any, error) {
	w, limit, after, err := paging(r)
	if err != nil {
		return 0, nil, err
	}
	page, err := a.store.Groups(r.Context(), user.UserID, w, limit, after)
	if err != nil {
		return 0, nil, err
	}
	out := list[groupJSON]{Items: make([]groupJSON, len(page.Items)), Next: page.Next}
	for i, g := range page.Items {
		out.Items[i] = groupJSON{GroupID: g.GroupID, Last: g.Last, LastAt: stamp(g.LastAt), Title: g.Name(), person: person(g.Author)}
	}
	return http.StatusOK, out, nil
}

func (a *API) messages(r *http.Request, user groups.Author) (int, any, error) {
	w, limit, after, err := paging(r)
	if err != nil {
		return 0, nil, err
	}
	page, err := a.store.Messages(r.Context(), user.UserID, r.PathValue("message_group_uuid"), w, limit, after)
	if err != nil {
		return 0, nil, err
	}
	out := list[messageJSON]{Items: make([]messageJSON, len(page.Items)), Next: page.Next}
	for i, m := range page.Items {
		out.Items[i] = toJSON(m)
	}
	return http.StatusOK, out, nil
}

func toJSON(m groups.Message) messageJSON {
	return messageJSON{GroupID: m.GroupID, ID: m.ID, Text: m.Text, CreatedAt: stamp(m.CreatedAt), person: person(m.Author)}
}

func (a *API) send(r *http.Request, user groups.Author) (int, any, error) {
	var p posted
	if err := readJSON(r, &p); err != nil {
		return 0, nil, err
	}
	if (p.GroupID == "") == (len(p.Handles) == 0) {
		return 0, nil, bad("give either message_group_uuid, or handles to start a group")
	}
	send := func(ctx context.Context) (groups.Message, error) { return a.store.Send(ctx, user, p.GroupID, p.Text) }
	if len(p.Handles) > 0 {
		with := make([]groups.Author, len(p.Handles))
		for i, h := range p.Handles {
			var ok bool
			if with[i], ok = a.people.ByHandle(h); !ok {
				return 0, nil, &apiError{http.StatusNotFound, "no_such_user", fmt.Sprintf("no user %q", h)}
			}
		}
		send = func(ctx context.Context) (groups.Message, error) { return a.store.Start(ctx, user, p.Text, with...) }
	}
	m, err := send(r.Context())
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, toJSON(m), nil
}

// paging reads the query parameters of both lists: limit, cursor, from, until.
func paging(r *http.Request) (w groups.Window, limit int, after ddb.Cursor, err error) {
	q := r.URL.Query()
	limit = PageSize
	if s := q.Get("limit"); s != "" {
		limit, err = strconv.Atoi(s)
		if err != nil || limit < 1 || limit > maxPage {
			return w, 0, "", bad("limit is %q: use a number from 1 to %d", s, maxPage)
		}
	}
	for name, t := range map[string]*time.Time{"from": &w.From, "until": &w.Until} {
		if s := q.Get(name); s != "" {
			if *t, err = time.Parse(time.RFC3339Nano, s); err != nil {
				return w, 0, "", bad("%s is %q: use a time such as 2026-11-20T09:30:00Z", name, s)
			}
		}
	}
	return w, limit, ddb.Cursor(q.Get("cursor")), nil
}

// readJSON reads a body that is one JSON object without unknown fields.
func readJSON(r *http.Request, into any) error {
	if t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); t != "application/json" {
		return &apiError{http.StatusUnsupportedMediaType, "not_json", "the Content-Type must be application/json"}
	}
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		_, err = d.Token()
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &apiError{http.StatusRequestEntityTooLarge, "too_long", fmt.Sprintf("the body has more than %d bytes", maxBody)}
	}
	switch {
	case errors.Is(err, io.EOF): // after the object
		return nil
	case err == nil:
		return bad("the body has data after the JSON object")
	}
	return bad("the body is not the expected JSON object: %v", err)
}

// serve makes an endpoint a handler.
func (a *API) serve(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		status, body, err := e(r)
		if err != nil {
			status, body = a.fault(r, err)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		if status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "1")
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body) // the client may have gone
	}
}

// serveUser is serve for a request with a known user.
func (a *API) serveUser(e userEndpoint) http.HandlerFunc {
	return a.serve(func(r *http.Request) (int, any, error) {
		user, ok := a.people.ByHandle(r.Header.Get(UserHeader))
		if !ok {
			return 0, nil, &apiError{http.StatusUnauthorized, "unknown_user", "the header " + UserHeader + " must name a user by handle"}
		}
		return e(r, user)
	})
}

// apiError is an error that a client can act on.
type apiError struct {
	status  int
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (e *apiError) Error() string { return e.Message }

var errNoEndpoint = &apiError{http.StatusNotFound, "no_such_endpoint", "no such endpoint"}

func bad(format string, args ...any) error {
	return &apiError{http.StatusBadRequest, "bad_request", fmt.Sprintf(format, args...)}
}

// fault returns the response to an error. An error that is not the client's is logged, and the response has only a
// general message.
func (a *API) fault(r *http.Request, err error) (status int, body any) {
	e, ok := errors.AsType[*apiError](err)
	if !ok {
		e = classify(err)
	}
	if e.status >= http.StatusInternalServerError && r.Context().Err() == nil {
		a.log.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "err", err)
	}
	return e.status, struct {
		Error *apiError `json:"error"`
	}{e}
}

func classify(err error) *apiError {
	switch {
	case errors.Is(err, groups.ErrNoGroup):
		return &apiError{http.StatusNotFound, "no_such_group", groups.ErrNoGroup.Error()}
	case errors.Is(err, groups.ErrNotMember):
		return &apiError{http.StatusForbidden, "not_a_member", "you are " + groups.ErrNotMember.Error()}
	case errors.Is(err, groups.ErrEmpty):
		return &apiError{http.StatusBadRequest, "empty", groups.ErrEmpty.Error()}
	case errors.Is(err, groups.ErrTooLong):
		return &apiError{http.StatusRequestEntityTooLarge, "too_long", groups.ErrTooLong.Error()}
	case errors.Is(err, groups.ErrPeople):
		return &apiError{http.StatusBadRequest, "bad_people", groups.ErrPeople.Error()}
	case errors.Is(err, ddb.ErrCursor):
		return &apiError{http.StatusBadRequest, "bad_cursor", "the cursor is not from this list"}
	case errors.Is(err, ddb.ErrThrottled):
		return &apiError{http.StatusServiceUnavailable, "busy", "too busy, retry later"}
	}
	return &apiError{http.StatusInternalServerError, "internal", "internal error"}
}
