package graph_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/graph-gophers/graphql-go"
	"github.com/graph-gophers/graphql-go/ast"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/learning/graph"
	"github.com/singletable-go/ddb/examples/learning/platform"
	"github.com/singletable-go/ddb/examples/learning/school"
)

// handler is the service on a little school, without a network.
func handler(t testing.TB) (http.Handler, school.Data) {
	t.Helper()
	client := ddbmem.New().Client()
	db := ddb.New(client, "learning", platform.Table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	d, store := school.Generate(little), platform.NewStore(db)
	require.NoError(t, d.Write(t.Context(), store, func(int, int) {}))
	return graph.NewHandler(client, "learning", &graph.Options{Limits: graph.Limits{Requests: 50, Fields: 2000, Time: time.Minute}}), d
}

// send sends a body, and requires a response that blames the client if anything.
func send(t *testing.T, h http.Handler, body string) result {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var got result
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got), "%s", w.Body)
	assert.Less(t, w.Code, 500, "%s: %s", body, w.Body)
	for _, e := range got.Errors {
		require.NotEmpty(t, e.Extensions["code"], "%s", w.Body)
		assert.NotEqual(t, graph.Internal, e.Extensions["code"], "%s: %s", body, w.Body)
	}
	got.Status = w.Code
	return got
}

// No query, and no variables, break the service.
func FuzzQuery(f *testing.F) {
	h, d := handler(f)
	for _, query := range []string{
		exploreDb, `{`, `{ a: __typename @skip(if: true) }`, `query($a: [[String!]!] = [["\u{1F600}"]]) { __typename }`,
		`{ getTrack(id: """block""") { id } }`, `{ getTrack(id: "\ud800") { id } }`, `{ __type(name: 1) { name } }`,
		`query q($id: String!) { getStudent(id: $id) { ...f } } fragment f on Student { enrollments { student { ...g } } } fragment g on Student { xp }`,
		`mutation { addTrack(TrackInput: {name: "` + d.Tracks[0].Name + `"}) { id courses { id } } }`, `{ __schema { types { fields { args { defaultValue } } } } }`,
	} {
		f.Add(query, `{"id":"`+d.Students[0].ID+`"}`)
	}
	f.Fuzz(func(t *testing.T, query, variables string) {
		text, err := json.Marshal(query)
		require.NoError(t, err)
		send(t, h, fmt.Sprintf(`{"query":%s,"variables":%s}`, text, variables))
		send(t, h, query)
	})
}

// Queries that fit the schema, at random, give data or an error that says what the client can do.
func TestRandomQueries(t *testing.T) {
	t.Parallel()
	h, d := handler(t)
	schema := graphql.MustParseSchema(graph.Schema, nil, graphql.UseStringDescriptions()).AST()
	complete := 0
	for seed := range uint64(400) {
		g := generator{rand.New(rand.NewPCG(seed, 1)), schema, d}
		root, keyword := "Query", "query"
		if g.IntN(4) == 0 {
			root, keyword = "Mutation", "mutation"
		}
		query := keyword + g.selection(root, 5)
		text, err := json.Marshal(query)
		require.NoError(t, err)
		r := send(t, h, fmt.Sprintf(`{"query":%s}`, text))
		if len(r.Errors) == 0 {
			complete++
		}
		for _, e := range r.Errors {
			assert.NotEqual(t, graph.BadQuery, e.Extensions["code"], "%s: %s", query, e.Message)
		}
	}
	assert.Greater(t, complete, 40)
}

// generator makes queries.
type generator struct {
	*rand.Rand
	schema *ast.Schema
	d      school.Data
}

func (g generator) selection(typ string, depth int) string {
	fields := g.schema.Types[typ].(*ast.ObjectTypeDefinition).Fields
	parts := []string{"__typename"}
	for i := range 1 + g.IntN(3) {
		f := fields[g.IntN(len(fields))]
		child, leaf := named(f.Type)
		if !leaf && depth == 0 {
			continue
		}
		part := fmt.Sprintf("a%d%d: %s%s", depth, i, f.Name, g.arguments(f.Arguments))
		if !leaf {
			part += g.selection(child, depth-1)
		}
		if g.IntN(8) == 0 {
			part = fmt.Sprintf("... on %s @include(if: %t) { %s }", typ, g.IntN(2) == 0, part)
		}
		parts = append(parts, part)
	}
	return " { " + strings.Join(parts, " ") + " }"
}

func (g generator) arguments(defs ast.ArgumentsDefinition) string {
	var args []string
	for _, a := range defs {
		if _, required := a.Type.(*ast.NonNull); required && a.Default == nil || g.IntN(2) == 0 {
			args = append(args, a.Name.Name+": "+g.value(a.Name.Name, a.Type))
		}
	}
	if len(args) == 0 {
		return ""
	}
	return "(" + strings.Join(args, ", ") + ")"
}

func (g generator) value(name string, t ast.Type) string {
	if required, ok := t.(*ast.NonNull); ok {
		t = required.OfType
	}
	switch t := t.(type) {
	case *ast.InputObject:
		var members []string
		for _, v := range t.Values {
			if _, required := v.Type.(*ast.NonNull); required || g.IntN(2) == 0 {
				members = append(members, v.Name.Name+": "+g.value(v.Name.Name, v.Type))
			}
		}
		return "{" + strings.Join(members, ", ") + "}"
	case *ast.ScalarTypeDefinition:
		if t.Name == "Int" {
			return fmt.Sprint(g.IntN(12) - 1)
		}
	}
	e := g.d.Enrollments[g.IntN(len(g.d.Enrollments))]
	values := []string{"", "x", "a#b", "a@b.example", e.ID, e.CourseID, e.StudentID, g.d.Tracks[0].ID, g.d.Chapters[0][0].ID, strings.Repeat("long ", 400)}
	byName := map[string]string{"courseId": e.CourseID, "studentId": e.StudentID, "enrollmentId": e.ID, "trackId": g.d.Tracks[0].ID, "email": fmt.Sprint(g.Uint32(), "@school.example")}
	if v, ok := byName[name]; ok && g.IntN(4) > 0 {
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprintf("%q", values[g.IntN(len(values))])
}

// named returns the name of a type without lists, and whether it has no fields.
func named(t ast.Type) (name string, leaf bool) {
	switch t := t.(type) {
	case *ast.NonNull:
		return named(t.OfType)
	case *ast.List:
		return named(t.OfType)
	case *ast.ObjectTypeDefinition:
		return t.Name, false
	}
	return t.String(), true
}
