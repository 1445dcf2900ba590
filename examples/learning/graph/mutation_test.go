package graph_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/graph-gophers/graphql-go"
	"github.com/graph-gophers/graphql-go/ast"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/learning/graph"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
)

type made struct{ Made struct{ ID string } }

// add runs a mutation of the original's page of mutations, and returns the new id.
func (s *service) add(t *testing.T, mutation string) string {
	t.Helper()
	r := s.ask(t, mutation, nil)
	id := data[made](t, r).Made.ID
	require.NotEmpty(t, id)
	assert.Positive(t, r.Extensions.Cost.WriteUnits)
	return id
}

// The original's mutations build a school, and the queries see it.
func TestMutationsBuildASchool(t *testing.T) {
	t.Parallel()
	s := serve(t, school.Size{}, graph.Limits{})
	trackID := s.add(t, `mutation { made: addTrack(TrackInput:{name: "Java"}) { id } }`)
	courseID := s.add(t, fmt.Sprintf(`mutation { made: addCourse(CourseInput:{name:"Java for dummies", trackId:%q}) { id } }`, trackID))
	chapterID := s.add(t, fmt.Sprintf(`mutation { made: addChapter(ChapterInput:{content:"chapter 1....", courseId:%q}) { id } }`, courseID))
	studentID := s.add(t, `mutation { made: addStudent(StudentInput: { firstName:"Gary", lastName:"Alway", email:"gary@school.example"}) { id } }`)
	enrollmentID := s.add(t, fmt.Sprintf(`mutation { made: addEnrollment(EnrollmentInput: { studentId:%q, courseId: %q}) { id } }`, studentID, courseID))

	r := s.ask(t, fmt.Sprintf(`mutation { addPreference(PreferenceInput:{studentId:%q, trackId:%q}) { track { name } } }`, studentID, trackID), nil)
	assert.JSONEq(t, `{"addPreference":{"track":{"name":"Java"}}}`, string(r.Data))
	for range 2 {
		r = s.ask(t, fmt.Sprintf(`mutation { addProgress(ProgressInput:{ studentId: %q, enrollmentId: %q, chapterId: %q, xp:1500, marker:"50%%" }) { studentId } }`, studentID, enrollmentID, chapterID), nil)
		require.Empty(t, r.Errors)
	}
	require.NoError(t, platform.StudentXP.Rebuild(t.Context(), s.store.DB(), nil))
	r = s.ask(t, `{ getTracks { name courses { name chapters { content version } enrollments { progress { xp marker } student { xp preferences { track { name } } } } } } }`, nil)
	assert.JSONEq(t, `{"getTracks":[{"name":"Java","courses":[{"name":"Java for dummies","chapters":[{"content":"chapter 1....","version":1}],
		"enrollments":[{"progress":[{"xp":3000,"marker":"50%"}],"student":{"xp":3000,"preferences":[{"track":{"name":"Java"}}]}}]}]}]}`, string(r.Data))

	r = s.ask(t, fmt.Sprintf(`mutation { removePreference(PreferenceInput:{studentId:%q, trackId:%q}) { trackId } }`, studentID, trackID), nil)
	require.Empty(t, r.Errors)
	left, err := ddb.Collect(s.store.PreferencesOf(t.Context(), studentID))
	require.NoError(t, err)
	assert.Empty(t, left)
}

// A chapter is saved from the version that was read; from another it is a conflict, which names the newest. Old versions
// stay.
func TestSaveChapter(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{})
	const save = `mutation($id: String!, $v: Int!, $c: String!) { saveChapter(id: $id, version: $v, content: $c) { version latest content } }`
	id, versions := s.Chapters[0][0].ID, len(s.Chapters[0])
	r := s.ask(t, save, vars{"id": id, "v": versions, "c": "mine"})
	assert.JSONEq(t, fmt.Sprintf(`{"saveChapter":{"version":%d,"latest":%[1]d,"content":"mine"}}`, versions+1), string(r.Data))
	r = s.ask(t, save, vars{"id": id, "v": versions, "c": "yours"})
	assert.Equal(t, graph.Conflict, r.code())
	assert.InDelta(t, versions+1, r.Errors[0].Extensions["version"], 0)
	r = s.ask(t, `query($id: String!) { getChapter(id: $id, version: 1) { content version latest } }`, vars{"id": id})
	assert.JSONEq(t, fmt.Sprintf(`{"getChapter":{"content":%q,"version":1,"latest":%d}}`, s.Chapters[0][0].Content, versions+1), string(r.Data))
}

