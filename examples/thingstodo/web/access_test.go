package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/internal/golden"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

var actors = []Actor{Guest, User, Organiser, Audit}

// bodies are what an endpoint needs to succeed.
var bodies = map[string]string{
	"POST /things":               `{"title":"new"}`,
	"PATCH /things/{id}":         `{"title":"another"}`,
	"PUT /profile":               `{"name":"Ada"}`,
	"POST /children":             `{"name":"Ivo","born":2018}`,
	"PUT /children/{id}":         `{"name":"Iva"}`,
	"POST /things/{id}/bookings": `{"date":"2026-12-01"}`,
}

// attempt is one request: an actor, an endpoint, and the owner and the state of what it is about.
type attempt struct {
	Route
	actor Actor
	own   bool
	state things.Status // "" if the endpoint is about nothing
	id    string        // of what it is about
}

func (a attempt) String() string {
	return fmt.Sprintf("%s by %s, own %t, %s", a.Pattern, a.actor, a.own, a.state)
}

// attempts are all there can be.
func attempts() []attempt {
	states := map[subject][]things.Status{nothing: {""}, aThing: all, aBooking: {active, cancelled}}
	var out []attempt
	for _, route := range Routes {
		for _, actor := range actors {
			for _, own := range []bool{true, false} {
				for _, state := range states[route.About] {
					if route.About != nothing || own {
						out = append(out, attempt{route, actor, own, state, fmt.Sprint("id", len(out))})
					}
				}
			}
		}
	}
	return out
}

// data is a thing or a booking for each attempt. All actors have the id "me": an organiser's things are not a user's.
func data(attempts []attempt) things.Data {
	d := things.Data{Users: []things.User{{ID: "me", Name: "Me"}}}
	for _, a := range attempts {
		owner := map[bool]string{true: "me", false: "other"}[a.own]
		switch a.About {
		case aThing:
			d.Things = append(d.Things, things.Thing{ID: a.id, Status: a.state, OrgID: owner, Details: things.Details{Title: a.id}})
		case aBooking:
			d.Bookings = append(d.Bookings, things.Booking{ID: a.id, Status: a.state, UserID: owner, OrgID: owner, ThingID: "thing", Date: 20261201})
		case nothing:
			d.Users = append(d.Users, things.User{ID: a.id, Name: "Ada"})
			d.Children = append(d.Children, things.Child{ID: a.id, UserID: "me", Name: "Ivo", Born: 2018})
			d.Favourites = append(d.Favourites, things.Favourite{ThingID: a.id, UserID: "me"})
		}
	}
	return d
}

// owns reports whether the owner's id makes the actor the owner: users own no things, and the audit owns nothing.
func (a attempt) owns() bool {
	return a.own && (a.actor == Organiser && a.About != nothing || a.actor == User && a.About == aBooking)
}

// entry names the entry of the table that allows the attempt.
func (a attempt) entry() string { return fmt.Sprint(a.Pattern, a.actor, a.owns(), a.state) }

// want is the status that the table means for an attempt; 200 stands for every success.
func (a attempt) want() int {
	rule, ok := a.May[a.actor]
	own := a.owns()
	switch {
	case !ok && a.actor == Guest:
		return http.StatusUnauthorized
	case !ok:
		return http.StatusForbidden
	case a.About == nothing, slices.Contains(rule.states(own), a.state):
		return http.StatusOK
	case !slices.Contains(seenBy(a.actor, a.About, own), a.state):
		return http.StatusNotFound
	case len(rule.states(own)) == 0:
		return http.StatusForbidden
	}
	return http.StatusConflict
}

// Every endpoint, by every actor, on their own and on others', in every state: the API does what the table says, what
// is refused changes nothing, and everything that the table lists succeeds.
func TestTheTableIsWhatTheAPIDoes(t *testing.T) {
	t.Parallel()
	all := attempts()
	s := serve(t, data(all))
	succeeded := map[string]bool{}
	for _, a := range all {
		method, path, _ := strings.Cut(a.Pattern, " ")
		path = strings.ReplaceAll(path, "{id}", a.id)
		if a.Pattern == "GET /things" {
			path += "?status=DRAFT"
		}
		actor := string(a.actor) + " me"
		if a.actor == Guest {
			actor = ""
		}
		if strings.HasSuffix(a.Pattern, " /profile") && a.actor != Guest {
			actor = string(a.actor) + " " + a.id // an id has the profile of one role
		}
		before := s.engine.Changes()
		got := s.do(actor, method, path, bodies[a.Pattern])
		status := got.status
		if status == http.StatusCreated {
			status = http.StatusOK
		}
		require.Equal(t, a.want(), status, "%s: %s", a, got.text)
		if status == http.StatusOK {
			succeeded[a.entry()] = true
			continue
		}
		assert.Equal(t, before, s.engine.Changes(), "%s changed something", a)
		got.code(t)
	}
	for _, r := range Routes { // no entry of the table is dead
		for actor, rule := range r.May {
			if r.About == nothing {
				assert.True(t, succeeded[fmt.Sprint(r.Pattern, actor, false, "")], "%s by %s", r.Pattern, actor)
				continue
			}
			for _, own := range []bool{true, false} {
				for _, state := range rule.states(own) {
					assert.True(t, succeeded[fmt.Sprint(r.Pattern, actor, own, state)], "%s by %s, own %t, %s", r.Pattern, actor, own, state)
				}
			}
		}
	}
}

// The table has no endpoint twice, none without actors or states, and none that is about something without an id.
func TestTheTableIsComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range Routes {
		assert.False(t, seen[r.Pattern], r.Pattern)
		seen[r.Pattern] = true
		assert.NotNil(t, r.do, r.Pattern)
		assert.NotEmpty(t, r.May, r.Pattern)
		if r.About != nothing {
			assert.Contains(t, r.Pattern, "{id}")
		}
		for actor, rule := range r.May {
			assert.Contains(t, actors, actor)
			assert.Equal(t, r.About == nothing, len(rule.Own)+len(rule.Others) == 0, "%s by %s", r.Pattern, actor)
		}
	}
}

// The README shows the table, so that a change of it is seen.
func TestReadmeShowsWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	cell := func(r Route, actor Actor) string {
		rule, ok := r.May[actor]
		switch {
		case !ok:
			return "–"
		case r.About == nothing:
			return "yes"
		}
		var parts []string
		for _, part := range []struct {
			whose  string
			states []things.Status
		}{{"own", rule.Own}, {"others'", rule.Others}} {
			var names []string
			for _, s := range part.states {
				names = append(names, strings.ToLower(string(s)))
			}
			switch {
			case len(names) == len(all), r.About == aBooking && len(names) == 2:
				names = []string{"any"}
			case len(names) == 0:
				continue
			}
			parts = append(parts, part.whose+" "+strings.Join(names, ", "))
		}
		return strings.Join(parts, "; ")
	}
	var page strings.Builder
	page.WriteString("| endpoint | guest | user | organiser | audit |\n|---|---|---|---|---|\n")
	for _, r := range Routes {
		fmt.Fprintf(&page, "| `%s` |", r.Pattern)
		for _, actor := range actors {
			fmt.Fprintf(&page, " %s |", cell(r, actor))
		}
		page.WriteString("\n")
	}
	golden.Section(t, "../README.md", "access", page.String())
}
