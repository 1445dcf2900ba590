package tables

import (
	"context"
	"errors"

	"github.com/singletable-go/ddb"
)

// Reading is a measurement of a sensor, of a simulation that runs again and again.
type Reading struct {
	Sensor  string  `dynamodbav:"-"`
	N       int     `dynamodbav:"-"`
	Celsius float64 `dynamodbav:"celsius"`
}

// The table of readings, and the entity.
var (
	ReadingTable = ddb.NewTable("sensor", "n")

	Readings = ddb.MustDefine(ReadingTable, "reading", func(r *Reading, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("sensor#"), ddb.Str(&r.Sensor)), ddb.Key(ddb.Prefix("n#"), ddb.Num(&r.N, 8)))
	})
)

// EmptyTable deletes all items of a table, and returns their number: it reads each item, and pays for each delete. The table
// stays, with its stream, backups and settings, and other programs can use it meanwhile. saved is where an earlier run ended,
// "" for the beginning; save is told how far this one is.
func EmptyTable(ctx context.Context, db *ddb.DB, unitsPerSecond int, saved ddb.Cursor, save func(ddb.Cursor)) (int, error) {
	return db.Purge(ctx, &ddb.JobOptions{Workers: 4, Rate: unitsPerSecond, Resume: saved, Checkpoint: save})
}

// RecreateTable deletes a table and creates it again, which costs no write units. In between requests fail, for half a minute or
// longer. If it ends early, call it again. Where no request may fail, write into a table of another name, and change the name
// in the configuration.
//
// What is not in the model is not made again: auto scaling, tags, a resource policy, point-in-time recovery, replicas. The new
// stream has another ARN, so event source mappings have to be made again. Deletion protection, if it is on, refuses it.
func RecreateTable(ctx context.Context, db *ddb.DB) error {
	if err := db.DropTable(ctx); err != nil && !errors.Is(err, ddb.ErrNotFound) {
		return err
	}
	return db.CreateTable(ctx)
}
