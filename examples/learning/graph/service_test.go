package graph_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/learning/graph"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
)

// service is the service on a school, over HTTP.
type service struct {
	school.Data
	client ddb.Client
	store  *platform.Store
	url    string
	log    *logged
}

// little is enough of everything where numbers do not matter.
var little = school.Size{Seed: 1, Tracks: 2, Courses: 2, Chapters: 3, Versions: 3, Students: 5, Enrollments: 2}

func serve(t *testing.T, size school.Size, limits graph.Limits) *service {
	t.Helper()
	return serveOn(t, ddbmem.New().Client(), size, limits)
}

// serveOn creates the table with client, seeds it, and serves it.
func serveOn(t *testing.T, c ddb.Client, size school.Size, limits graph.Limits) *service {
	t.Helper()
	limits.Time = cmp.Or(limits.Time, time.Minute) // a slow machine
	db := ddb.New(c, "learning", platform.Table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	s := &service{Data: school.Generate(size), client: c, store: platform.NewStore(db), log: &logged{}}
	require.NoError(t, s.Write(t.Context(), s.store, func(int, int) {}))
	for _, v := range []*ddb.View{platform.StudentXP, platform.TrackCourses} {
		require.NoError(t, v.Rebuild(t.Context(), db, nil))
	}
	log := slog.New(slog.NewTextHandler(io.MultiWriter(s.log, t.Output()), nil))
	server := httptest.NewServer(graph.NewHandler(c, "learning", &graph.Options{Log: log, Limits: limits, DB: &ddb.Options{MaxAttempts: 2}}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// logged is what the service logs.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// result is a response.
type result struct {
	Status int
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
	Extensions struct {
		Cost          graph.Cost
		ErrorsLeftOut int
	}
}

// code is the code of the first error, "" without one.
func (r result) code() string {
	if len(r.Errors) == 0 {
		return ""
	}
	return r.Errors[0].Extensions["code"].(string)
}

// data decodes the data of a response without errors.
func data[T any](t *testing.T, r result) (d T) {
	t.Helper()
	require.Empty(t, r.Errors)
	require.NoError(t, json.Unmarshal(r.Data, &d), "%s", r.Data)
	return d
}

type vars map[string]any

// ask sends an operation.
func (s *service) ask(t *testing.T, query string, variables vars) result {
	t.Helper()
	return s.askIn(t.Context(), t, query, variables)
}

func (s *service) askIn(ctx context.Context, t *testing.T, query string, variables vars) result {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(t, err)
	status, text := s.post(ctx, t, string(body), nil)
	var r result
	require.NoError(t, json.Unmarshal([]byte(text), &r), "%s", text)
	r.Status = status
	for _, e := range r.Errors {
		assert.NotEmpty(t, e.Extensions["code"], e.Message)
	}
	return r
}

// post sends a body, with a header or two.
func (s *service) post(ctx context.Context, t *testing.T, body string, header http.Header) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewBufferString(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	maps.Copy(r.Header, header)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer response.Body.Close()
	out, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(out)
}
