package derived

import (
	"context"
	"errors"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
)

// Depot is a place where vehicles are kept.
type Depot struct {
	ID   string `dynamodbav:"-"`
	Name string `dynamodbav:"name"`
}

// Vehicle has a copy of its depot's name, so that a list of vehicles needs no other item.
type Vehicle struct {
	Depot     string `dynamodbav:"-"`
	ID        string `dynamodbav:"-"`
	Plate     string `dynamodbav:"plate"`
	DepotName string `dynamodbav:"depot_name"`
}

// The table of depots, the entities and the view. Vehicles are in the partition of their depot, where one strongly consistent
// Query finds all copies. Where they are not, an item for each vehicle points to it: see ddbview.FanOutVia.
var (
	FleetTable = ddb.NewTable("depot", "what")

	Depots = ddb.MustDefine(FleetTable, "depot", func(o *Depot, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("depot#"), ddb.Str(&o.ID)), ddb.Key(ddb.Prefix("about")))
	})
	Vehicles = ddb.MustDefine(FleetTable, "vehicle", func(v *Vehicle, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("depot#"), ddb.Str(&v.Depot)), ddb.Key(ddb.Prefix("vehicle#"), ddb.Str(&v.ID)))
	})

	// DepotNames copies a name that has changed into the vehicles, from the stream, if a Mux has it in Maintain. Each copy
	// costs two write units for each KB of its item.
	DepotNames = ddbview.MustFanOut("depot-names", Depots, Vehicles,
		func(o Depot) ddb.Query[Vehicle] { return VehiclesOf(o.ID) },
		func(c ddb.Change[Depot], v *Vehicle) bool {
			gone := c.Kind == ddb.Removed || c.Kind == ddb.Expired
			if gone || v.DepotName == c.New.Name {
				return false
			}
			v.DepotName = c.New.Name
			return true
		})
)

// VehiclesOf are the vehicles of a depot.
func VehiclesOf(depot string) ddb.Query[Vehicle] { return Vehicles.Query(Vehicle{Depot: depot}) }

// RenameDepot gives a depot another name. The vehicles have it a moment later.
func RenameDepot(depot, name string) ddb.Op {
	return Depots.Update(Depot{ID: depot}, ddb.Set(&Depots.Fields().Name, name))
}

// AddVehicle adds a vehicle with the name of its depot. The view acts when a depot changes, not when a copy is made. So the
// transaction checks that the name is still the one that was read: else a rename in between would be missed for good.
func AddVehicle(ctx context.Context, db *ddb.DB, v Vehicle) error {
	depots := ddb.NewRepository(db, Depots).Consistent()
	for {
		depot, err := depots.Get(ctx, Depot{ID: v.Depot})
		if err != nil {
			return err
		}
		v.DepotName = depot.Name
		err = db.Transact(ctx, Depots.Check(depot, ddb.Eq(&Depots.Fields().Name, depot.Name)), Vehicles.Create(v))
		if !errors.Is(err, ddb.ErrCondition) {
			return err
		}
	}
}
