package graph_test

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/examples/learning/graph"
	"github.com/singletable-go/ddb/examples/learning/school"
)

// The site has the page and the service, and keeps the pages of other sites away from both.
func TestSite(t *testing.T) {
	t.Parallel()
	s := serve(t, school.Size{}, graph.Limits{})
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	h := graph.NewSite(graph.NewService(s.client, "learning", &graph.Options{Log: log}), log, "school.example")
	for _, c := range []struct {
		method, path, host, origin string
		status                     int
		says                       string
	}{
		{"GET", "/", "localhost:8080", "", 200, "<title>"},
		{"GET", "/page.js", "localhost:8080", "", 200, "fetch("},
		{"GET", "/page/", "localhost:8080", "", 404, "no such endpoint"},
		{"POST", "/", "localhost:8080", "", 405, "GET"},
		{"GET", "/graphql", "localhost:8080", "", 405, "POST"},
		{"POST", "/graphql", "localhost:8080", "", 200, "getTracks"},
		{"POST", "/graphql", "school.example", "http://school.example", 200, "getTracks"},
		{"POST", "/graphql", "evil.example", "", 421, "wrong_host"},
		{"GET", "/", "evil.example", "", 421, "wrong_host"},
		{"POST", "/graphql", "localhost:8080", "http://evil.example", 403, "cross_origin"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, c.path, strings.NewReader(`{"query":"{ getTracks { id } }"}`))
		r.Host = c.host
		r.Header.Set("Content-Type", "application/json")
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		assert.Equal(t, c.status, w.Code, "%v: %s", c, w.Body)
		assert.Contains(t, w.Body.String(), c.says, "%v", c)
		assert.Contains(t, w.Header().Get("Content-Security-Policy"), "default-src 'self'", "%v", c)
	}
}
