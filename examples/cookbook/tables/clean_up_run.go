package tables

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// CleanUp empties a table in two ways.
var CleanUp = recipe.Recipe{
	Name:    "clean-up",
	Problem: "All items of a table must go, and the table is used again",
	Pattern: "Drop the table and create it again: that costs no write units, whatever was in it.",
	Not:     "The table must not be away for a minute, or has a stream, backups and alarms to keep: then delete its items.",
	Costs:   []string{"delete 250 items", "drop the table and create it"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, ReadingTable, nil)
		if err != nil {
			return err
		}
		fill := func(ctx context.Context) (string, error) {
			var ops []ddb.Op
			for n := range 250 {
				ops = append(ops, Readings.Put(Reading{Sensor: fmt.Sprint("s", n%10), N: n, Celsius: 21.5}))
			}
			return "", db.Batch(ctx, ops...)
		}
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) (string, error)
		}{
			{"write 250 items", fill},
			{"delete 250 items", func(ctx context.Context) (string, error) {
				n, err := EmptyTable(ctx, db, 0, "", nil)
				return fmt.Sprintf("%d deleted", n), err
			}},
			{"write them again", fill},
			{"drop the table and create it", func(ctx context.Context) (string, error) { return "", RecreateTable(ctx, db) }},
			{"write to it", func(ctx context.Context) (string, error) {
				return "", db.Do(ctx, Readings.Put(Reading{Sensor: "s0", N: 0, Celsius: 22}))
			}},
		} {
			if err := r.Step(ctx, s.what, s.do); err != nil {
				return err
			}
		}
		return nil
	},
}
