package partitions

import (
	"context"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// ofToday has the key that makes a partition hot: the day alone.
var (
	todayTable = ddb.NewTable("day", "measured")
	ofToday    = ddb.MustDefine(todayTable, "measurement", func(m *Measurement, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("day#"), ddb.Str(&m.Day)), ddb.Key(ddb.Time(&m.At), ddb.Prefix("#"), ddb.Str(&m.Vehicle)))
	})
)

// HotPartition shows the same load on one key and on many.
var HotPartition = recipe.Recipe{
	Name:    "hot-partition",
	Problem: "Requests are throttled, though the table has capacity left",
	Pattern: "A partition key whose values share the load: a partition gives 1,000 write and 3,000 read units a second.",
	Not:     "The load stays below these limits: then a key for all keeps one order over everything.",
	Costs:   []string{"150 writes a second, a key for all", "150 writes a second, a key for each vehicle"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		hot, err := newLoad(ctx, todayTable)
		if err != nil {
			return err
		}
		if err := measure(ctx, r, "150 writes a second, a key for all", hot, ofToday); err != nil {
			return err
		}
		for _, p := range hot.engine.CapacityMetrics("load")[0].Partitions {
			if p.ThrottledWrites > 0 {
				r.Say("  a partition took %v units in 2 s, %.0f %% of them for %s", p.Consumed.Write, 100*p.HotShare, p.HotKey)
			}
		}
		even, err := newLoad(ctx, FleetTable)
		if err != nil {
			return err
		}
		if err := measure(ctx, r, "150 writes a second, a key for each vehicle", even, Measurements); err != nil {
			return err
		}
		return countOne(ctx, r, even)
	},
}

// measure writes 150 measurements a second for two seconds, each of 10 units: 1,500 units a second.
func measure(ctx context.Context, r *recipe.Run, what string, l *load, e *ddb.Entity[Measurement]) error {
	sensors := make([]byte, 10_000)
	return r.Step(ctx, what, func(ctx context.Context) (string, error) {
		var first error
		throttled, err := l.run(2, 150, func(i int) error {
			at := l.clock.Now().Add(time.Duration(i) * time.Millisecond)
			err := l.db.Do(ctx, e.Put(NewMeasurement(fmt.Sprintf("truck-%d", i%150), at, sensors)))
			if IsHot(err) && first == nil {
				first = err
			}
			return err
		})
		if first != nil {
			return fmt.Sprintf("%d of 300 throttled, by a hot key range", throttled), err
		}
		return fmt.Sprintf("%d of 300 throttled", throttled), err
	})
}

// countOne reads one vehicle's day of 200 KB, 80 times in a second: 50 consistent units each. More keys do not spread that.
func countOne(ctx context.Context, r *recipe.Run, l *load) error {
	var ops []ddb.Op
	for i := range 20 {
		at := recipe.Begin.Add(time.Duration(i) * time.Minute)
		ops = append(ops, Measurements.Put(NewMeasurement("bus-7", at, make([]byte, 10_000))))
	}
	if err := l.db.Batch(ctx, ops...); err != nil {
		return err
	}
	l.clock.Advance(time.Second)
	day := MeasurementsOf("bus-7", recipe.Begin.Format(time.DateOnly))
	measurements := ddb.NewRepository(l.db, Measurements)
	for _, reads := range []struct {
		what string
		day  ddb.Query[Measurement]
	}{{"80 consistent reads a second of one vehicle's day", day.Consistent()}, {"the same reads, eventually consistent", day}} {
		err := r.Step(ctx, reads.what, func(ctx context.Context) (string, error) {
			throttled, err := l.run(1, 80, func(int) error {
				_, err := measurements.Count(ctx, reads.day) // reads all, and returns only their number
				return err
			})
			return fmt.Sprintf("%d of 80 throttled", throttled), err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
