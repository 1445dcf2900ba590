package indexes

import (
	"context"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// GSISharding shows parcels by status.
var GSISharding = recipe.Recipe{
	Name:    "gsi-sharding",
	Problem: "All items of a status are read by time, and most items of a large table have the same status",
	Pattern: "The partition key of the index is the status and one of N shards; a query reads the N and merges them.",
	Not:     "The status has fewer than 1,000 writes a second: then N shards cost N requests for nothing.",
	Costs:   []string{"waiting since an hour", "deliver a parcel"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		type since struct {
			Status string
			At     time.Time
		}
		return r.Patterns(ctx, &ddbaccess.Catalog{
			Table: ParcelTable, Seed: parcels,
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.Many("waiting since an hour", func(s since) ddb.Query[Parcel] {
					return InStatus(s.Status, s.At)
				}, since{"waiting", recipe.Begin.Add(-time.Hour)}),
				ddbaccess.Many("the last five", func(status string) ddb.Query[Parcel] { return LatestIn(status, 5) }, "waiting"),
				ddbaccess.Write("deliver a parcel", SetStatus, Parcel{ID: "0007", Status: "delivered", Changed: recipe.Begin}),
			},
		})
	},
}

// parcels writes 400 waiting parcels, one a minute until the recipe begins.
func parcels(ctx context.Context, db *ddb.DB) error {
	var ops []ddb.Op
	for i := range 400 {
		ops = append(ops, Parcels.Put(Parcel{
			ID: fmt.Sprintf("%04d", i), Status: "waiting", Changed: recipe.Begin.Add(time.Duration(i-400) * time.Minute),
		}))
	}
	return db.Batch(ctx, ops...)
}
