package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/messaging/groups"
	"github.com/singletable-go/ddb/internal/integration"
)

// client is the API on a server.
type client struct {
	t   *testing.T
	url string
	log *bytes.Buffer
}

func serveAPI(t *testing.T, s *groups.Store) client {
	t.Helper()
	var log bytes.Buffer
	server := httptest.NewServer(NewAPI(s, groups.People, slog.New(slog.NewTextHandler(&log, nil))))
	t.Cleanup(server.Close)
	return client{t, server.URL, &log}
}

// do sends a request as a user and decodes the response into out.
func (w client) do(as, method, path, body string, out any) (status int) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body))
	require.NoError(w.t, err)
	r.Header.Set(UserHeader, as)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return w.send(r, out)
}

func (w client) send(r *http.Request, out any) (status int) {
	w.t.Helper()
	resp, err := http.DefaultClient.Do(r)
	require.NoError(w.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	assert.Equal(w.t, "application/json", resp.Header.Get("Content-Type"), "%s", body)
	require.NoError(w.t, json.Unmarshal(body, out), "%s", body)
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
			"message_group_uuid":     group,
			"message":                "Under the clock. Bring the thermos!",
			"last_message_at":        "2026-03-02T10:03:56.000000000Z",
			"last_message_user_uuid": ada.UserID,
			"title":                  "Bayo Kent",
			"user_uuid":              bayo.UserID,
			"user_display_name":      "Bayo Kent",
			"user_handle":            "bayo",
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

// A client that repeats a request, because it did not get the response, gets the response of the first.
func TestRepeatedRequests(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		w := serveAPI(t, openSeeded(t, env))
		for _, to := range []string{`"message_group_uuid":"` + groups.Conversations[0].ID() + `"`, `"handles":["lena","otis"]`} {
			id := uuid.NewString()
			body := func(text string) string { return fmt.Sprintf(`{%s,"message_uuid":%q,"message":%q}`, to, id, text) }
			var sent, again map[string]string
			require.Equal(t, 201, w.do("bayo", "POST", "/api/messages", body("once"), &sent))
			assert.Equal(t, id, sent["message_uuid"])
			before := contents(t, env.Client, env.Table)
			require.Equal(t, 201, w.do("bayo", "POST", "/api/messages", body("once"), &again))
			assert.Equal(t, sent, again)
			var f failure
			require.Equal(t, 409, w.do("bayo", "POST", "/api/messages", body("twice"), &f))
			assert.Equal(t, "id_taken", f.Error.Code)
			assert.Equal(t, before, contents(t, env.Client, env.Table))
		}
	})
}

func TestGroupAndMarks(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		w := serveAPI(t, openSeeded(t, env))
		group := groups.Conversations[0].ID()
		var one map[string]string
		require.Equal(t, 200, w.do("ada", "GET", "/api/message_groups/"+group, "", &one))
		assert.Equal(t, "Bayo Kent", one["title"])
		assert.Equal(t, "2026-03-02T10:03:56.000000000Z", one["last_message_at"])

		var marks anyList
		require.Equal(t, 200, w.do("ada", "GET", "/api/read_marks", "", &marks))
		assert.NotNil(t, marks.Items)
		assert.Empty(t, marks.Items)
		require.Equal(t, 200, w.do("ada", "PUT", "/api/read_marks/"+group, `{"read_to":"`+one["last_message_at"]+`"}`, &one))
		require.Equal(t, 200, w.do("ada", "PUT", "/api/read_marks/"+group, `{"read_to":"2026-03-02T09:00:00Z"}`, &one))
		assert.Equal(t, "2026-03-02T10:03:56.000000000Z", one["read_to"], "the mark as it is")
		env.CatchUp()
		require.Equal(t, 200, w.do("ada", "GET", "/api/read_marks", "", &marks))
		assert.Equal(t, []map[string]string{{"message_group_uuid": group, "read_to": "2026-03-02T10:03:56.000000000Z"}}, marks.Items)
	})
}

// Two hundred clients write at the same time, each message twice: none is lost or doubled, and nothing fails.
func TestTwoHundredClients(t *testing.T) {
	t.Parallel()
	const clients, messages = 200, 10
	db := ddb.New(ddbmem.New().Client(), "messages", groups.Cruddur, nil)
	s := groups.NewStore(db, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	first, err := s.Start(t.Context(), ada, "hi", bayo)
	require.NoError(t, err)
	w := serveAPI(t, s)
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for n := range messages {
				body := fmt.Sprintf(`{"message_group_uuid":%q,"message_uuid":%q,"message":"%d/%d"}`, first.GroupID, uuid.NewString(), c, n)
				for range 2 {
					var sent map[string]string
					assert.Equal(t, 201, w.do("bayo", "POST", "/api/messages", body, &sent))
				}
			}
		})
	}
	wg.Wait()
	seen := map[string]int{}
	for cursor, more := "", true; more; more = cursor != "" {
		var page anyList
		require.Equal(t, 200, w.do("ada", "GET", "/api/messages/"+first.GroupID+"?limit=100&cursor="+url.QueryEscape(cursor), "", &page))
		for _, m := range page.Items {
			seen[m["message"]]++
		}
		cursor = page.Next
	}
	assert.Len(t, seen, clients*messages+1)
	for text, n := range seen {
		assert.Equal(t, 1, n, text)
	}
	assert.Empty(t, w.log.String())
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
