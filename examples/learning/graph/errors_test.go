package graph_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/learning/graph"
)

func TestCodes(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{})
	st, e := s.Students[0], s.Enrollments[0]
	for _, c := range []struct{ code, query string }{
		{graph.BadQuery, `{`},
		{graph.BadQuery, `{ getTracks { nothing } }`},
		{graph.BadQuery, `{ getTrack { id } }`},
		{graph.BadQuery, `query a { __typename } query b { __typename }`},
		{graph.BadQuery, `subscription { getTracks { id } }`},
		{graph.BadQuery, `{ ...f } fragment f on Query { ...f }`},
		{graph.BadInput, `{ getTrack(id: "") { id } }`},
		{graph.BadInput, `{ getChapter(id: "h", version: -1) { id } }`},
		{graph.NotFound, `{ getTrack(id: "none") { id } }`},
		{graph.NotFound, `{ getCourse(id: "none") { name } }`},
		{graph.NotFound, `{ getCourse(id: "none") { chapters { id } } }`},
		{graph.NotFound, `{ getChapter(id: "none") { id } }`},
		{graph.NotFound, `{ getChapter(id: "none", version: 1) { id } }`},
		{graph.NotFound, `{ getEnrollment(id: "none") { id } }`},
		{graph.NotFound, `{ getStudent(id: "none") { id } }`},
		{graph.NotFound, `{ getStudentByEmail(email: "none@school.example") { id } }`},
		{graph.NotFound, `mutation { addCourse(CourseInput: {trackId: "none", name: "a"}) { id } }`},
		{graph.NotFound, `mutation { addChapter(ChapterInput: {courseId: "none", content: "a"}) { id } }`},
		{graph.NotFound, `mutation { saveChapter(id: "none", version: 1, content: "a") { id } }`},
		{graph.NotFound, `mutation { changeEmail(studentId: "none", email: "a@school.example") { id } }`},
		{graph.NotFound, `mutation { addEnrollment(EnrollmentInput: {courseId: "none", studentId: "none"}) { id } }`},
		{graph.NotFound, fmt.Sprintf(`mutation { addEnrollment(EnrollmentInput: {courseId: %q, studentId: "none"}) { id } }`, e.CourseID)},
		{graph.NotFound, fmt.Sprintf(`mutation { addPreference(PreferenceInput: {studentId: %q, trackId: "none"}) { trackId } }`, st.ID)},
		{graph.NotFound, "mutation { " + progressOf(st.ID, "none", "none", 1) + " }"},
		{graph.NotFound, "mutation { " + progressOf(st.ID, e.ID, "none", 1) + " }"},
		{graph.Exists, fmt.Sprintf(`mutation { addTrack(TrackInput: {id: %q, name: "a"}) { id } }`, s.Tracks[0].ID)},
		{graph.Exists, fmt.Sprintf(`mutation { addStudent(StudentInput: {id: %q, firstName: "a", lastName: "b", email: "new@school.example"}) { id } }`, st.ID)},
		{graph.Exists, fmt.Sprintf(`mutation { addEnrollment(EnrollmentInput: {courseId: %q, studentId: %q}) { id } }`, e.CourseID, st.ID)},
		{graph.EmailTaken, fmt.Sprintf(`mutation { addStudent(StudentInput: {firstName: "a", lastName: "b", email: %q}) { id } }`, strings.ToUpper(st.Email))},
		{graph.EmailTaken, fmt.Sprintf(`mutation { changeEmail(studentId: %q, email: %q) { id } }`, st.ID, s.Students[1].Email)},
	} {
		t.Run(c.query, func(t *testing.T) {
			t.Parallel()
			r := s.ask(t, c.query, nil)
			require.NotEmpty(t, r.Errors)
			assert.Equal(t, c.code, r.code(), "%v", r.Errors)
			told(t, r)
			if c.code == graph.BadQuery {
				assert.Equal(t, 400, r.Status)
				assert.Nil(t, r.Data)
			}
		})
	}
	assert.Empty(t, s.log.String())
}

// told checks that errors tell nothing of the table and the program.
func told(t *testing.T, r result) {
	t.Helper()
	for _, e := range r.Errors {
		for _, secret := range []string{"pk", "sk", "gsi", "#", "ddb", "learning", "dynamo", "Dynamo", "secret", "platform.", "graph.", "int32", "float64", "interface"} {
			assert.NotContains(t, e.Message, secret)
		}
	}
}

// What goes wrong below the service has a code, is logged if it is no fault of the client, and says nothing of the table.
func TestFailuresBelow(t *testing.T) {
	t.Parallel()
	throttled := &types.ProvisionedThroughputExceededException{}
	for name, c := range map[string]struct {
		before func(context.Context) error
		query  string
		code   string
		logged string
	}{
		"a failure":         {func(context.Context) error { return errors.New("secret pk of table") }, `{ getTracks { id } }`, graph.Internal, "secret pk"},
		"a panic":           {func(context.Context) error { panic("secret pk of table") }, `{ getTracks { id } }`, graph.Internal, "secret pk"},
		"throttled":         {func(context.Context) error { return throttled }, `{ getTracks { id } }`, graph.Busy, ""},
		"a lost write":      {func(context.Context) error { return io.ErrUnexpectedEOF }, `mutation { addTrack(TrackInput: {name: "a"}) { id } }`, graph.OutcomeUnknown, ""},
		"a throttled write": {func(context.Context) error { return throttled }, `mutation { addTrack(TrackInput: {name: "a"}) { id } }`, graph.Busy, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGate()
			s := serveOn(t, g, little, graph.Limits{})
			g.set(c.before)
			r := s.ask(t, c.query, nil)
			require.Len(t, r.Errors, 1)
			assert.Equal(t, c.code, r.code(), r.Errors[0].Message)
			assert.Equal(t, 200, r.Status, "data is null, and the other fields are there")
			told(t, r)
			if c.logged == "" {
				assert.Empty(t, s.log.String())
			} else {
				assert.Contains(t, s.log.String(), c.logged)
			}
		})
	}
}

// A panic in one field leaves the others.
func TestAPanicIsAnErrorOfItsField(t *testing.T) {
	t.Parallel()
	g := newGate()
	s := serveOn(t, g, little, graph.Limits{})
	g.set(func(context.Context) error { panic("secret") })
	r := s.ask(t, `{ a: getTrack(id: "a") { id } b: getTrack(id: "a") { name } __typename }`, nil)
	assert.JSONEq(t, `{"a":null,"b":null,"__typename":"Query"}`, string(r.Data))
	require.Len(t, r.Errors, 2, "both wait for the same read")
	for _, e := range r.Errors {
		assert.Equal(t, graph.Internal, e.Extensions["code"])
		assert.Len(t, e.Path, 1)
	}
}
