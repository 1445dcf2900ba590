// Package web serves message groups over HTTP: a JSON API, and the page that uses it.
package web

import (
	"embed"
	"io/fs"
	"log/slog"
	"net/http"

	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// UserHeader names the user, by handle. It stands in for authentication: any client that sends it is trusted. In a real
// service the gateway sets a verified identity here and removes what clients send.
const UserHeader = "X-User-Handle"

//go:embed page
var pageFiles embed.FS

// API serves message groups over HTTP, and the page that uses it. Errors are a JSON object with a code for programs and
// a message for people.
type API struct {
	store  *groups.Store
	people groups.Directory
	log    *slog.Logger
}

// NewAPI returns the handler. Details of failures that clients do not see go to log. It responds to requests for
// localhost, for addresses in digits, and for the names in hosts.
func NewAPI(store *groups.Store, people groups.Directory, log *slog.Logger, hosts ...string) http.Handler {
	a := &API{store, people, log}
	mux := http.NewServeMux()
	mux.Handle("GET /api/users", site.Endpoint(log, a.listUsers))
	mux.Handle("GET /api/message_groups", a.forUser(a.listGroups))
	mux.Handle("GET /api/message_groups/{message_group_uuid}", a.forUser(a.getGroup))
	mux.Handle("GET /api/messages/{message_group_uuid}", a.forUser(a.listMessages))
	mux.Handle("POST /api/messages", a.forUser(a.send))
	mux.Handle("GET /api/read_marks", a.forUser(a.listMarks))
	mux.Handle("PUT /api/read_marks/{message_group_uuid}", a.forUser(a.putMark))
	for _, path := range []string{"/{$}", "/messages/{group}", "/messages/new/{handle}"} { // the page reads its own path
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, pageFiles, "page/index.html") })
	}
	files, err := fs.Sub(pageFiles, "page")
	if err != nil {
		panic(err) // the files are part of the program
	}
	mux.Handle("GET /page/", http.StripPrefix("/page/", http.FileServerFS(files)))
	return site.Guard(site.Routes(mux, log), log, hosts...)
}

// forUser makes a handler of an endpoint that knows its user.
func (a *API) forUser(f func(r *http.Request, user groups.Author) (status int, body any, err error)) http.Handler {
	return site.Endpoint(a.log, func(r *http.Request) (int, any, error) {
		names := r.Header.Values(UserHeader)
		if len(names) > 1 { // one may be the gateway's and the other the client's
			return 0, nil, site.Bad("the header %s is there %d times: send it once", UserHeader, len(names))
		}
		user, ok := a.people.ByHandle(r.Header.Get(UserHeader))
		if !ok {
			return 0, nil, &site.Fault{Status: http.StatusUnauthorized, Code: "unknown_user", Message: "the header " + UserHeader + " must name a user by handle"}
		}
		status, body, err := f(r, user)
		return status, body, faultOf(err)
	})
}
