package site

import (
	"fmt"
	"log/slog"
	"net/http"
)

// Routes is mux with JSON for the requests that it has no handler for: a wrong path, or a wrong method, with the methods
// that the path has.
func Routes(mux *http.ServeMux, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		refusal := refusal{header: http.Header{}}
		h.ServeHTTP(&refusal, r)
		Endpoint(log, func(*http.Request) (int, any, error) {
			allow := refusal.header.Get("Allow")
			if allow == "" {
				return 0, nil, &Fault{http.StatusNotFound, "no_such_endpoint", "no such endpoint"}
			}
			w.Header().Set("Allow", allow)
			return 0, nil, &Fault{http.StatusMethodNotAllowed, "wrong_method", fmt.Sprintf("%s is not allowed here: use %s", r.Method, allow)}
		}).ServeHTTP(w, r)
	})
}

// refusal takes what a mux says of a request that it has no handler for.
type refusal struct{ header http.Header }

func (r *refusal) Header() http.Header         { return r.header }
func (r *refusal) Write(p []byte) (int, error) { return len(p), nil }
func (r *refusal) WriteHeader(int)             {}
