package timed

import (
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbperiod"
)

// EngineReading is what the engine of a truck reported.
type EngineReading struct {
	Truck   string    `dynamodbav:"-"`
	At      time.Time `dynamodbav:"-"`
	Celsius float64   `dynamodbav:"celsius"`
}

// The model of each table, and a table for each day: engines-2026-03-16 and so on. The time is in the primary key, so that a key
// says which table its item is in. Writes go to the table of today, which alone has units for them. A past table keeps one for
// readings that come late, from a truck without a network. Two days later the table is dropped, without a delete of each item.
//
// Auto scaling would raise the units of a past table again: remove its targets. Take a month instead of a day if a query spans
// many days: it reads each table of its range. An account has at most 2,500 tables in a region, unless the quota is raised.
var (
	EngineTable    = ddb.NewTable("truck", "at")
	EngineReadings = ddb.MustDefine(EngineTable, "engine-reading", func(e *EngineReading, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("truck#"), ddb.Str(&e.Truck)), ddb.Key(ddb.Prefix("at#"), ddb.Time(&e.At)))
	})

	EngineDays = &ddbperiod.Series{
		Every:   ddbperiod.Day,
		Since:   time.Date(2026, 3, 16, 0, 0, 0, 0, time.UTC), // the day of the launch
		By:      []ddbperiod.Field{ddbperiod.By(EngineReadings, &EngineReadings.Fields().At)},
		Keep:    2,
		Lead:    6 * time.Hour, // provisioned tables cost from their creation on
		Late:    time.Hour,
		Current: ddbperiod.Capacity{Read: 100, Write: 500},
		Past:    &ddbperiod.Capacity{Read: 20, Write: 1, InfrequentAccess: true},
	}
)

// LatestReadings are the n latest readings of a truck. It reads one table, and the one before only if that has fewer.
func LatestReadings(truck string, n int) ddb.Query[EngineReading] {
	return EngineReadings.Query(EngineReading{Truck: truck}).Desc().Limit(n)
}

// ReadingsIn are the readings of a truck from a time until another one, the latest first. It reads the tables of these days.
func ReadingsIn(truck string, from, until time.Time) ddb.Query[EngineReading] {
	at := &EngineReadings.Fields().At
	return EngineReadings.Query(EngineReading{Truck: truck}).SortKey(ddb.Ge(at, from), ddb.Lt(at, until)).Desc()
}
