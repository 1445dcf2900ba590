package indexes

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// ShadowTable shows a fleet and its reports.
var ShadowTable = recipe.Recipe{
	Name:    "shadow-table",
	Problem: "Reports scan all items, and the traffic of the service suffers",
	Pattern: "A second table has copies, kept by the stream: scans of it take none of the first one's throughput.",
	Not:     "A report may be hours old: an export to S3 takes no read capacity, and needs no second table.",
	Costs:   []string{"the stream copies 2 changes", "the report"},
	Varies:  "a scan is rounded up for each partition, and engines differ in how many a table has",
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, FleetTable, nil)
		if err != nil {
			return err
		}
		shadow, err := r.DB(ctx, ReportTable, nil)
		if err != nil {
			return err
		}
		if err := vehicles(ctx, db); err != nil {
			return err
		}
		mux, store := ddb.NewMux(FleetTable, nil), &ddbstream.MemoryStore{}
		CopyChanges(mux, shadow, r.Now)
		copies := func(ctx context.Context) (string, error) { return "", r.Drain(ctx, db, mux, store) }
		fleet := ddb.NewRepository(db, Vehicles)
		for _, s := range []struct {
			what string
			do   func(context.Context) (string, error)
		}{
			{"the stream copies 200 vehicles", copies},
			{"drive", func(ctx context.Context) (string, error) {
				_, err := fleet.Update(ctx, Vehicle{ID: "001"}, ddb.Add(&Vehicles.Fields().Meters, 5000))
				return "", err
			}},
			{"sell a vehicle", func(ctx context.Context) (string, error) { return "", fleet.Delete(ctx, Vehicle{ID: "002"}) }},
			{"the stream copies 2 changes", copies},
			{"the report", func(ctx context.Context) (string, error) {
				n, meters := 0, int64(0)
				for v, err := range Report(ctx, shadow, nil) {
					if err != nil {
						return "", err
					}
					n, meters = n+1, meters+v.Meters
				}
				return fmt.Sprintf("%d vehicles, %d km", n, meters/1000), nil
			}},
		} {
			if err := r.Step(ctx, s.what, s.do); err != nil {
				return err
			}
		}
		return nil
	},
}

// vehicles writes 200 vehicles.
func vehicles(ctx context.Context, db *ddb.DB) error {
	var ops []ddb.Op
	for i := range 200 {
		ops = append(ops, Vehicles.Put(Vehicle{ID: fmt.Sprintf("%03d", i), Depot: "north", Meters: 1000}))
	}
	return db.Batch(ctx, ops...)
}
