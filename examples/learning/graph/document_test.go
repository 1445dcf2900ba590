package graph_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/learning/graph"
	"github.com/singletable-go/ddb/examples/learning/school"
)

// badValues are operations with values that do not fit, wherever a value may be.
var badValues = []graph.Request{
	{Query: `{ getTrack(id: {a: 1}) { id } }`},
	{Query: `{ getTrack(id: {}) { id } }`},
	{Query: `{ getTrack(id: ["a"]) { id } }`},
	{Query: `{ getTrack(id: []) { id } }`},
	{Query: `{ getTrack(id: a) { id } }`},
	{Query: `{ getTrack(id: 1.5) { id } }`},
	{Query: `{ getTrack(id: null) { id } }`},
	{Query: `{ getTrackPage(first: {a: 1}) { next } }`},
	{Query: `{ getTrackPage(first: [[1]]) { next } }`},
	{Query: `{ getTrackPage(first: 3000000000) { next } }`},
	{Query: `{ getTrackPage(first: 99999999999999999999) { next } }`},
	{Query: `{ getTracks @include(if: [true]) { id } }`},
	{Query: `{ getTracks @skip(if: {}) { id } }`},
	{Query: `{ ... @skip(if: {a: 1}) { getTracks { id } } }`},
	{Query: `{ ...f @skip(if: [true]) } fragment f on Query { getTracks { id } }`},
	{Query: `{ ...f } fragment f on Query { getTrack(id: {a: 1}) { id } }`},
	{Query: `{ __type(name: {a: 1}) { name } }`},
	{Query: `{ __type(name: []) { name } }`},
	{Query: `{ __type(name: "Track") { fields(includeDeprecated: [true]) { name } } }`},
	{Query: `query($v: Int = {a: 1}) { getChapter(id: "a", version: $v) { id } }`},
	{Query: `query($v: Int = []) { getChapter(id: "a", version: $v) { id } }`},
	{Query: `query($v: Int = {}) { getTracks { id } __typename @skip(if: true) ... @skip(if: true) { getChapter(id: "a", version: $v) { id } } }`},
	{Query: `query($id: String!) { getTrack(id: $id) { id } }`, Variables: vars{"id": vars{"a": 1}}},
	{Query: `query($id: String!) { getTrack(id: $id) { id } }`, Variables: vars{"id": []any{"a"}}},
	{Query: `query($n: Int!) { getTrackPage(first: $n) { next } }`, Variables: vars{"n": 1.5}},
	{Query: `query($if: Boolean!) { getTracks @skip(if: $if) { id } }`, Variables: vars{"if": vars{}}},
	{Query: `query($id: [String!]!) { getTrack(id: $id) { id } }`, Variables: vars{"id": []any{"a"}}},
	{Query: `mutation($i: TrackInput!) { addTrack(TrackInput: $i) { id } }`, Variables: vars{"i": []any{vars{"name": "a"}}}},
	{Query: `mutation($i: TrackInput!) { addTrack(TrackInput: $i) { id } }`, Variables: vars{"i": "a"}},
	{Query: `mutation($i: TrackInput!) { addTrack(TrackInput: $i) { id } }`, Variables: vars{"i": vars{"name": vars{"a": 1}}}},
	{Query: `mutation($i: TrackInput!) { addTrack(TrackInput: $i) { id } }`, Variables: vars{"i": vars{"name": "a", "other": 1}}},
	{Query: `mutation($i: TrackInput!) { addTrack(TrackInput: {name: $i}) { id } }`, Variables: vars{"i": vars{"name": "a"}}},
	{Query: `mutation { addTrack(TrackInput: [{name: "a"}]) { id } }`},
	{Query: `mutation { addTrack(TrackInput: "a") { id } }`},
	{Query: `mutation { addTrack(TrackInput: {name: {}}) { id } }`},
}

// A value that does not fit is refused before anything runs, and the response does not have the words of Go for it.
func TestValuesThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{})
	for _, request := range badValues {
		body, err := json.Marshal(request)
		require.NoError(t, err)
		status, text := s.post(t.Context(), t, string(body), nil)
		assert.Equal(t, 400, status, "%s: %s", body, text)
		assert.Regexp(t, `"code":"BAD_(QUERY|INPUT)"`, text, "%s", body)
		assert.Contains(t, text, `"requests":0`, "%s", body)
		assert.NotContains(t, text, `"data"`, "%s", body)
		for _, word := range []string{"interface {}", "map[", "unmarshal", "int32", "float64", "*", "graphql.", "gqlerror", "ast.", "graph."} {
			assert.NotContains(t, text, word, "%s", body)
		}
	}
	assert.Empty(t, s.log.String())
}

// No mutation is written if a value anywhere in the operation does not fit.
func TestMutationsAreWrittenOnlyIfAllValuesFit(t *testing.T) {
	t.Parallel()
	s := serve(t, school.Size{}, graph.Limits{})
	const ghost = `addTrack(TrackInput: {id: "ghost", name: "x"}) `
	for _, query := range []string{
		`mutation { ` + ghost + `{ id name @include(if: [true]) } }`,
		`mutation { ` + ghost + `{ id ... @skip(if: {}) { name } } }`,
		`mutation { ` + ghost + `{ ...f } } fragment f on Track { name @skip(if: {a: 1}) }`,
		`mutation { ` + ghost + `{ id } b: addCourse(CourseInput: {trackId: {a: 1}, name: "x"}) { id } }`,
		`mutation { ` + ghost + `{ id } b: addCourse(CourseInput: {trackId: {}, name: "x"}) { id } }`,
		`mutation { ` + ghost + `{ id } b: addCourse(CourseInput: {trackId: ["ghost"], name: "x"}) { id } }`,
		`mutation { ` + ghost + `{ id } b: ` + ghost + `@skip(if: {a: 1}) { id } }`,
		`mutation { ` + ghost + `{ id } b: saveChapter(id: "a", version: {}, content: "a") { id } }`,
	} {
		r := s.ask(t, query, nil)
		assert.Equal(t, 400, r.Status, query)
		assert.Equal(t, graph.BadQuery, r.code(), query)
		assert.Zero(t, r.Extensions.Cost.Requests, query)
		r = s.ask(t, `{ getTrack(id: "ghost") { name } }`, nil)
		assert.Equal(t, graph.NotFound, r.code(), query)
	}
}

// An operation that is stopped after mutations says so.
func TestAStoppedOperationSaysWhatMayBeWritten(t *testing.T) {
	t.Parallel()
	s := serve(t, school.Size{}, graph.Limits{Fields: 3})
	r := s.ask(t, `mutation { a: addTrack(TrackInput: {id: "a", name: "a"}) { id name courseCount a: name }
		b: addTrack(TrackInput: {id: "b", name: "b"}) { id } }`, nil)
	assert.Equal(t, graph.TooComplex, r.code())
	assert.EqualValues(t, 1, r.Errors[0].Extensions["mutationsBegun"])
	assert.Contains(t, r.Errors[0].Message, "the first 1 of the mutations may be written")
	r = s.ask(t, `{ getTrack(id: "a") { name } }`, nil)
	assert.Empty(t, r.Errors)
	r = s.ask(t, `{ getTrack(id: "b") { name } }`, nil)
	assert.Equal(t, graph.NotFound, r.code())
}
