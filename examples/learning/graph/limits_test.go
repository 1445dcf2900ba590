package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/learning/graph"
	"github.com/singletable-go/ddb/examples/learning/school"
)

// repeat joins n copies of a part of a query, each with its number in place of N.
func repeat(n int, part string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(part, "N", fmt.Sprint(i)) + " ")
	}
	return b.String()
}

// nested is a query of n levels.
func nested(n int) string {
	return "{ getTracks { " + strings.Repeat("courses { track { ", n) + "id" + strings.Repeat(" } }", n) + " } }"
}

// What asks for too much is refused with a text that names the limit, and reads no more than the limit.
func TestTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{Requests: 20, Fields: 2000, Bytes: 20_000, List: 4})
	fragments := "{ ...f0 } "
	for i := range 20 {
		fragments += fmt.Sprintf("fragment f%d on Query { ...f%d ...f%d } ", i, i+1, i+1)
	}
	fragments += "fragment f20 on Query { __typename }"
	for name, c := range map[string]struct {
		query    string
		says     string
		requests int
	}{
		"a thousand aliases":  {"{ " + repeat(1000, `aN: getTrack(id: "N") { id }`) + "}", "query length", 0},
		"many aliases":        {"{ " + repeat(500, `aN: getTrack(id: "N") { id }`) + "}", "more than 20 requests", 20},
		"many aliases of one": {"{ " + repeat(500, `aN: getTracks { id name }`) + "}", "more than 20 requests", 20},
		"fields":              {"{ getTracks { courses { chapters { " + repeat(500, "aN: id") + "} } } }", "more than 2000 fields", 7},
		"text":                {"{ getTracks { courses { chapters { " + repeat(30, "aN: content") + "} } } }", "more than 20000 bytes of text", 7},
		"depth":               {nested(8), "exceeds max depth", 0},
		"nesting":             {nested(4), "nested 10 levels deep", 1},
		"fragments":           {fragments, "too many selections", 0},
		"a list":              {fmt.Sprintf(`{ getCourse(id: %q) { chapters { id } enrollments { id } } }`, s.Courses[0].ID), "the list is too long", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := s.ask(t, c.query, nil)
			require.NotEmpty(t, r.Errors)
			assert.Equal(t, graph.TooComplex, r.code(), r.Errors[0].Message)
			assert.Contains(t, r.Errors[0].Message, c.says)
			assert.LessOrEqual(t, r.Extensions.Cost.Requests, c.requests)
			if c.requests != 1 { // the list is the error of its field
				assert.Equal(t, 400, r.Status)
				assert.Nil(t, r.Data)
			}
			told(t, r)
		})
	}
}

// A short query with thousands of faults has a short response.
func TestErrorsAreBounded(t *testing.T) {
	t.Parallel()
	s := serve(t, school.Size{}, graph.Limits{})
	r := s.ask(t, "{ "+repeat(2000, "uN")+"}", nil)
	assert.Equal(t, graph.BadQuery, r.code())
	assert.Len(t, r.Errors, 50)
	assert.Equal(t, 1950, r.Extensions.ErrorsLeftOut)
}

// An operation has at most so many mutations; those before are done.
func TestTooManyMutations(t *testing.T) {
	t.Parallel()
	s := serve(t, school.Size{}, graph.Limits{Writes: 3})
	r := s.ask(t, "mutation { "+repeat(5, `aN: addTrack(TrackInput: {name: "track N"}) { name }`)+"}", nil)
	assert.JSONEq(t, `{"a0":{"name":"track 0"},"a1":{"name":"track 1"},"a2":{"name":"track 2"},"a3":null,"a4":null}`, string(r.Data))
	require.Len(t, r.Errors, 2)
	assert.Equal(t, graph.TooComplex, r.code())
	assert.Equal(t, 3, r.Extensions.Cost.Requests)
}

