package relational

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// SQLOut shows a fleet that is copied to SQL.
var SQLOut = recipe.Recipe{
	Name:    "sql-out",
	Problem: "Analysts ask what the keys of the table were not made for: joins, groups, other filters each day",
	Pattern: "Copy each change from the stream into SQL, where the later state of an item wins, and fill in the rest by a scan.",
	Not:     "A report of yesterday is enough: then an export to S3 reads the table without its capacity.",
	Costs:   []string{"fill", "follow the stream, at no capacity"},
	Varies:  "What a scan reads is rounded up in each partition of the table, of which a local engine has one.",
	Run: func(ctx context.Context, r *recipe.Run) error {
		mirror, err := openMirror(ctx)
		if err != nil {
			return err
		}
		defer mirror.DB.Close()
		db, err := r.DB(ctx, FleetTable, nil)
		if err != nil {
			return err
		}
		if err := fleet(ctx, db); err != nil {
			return err
		}
		var had []ddb.Change[any]
		mux := ddb.NewMux(FleetTable, nil)
		mux.HandleBatch(mirror.Apply)
		mux.HandleBatch(func(_ context.Context, changes []ddb.Change[any]) error {
			had = append(had, changes...)
			return nil
		})
		store := &ddbstream.MemoryStore{}
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) error
		}{
			{"fill", func(ctx context.Context) error { return mirror.Fill(ctx, db) }},
			{"delete a trip, correct one, move a vehicle", func(ctx context.Context) error { return change(ctx, db) }},
			{"follow the stream, at no capacity", func(ctx context.Context) error { return r.Drain(ctx, db, mux, store) }},
			{"all records again, the newest first", func(ctx context.Context) error {
				slices.Reverse(had)
				return mirror.Apply(ctx, had)
			}},
			{"fill again", func(ctx context.Context) error { return mirror.Fill(ctx, db) }},
		} {
			if err := r.Step(ctx, s.what, func(ctx context.Context) (string, error) {
				if err := s.do(ctx); err != nil {
					return "", err
				}
				return kmByDepot(ctx, mirror)
			}); err != nil {
				return err
			}
		}
		return nil
	},
}

// openMirror opens a mirror in memory.
func openMirror(ctx context.Context) (Mirror, error) {
	db, err := openSQLite(ctx, FleetSchema)
	return Mirror{DB: db}, err
}

// fleet writes three vehicles with ten trips each.
func fleet(ctx context.Context, db *ddb.DB) error {
	var ops []ddb.Op
	for i, depot := range []string{"north", "north", "south"} {
		id := fmt.Sprintf("v%d", i+1)
		ops = append(ops, Vehicles.Put(Vehicle{ID: id, Depot: depot}))
		for day := range 10 {
			ops = append(ops, Trips.Put(Trip{Vehicle: id, Began: recipe.Begin.AddDate(0, 0, day), Km: 100 + i}))
		}
	}
	return db.Batch(ctx, ops...)
}

func change(ctx context.Context, db *ddb.DB) error {
	first, second := recipe.Begin, recipe.Begin.Add(24*time.Hour)
	return db.Batch(ctx,
		Trips.Delete(Trip{Vehicle: "v1", Began: first}),
		Trips.Put(Trip{Vehicle: "v1", Began: second, Km: 7}),
		Vehicles.Put(Vehicle{ID: "v2", Depot: "south"}))
}

// kmByDepot is a query that the table is not made for.
func kmByDepot(ctx context.Context, m Mirror) (string, error) {
	rows, err := m.DB.QueryContext(ctx,
		`SELECT depot, count(*), sum(km) FROM trip JOIN vehicle ON vehicle.id = trip.vehicle GROUP BY depot ORDER BY depot`)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var depots []string
	for rows.Next() {
		var depot string
		var trips, km int
		if err := rows.Scan(&depot, &trips, &km); err != nil {
			return "", err
		}
		depots = append(depots, fmt.Sprintf("%s %d trips %d km", depot, trips, km))
	}
	return strings.Join(depots, ", "), rows.Err()
}