// A mutation sees what the ones before it in the same operation wrote.
func TestMutationsOfOneOperationSeeEachOther(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{})
	r := s.ask(t, `mutation($s: String!, $t: String!) {
		a: removePreference(PreferenceInput: {studentId: $s, trackId: $t}) { student { preferences { trackId } } }
		b: addPreference(PreferenceInput: {studentId: $s, trackId: $t}) { student { preferences { trackId } } }
	}`, vars{"s": s.Students[0].ID, "t": s.Tracks[0].ID})
	type is struct {
		Student struct{ Preferences []struct{ TrackID string } }
	}
	got := data[struct{ A, B is }](t, r)
	assert.Len(t, got.A.Student.Preferences, 1)
	assert.Len(t, got.B.Student.Preferences, 2)
}

// Each mutation costs the requests that its description in the schema says.
func TestMutationsCostWhatTheSchemaSays(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{})
	st, e, h := s.Students[0].ID, s.Enrollments[0], s.Chapters[0][0]
	other := ""
	for _, co := range s.Courses {
		if !slices.ContainsFunc(s.Enrollments, func(e platform.Enrollment) bool { return e.CourseID == co.ID && e.StudentID == st }) {
			other = co.ID
		}
	}
	calls := map[string]string{
		"addTrack":         `addTrack(TrackInput: {name: "a"})`,
		"addCourse":        fmt.Sprintf(`addCourse(CourseInput: {trackId: %q, name: "a"})`, s.Tracks[0].ID),
		"addChapter":       fmt.Sprintf(`addChapter(ChapterInput: {courseId: %q, content: "a"})`, e.CourseID),
		"saveChapter":      fmt.Sprintf(`saveChapter(id: %q, version: %d, content: "a")`, h.ID, len(s.Chapters[0])),
		"addStudent":       `addStudent(StudentInput: {firstName: "a", lastName: "b", email: "new@school.example"})`,
		"changeEmail":      fmt.Sprintf(`changeEmail(studentId: %q, email: "changed@school.example")`, st),
		"addEnrollment":    fmt.Sprintf(`addEnrollment(EnrollmentInput: {courseId: %q, studentId: %q})`, other, st),
		"addPreference":    fmt.Sprintf(`addPreference(PreferenceInput: {studentId: %q, trackId: %q})`, st, s.Tracks[0].ID),
		"removePreference": fmt.Sprintf(`removePreference(PreferenceInput: {studentId: %q, trackId: %q})`, st, s.Tracks[0].ID),
		"addProgress":      strings.TrimSuffix(progressOf(e.StudentID, e.ID, chapterIn(s, e.CourseID), 1), " { xp }"),
	}
	schema := graphql.MustParseSchema(graph.Schema, nil, graphql.UseStringDescriptions()).AST()
	for _, f := range schema.Types["Mutation"].(*ast.ObjectTypeDefinition).Fields {
		require.Contains(t, calls, f.Name)
		r := s.ask(t, "mutation { "+calls[f.Name]+" { __typename } }", nil)
		require.Empty(t, r.Errors, f.Name)
		cost := regexp.MustCompile(`(\d+) requests?\b`).FindStringSubmatch(f.Desc)
		if assert.NotNil(t, cost, "%s says no cost: it is %+v", f.Name, r.Extensions.Cost) {
			assert.Equal(t, cost[1], fmt.Sprint(r.Extensions.Cost.Requests), "%s: %+v", f.Name, r.Extensions.Cost)
		}
	}
}

