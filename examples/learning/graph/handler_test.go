package graph_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/learning/graph"
)

const (
	newType = "application/graphql-response+json"
	oldType = "application/json"
)

func header(name, value string) http.Header { return http.Header{name: {value}} }

// The status and the type of the response are those of the draft "GraphQL over HTTP".
func TestHTTP(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{})
	const query = `{"query":"{ getTracks { id } }"}`
	for _, c := range []struct {
		name, body string
		header     http.Header
		status     int
		says       string
	}{
		{"a query", query, nil, 200, `"data":{"getTracks":[`},
		{"with all members", `{"query":"query a{__typename} query b{getTracks{id}}","operationName":"a","variables":{},"extensions":{}}`, nil, 200, `{"__typename":"Query"}`},
		{"with nulls", `{"query":"{__typename}","operationName":null,"variables":null,"extensions":null}`, nil, 200, `Query`},
		{"UTF-8", query, header("Content-Type", "application/json; charset=UTF-8"), 200, "data"},
		{"another charset", query, header("Content-Type", "application/json; charset=latin1"), 415, "charset"},
		{"a form", query, header("Content-Type", "application/x-www-form-urlencoded"), 415, "Content-Type"},
		{"text", query, header("Content-Type", "text/plain"), 415, "Content-Type"},
		{"no type", query, header("Content-Type", ""), 415, "Content-Type"},
		{"no body", ``, nil, 400, "JSON object"},
		{"no JSON", `{"query":`, nil, 400, "JSON"},
		{"two values", query + query, nil, 400, "JSON"},
		{"a list of operations", "[" + query + "]", nil, 400, "JSON object"},
		{"null", `null`, nil, 400, "JSON object"},
		{"no query", `{}`, nil, 400, "no query"},
		{"an empty query", `{"query":" "}`, nil, 400, "no query"},
		{"a query that is no text", `{"query":{}}`, nil, 400, "text"},
		{"a name that is no text", `{"query":"{__typename}","operationName":1}`, nil, 400, "text"},
		{"variables that are no object", `{"query":"{__typename}","variables":[]}`, nil, 400, "object"},
		{"an unknown member", `{"query":"{__typename}","kuery":""}`, nil, 400, "kuery"},
		{"invalid UTF-8", "{\"query\":\"{ getTrack(id: \\\"\xff\\\") { id } }\"}", nil, 400, "UTF-8"},
		{"half a character", `{"query":"{ getTrack(id: \"\ud800\") { id } }"}`, nil, 400, "surrogate"},
		{"a large body", `{"query":"` + strings.Repeat("#", 300<<10) + `"}`, nil, 413, "bytes"},
		{"a wrong query", `{"query":"{"}`, header("Accept", newType), 400, "BAD_QUERY"},
		{"a wrong query, older", `{"query":"{"}`, header("Accept", oldType), 200, "BAD_QUERY"},
		{"a wrong field, older", `{"query":"{nothing}"}`, header("Accept", oldType), 200, "BAD_QUERY"},
		{"no such operation", `{"query":"query a{__typename}","operationName":"b"}`, nil, 400, "BAD_QUERY"},
		{"nothing found", `{"query":"{getTrack(id:\"none\"){id}}"}`, header("Accept", newType), 200, "NOT_FOUND"},
		{"an unknown Accept", query, header("Accept", "text/html"), 406, "Accept"},
		{"a comment alone", `{"query":"# nothing"}`, nil, 400, "BAD_QUERY"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			status, text := s.post(t.Context(), t, c.body, c.header)
			assert.Equal(t, c.status, status, text)
			assert.Contains(t, text, c.says)
			if c.status != 200 {
				assert.Contains(t, text, `"code":"`)
				assert.NotContains(t, text, `"data"`)
			}
		})
	}
}

func TestTheTypeOfTheResponseIsNegotiated(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{})
	for accept, want := range map[string]string{
		"":                               newType,
		"*/*":                            newType,
		"application/*":                  newType,
		newType:                          newType,
		oldType:                          oldType,
		oldType + "; charset=utf-8":      oldType,
		"text/html, " + oldType:          oldType,
		newType + ", " + oldType:         newType,
		newType + ";q=0, " + oldType:     oldType,
		oldType + ", " + newType:         oldType,
		"text/html, */*;q=0.1":           newType,
		oldType + ";charset=latin1, */*": newType,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, strings.NewReader(`{"query":"{__typename}"}`))
		require.NoError(t, err)
		r.Header.Set("Content-Type", oldType)
		if accept != "" {
			r.Header.Set("Accept", accept)
		}
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		_ = response.Body.Close()
		assert.Equal(t, want+"; charset=utf-8", response.Header.Get("Content-Type"), accept)
		assert.Equal(t, "no-store", response.Header.Get("Cache-Control"))
	}
}

func TestOnlyPostIsAccepted(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{})
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		r, err := http.NewRequestWithContext(t.Context(), method, s.url+"?query={__typename}", nil)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		_ = response.Body.Close()
		assert.Equal(t, 405, response.StatusCode)
		assert.Equal(t, "POST", response.Header.Get("Allow"))
	}
}

// A variable that does not fit its type is refused before anything is read or written, and the error has no Go types.
func TestVariablesAreChecked(t *testing.T) {
	t.Parallel()
	s := serve(t, little, graph.Limits{})
	const mutation = `mutation($s: String!, $in: TrackInput!, $b: Boolean!, $i: Int!) {
		a: addTrack(TrackInput: {name: "first"}) { id }
		b: addTrack(TrackInput: $in) { id @include(if: $b) name }
		c: saveChapter(id: $s, version: $i, content: $s) { id }
	}`
	for name, values := range map[string][]any{
		"s":  {nil, 1, true, vars{}, []any{}, []any{"a"}},
		"in": {nil, "a", vars{}, vars{"name": 1}, vars{"name": nil}, vars{"name": "a", "other": 1}, vars{"name": "a", "id": 1}},
		"b":  {nil, "true", 1},
		"i":  {nil, "1", 1.5, 1 << 40, true},
	} {
		for _, value := range values {
			v := vars{"s": "a", "in": vars{"name": "second"}, "b": true, "i": 1}
			v[name] = value
			r := s.ask(t, mutation, v)
			require.Len(t, r.Errors, 1, "%s: %v", name, value)
			assert.Contains(t, []string{graph.BadInput, graph.BadQuery}, r.code())
			assert.Regexp(t, `[$"](`+name+`|name)\b`, r.Errors[0].Message)
			assert.Nil(t, r.Data)
			assert.Zero(t, r.Extensions.Cost.Requests, "%s: %v", name, value)
			told(t, r)
		}
	}
	r := s.ask(t, `query($id: String!, $v: Int = 1) { getChapter(id: $id, version: $v) { version } }`, vars{"id": s.Chapters[0][0].ID})
	assert.JSONEq(t, `{"getChapter":{"version":1}}`, string(r.Data), fmt.Sprint(r.Errors))
}
