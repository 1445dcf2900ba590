package site

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
)

// policy lets a page load and run its own files only.
const policy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// Guard keeps other sites away from h. It refuses a request that a page of another origin sends, and one for a host
// name that is neither localhost nor one of hosts: a name of another site may lead to this machine (DNS rebinding), and
// its pages would be of the same origin. An address in digits cannot be such a name. Browsers may load only what h
// serves. A panic of h is logged, and the client gets an error.
func Guard(h http.Handler, log *slog.Logger, hosts ...string) http.Handler {
	origins := http.NewCrossOriginProtection()
	origins.SetDenyHandler(Endpoint(log, func(*http.Request) (int, any, error) {
		return 0, nil, &Fault{Status: http.StatusForbidden, Code: "cross_origin", Message: "a page of another site may not do this"}
	}))
	h = origins.Handler(recovered(h, log))
	wrong := Endpoint(log, func(r *http.Request) (int, any, error) {
		return 0, nil, &Fault{Status: http.StatusMisdirectedRequest, Code: "wrong_host", Message: fmt.Sprintf("no site %q here: use localhost", r.Host)}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		if !ours(r.Host, hosts) {
			wrong.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// ours reports whether a Host header names this site.
func ours(host string, hosts []string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	_, err = netip.ParseAddr(name)
	return err == nil || name == "localhost" || slices.Contains(hosts, name)
}

// recovered responds to a panic of h with an error, if h has not responded yet.
func recovered(h http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch p := recover(); p {
			case nil:
			case http.ErrAbortHandler:
				panic(p)
			default:
				log.ErrorContext(r.Context(), "panic", "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				writeFault(w, internal)
			}
		}()
		h.ServeHTTP(w, r)
	})
}
