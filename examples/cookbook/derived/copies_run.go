package derived

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// Copies renames a depot.
var Copies = recipe.Recipe{
	Name:    "copies",
	Problem: "A list shows the name of each vehicle's depot, and a depot may be renamed",
	Pattern: "Each vehicle has a copy of the name; a view follows the stream, and writes a new name into all copies.",
	Not:     "The copied value changes often or has very many copies: each change writes them all. Then read it with the list.",
	Costs:   []string{"list the vehicles", "the view writes the copies"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, FleetTable, nil)
		if err != nil {
			return err
		}
		mux, store := ddb.NewMux(FleetTable, nil), &ddbstream.MemoryStore{}
		mux.Maintain(db, DepotNames)
		if err := db.Do(ctx, Depots.Create(Depot{ID: "d1", Name: "North"})); err != nil {
			return err
		}
		for i := range 40 {
			if err := AddVehicle(ctx, db, Vehicle{Depot: "d1", ID: fmt.Sprint("v", i), Plate: fmt.Sprint("B ", i)}); err != nil {
				return err
			}
		}
		if err := r.Drain(ctx, db, mux, store); err != nil {
			return err
		}
		list := func(ctx context.Context) (string, error) {
			n, name := 0, ""
			for v, err := range ddb.NewRepository(db, Vehicles).Query(ctx, VehiclesOf("d1")) {
				if err != nil {
					return "", err
				}
				if n++; n > 1 && v.DepotName != name {
					return "", fmt.Errorf("vehicles of one depot have the names %s and %s of it", name, v.DepotName)
				}
				name = v.DepotName
			}
			return fmt.Sprintf("%d, all of depot %s", n, name), nil
		}
		for _, s := range []struct {
			what string
			do   func(ctx context.Context) (string, error)
		}{
			{"add a vehicle", func(ctx context.Context) (string, error) {
				return "", AddVehicle(ctx, db, Vehicle{Depot: "d1", ID: "v40", Plate: "B 40"})
			}},
			{"list the vehicles", list},
			{"rename the depot", func(ctx context.Context) (string, error) { return "", db.Do(ctx, RenameDepot("d1", "Harbour")) }},
			{"list the vehicles, before the stream", list},
			{"the view writes the copies", func(ctx context.Context) (string, error) { return "", r.Drain(ctx, db, mux, store) }},
			{"list the vehicles again", list},
			{"all records again", func(ctx context.Context) (string, error) {
				again := ddb.NewMux(FleetTable, nil)
				again.Maintain(db, DepotNames)
				return "", r.Drain(ctx, db, again, &ddbstream.MemoryStore{})
			}},
		} {
			if err := r.Step(ctx, s.what, s.do); err != nil {
				return err
			}
		}
		return nil
	},
}
