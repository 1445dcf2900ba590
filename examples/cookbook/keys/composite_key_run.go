package keys

import (
	"context"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// CompositeKey shows the trips of a vehicle.
var CompositeKey = recipe.Recipe{
	Name:    "composite-key",
	Problem: "Items belong to an owner, and are read by time: those of a day, or the latest",
	Pattern: "The owner is the partition key, and the sort key begins with the time: ranges and orders are key conditions.",
	Not:     "One owner gets more than 1,000 writes a second: then its partition key needs shards.",
	Costs:   []string{"the trips of a day", "the last three trips"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		day := recipe.Begin.Truncate(24 * time.Hour)
		type span struct {
			Vehicle     string
			From, Until time.Time
		}
		return r.Patterns(ctx, &ddbaccess.Catalog{
			Table: TripTable, Seed: tripsOfAMonth,
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.Get("a trip", Trips, Trip{Vehicle: "van-7", Began: day, ID: "a"}),
				ddbaccess.Many("the trips of a day", func(s span) ddb.Query[Trip] {
					return TripsBetween(s.Vehicle, s.From, s.Until)
				}, span{"van-7", day, day.AddDate(0, 0, 1)}),
				ddbaccess.Many("the last three trips", func(vehicle string) ddb.Query[Trip] {
					return LastTrips(vehicle, 3)
				}, "van-7"),
				ddbaccess.Many("all trips of the vehicle", func(vehicle string) ddb.Query[Trip] {
					return Trips.Query(Trip{Vehicle: vehicle})
				}, "van-7"),
			},
		})
	},
}

// tripsOfAMonth writes ten trips for each of 30 days. Two of them begin at the same time.
func tripsOfAMonth(ctx context.Context, db *ddb.DB) error {
	day := recipe.Begin.Truncate(24*time.Hour).AddDate(0, 0, -14)
	var ops []ddb.Op
	for i := range 30 {
		for j := range 10 {
			ops = append(ops, Trips.Put(Trip{
				Vehicle: "van-7", Began: day.AddDate(0, 0, i).Add(time.Duration(max(j, 1)-1) * time.Hour),
				ID: fmt.Sprintf("%c", 'a'+j), Meters: 1000 * j,
			}))
		}
	}
	return db.Batch(ctx, ops...)
}
