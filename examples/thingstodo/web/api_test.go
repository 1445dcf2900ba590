package web

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/examples/thingstodo/search"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// server is the API on a table in memory, over HTTP.
type server struct {
	*httptest.Server
	t      *testing.T
	engine *ddbmem.Engine
	store  *things.Store
	reader *ddbstream.Reader
	log    *bytes.Buffer
}

func serve(t *testing.T, d things.Data) *server {
	t.Helper()
	s := &server{t: t, engine: ddbmem.New(), log: new(bytes.Buffer)}
	client := s.engine.Client()
	db := ddb.New(client, "things", things.OneTable, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, d.Write(t.Context(), db, func(int, int) {}))
	s.store = things.NewStore(db)
	index, _, err := search.Open(s.store, "")
	require.NoError(t, err)
	_, err = index.Rebuild(t.Context())
	require.NoError(t, err)
	s.reader = ddbstream.NewReader(engine.Streams(client), "things", index.Mux(), &ddbstream.MemoryStore{}, nil)
	s.Server = httptest.NewServer(New(s.store, index, slog.New(slog.NewTextHandler(s.log, nil))))
	t.Cleanup(func() {
		s.Close()
		assert.NoError(t, index.Close())
	})
	return s
}

// response is what the API responds with.
type response struct {
	status int
	header http.Header
	text   string
}

// into reads the body.
func (r response) into(t *testing.T, v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(r.text), v), "%s", r.text)
}

// code is the code of the error in the body.
func (r response) code(t *testing.T) string {
	t.Helper()
	var body struct {
		Error struct{ Code, Message string }
	}
	r.into(t, &body)
	assert.NotEmpty(t, body.Error.Message, r.text)
	return body.Error.Code
}

