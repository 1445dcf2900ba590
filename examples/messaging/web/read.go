package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

const maxPage = 100 // the largest size of a list

func (a *API) listUsers(*http.Request) (int, any, error) {
	return http.StatusOK, toList(ddb.Page[groups.Author]{Items: a.people}, func(p groups.Author) person { return person(p) }), nil
}

func (a *API) listGroups(r *http.Request, user groups.Author) (int, any, error) {
	p, err := paging(r)
	if err != nil {
		return 0, nil, err
	}
	page, err := a.store.Groups(r.Context(), user.UserID, p.window, p.limit, p.after)
	return http.StatusOK, toList(page, toGroup), err
}

func (a *API) getGroup(r *http.Request, user groups.Author) (int, any, error) {
	g, err := a.store.Group(r.Context(), user.UserID, r.PathValue("message_group_uuid"))
	return http.StatusOK, toGroup(g), err
}

func (a *API) listMessages(r *http.Request, user groups.Author) (int, any, error) {
	p, err := paging(r)
	if err != nil {
		return 0, nil, err
	}
	page, err := a.store.Messages(r.Context(), user.UserID, r.PathValue("message_group_uuid"), p.window, p.limit, p.after)
	return http.StatusOK, toList(page, toMessage), err
}

func (a *API) listMarks(r *http.Request, user groups.Author) (int, any, error) {
	p, err := paging(r)
	if err != nil {
		return 0, nil, err
	}
	page, err := a.store.Marks(r.Context(), user.UserID, p.limit, p.after)
	return http.StatusOK, toList(page, toMark), err
}

// page is what a request for a list asks for.
type page struct {
	window groups.Window
	limit  int
	after  ddb.Cursor
}

// paging reads the query parameters of the lists: limit, cursor, from, until.
func paging(r *http.Request) (p page, err error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return page{}, site.Bad("the query of the URL is malformed")
	}
	p.limit, p.after = groups.PageSize, ddb.Cursor(q.Get("cursor"))
	if s := q.Get("limit"); s != "" {
		p.limit, err = strconv.Atoi(s)
		if err != nil || p.limit < 1 || p.limit > maxPage {
			return page{}, site.Bad("limit is %q: use a number from 1 to %d", s, maxPage)
		}
	}
	if p.window.From, err = instant("from", q.Get("from")); err != nil {
		return page{}, err
	}
	p.window.Until, err = instant("until", q.Get("until"))
	return p, err
}

// instant reads a time; an empty text is the zero time.
func instant(name, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if year := t.UTC().Year(); err != nil || year < 1 || year > 9999 {
		return t, site.Bad("%s is %q: use a time such as 2026-11-20T09:30:00Z", name, s)
	}
	return t, nil
}
