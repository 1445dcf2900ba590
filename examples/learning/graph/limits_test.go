package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/learning/graph"
	"github.com/singletable-go/ddb/examples/learning/platform"
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
	var fragments strings.Builder
	fragments.WriteString("{ ...f0 } ")
	for i := range 20 {
		fmt.Fprintf(&fragments, "fragment f%d on Query { ...f%d ...f%d } ", i, i+1, i+1)
	}
	fragments.WriteString("fragment f20 on Query { __typename }")
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
		"fragments":           {fragments.String(), "too many selections", 0},
		"a list":              {fmt.Sprintf(`{ getCourse(id: %q) { chapters { id } enrollments { id } } }`, s.Courses[0].ID), "chapters and enrollments of a course: there are more than 4", 1},
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

// A list that is too long says which, how long it may be, and what to do.
func TestTooLongListsAreNamed(t *testing.T) {
	t.Parallel()
	s := serve(t, school.Size{Seed: 1, Tracks: 3, Courses: 3, Chapters: 3, Versions: 1, Students: 3, Enrollments: 3}, graph.Limits{List: 1})
	e := s.Enrollments[slices.IndexFunc(s.Enrollments, func(e platform.Enrollment) bool {
		made := 0
		for _, p := range s.Progress {
			if p.EnrollmentID == e.ID {
				made++
			}
		}
		return made > 1
	})]
	for query, want := range map[string]string{
		`{ getTracks { id } }`:                                                               "tracks: there are more than 1: page through them with getTrackPage",
		`{ getCourses(trackId: "T") { id } }`:                                                "courses of a track: there are more than 1: read those that you know with getCourse",
		`{ getTrack(id: "T") { courses { id } } }`:                                           "courses of a track: there are more than 1: read those that you know with getCourse",
		`{ getChapters(courseId: "C") { id } }`:                                              "chapters of a course: there are more than 1: read those that you know with getChapter",
		`{ getCourse(id: "C") { enrollments { id } } }`:                                      "enrollments of a course: there are more than 1: page through them with getCourseEnrollments",
		`{ getCourse(id: "C") { chapters { id } enrollments { id } } }`:                      "chapters and enrollments of a course: there are more than 1: select one",
		`{ getStudent(id: "S") { enrollments { id } } }`:                                     "enrollments of a student: there are more than 1: page through them with getStudentEnrollments",
		`{ getStudentPreferences(studentId: "S") { trackId } }`:                              "preferences of a student: there are more than 1: it has no pages",
		`{ getEnrollment(id: "E") { progress { xp } } }`:                                     "progress of a student: there are more than 1: read that of one enrollment with getProgress",
		`{ getEnrollment(id: "E") { progress { xp } student { preferences { trackId } } } }`: "preferences and progress of a student: there are more than 1: select one",
		`{ getProgress(enrollmentId: "E") { xp } }`:                                          "progress of an enrollment: there are more than 1: it has no pages",
	} {
		r := s.ask(t, strings.NewReplacer(`"T"`, fmt.Sprintf("%q", s.Tracks[0].ID), `"C"`, fmt.Sprintf("%q", e.CourseID),
			`"S"`, fmt.Sprintf("%q", e.StudentID), `"E"`, fmt.Sprintf("%q", e.ID)).Replace(query), nil)
		assert.Equal(t, graph.TooComplex, r.code(), query)
		require.NotEmpty(t, r.Errors, query)
		assert.Contains(t, r.Errors[0].Message, want, query)
		told(t, r)
	}
}

// Each request counts, also those of one read: of a list that is larger than a page of the table, and of a course with
// much between what is selected, of which a page has little.
func TestEachRequestOfAReadCounts(t *testing.T) {
	t.Parallel()
	g := newGate()
	size := school.Size{Seed: 1, Tracks: 1, Courses: 2, Chapters: 40, Versions: 1, Students: 3, Enrollments: 2}
	free := serveOn(t, g, size, graph.Limits{List: 6})
	for i := range 4 {
		_, err := free.store.SaveChapter(t.Context(), platform.Chapter{ID: fmt.Sprint("large", i), CourseID: "large", Content: strings.Repeat("x", 350_000)})
		require.NoError(t, err)
	}
	bounded := httptest.NewServer(graph.NewHandler(g, "learning", &graph.Options{Limits: graph.Limits{Requests: 1, List: 6, Time: time.Minute}}))
	t.Cleanup(bounded.Close)
	for name, query := range map[string]string{
		"much between": fmt.Sprintf(`{ getCourse(id: %q) { name enrollments { id } } }`, free.Courses[0].ID),
		"large items":  `{ getChapters(courseId: "large") { id } }`,
	} {
		g.requests.Store(0)
		r := free.ask(t, query, nil)
		require.Empty(t, r.Errors, name)
		assert.Greater(t, r.Extensions.Cost.Requests, 1, name)
		assert.EqualValues(t, g.requests.Load(), r.Extensions.Cost.Requests, name)

		g.requests.Store(0)
		few := *free
		few.url = bounded.URL
		r = few.ask(t, query, nil)
		require.Equal(t, graph.TooComplex, r.code(), name)
		assert.Contains(t, r.Errors[0].Message, "more than 1 requests")
		assert.Equal(t, 1, r.Extensions.Cost.Requests, name)
		assert.EqualValues(t, 1, g.requests.Load(), name)
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

// An operation has at most so many mutations. With more, none is done. What is skipped does not count.
func TestTooManyMutations(t *testing.T) {
	t.Parallel()
	s := serve(t, school.Size{}, graph.Limits{Writes: 3})
	add := func(n int) string { return repeat(n, `aN: addTrack(TrackInput: {name: "track N"}) { name }`) }
	for query, operation := range map[string]string{
		"mutation { " + add(4) + "}": "",
		"mutation { ...f ... { b: addTrack(TrackInput: {name: \"b\"}) { id } } } fragment f on Mutation { " + add(3) + "}": "",
		"query a { __typename } mutation b { ... @skip(if: false) { " + add(4) + "} }":                                     "b",
	} {
		body, err := json.Marshal(graph.Request{Query: query, OperationName: operation})
		require.NoError(t, err)
		status, text := s.post(t.Context(), t, string(body), nil)
		assert.Equal(t, 400, status, text)
		assert.Contains(t, text, "at most 3 mutations")
		assert.Contains(t, text, `"requests":0`)
	}
	r := s.ask(t, `mutation($no: Boolean = false) { __typename `+add(3)+` a0: addTrack(TrackInput: {name: "track 0"}) { id }
		b: addTrack(TrackInput: {name: "b"}) @include(if: $no) { id } ... @skip(if: true) { c: addTrack(TrackInput: {name: "c"}) { id } } }`, nil)
	require.Empty(t, r.Errors)
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
	serveOn(t, g, school.DefaultSize, graph.Limits{})
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
		done <- graph.NewService(g, "learning", &graph.Options{Limits: graph.Limits{Time: time.Minute}}).Run(ctx, graph.Request{Query: exploreDb})
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