// do sends a request of an actor, such as "organiser org"; "" is a guest.
func (s *server) do(actor, method, path, body string, change ...func(*http.Request)) response {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.URL+path, bytes.NewBufferString(body))
	require.NoError(s.t, err)
	if actor != "" {
		r.Header.Set(Header, actor)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, f := range change {
		f(r)
	}
	resp, err := s.Client().Do(r)
	require.NoError(s.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	if method != http.MethodHead {
		assert.Equal(s.t, "application/json", resp.Header.Get("Content-Type"), "%s %s: %s", method, path, text)
	}
	assert.NotEmpty(s.t, resp.Header.Get(RequestID))
	return response{resp.StatusCode, resp.Header, string(text)}
}

// The four actors, from a draft to a booking.
func TestAThingGoesThroughItsLife(t *testing.T) {
	t.Parallel()
	s := serve(t, things.Data{})
	org, user, audit := "organiser org", "user ada", "audit eve"
	s.do(org, "PUT", "/profile", `{"name":"Potters of Oldtown"}`)
	s.do(user, "PUT", "/profile", `{"name":"Ada"}`)

	made := s.do(org, "POST", "/things", `{"title":"Pottery","tags":["craft"],"place":{"street":"Quay 1","city":"Harbour","at":{"lat":52.2,"lon":21}},"ages":{"from":6,"to":12},"days":{"from":"2026-12-01","to":"2026-12-24"}}`)
	require.Equal(t, http.StatusCreated, made.status, made.text)
	var draft thing
	made.into(t, &draft)
	path := "/things/" + draft.ID
	edited := s.do(org, "PATCH", path, `{"about":"We glaze vases."}`, func(r *http.Request) { r.Header.Set(RequestID, "edit-1") })
	require.Equal(t, http.StatusOK, edited.status, edited.text)
	assert.Equal(t, "edit-1", edited.header.Get(RequestID))
	var now thing
	edited.into(t, &now)
	assert.Equal(t, "Pottery", now.Title)
	assert.Equal(t, "We glaze vases.", now.About)
	assert.Equal(t, &things.Days{From: 20261201, To: 20261224}, now.Days)
	assert.Contains(t, s.do(audit, "GET", path, "").text, `"requestId":"edit-1"`)
	assert.NotContains(t, s.do(org, "GET", path, "").text, "requestId")

	require.Equal(t, 200, s.do(org, "POST", path+"/submit", "").status)
	assert.Contains(t, s.do(audit, "GET", "/things?status=PENDING", "").text, draft.ID)
	require.Equal(t, 200, s.do(audit, "POST", path+"/approve", "").status)
	require.NoError(t, s.reader.Drain(t.Context()))

	var found struct {
		Items []thing
		Total int
		Tags  []struct {
			Tag   string
			Count int
		}
	}
	s.do("", "GET", "/search?q=vase&near=52.2,21.0&within=10km&from=2026-12-10&age=7&tag=craft", "").into(t, &found)
	require.Len(t, found.Items, 1)
	assert.Equal(t, draft.ID, found.Items[0].ID)
	assert.Equal(t, "craft", found.Tags[0].Tag)
	assert.Contains(t, s.do("", "GET", path, "").text, `"organiserName":"Potters of Oldtown"`)

	favourite := "/favourites/" + draft.ID
	for range 2 {
		assert.Equal(t, 200, s.do(user, "PUT", favourite, "").status, "again it changes nothing")
	}
	assert.JSONEq(t, `{"`+draft.ID+`":true,"x":false}`, s.do(user, "GET", "/favourites?of=x,"+draft.ID, "").text)
	booked := s.do(user, "POST", path+"/bookings", `{"date":"2026-12-12"}`)
	require.Equal(t, 201, booked.status, booked.text)
	var b booking
	booked.into(t, &b)
	assert.Contains(t, s.do(user, "GET", "/bookings?from=2026-12-12", "").text, b.ID)
	assert.NotContains(t, s.do(user, "GET", "/bookings?from=2026-12-13", "").text, b.ID)
	assert.Contains(t, s.do(org, "GET", "/bookings?from=2026-12-01", "").text, b.ID)
	assert.Contains(t, s.do(org, "GET", "/bookings/"+b.ID, "").text, `"date":"2026-12-12"`)
	assert.Contains(t, s.do(user, "DELETE", "/bookings/"+b.ID, "").text, "CANCELLED")
	assert.NotContains(t, s.do(user, "GET", "/bookings?from=2026-12-01", "").text, b.ID)

	assert.JSONEq(t, `{"id":"ada","name":"Ada","children":[],"favourites":["`+draft.ID+`"],"bookings":[]}`, s.do(audit, "GET", "/people/ada", "").text)
	assert.Equal(t, "not_found", s.do(audit, "GET", "/people/bob", "").code(t))

	version := s.do(org, "POST", path+"/versions", "")
	require.Equal(t, 201, version.status, version.text)
	version.into(t, &now)
	assert.Equal(t, draft.ID, now.NewVersionOf)
	require.Equal(t, 200, s.do(org, "PATCH", "/things/"+now.ID, `{"title":"Sailing"}`).status)
	require.Equal(t, 200, s.do(org, "POST", "/things/"+now.ID+"/submit", "").status)
	require.Equal(t, 200, s.do(audit, "POST", "/things/"+now.ID+"/approve", "").status)
	assert.Contains(t, s.do("", "GET", path, "").text, "Sailing")
	assert.Contains(t, s.do(org, "GET", "/things?status=PUBLISHED", "").text, draft.ID)

	require.Equal(t, 200, s.do(org, "POST", path+"/withdraw", "").status)
	assert.Equal(t, "not_found", s.do("", "GET", path, "").code(t))
	assert.JSONEq(t, `{"items":[{"id":"`+draft.ID+`","status":"DELETED","organiser":"","title":"","about":"","place":{"street":"","city":""}}]}`,
		s.do(user, "GET", "/favourites", "").text, "nothing of what it was")
	require.Equal(t, 200, s.do(user, "DELETE", favourite, "").status)
	assert.Equal(t, "not_found", s.do(user, "DELETE", favourite, "").code(t))
	require.NoError(t, s.reader.Drain(t.Context()))
	assert.JSONEq(t, `{"differences":[]}`, s.do(audit, "GET", "/index", "").text)
	assert.JSONEq(t, `{"things":0}`, s.do(audit, "POST", "/index", "").text)
	assert.Empty(t, s.log.String())
}

func TestChildren(t *testing.T) {
	t.Parallel()
	s := serve(t, things.Data{})
	var c child
	s.do("user ada", "POST", "/children", `{"name":"Ivo","born":2018}`).into(t, &c)
	assert.Equal(t, 200, s.do("user ada", "PUT", "/children/"+c.ID, `{"name":"Iva"}`).status)
	assert.Equal(t, "not_found", s.do("user bob", "PUT", "/children/"+c.ID, `{"name":"Iva"}`).code(t))
	assert.Equal(t, "not_found", s.do("user ada", "PUT", "/children/x", `{"name":"Iva"}`).code(t))
	assert.JSONEq(t, `{"items":[{"id":"`+c.ID+`","name":"Iva","born":2018}]}`, s.do("user ada", "GET", "/children", "").text)
	assert.JSONEq(t, `{"items":[]}`, s.do("user bob", "GET", "/children", "").text)
	assert.Equal(t, "not_found", s.do("user ada", "GET", "/profile", "").code(t))
}

// An id is that of a user or of an organiser: neither reads or changes the profile of the other. One that was written
// without a role is that of the first who saves it.
func TestAProfileHasOneRole(t *testing.T) {
	t.Parallel()
	s := serve(t, things.Data{Users: []things.User{{ID: "old", Name: "Potters"}}})
	for _, id := range []string{"me", "old"} {
		user, organiser := "user "+id, "organiser "+id
		if id == "old" {
			assert.Equal(t, http.StatusOK, s.do(user, "GET", "/profile", "").status)
			assert.Equal(t, http.StatusOK, s.do(organiser, "GET", "/profile", "").status)
		}
		for range 2 {
			assert.Equal(t, http.StatusOK, s.do(organiser, "PUT", "/profile", `{"name":"Potters"}`).status)
		}
		for _, method := range []string{"PUT", "GET"} {
			body := map[string]string{"PUT": `{"name":"Ada"}`}[method]
			got := s.do(user, method, "/profile", body)
			assert.Equal(t, http.StatusForbidden, got.status)
			assert.Equal(t, "other_role", got.code(t))
		}
		assert.Contains(t, s.do(organiser, "GET", "/profile", "").text, "Potters")
	}
}
