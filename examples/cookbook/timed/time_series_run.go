package timed

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbperiod"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// TimeSeries shows a table for each day.
var TimeSeries = recipe.Recipe{
	Name:    "time-series",
	Problem: "Readings are written all day, read mostly while they are new, and not kept for long",
	Pattern: "A table for each period: the current one has the capacity, past ones are lowered, and old ones dropped as a whole.",
	Not:     "Tables are on demand and items only have to vanish: then a TTL in one table is simpler.",
	Costs:   []string{"the latest 3", "the last two days"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		days := *EngineDays
		days.Since = r.Now()
		db := ddbperiod.New(newClocked(r).Client(), "engines", &days, &ddb.Options{Now: r.Now}) // Roll also asks the engine what day it is
		readings := ddbperiod.NewRepository(db, EngineReadings)
		for day := range 4 {
			rolled, err := db.Roll(ctx, nil) // each hour
			if err != nil {
				return err
			}
			r.Say("day %d: %s", day+1, rollText(rolled))
			var ops []ddb.Op
			for i := range 48 {
				ops = append(ops, EngineReadings.Put(EngineReading{Truck: "t7", At: r.Now().Add(time.Duration(i-48) * time.Minute), Celsius: 90}))
			}
			if err := db.Batch(ctx, ops...); err != nil {
				return err
			}
			if day < 3 {
				r.Pass(24 * time.Hour)
			}
		}
		for _, s := range []struct {
			what string
			q    ddb.Query[EngineReading]
		}{
			{"the latest 3", LatestReadings("t7", 3)},
			{"the latest 60", LatestReadings("t7", 60)},
			{"the last two days", ReadingsIn("t7", r.Now().Add(-30*time.Hour), r.Now())},
			{"all that are kept", EngineReadings.Query(EngineReading{Truck: "t7"})},
		} {
			err := r.Step(ctx, s.what, func(ctx context.Context) (string, error) {
				found, err := ddb.Collect(readings.Query(ctx, s.q))
				return fmt.Sprintf("%d readings", len(found)), err
			})
			if err != nil {
				return err
			}
		}
		return deletedByHand(ctx, r)
	},
}

// deletedByHand is what it costs to delete a day of readings in one table.
func deletedByHand(ctx context.Context, r *recipe.Run) error {
	db, err := r.DB(ctx, EngineTable, nil)
	if err != nil {
		return err
	}
	var puts, deletes []ddb.Op
	for i := range 48 {
		it := EngineReading{Truck: "t7", At: r.Now().Add(time.Duration(i) * time.Minute), Celsius: 90}
		puts, deletes = append(puts, EngineReadings.Put(it)), append(deletes, EngineReadings.Delete(it))
	}
	if err := db.Batch(ctx, puts...); err != nil {
		return err
	}
	return r.Step(ctx, "in one table, delete a day by hand", func(ctx context.Context) (string, error) {
		return "", db.Batch(ctx, deletes...)
	})
}

// rollText says what a roll did, by the days of the names.
func rollText(did ddbperiod.Rolled) string {
	var parts []string
	for _, p := range []struct {
		verb  string
		names []string
	}{{"creates", did.Created}, {"lowers", did.Lowered}, {"drops", did.Dropped}} {
		for _, name := range p.names {
			parts = append(parts, p.verb+" "+strings.TrimPrefix(name, "cookbook-"))
		}
	}
	return strings.Join(parts, ", ")
}
