package keys

import (
	"time"

	"github.com/singletable-go/ddb"
)

// Trip is a trip of a vehicle.
type Trip struct {
	Vehicle string    `dynamodbav:"-"`
	Began   time.Time `dynamodbav:"-"`
	ID      string    `dynamodbav:"-"`
	Meters  int       `dynamodbav:"meters"`
}

// The table of trips. What is asked for with "of", one vehicle, is the partition key; what is asked for in an order or a
// range, the time, begins the sort key. The ID ends it, so that two trips that began at the same time are two items.
var (
	TripTable = ddb.NewTable("vehicle", "trip")

	Trips = ddb.MustDefine(TripTable, "trip", func(t *Trip, d *ddb.Definition) {
		d.Primary(
			ddb.Key(ddb.Prefix("vehicle#"), ddb.Str(&t.Vehicle)),
			ddb.Key(ddb.Prefix("trip#"), ddb.Time(&t.Began), ddb.Prefix("#"), ddb.Str(&t.ID)))
	})
)

// TripsBetween are the trips of a vehicle that began since from and before until, the earliest first. What is outside the
// range is not read: the range is a part of the key condition.
func TripsBetween(vehicle string, from, until time.Time) ddb.Query[Trip] {
	f := Trips.Fields()
	return Trips.Query(Trip{Vehicle: vehicle}).SortKey(ddb.Ge(&f.Began, from), ddb.Lt(&f.Began, until))
}

// LastTrips are the n latest trips of a vehicle, the latest first.
func LastTrips(vehicle string, n int) ddb.Query[Trip] {
	return Trips.Query(Trip{Vehicle: vehicle}).Desc().Limit(n)
}