func chapterIn(s *service, courseID string) string {
	for _, versions := range s.Chapters {
		if versions[0].CourseID == courseID {
			return versions[0].ID
		}
	}
	return ""
}

// Wrong values are refused before a request.
func TestInputsAreChecked(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{})
	st, e := s.Students[0].ID, s.Enrollments[0]
	var elsewhere string
	for _, versions := range s.Chapters {
		if versions[0].CourseID != e.CourseID {
			elsewhere = versions[0].ID
		}
	}
	for mutation, want := range map[string]string{
		`addTrack(TrackInput: {name: " "}) { id }`:                                              "name is empty",
		`addTrack(TrackInput: {name: "` + strings.Repeat("x", 201) + `"}) { id }`:               "name has more than 200 bytes",
		`addTrack(TrackInput: {name: "a\u0007"}) { id }`:                                        "name has characters that cannot be printed",
		`addTrack(TrackInput: {id: "a#b", name: "a"}) { id }`:                                   `id is "a#b"`,
		`addStudent(StudentInput: {firstName: "A", lastName: "B", email: "nobody"}) { id }`:     `email is "nobody"`,
		`addStudent(StudentInput: {firstName: "A", lastName: "B", email: "a@b@c"}) { id }`:      `email is "a@b@c"`,
		`addStudent(StudentInput: {firstName: "", lastName: "B", email: "a@b.example"}) { id }`: "firstName is empty",
		`changeEmail(studentId: "` + st + `", email: "@") { id }`:                               `email is "@"`,
		`addCourse(CourseInput: {trackId: "", name: "a"}) { id }`:                               "trackId is empty",
		`addChapter(ChapterInput: {courseId: "a#b", content: "a"}) { id }`:                      `courseId is "a#b"`,
		`saveChapter(id: "", version: 1, content: "a") { id }`:                                  "id is empty",
		`changeEmail(studentId: "", email: "a@b.example") { id }`:                               "studentId is empty",
		`addEnrollment(EnrollmentInput: {courseId: "c", studentId: ""}) { id }`:                 "studentId is empty",
		`addPreference(PreferenceInput: {studentId: "s", trackId: ""}) { trackId }`:             "trackId is empty",
		progressOf(st, "", "h", 1):                                                              "enrollmentId is empty",
		`saveChapter(id: "h", version: 0, content: "a") { id }`:                                 "version is 0",
		`saveChapter(id: "h", version: 1, content: " ") { id }`:                                 "content is empty",
		progressOf(st, e.ID, s.Chapters[0][0].ID, -1):                                           "xp is -1",
		progressOf(st, e.ID, s.Chapters[0][0].ID, 100_001):                                      "xp is 100001",
	} {
		r := s.ask(t, "mutation { "+mutation+" }", nil)
		require.Len(t, r.Errors, 1, mutation)
		assert.Equal(t, graph.BadInput, r.code(), mutation)
		assert.Contains(t, r.Errors[0].Message, want)
		assert.Zero(t, r.Extensions.Cost.Requests, mutation)
	}
	for mutation, want := range map[string]string{
		progressOf(s.Students[1].ID, e.ID, elsewhere, 1): "the enrollment is of another student",
		progressOf(st, e.ID, elsewhere, 1):               "the chapter is of another course than the enrollment",
	} {
		r := s.ask(t, "mutation { "+mutation+" }", nil)
		assert.Equal(t, graph.BadInput, r.code())
		assert.Equal(t, want, r.Errors[0].Message)
		assert.Zero(t, r.Extensions.Cost.WriteUnits)
	}
}

func progressOf(studentID, enrollmentID, chapterID string, xp int) string {
	return fmt.Sprintf(`addProgress(ProgressInput: {studentId: %q, enrollmentId: %q, chapterId: %q, xp: %d, marker: "m"}) { xp }`,
		studentID, enrollmentID, chapterID, xp)
}
