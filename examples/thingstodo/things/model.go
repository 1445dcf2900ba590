// Package things is the data layer of a guide to things to do on one DynamoDB table: organisers write them, a moderator
// approves them, and users keep favourites and book for themselves and their children. It has five kinds of item, one
// overloaded inverted index, one index with several key attributes, and 14 access patterns, each of them one request.
package things

import "github.com/singletable-go/ddb"

// The literals of keys.
const (
	usr    ddb.Prefix = "USR"
	ttd    ddb.Prefix = "TTD"
	bkg    ddb.Prefix = "BKG"
	chl    ddb.Prefix = "CHL#"
	fav    ddb.Prefix = "FAV#"
	active ddb.Prefix = "ACTIVE"
	sep    ddb.Prefix = "#"
)

// The table. An item has an id, and its sort key is its type, or its type and its owner. ByType is inverted: its
// partition key is the table's sort key. ByOrganiser has plain attributes as its key.
var (
	OneTable    = ddb.NewTable("id", "sk")
	ByType      = OneTable.GSI("gsi-1", "sk", "gsi1sk")
	ByOrganiser = OneTable.MultiGSI("gsi-2", []string{"bookedOrg"}, []string{"status", "date"})
)

// Status is the state of a thing to do or of a booking.
type Status string

// The states of a thing to do, and of a booking.
const (
	Draft     Status = "DRAFT"
	Pending   Status = "PENDING"
	Published Status = "PUBLISHED"
	Rejected  Status = "REJECTED"
	Deleted   Status = "DELETED"

	Active    Status = "ACTIVE"
	Cancelled Status = "CANCELLED"
)

// User is a person, or an organiser of things to do.
type User struct {
	ID   string `dynamodbav:"-"`
	Name string `dynamodbav:"name"`
	Role Role   `dynamodbav:"role,omitempty"` // "" until the first save of an item of an earlier release
	Outbox
}

// Role is what an id is that of. An id has one, which the first save of its profile says.
type Role string

// The roles.
const (
	Person    Role = "user"
	Organiser Role = "organiser"
)

// Users are read by id. They are not in gsi-1, because they have no attribute gsi1sk.
var Users = ddb.MustDefine(OneTable, "user", func(u *User, d *ddb.Definition) {
	d.Primary(ddb.Key(ddb.Str(&u.ID)), ddb.Key(usr))
})

// Thing is a thing to do.
type Thing struct {
	ID      string `dynamodbav:"-"`
	Status  Status `dynamodbav:"status"`
	OrgID   string `dynamodbav:"orgId"`
	Version int64  `dynamodbav:"version"`
	Details

	// In a draft of a new version of a published thing: the thing, and the version that was copied.
	NewOf   string `dynamodbav:"ttdId,omitempty"`
	NewFrom int64  `dynamodbav:"ttdVersion,omitempty"`
	Outbox
}

// Details is what an organiser may change in a draft.
type Details struct {
	Title string   `dynamodbav:"title" json:"title"`
	About string   `dynamodbav:"about" json:"about"`
	Tags  []string `dynamodbav:"tags,stringset,omitempty" json:"tags,omitempty"`
	Place Place    `dynamodbav:"place" json:"place"`
	Ages  *Ages    `dynamodbav:"ages,omitempty" json:"ages,omitempty"` // nil: for every age
	Days  *Days    `dynamodbav:"days,omitempty" json:"days,omitempty"` // nil: on every day
}

// Place is where something takes place.
type Place struct {
	Street string `dynamodbav:"street" json:"street"`
	City   string `dynamodbav:"city" json:"city"`
	At     *Point `dynamodbav:"at,omitempty" json:"at,omitempty"` // nil: not on the map
}

// Point is a point on the map, in degrees.
type Point struct {
	Lat float64 `dynamodbav:"lat" json:"lat"`
	Lon float64 `dynamodbav:"lon" json:"lon"`
}

// Ages is for which ages something is, in years.
type Ages struct {
	From int `dynamodbav:"from" json:"from"`
	To   int `dynamodbav:"to" json:"to"`
}

// Days is from when to when something takes place, both included.
type Days struct {
	From Date `dynamodbav:"from" json:"from"`
	To   Date `dynamodbav:"to" json:"to"`
}

// Things are listed by status, and by status and organiser. The library maintains the version: each write increments
// it, and a write based on an older version is rejected.
var Things = ddb.MustDefine(OneTable, "thing", func(t *Thing, d *ddb.Definition) {
	kind := ddb.Key(ttd)
	d.Primary(ddb.Key(ddb.Str(&t.ID)), kind)
	d.Index(ByType, kind, ddb.Key(ddb.Str(&t.Status), sep, ddb.Str(&t.OrgID)))
	d.Version(&t.Version)
	d.Refers(&t.OrgID, Users)
})

// Child is a child of a user.
type Child struct {
	ID     string `dynamodbav:"-"`
	UserID string `dynamodbav:"-"`
	Name   string `dynamodbav:"name"`
	Born   int    `dynamodbav:"born"` // year
	Outbox
}

// Children are listed by user.
var Children = ddb.MustDefine(OneTable, "child", func(c *Child, d *ddb.Definition) {
	ofUser := ddb.Key(chl, ddb.Str(&c.UserID))
	d.Primary(ddb.Key(ddb.Str(&c.ID)), ofUser)
	d.Index(ByType, ofUser, ddb.Key(active))
	d.Refers(&c.UserID, Users)
})

// Favourite marks a thing to do as a user's favourite.
type Favourite struct {
	ThingID string `dynamodbav:"-"`
	UserID  string `dynamodbav:"-"`
	Outbox
}

// Favourites are listed by user.
var Favourites = ddb.MustDefine(OneTable, "favourite", func(f *Favourite, d *ddb.Definition) {
	ofUser := ddb.Key(fav, ddb.Str(&f.UserID))
	d.Primary(ddb.Key(ddb.Str(&f.ThingID)), ofUser)
	d.Index(ByType, ofUser, ddb.Key(active))
	d.Refers(&f.ThingID, Things)
	d.Refers(&f.UserID, Users)
})

// Booking is a user's booking of a thing to do for a day.
type Booking struct {
	ID      string `dynamodbav:"-"`
	Status  Status `dynamodbav:"status"`
	UserID  string `dynamodbav:"userId"`
	ThingID string `dynamodbav:"ttdId"`
	OrgID   string `dynamodbav:"bookedOrg"`
	Date    Date   `dynamodbav:"date"`
	Outbox
}

// Bookings are listed by user and by organiser, in each state by date.
var Bookings = ddb.MustDefine(OneTable, "booking", func(b *Booking, d *ddb.Definition) {
	kind := ddb.Key(bkg)
	d.Primary(ddb.Key(ddb.Str(&b.ID)), kind)
	d.Index(ByType, kind, ddb.Key(ddb.Str(&b.Status), sep, ddb.Str(&b.UserID), sep, ddb.Num(&b.Date, 8), sep, ddb.Str(&b.ThingID)))
	d.Index(ByOrganiser, ddb.Key(ddb.Native(&b.OrgID)), ddb.Key(ddb.Native(&b.Status), ddb.Native(&b.Date)))
	d.Refers(&b.UserID, Users)
	d.Refers(&b.ThingID, Things)
	d.Refers(&b.OrgID, Users)
})
