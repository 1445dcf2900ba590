package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/examples/internal/function"
	"github.com/singletable-go/ddb/examples/internal/sam"
	"github.com/singletable-go/ddb/examples/learning/lambda"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// operations are each mutation and each query of the schema, and the fields below them. {addCourse} is the id of what the
// mutation addCourse made.
var operations = []string{
	`mutation { addTrack(TrackInput: {id: "go", name: "Go"}) { id } }`,
	`mutation { addCourse(CourseInput: {trackId: "go", name: "The basics"}) { id track { name } } }`,
	`mutation { addChapter(ChapterInput: {courseId: "{addCourse}", content: "Once"}) { id version latest course { name } } }`,
	`mutation { saveChapter(id: "{addChapter}", version: 1, content: "Once upon a time") { version } }`,
	`mutation { addStudent(StudentInput: {id: "ada", firstName: "Ada", lastName: "Brook", email: "ada@school.example"}) { id } }`,
	`mutation { changeEmail(studentId: "ada", email: "brook@school.example") { email } }`,
	`mutation { addEnrollment(EnrollmentInput: {courseId: "{addCourse}", studentId: "ada"}) { id } }`,
	`mutation { addPreference(PreferenceInput: {studentId: "ada", trackId: "go"}) { student { firstName } track { name } } }`,
	`mutation { addProgress(ProgressInput: {studentId: "ada", enrollmentId: "{addEnrollment}", chapterId: "{addChapter}", xp: 10, marker: "p. 3"}) { xp } }`,
	`{ getTracks { courses { chapters { content latest } enrollments { student { xp preferences { trackId } enrollments { date } } progress { xp } } } } }`,
	`{ getTrackPage { items { name } next } }`,
	`{ getTrack(id: "go") { courseCount } }`,
	`{ getCourse(id: "{addCourse}") { name } }`,
	`{ getCourses(trackId: "go") { name } }`,
	`{ getChapters(courseId: "{addCourse}") { content } }`,
	`{ getChapter(id: "{addChapter}") { content } }`,
	`{ getChapter(id: "{addChapter}", version: 1) { content } }`,
	`{ getEnrollment(id: "{addEnrollment}") { course { name } } }`,
	`{ getCourseEnrollments(courseId: "{addCourse}") { items { date } } }`,
	`{ getStudentEnrollments(studentId: "ada") { items { date } } }`,
	`{ getStudent(id: "ada") { email } }`,
	`{ getStudentByEmail(email: "brook@school.example") { id } }`,
	`{ getStudentPreferences(studentId: "ada") { trackId } }`,
	`{ getProgress(enrollmentId: "{addEnrollment}") { marker } }`,
	`mutation { removePreference(PreferenceInput: {studentId: "ada", trackId: "go"}) { trackId } }`,
}

// The function's role has the actions that it calls, and no other.
func TestTheRoleIsWhatTheFunctionCalls(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client()
	require.NoError(t, ddb.New(client, "learning", platform.Table, nil).CreateTable(t.Context()))
	var sent ddbobserve.Recorder
	env := func(name string) string { return map[string]string{function.Table: "learning"}[name] }
	service, err := newService(client, env, &ddb.Options{Observe: sent.Observe})
	require.NoError(t, err)
	invoke := overHTTP(service)
	e := recorded(t, "http-api.json")
	made := map[string]string{}
	for _, operation := range operations {
		for mutation, id := range made {
			operation = strings.ReplaceAll(operation, "{"+mutation+"}", id)
		}
		body, err := json.Marshal(map[string]string{"query": operation})
		require.NoError(t, err)
		e.Body = string(body)
		out, err := invoke(t.Context(), e)
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, out.StatusCode)
		assert.NotContains(t, out.Body, `"errors"`, operation)
		var response struct{ Data map[string]json.RawMessage }
		require.NoError(t, json.Unmarshal([]byte(out.Body), &response))
		for field, data := range response.Data {
			var item struct{ ID string }
			if json.Unmarshal(data, &item) == nil && item.ID != "" {
				made[field] = item.ID
			}
		}
	}
	assert.Equal(t, lambda.Graphql.Actions, sam.Called(sent.Take()))
}

// An operation that the schema has and the list above has not could need another action.
func TestTheOperationsAreAll(t *testing.T) {
	t.Parallel()
	all := strings.Join(operations, "\n")
	service, err := newService(ddbmem.New().Client(), func(string) string { return "learning" }, nil)
	require.NoError(t, err)
	e := recorded(t, "http-api.json")
	e.Body = `{"query": "{ __schema { queryType { fields { name } } mutationType { fields { name } } } }"}`
	out, err := overHTTP(service)(t.Context(), e)
	require.NoError(t, err)
	type fields struct{ Fields []struct{ Name string } }
	var schema struct {
		Data struct {
			Schema struct{ QueryType, MutationType fields } `json:"__schema"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out.Body), &schema))
	require.NotEmpty(t, schema.Data.Schema.QueryType.Fields, out.Body)
	for _, field := range append(schema.Data.Schema.QueryType.Fields, schema.Data.Schema.MutationType.Fields...) {
		assert.Regexp(t, `\b`+field.Name+`\b`, all)
	}
}
