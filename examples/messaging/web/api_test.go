package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/messaging/groups"
	"github.com/singletable-go/ddb/internal/integration"
)

// site is the API on a server.
type site struct {
	t   *testing.T
	url string
	log *bytes.Buffer
}

func serveAPI(t *testing.T, s *groups.Store) site {
	t.Helper()
	var log bytes.Buffer
	server := httptest.NewServer(NewAPI(s, groups.People, slog.New(slog.NewTextHandler(&log, nil))))
	t.Cleanup(server.Close)
	return site{t, server.URL, &log}
}

// do sends a request as a user and decodes the response into out.
func (w site) do(as, method, path, body string, out any) (status int) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body))
	require.NoError(w.t, err)
	r.Header.Set(UserHeader, as)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return w.send(r, out)
}

func (w site) send(r *http.Request, out any) (status int) {
	w.t.Helper()
	resp, err := http.DefaultClient.Do(r)
	require.NoError(w.t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	assert.Equal(w.t, "application/json", resp.Header.Get("Content-Type"), "%s", answer)
	require.NoError(w.t, json.Unmarshal(answer, out), "%s", answer)
	return resp.StatusCode
}

// The responses over HTTP.
type (
	anyList struct {
		Items []map[string]string `json:"items"`
		Next  string              `json:"next"`
	}
	failure struct {
		Error struct{ Code, Message string }
	}
)

func TestAPI(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := openSeeded(t, env)
		w := serveAPI(t, s)
		group := groups.Conversations[0].ID()

		var list anyList
		require.Equal(t, 200, w.do("ada", "GET", "/api/message_groups", "", &list))
		require.Len(t, list.Items, 3)
		assert.Equal(t, map[string]string{
			"message_group_uuid": group,
			"message":            "Under the clock. Bring the thermos!",
			"last_message_at":    "2026-03-02T10:03:56.000000000Z",
			"title":              "Bayo Kent",
			"user_uuid":          bayo.UserID,
			"user_display_name":  "Bayo Kent",
			"user_handle":        "bayo",
		}, list.Items[1])
		require.Equal(t, 200, w.do("otis", "GET", "/api/message_groups", "", &list))
		assert.NotNil(t, list.Items)
		assert.Empty(t, list.Items)

		var all []map[string]string
		for cursor, more := "", true; more; more = cursor != "" {
			var page anyList
			require.Equal(t, 200, w.do("bayo", "GET", "/api/messages/"+group+"?limit=10&cursor="+url.QueryEscape(cursor), "", &page))
			require.LessOrEqual(t, len(page.Items), 10)
			all = append(all, page.Items...)
			cursor = page.Next
		}
		var page anyList
		require.Len(t, all, 29)
		assert.Equal(t, "Under the clock. Bring the thermos!", all[0]["message"])
		assert.True(t, strings.HasPrefix(all[28]["message"], "Morning!"))
		require.Equal(t, 200, w.do("bayo", "GET", "/api/messages/"+group+"?from=2026-03-02T10:00:00Z&until=2026-03-02T10:03:00%2B00:00", "", &page))
		assert.Len(t, page.Items, 2)

		var sent map[string]string
		body := `{"message_group_uuid":"` + group + `","message":" <b>gloves</b> & hats "}`
		require.Equal(t, 201, w.do("bayo", "POST", "/api/messages", body, &sent))
		assert.Equal(t, "<b>gloves</b> & hats", sent["message"])
		assert.Equal(t, "Bayo Kent", sent["user_display_name"])
		require.Equal(t, 200, w.do("ada", "GET", "/api/messages/"+group+"?limit=1", "", &page))
		env.CatchUp()
		require.Len(t, page.Items, 1)
		assert.Equal(t, sent, page.Items[0])

		require.Equal(t, 201, w.do("otis", "POST", "/api/messages", `{"handles":["lena","ada"],"message":"hello"}`, &sent))
		for _, as := range []string{"otis", "lena", "ada"} {
			require.Equal(t, 200, w.do(as, "GET", "/api/messages/"+sent["message_group_uuid"], "", &page))
			assert.Len(t, page.Items, 1)
			require.Equal(t, 200, w.do(as, "GET", "/api/message_groups?limit=1", "", &list))
			require.Len(t, list.Items, 1)
			assert.Equal(t, "Otis, Lena, Ada", list.Items[0]["title"])
		}
		assert.Empty(t, w.log.String())
	})
}

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
			"nobody":                      {"", "GET", "/api/message_groups", "", 401, "unknown_user", "must name a user"},
			"an unknown user":             {"eve", "GET", messages, "", 401, "unknown_user", "must name a user"},
			"nobody sends":                {"", "POST", "/api/messages", to(group, "hi"), 401, "unknown_user", ""},
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
			"a group with nobody":         {"ada", "POST", "/api/messages", `{"handles":["ada"],"message":"me"}`, 400, "bad_people", "2 to 49 people"},
			"a group with a stranger":     {"ada", "POST", "/api/messages", `{"handles":["lena","eve"],"message":"hi"}`, 404, "no_such_user", `"eve"`},
			"neither group nor handles":   {"ada", "POST", "/api/messages", `{"message":"hi"}`, 400, "bad_request", "either message_group_uuid, or handles"},
			"group and handles":           {"ada", "POST", "/api/messages", `{"message_group_uuid":"` + group + `","handles":["lena"],"message":"hi"}`, 400, "bad_request", "either"},
			"bad JSON":                    {"ada", "POST", "/api/messages", `{"message":`, 400, "bad_request", "not the expected JSON object"},
			"no object":                   {"ada", "POST", "/api/messages", `["hi"]`, 400, "bad_request", "not the expected JSON object"},
			"a field that there is not":   {"ada", "POST", "/api/messages", `{"message_group_uuid":"` + group + `","text":"hi"}`, 400, "bad_request", `"text"`},
			"more than an object":         {"ada", "POST", "/api/messages", to(group, "hi") + "{}", 400, "bad_request", "data after the JSON object"},
			"nonsense for a cursor":       {"ada", "GET", messages + "?cursor=nonsense", "", 400, "bad_cursor", "the cursor"},
			"the cursor of another list":  {"ada", "GET", "/api/message_groups?cursor=" + cursor, "", 400, "bad_cursor", ""},
			"the cursor of another group": {"ada", "GET", "/api/messages/" + groups.Conversations[1].ID() + "?cursor=" + cursor, "", 400, "bad_cursor", ""},
			"bad limit":                   {"ada", "GET", messages + "?limit=0", "", 400, "bad_request", "limit"},
			"large limit":                 {"ada", "GET", messages + "?limit=1000", "", 400, "bad_request", "1 to 100"},
			"bad time":                    {"ada", "GET", messages + "?from=yesterday", "", 400, "bad_request", "from is"},
			"no such endpoint":            {"ada", "GET", "/api/nothing", "", 404, "no_such_endpoint", ""},
			"no such method":              {"ada", "DELETE", messages, "", 404, "no_such_endpoint", ""},
		} {
			t.Run(name, func(t *testing.T) {
				var f failure
				w := site{t, w.url, w.log}
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
		t.Run("another site", func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), "POST", w.url+"/api/messages", strings.NewReader(to(group, "hi")))
			require.NoError(t, err)
			r.Header = http.Header{UserHeader: {"ada"}, "Content-Type": {"application/json"}, "Sec-Fetch-Site": {"cross-site"}}
			resp, err := http.DefaultClient.Do(r)
			require.NoError(t, err)
			defer resp.Body.Close()
			assert.Equal(t, 403, resp.StatusCode)
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

// A message may have as many characters as it may have, in whatever alphabet and however JSON spells them.
func TestLongestMessage(t *testing.T) {
	t.Parallel()
	db := ddb.New(ddbmem.New().Client(), "messages", groups.Cruddur, nil)
	s := groups.NewStore(db, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	first, err := s.Start(t.Context(), ada, "hi", bayo)
	require.NoError(t, err)
	w := serveAPI(t, s)
	for name, spelt := range map[string]string{"x": "x", "ß": "ß", "escaped": `\ud83d\ude00`} {
		body := fmt.Sprintf(`{"message_group_uuid":%q,"message":"%s"}`, first.GroupID, strings.Repeat(spelt, groups.MaxText))
		var sent map[string]string
		assert.Equal(t, 201, w.do("bayo", "POST", "/api/messages", body, &sent), name)
	}
}

func TestTimesHaveAFixedWidth(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.FixedZone("", 3600))
	for d, want := range map[time.Duration]string{
		0:               "2026-03-02T09:00:00.000000000Z",
		1:               "2026-03-02T09:00:00.000000001Z",
		time.Second / 2: "2026-03-02T09:00:00.500000000Z",
	} {
		assert.Equal(t, want, stamp(at.Add(d)))
	}
}

func TestPageIsServed(t *testing.T) {
	t.Parallel()
	w := serveAPI(t, groups.NewStore(ddb.New(ddbmem.New().Client(), "messages", groups.Cruddur, nil), nil))
	want := map[string]string{"/": "text/html; charset=utf-8", "/style.css": "text/css; charset=utf-8", "/app.js": "text/javascript; charset=utf-8"}
	for path := range maps.Keys(want) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", w.url+path, nil)
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, 200, resp.StatusCode)
		assert.Equal(t, want[path], resp.Header.Get("Content-Type"))
		assert.Contains(t, resp.Header.Get("Content-Security-Policy"), "default-src 'self'")
	}
}
