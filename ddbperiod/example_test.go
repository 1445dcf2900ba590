package ddbperiod_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbperiod"
)

const (
	sensor ddb.Prefix = "sensor#"
	taken  ddb.Prefix = "at#"
)

type Measurement struct {
	Sensor  string    `dynamodbav:"-"`
	At      time.Time `dynamodbav:"-"`
	Celsius float64   `dynamodbav:"celsius"`
}

var (
	Sensors = ddb.NewTable("pk", "sk")

	Measurements = ddb.MustDefine(Sensors, "measurement", func(m *Measurement, d *ddb.Definition) {
		d.Primary(ddb.Key(sensor, ddb.Str(&m.Sensor)), ddb.Key(taken, ddb.Time(&m.At)))
	})

	// A table for each month. The two months before this one are kept, with little capacity.
	Months = &ddbperiod.Series{
		Every:   ddbperiod.Month,
		Since:   time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC),
		By:      []ddbperiod.Field{ddbperiod.By(Measurements, &Measurements.Fields().At)},
		Keep:    2,
		Current: ddbperiod.Capacity{Read: 50, Write: 200},
		Past:    &ddbperiod.Capacity{Read: 10, Write: 1, InfrequentAccess: true},
	}
)

// Readings of sensors in a table for each month, read across months, from August to November.
func Example() {
	ctx := context.Background()
	clock := ddbmem.NewManualClock(time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC))
	client := ddbmem.New(ddbmem.Options{Clock: clock}).Client()
	db := ddbperiod.New(client, "sensors", Months, &ddb.Options{Now: clock.Now})
	measured := ddbperiod.NewRepository(db, Measurements)

	for month := range 4 { // a program calls Roll each hour or day
		clock.Set(time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC).AddDate(0, month, 0))
		rolled, err := db.Roll(ctx, nil)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("created", rolled.Created, "lowered", rolled.Lowered, "dropped", rolled.Dropped)
		for hour := range 3 {
			if _, err := measured.Put(ctx, Measurement{Sensor: "roof", At: clock.Now().Add(time.Duration(hour) * time.Hour), Celsius: 18 - 4*float64(month)}); err != nil {
				log.Fatal(err)
			}
		}
	}

	f := Measurements.Fields()
	roof := Measurements.Query(Measurement{Sensor: "roof"})
	for _, q := range []ddb.Query[Measurement]{
		roof.Desc().Limit(2), // the newest two
		roof.Desc().Limit(5),
		roof.SortKey(ddb.Lt(&f.At, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))),
	} {
		metered, meter := ddb.WithMeter(ctx)
		n := 0
		for m, err := range measured.Query(metered, q) {
			if err != nil {
				log.Fatal(err)
			}
			if n++; n == 1 {
				fmt.Println("first:", m.At.Format(time.DateTime), m.Celsius)
			}
		}
		fmt.Println(n, "items,", meter.RequestsOf("Query"), "tables")
	}

	_, err := measured.Put(ctx, Measurement{Sensor: "roof", At: time.Date(2026, 8, 31, 0, 0, 0, 0, time.UTC)})
	fmt.Println(err)
	// Output:
	// created [sensors-2026-08 sensors-2026-09] lowered [] dropped []
	// created [sensors-2026-10] lowered [sensors-2026-08] dropped []
	// created [sensors-2026-11] lowered [sensors-2026-09] dropped []
	// created [sensors-2026-12] lowered [sensors-2026-10] dropped [sensors-2026-08]
	// first: 2026-11-01 14:00:00 6
	// 2 items, 1 tables
	// first: 2026-11-01 14:00:00 6
	// 5 items, 2 tables
	// first: 2026-09-01 12:00:00 14
	// 6 items, 2 tables
	// ddbperiod: put measurement: series "sensors": the period has no table for 2026-08-31T00:00:00Z: it is past retention: 2 periods before the current one are kept
}
