package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// small is a guide with something of everything.
var small = things.Size{Seed: 1, Organisers: 1, Things: 6, Users: 1, Children: 1, Favourites: 1, Bookings: 1}

func TestTheIdentityIsOneHeader(t *testing.T) {
	t.Parallel()
	s := serve(t, things.Data{})
	twice := func(r *http.Request) { r.Header[Header] = []string{"user ada", "audit eve"} }
	assert.Equal(t, "bad_request", s.do("", "GET", "/favourites", "", twice).code(t))
	for _, actor := range []string{"audit", "audit ", "admin eve", "Audit eve", "user a b", "user a#b", "user a,audit", "user ada, audit eve", "user \xff", "guest x", "user " + strings.Repeat("a", 65)} {
		assert.Equal(t, "bad_request", s.do(actor, "GET", "/favourites", "").code(t), actor)
		assert.Equal(t, "bad_request", s.do(actor, "GET", "/search", "").code(t), "%s: not even as a guest", actor)
	}
	assert.Equal(t, "who", s.do("", "GET", "/favourites", "").code(t))
	assert.Equal(t, "forbidden", s.do("audit eve", "GET", "/favourites", "").code(t))
}

// What is wrong with a request is said with a code, and nothing of the table or the program is.
func TestRequestsThatAreRefused(t *testing.T) {
	t.Parallel()
	d := things.Generate(small)
	s := serve(t, d)
	org, draft := "organiser "+d.Things[1].OrgID, "/things/"+d.Things[1].ID
	published := "/things/" + d.Things[0].ID
	for _, test := range []struct {
		actor, method, path, body string
		status                    int
		code                      string
	}{
		{org, "GET", "/things", "", 400, "bad_request"},
		{org, "GET", "/things?status=LOST", "", 400, "bad_request"},
		{org, "GET", "/things?status=DRAFT&status=DELETED", "", 400, "bad_request"},
		{org, "GET", "/things?status=DRAFT&limit=1000", "", 400, "bad_request"},
		{org, "GET", "/things?status=DRAFT&after=x", "", 400, "bad_request"},
		{org, "GET", "/things?status=%zz", "", 400, "bad_request"},
		{org, "POST", "/things", "", 415, "not_json"},
		{org, "POST", "/things", `[]`, 400, "bad_request"},
		{org, "POST", "/things", `{}`, 400, "invalid"},
		{org, "POST", "/things", `{"title":"` + strings.Repeat("a", 201) + `"}`, 400, "invalid"},
		{org, "POST", "/things", `{"title":"` + strings.Repeat("a", 200_000) + `"}`, 413, "too_long"},
		{org, "POST", "/things", "{\"title\":\"a\xff\"}", 400, "bad_request"},
		{org, "POST", "/things", `{"title":"a","status":"PUBLISHED"}`, 400, "bad_request"},
		{org, "POST", "/things", `{"title":"a","days":{"from":"2026-13-99","to":"2026-12-01"}}`, 400, "invalid"},
		{org, "POST", "/things", `{"title":"a","place":{"at":{"lat":1e9,"lon":0}}}`, 400, "invalid"},
		{org, "POST", "/things", `{"title":"a","place":{"at":{"lat":1e999,"lon":0}}}`, 400, "bad_request"},
		{org, "POST", "/things", `{"title":"a","tags":["a","a"]}`, 400, "invalid"},
		{org, "POST", "/things", strings.Repeat(`{"place":`, 5000), 400, "bad_request"},
		{org, "PATCH", draft, `{"title":" "}`, 400, "invalid"},
		{org, "PATCH", "/things/nothing", `{"title":"a"}`, 404, "not_found"},
		{org, "PATCH", "/things/%ff", `{"title":"a"}`, 404, "not_found"},
		{org, "PATCH", "/things/" + strings.Repeat("a", 3000), `{"title":"a"}`, 404, "not_found"},
		{org, "PATCH", "/things/a%23b", `{"title":"a"}`, 404, "not_found"},
		{org, "PUT", "/things/x", "", 405, "wrong_method"},
		{org, "GET", "/nothing", "", 404, "no_such_endpoint"},
		{org, "GET", "/bookings?from=tomorrow", "", 400, "invalid"},
		{"user ada", "POST", published + "/bookings", `{"date":0}`, 400, "bad_request"},
		{"user ada", "POST", published + "/bookings", `{"date":"2026-02-30"}`, 400, "invalid"},
		{"user ada", "POST", published + "/bookings", `{}`, 400, "invalid"},
		{"user ada", "POST", "/children", `{"name":"Ivo","born":20261399}`, 400, "invalid"},
		{"user ada", "PUT", "/profile", `{"name":"` + strings.Repeat("é", 101) + `"}`, 400, "invalid"},
		{"user ada", "GET", "/favourites?of=" + strings.Repeat("a,", 100) + "a", "", 400, "bad_request"},
		{"user ada", "GET", "/favourites?of=,", "", 400, "bad_request"},
		{"", "GET", "/search?q=%ff", "", 400, "invalid"},
		{"", "GET", "/search?q=%22", "", 400, "invalid"},
		{"", "GET", "/search?q=" + strings.Repeat("a", 10_000), "", 400, "invalid"},
		{"", "GET", "/search?near=north", "", 400, "invalid"},
		{"", "GET", "/search?page=1000000", "", 400, "invalid"},
		{"", "GET", "/search?from=20261399", "", 400, "invalid"},
	} {
		name := fmt.Sprintf("%s %.60s %.60s", test.method, test.path, test.body)
		got := s.do(test.actor, test.method, test.path, test.body)
		assert.Equal(t, test.status, got.status, "%s: %s", name, got.text)
		assert.Equal(t, test.code, got.code(t), "%s: %s", name, got.text)
		assert.Less(t, len(got.text), 500, name)
		for _, leak := range []string{"gsi", "sk", "TTD", "ddb", "things.", "web.", "goroutine", "dynamodb"} {
			assert.NotContains(t, got.text, leak, name)
		}
	}
	assert.Empty(t, s.log.String())
}

