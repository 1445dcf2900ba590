package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/singletable-go/ddb/examples/internal/site"
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// Actor is the role in which a request is made.
type Actor string

// The actors.
const (
	Guest     Actor = "guest" // without an identity
	User      Actor = Actor(things.Person)
	Organiser Actor = Actor(things.Organiser)
	Audit     Actor = "audit" // moderates, and reads everything
)

// Route is an endpoint.
type Route struct {
	Pattern string // of [http.ServeMux]
	About   subject
	May     May
	do      func(*API, *request) (status int, body any, err error)
}

// subject is what the id in a path is that of, if the endpoint depends on its owner and its state.
type subject string

const (
	nothing  subject = ""
	aThing   subject = "thing"
	aBooking subject = "booking"
)

// May says which actors may use an endpoint.
type May map[Actor]Rule

// Rule is in which states an actor may use an endpoint. An endpoint about nothing shows and changes only what is the
// actor's own, or what is the same for all.
type Rule struct{ Own, Others []things.Status }

var yes = Rule{}

func own(in ...things.Status) Rule             { return Rule{Own: in} }
func others(in ...things.Status) Rule          { return Rule{Others: in} }
func (r Rule) others(in ...things.Status) Rule { return Rule{r.Own, in} }
func (r Rule) states(own bool) []things.Status {
	if own {
		return r.Own
	}
	return r.Others
}

// Header names the actor and their id, such as "organiser vczayu4v". Without it the actor is a guest. It stands in for
// real authentication, which would set it after it has checked who sends the request.
const Header = "X-Actor"

// identity is who makes a request.
type identity struct {
	Actor
	ID string
}

// identify reads the header.
func identify(r *http.Request) (identity, error) {
	switch values := r.Header.Values(Header); {
	case len(values) > 1:
		return identity{}, site.Bad("the header %s must be there once", Header)
	case len(values) == 0:
		return identity{Actor: Guest}, nil
	}
	actor, id, _ := strings.Cut(r.Header.Get(Header), " ")
	if !slices.Contains([]Actor{User, Organiser, Audit}, Actor(actor)) || !isID(id) {
		return identity{}, site.Bad("the header %s must be user, organiser or audit, and an id", Header)
	}
	return identity{Actor(actor), id}, nil
}

// isID reports whether a text can be an id.
func isID(s string) bool {
	return s != "" && len(s) <= 64 && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '#' || r == ',' || r == 0x7f })
}

// request is a request that the table allows.
type request struct {
	*http.Request
	who     identity
	thing   things.Thing   // that an endpoint is about
	booking things.Booking // the same
}

// authorise refuses what the table does not allow. What an actor may not even see is not there for them.
func (a *API) authorise(ctx context.Context, route Route, r *request) error {
	rule, ok := route.May[r.who.Actor]
	switch {
	case !ok && r.who.Actor == Guest:
		return &site.Fault{Status: http.StatusUnauthorized, Code: "who", Message: "say who you are with the header " + Header}
	case !ok:
		return &site.Fault{Status: http.StatusForbidden, Code: "forbidden", Message: fmt.Sprintf("this is not for the actor %s", r.who.Actor)}
	case route.About == nothing:
		return nil
	}
	own, state, err := a.load(ctx, route.About, r)
	switch {
	case err != nil:
		return err
	case slices.Contains(rule.states(own), state):
		return nil
	case !slices.Contains(seenBy(r.who.Actor, route.About, own), state):
		return notFound(string(route.About), r.PathValue("id"))
	case len(rule.states(own)) == 0:
		return &site.Fault{Status: http.StatusForbidden, Code: "forbidden", Message: fmt.Sprintf("this is for the owner of the %s", route.About)}
	}
	return wrongState(string(route.About), rule.states(own), state)
}

// seenBy returns the states in which an actor may see a thing or a booking: those of the endpoint that shows it.
func seenBy(actor Actor, about subject, own bool) []things.Status {
	for _, route := range Routes {
		if route.Pattern == fmt.Sprintf("GET /%ss/{id}", about) {
			return route.May[actor].states(own)
		}
	}
	return nil
}

// load reads the thing or the booking that a request is about.
func (a *API) load(ctx context.Context, about subject, r *request) (own bool, state things.Status, err error) {
	id := r.PathValue("id")
	if !isID(id) {
		return false, "", notFound(string(about), id)
	}
	if about == aThing {
		r.thing, err = a.store.Thing(ctx, id)
		return r.who == identity{Organiser, r.thing.OrgID}, r.thing.Status, err
	}
	r.booking, err = a.store.Booking(ctx, id)
	own = r.who == identity{User, r.booking.UserID} || r.who == identity{Organiser, r.booking.OrgID}
	return own, r.booking.Status, err
}
