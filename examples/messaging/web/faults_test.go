package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/messaging/groups"
	"github.com/singletable-go/ddb/internal/integration"
)

// Each bad request has its status and an error that says what to do, and writes nothing.
func TestBadInput(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := openSeeded(t, env)
		w := serveAPI(t, s)
		group := groups.Conversations[0].ID() // of Ada and Bayo
		messages := "/api/messages/" + group
		to := func(group, text string) string {
			b, err := json.Marshal(map[string]string{"message_group_uuid": group, "message": text})
			require.NoError(t, err)
			return string(b)
		}
		var page anyList
		require.Equal(t, 200, w.do("ada", "GET", messages+"?limit=2", "", &page))
		cursor := url.QueryEscape(page.Next)
		before := contents(t, env.Client, env.Table)
		for name, c := range map[string]struct {
			as, method, path, body string
			status                 int
			code, message          string
		}{
			"no one":                      {"", "GET", "/api/message_groups", "", 401, "unknown_user", "must name a user"},
			"an unknown user":             {"eve", "GET", messages, "", 401, "unknown_user", "must name a user"},
			"no one sends":                {"", "POST", "/api/messages", to(group, "hi"), 401, "unknown_user", ""},
			"unknown group":               {"ada", "GET", "/api/messages/d5d82fc1-0000-5238-bc45-5ad3aa9fb742", "", 404, "no_such_group", "no such group"},
			"a group that no key can be":  {"ada", "GET", "/api/messages/" + strings.Repeat("x", 3000), "", 404, "no_such_group", ""},
			"a group of bad UTF-8":        {"ada", "GET", "/api/messages/%ff", "", 404, "no_such_group", ""},
			"not a member reads":          {"lena", "GET", messages, "", 403, "not_a_member", "not a member"},
			"not a member, with a cursor": {"lena", "GET", messages + "?cursor=" + cursor, "", 403, "not_a_member", ""},
			"unknown group to send to":    {"ada", "POST", "/api/messages", to("nothing", "hi"), 404, "no_such_group", ""},
			"not a member sends":          {"otis", "POST", "/api/messages", to(group, "hi"), 403, "not_a_member", ""},
			"empty":                       {"ada", "POST", "/api/messages", to(group, ""), 400, "empty", "the message is empty"},
			"blank":                       {"ada", "POST", "/api/messages", to(group, " \n\t "), 400, "empty", ""},
			"20 KB":                       {"ada", "POST", "/api/messages", to(group, strings.Repeat("x", 20<<10)), 413, "too_long", ""},
			"a character too many":        {"ada", "POST", "/api/messages", to(group, strings.Repeat("ß", groups.MaxText+1)), 413, "too_long", "1024 characters"},
			"empty, as a new group":       {"ada", "POST", "/api/messages", `{"handles":["lena"],"message":""}`, 400, "empty", ""},
			"a group with no one":         {"ada", "POST", "/api/messages", `{"handles":["ada"],"message":"me"}`, 400, "bad_people", "2 to 49 people"},
			"a group with a stranger":     {"ada", "POST", "/api/messages", `{"handles":["lena","eve"],"message":"hi"}`, 404, "no_such_user", `"eve"`},
			"neither group nor handles":   {"ada", "POST", "/api/messages", `{"message":"hi"}`, 400, "bad_request", "either message_group_uuid, or handles"},
			"group and handles":           {"ada", "POST", "/api/messages", `{"message_group_uuid":"` + group + `","handles":["lena"],"message":"hi"}`, 400, "bad_request", "either"},
			"bad JSON":                    {"ada", "POST", "/api/messages", `{"message":`, 400, "bad_request", "not the expected JSON object"},
			"no object":                   {"ada", "POST", "/api/messages", `["hi"]`, 400, "bad_request", "must be a JSON object"},
			"a field that there is not":   {"ada", "POST", "/api/messages", `{"message_group_uuid":"` + group + `","text":"hi"}`, 400, "bad_request", "/text is not a name of it"},
			"more than an object":         {"ada", "POST", "/api/messages", to(group, "hi") + "{}", 400, "bad_request", "after top-level value"},
			"nonsense for a cursor":       {"ada", "GET", messages + "?cursor=nonsense", "", 400, "bad_cursor", "the cursor"},
			"the cursor of another list":  {"ada", "GET", "/api/message_groups?cursor=" + cursor, "", 400, "bad_cursor", ""},
			"the cursor of another group": {"ada", "GET", "/api/messages/" + groups.Conversations[1].ID() + "?cursor=" + cursor, "", 400, "bad_cursor", ""},
			"bad limit":                   {"ada", "GET", messages + "?limit=0", "", 400, "bad_request", "limit"},
			"large limit":                 {"ada", "GET", messages + "?limit=1000", "", 400, "bad_request", "1 to 100"},
			"a semicolon":                 {"ada", "GET", messages + "?limit=1;cursor=x", "", 400, "bad_request", "query"},
			"year 10000":                  {"ada", "GET", messages + "?from=9999-12-31T23:59:59-23:59", "", 400, "bad_request", "from is"},
			"year 0":                      {"ada", "GET", messages + "?until=0000-12-31T23:59:59Z", "", 400, "bad_request", "until is"},
			"bad time":                    {"ada", "GET", messages + "?from=yesterday", "", 400, "bad_request", "from is"},
			"no such endpoint":            {"ada", "GET", "/api/nothing", "", 404, "no_such_endpoint", ""},
			"text that is a number":       {"ada", "POST", "/api/messages", `{"message_group_uuid":"` + group + `","message":7}`, 400, "bad_request", "/message must be text"},
			"handles that are a text":     {"ada", "POST", "/api/messages", `{"handles":"lena","message":"hi"}`, 400, "bad_request", "/handles must be a list"},
			"text that is no UTF-8":       {"ada", "POST", "/api/messages", "{\"message_group_uuid\":\"" + group + "\",\"message\":\"caf\xe9\"}", 400, "bad_request", "UTF-8"},
			"half of a character":         {"ada", "POST", "/api/messages", `{"message_group_uuid":"` + group + `","message":"\ud83d"}`, 400, "bad_request", "surrogate"},
			"an id that is none":          {"ada", "POST", "/api/messages", `{"message_group_uuid":"` + group + `","message_uuid":"7","message":"hi"}`, 400, "bad_id", "not a UUID"},
			"zero width":                  {"ada", "POST", "/api/messages", to(group, "\u200b"), 400, "empty", ""},
			"an unknown group":            {"ada", "GET", "/api/message_groups/nothing", "", 404, "no_such_group", ""},
			"not a member's group":        {"lena", "GET", "/api/message_groups/" + group, "", 403, "not_a_member", ""},
			"not a member's mark":         {"lena", "PUT", "/api/read_marks/" + group, `{"read_to":"2026-03-02T10:00:00Z"}`, 403, "not_a_member", ""},
			"a mark without a time":       {"ada", "PUT", "/api/read_marks/" + group, `{}`, 400, "bad_request", "give read_to"},
			"a mark with a bad time":      {"ada", "PUT", "/api/read_marks/" + group, `{"read_to":"now"}`, 400, "bad_request", "read_to is"},
			"no such method":              {"ada", "DELETE", messages, "", 405, "wrong_method", "use GET"},
		} {
			t.Run(name, func(t *testing.T) {
				var f failure
				w := client{t, w.url, w.log}
				assert.Equal(t, c.status, w.do(c.as, c.method, c.path, c.body, &f))
				assert.Equal(t, c.code, f.Error.Code)
				assert.NotEmpty(t, f.Error.Message)
				assert.Contains(t, f.Error.Message, c.message)
			})
		}
		t.Run("a form", func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), "POST", w.url+"/api/messages", strings.NewReader(to(group, "hi")))
			require.NoError(t, err)
			r.Header = http.Header{UserHeader: {"ada"}, "Content-Type": {"text/plain"}}
			var f failure
			assert.Equal(t, 415, w.send(r, &f))
			assert.Equal(t, "not_json", f.Error.Code)
		})
		t.Run("two users", func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), "GET", w.url+messages, nil)
			require.NoError(t, err)
			r.Header = http.Header{UserHeader: {"ada", "lena"}}
			var f failure
			assert.Equal(t, 400, w.send(r, &f))
			assert.Contains(t, f.Error.Message, "send it once")
		})
		t.Run("another site", func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), "POST", w.url+"/api/messages", strings.NewReader(to(group, "hi")))
			require.NoError(t, err)
			r.Header = http.Header{UserHeader: {"ada"}, "Content-Type": {"application/json"}, "Sec-Fetch-Site": {"cross-site"}}
			var f failure
			assert.Equal(t, 403, w.send(r, &f))
			assert.Equal(t, "cross_origin", f.Error.Code)
		})
		t.Run("a name that leads here", func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), "GET", w.url+messages, nil)
			require.NoError(t, err)
			r.Header, r.Host = http.Header{UserHeader: {"ada"}}, "evil.example"
			var f failure
			assert.Equal(t, 421, w.send(r, &f))
			assert.Equal(t, "wrong_host", f.Error.Code)
		})
		assert.Equal(t, before, contents(t, env.Client, env.Table), "bad input wrote something")
		assert.Empty(t, w.log.String())
	})
}

// Errors that are not the client's are logged, and the response has no details.
func TestFailuresOfTheTable(t *testing.T) {
	t.Parallel()
	eng := ddbmem.New()
	db := ddb.New(eng.Client(), "messages", groups.Cruddur, nil)
	s := groups.NewStore(db, nil)
	w := serveAPI(t, s)
	var f failure
	assert.Equal(t, 500, w.do("ada", "GET", "/api/message_groups", "", &f))
	assert.Equal(t, "internal", f.Error.Code)
	assert.NotContains(t, f.Error.Message, "table")
	assert.Contains(t, w.log.String(), "ddb: query group")

	require.NoError(t, db.CreateTable(t.Context()))
	eng.SetFaults(ddbmem.Faults{Throttle: 1})
	assert.Equal(t, 503, w.do("ada", "GET", "/api/message_groups", "", &f))
	assert.Equal(t, "busy", f.Error.Code)
}