// The API has its own name only, and pages of other sites cannot use it.
func TestOtherSites(t *testing.T) {
	t.Parallel()
	s := serve(t, things.Data{})
	assert.Equal(t, "wrong_host", s.do("", "GET", "/search", "", func(r *http.Request) { r.Host = "evil.example" }).code(t))
	origin := func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }
	assert.Equal(t, "cross_origin", s.do("user ada", "PUT", "/profile", `{"name":"Ada"}`, origin).code(t))
}

// Whatever is sent to whatever endpoint, by any actor: no panic and no internal error.
func TestRandomRequests(t *testing.T) {
	t.Parallel()
	d := things.Generate(small)
	s := serve(t, d)
	ids := []string{"nothing", d.Things[0].ID, d.Things[1].ID, d.Bookings[0].ID, d.Children[0].ID}
	people := []string{"", "audit eve", "organiser " + d.Users[0].ID, "user " + d.Children[0].UserID}
	texts := rapid.OneOf(rapid.SampledFrom([]string{"", "{}", "null", `{"title":null}`, `{"date":"2026-12-01"}`, `{"name":"Ada","born":2018}`, `{"title":"a"}`}), rapid.String())
	rapid.Check(t, func(rt *rapid.T) {
		method, path, _ := strings.Cut(rapid.SampledFrom(Routes).Draw(rt, "route").Pattern, " ")
		id := rapid.OneOf(rapid.SampledFrom(ids), rapid.String()).Draw(rt, "id")
		path = strings.ReplaceAll(path, "{id}", url.PathEscape(id))
		if path == "/index" {
			return
		}
		query := url.Values{}
		for name, value := range rapid.MapOf(rapid.SampledFrom(strings.Fields("q near within from to age tag page after of status x")), texts).Draw(rt, "query") {
			query.Set(name, value)
		}
		got := s.do(rapid.SampledFrom(people).Draw(rt, "actor"), method, path+"?"+query.Encode(), texts.Draw(rt, "body"), func(r *http.Request) {
			if id == "" || id == "." || id == ".." {
				r.URL.Path = "/things/x"
			}
		})
		require.Less(rt, got.status, 500, got.text)
	})
	assert.Empty(t, s.log.String())
}
