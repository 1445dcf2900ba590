package ddb

import (
	"context"

	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/internal/sweep"
)

// SweepBlobs deletes the objects in the store of [Options].Blobs that belong to this table, are older than opts.Grace, and
// that neither their item nor a version of it refers to. Package ddbblob says why that is safe beside writers. Nil opts is
// all defaults. Run it once a day or once a week, as objects without a reference only cost storage.
//
// It returns what it found so far, also with an error, after which it can be started again. Several at once do no harm.
// All entities with a [Definition.History] must be declared. The error matches [ErrModel] if the DB has no store, or if
// the grace is too short. An error of the store is wrapped.
//
// It lists the objects of the table, and reads each item that has an old one: a consistent GetItem, and for an entity with
// History a consistent Query of its versions. Each deletion is one request to the store. Items without Blobs cost nothing.
func (db *DB) SweepBlobs(ctx context.Context, opts *ddbblob.SweepOptions) (ddbblob.Swept, error) {
	var o ddbblob.SweepOptions
	if opts != nil {
		o = *opts
	}
	swept, err := sweep.Run(ctx, db.db.DB, o)
	return swept, public(err)
}
