package keys

import (
	"context"
	"fmt"
	"strings"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// Geohash shows charging stations.
var Geohash = recipe.Recipe{
	Name:    "geohash",
	Problem: "Points are read by where they are: those near a place, the nearest first",
	Pattern: "A geohash cell is the partition key of an index: a search queries the cells around, and filters by exact distance.",
	Not:     "Searches have shapes, large radii or other criteria: then feed a search index from the stream.",
	Costs:   []string{"within 2 km of Fiji's date line", "move a station to another cell"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		db, err := r.DB(ctx, StationTable, nil)
		if err != nil {
			return err
		}
		if err := stationGrid(ctx, db); err != nil {
			return err
		}
		for _, near := range []struct {
			where            string
			lat, lon, meters float64
		}{
			{"within 2 km of Fiji's date line", -16.8, 179.994, 2000},
			{"within 5 km of it", -16.8, 179.994, 5000},
			{"within 2 km of Longyearbyen", 78.22, 15.66, 2000},
		} {
			if err := r.Step(ctx, near.where, func(ctx context.Context) (string, error) {
				found, err := StationsNear(ctx, db, near.lat, near.lon, near.meters)
				var names []string
				for _, n := range found {
					names = append(names, fmt.Sprintf("%s (%.0f m)", n.Name, n.Meters))
				}
				return strings.Join(names, ", "), err
			}); err != nil {
				return err
			}
		}
		if err := r.Step(ctx, "within 2 km of the pole", func(ctx context.Context) (string, error) {
			if _, err := StationsNear(ctx, db, 90, 0, 2000); err == nil {
				return "", fmt.Errorf("8192 cells were read")
			}
			return "refused: too many cells", nil
		}); err != nil {
			return err
		}
		return r.Step(ctx, "move a station to another cell", func(ctx context.Context) (string, error) {
			op, err := Relocate("taveuni-0", -16.9, 179.9)
			if err != nil {
				return "", err
			}
			return "", db.Do(ctx, op)
		})
	},
}

// stationGrid writes stations east of 180 degrees, west of it, and in the north.
func stationGrid(ctx context.Context, db *ddb.DB) error {
	var ops []ddb.Op
	for _, p := range []struct {
		name             string
		lat, lon, easter float64
	}{{"Taveuni", -16.8, 179.99, 0.01}, {"Longyearbyen", 78.22, 15.6, 0.05}} {
		for i := range 4 {
			lon := p.lon + float64(i)*p.easter
			if lon > 180 {
				lon -= 360
			}
			s, err := Station{ID: fmt.Sprintf("%s-%d", strings.ToLower(p.name), i), Name: fmt.Sprintf("%s %d", p.name, i)}.MoveTo(p.lat, lon)
			if err != nil {
				return err
			}
			ops = append(ops, Stations.Put(s))
		}
	}
	return db.Batch(ctx, ops...)
}
