package web

import (
	"github.com/singletable-go/ddb/examples/thingstodo/things"
)

// thing is a thing as clients see it.
type thing struct {
	ID            string        `json:"id"`
	Status        things.Status `json:"status"`
	Organiser     string        `json:"organiser"`
	OrganiserName string        `json:"organiserName,omitempty"`
	NewVersionOf  string        `json:"newVersionOf,omitempty"`
	things.Details
	LastEvent string `json:"lastEvent,omitempty"` // for the audit
	RequestID string `json:"requestId,omitempty"` // of the last write, for the audit
}

func viewThing(t things.Thing) thing {
	return thing{ID: t.ID, Status: t.Status, Organiser: t.OrgID, NewVersionOf: t.NewOf, Details: t.Details}
}

// viewAudited is viewThing with what only the audit sees.
func viewAudited(t things.Thing) thing {
	v := viewThing(t)
	v.LastEvent, v.RequestID = string(t.Event.Type), t.Context["correlation-id"]
	return v
}

// changes are the details in a request; those that are missing stay as they are.
type changes struct {
	Title *string       `json:"title"`
	About *string       `json:"about"`
	Tags  *[]string     `json:"tags"`
	Place *things.Place `json:"place"`
	Ages  *things.Ages  `json:"ages"`
	Days  *days         `json:"days"`
}

// days are days as texts, so that an error can name one that is none.
type days struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// apply returns the function that makes the changes.
func (c changes) apply() (func(*things.Details), error) {
	var between *things.Days
	if c.Days != nil {
		from, err := things.ParseDate(c.Days.From)
		if err != nil {
			return nil, err
		}
		to, err := things.ParseDate(c.Days.To)
		if err != nil {
			return nil, err
		}
		between = &things.Days{From: from, To: to}
	}
	return func(d *things.Details) {
		set(&d.Title, c.Title)
		set(&d.About, c.About)
		set(&d.Tags, c.Tags)
		set(&d.Place, c.Place)
		if c.Ages != nil {
			d.Ages = c.Ages
		}
		if between != nil {
			d.Days = between
		}
	}, nil
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

type person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func viewUser(u things.User) person { return person{u.ID, u.Name} }

type child struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Born int    `json:"born"`
}

func viewChild(c things.Child) child { return child{c.ID, c.Name, c.Born} }

type booking struct {
	ID     string        `json:"id"`
	Status things.Status `json:"status"`
	Thing  string        `json:"thing"`
	User   string        `json:"user"`
	Date   things.Date   `json:"date"`
}

func viewBooking(b things.Booking) booking {
	return booking{b.ID, b.Status, b.ThingID, b.UserID, b.Date}
}