// Tools that ask for the whole schema get it.
func TestIntrospection(t *testing.T) {
	t.Parallel()
	s := serve(t, school.Size{}, graph.Limits{})
	r := s.ask(t, `query IntrospectionQuery { __schema { queryType { name } mutationType { name } types { ...T } directives { name locations args { ...I } } } }
		fragment T on __Type { kind name description fields(includeDeprecated: true) { name description args { ...I } type { ...R } isDeprecated deprecationReason }
			inputFields { ...I } interfaces { ...R } enumValues(includeDeprecated: true) { name } possibleTypes { ...R } }
		fragment I on __InputValue { name description type { ...R } defaultValue }
		fragment R on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }`, nil)
	require.Empty(t, r.Errors)
	assert.Contains(t, string(r.Data), "getCourseEnrollments")
	assert.Zero(t, r.Extensions.Cost.Requests)
}

// When the request is cancelled, reading stops: the engine gets no request after those that it has.
func TestACancelledRequestStopsReading(t *testing.T) {
	t.Parallel()
	g := newGate()
	s := serveOn(t, g, school.DefaultSize, graph.Limits{})
	g.requests.Store(0)
	blocked := make(chan struct{}, 100)
	g.set(func(ctx context.Context) error {
		if g.requests.Load() == 1 {
			return nil // the tracks
		}
		blocked <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan *graph.Response)
	go func() {
		done <- graph.NewService(s.store, &graph.Options{Limits: graph.Limits{Time: time.Minute}}).Run(ctx, graph.Request{Query: exploreDb})
	}()
	for range school.DefaultSize.Tracks {
		<-blocked
	}
	cancel()
	r := <-done
	assert.EqualValues(t, 1+school.DefaultSize.Tracks, g.requests.Load())
	require.Len(t, r.Errors, 1)
	assert.Equal(t, graph.TimedOut, r.Errors[0].Extensions["code"])
	assert.Nil(t, r.Data)
}

// So does an operation that takes too long.
func TestASlowOperationIsStopped(t *testing.T) {
	t.Parallel()
	g := newGate()
	s := serveOn(t, g, little, graph.Limits{Time: time.Millisecond})
	g.requests.Store(0)
	g.set(func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	r := s.ask(t, exploreDb, nil)
	assert.Equal(t, graph.TimedOut, r.code())
	assert.Equal(t, 504, r.Status)
	assert.LessOrEqual(t, g.requests.Load(), int64(1))
}

// One operation reads with a bounded number of requests at once.
func TestReadsAreBounded(t *testing.T) {
	t.Parallel()
	g := newGate()
	s := serveOn(t, g, school.DefaultSize, graph.Limits{})
	var now, most atomic.Int64
	g.set(func(context.Context) error {
		n := now.Add(1)
		defer now.Add(-1)
		for {
			if old := most.Load(); n <= old || most.CompareAndSwap(old, n) {
				break
			}
		}
		time.Sleep(time.Duration(rand.IntN(1000)) * time.Microsecond) // so that they overlap
		return nil
	})
	r := s.ask(t, exploreDb, nil)
	require.Empty(t, r.Errors)
	assert.LessOrEqual(t, most.Load(), int64(8))
}

// More operations than may run wait, and are refused when their time is over.
func TestTooManyOperationsAtOnce(t *testing.T) {
	t.Parallel()
	g := newGate()
	s := serveOn(t, g, little, graph.Limits{Operations: 1, Time: 100 * time.Millisecond})
	entered, leave := make(chan struct{}), make(chan struct{})
	g.set(func(context.Context) error {
		close(entered)
		<-leave
		return nil
	})
	first := make(chan string)
	go func() {
		body, _ := json.Marshal(map[string]string{"query": "{ getTracks { id } }"})
		_, text := s.post(t.Context(), t, string(body), nil)
		first <- text
	}()
	<-entered
	defer func() { close(leave); <-first }()
	r := s.ask(t, "{ getTracks { id } }", nil)
	assert.Equal(t, 503, r.Status)
	assert.Equal(t, graph.Busy, r.code())
}
