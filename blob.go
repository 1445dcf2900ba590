package ddb

import (
	"context"

	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/internal/sweep"
	"github.com/singletable-go/ddb/internal/view"
)

// SweepBlobs deletes the objects in the store of [Options].Blobs that belong to this table, and that neither their item nor
// a version of it refers to. It marks an object when it first sees it so, and deletes it in a later sweep, opts.Grace after.
// Package ddbblob says why that is safe beside writers. Nil opts is all defaults. Run it once a day or once a week: objects
// without a reference only cost storage. See also [Mux.MarkBlobs].
//
// It returns what it found so far, also with an error, after which it can be started again. Several at once do no harm.
// All entities with a [Definition.History] must be declared. The error matches [ErrModel] if the DB has no store, or if
// the grace is too short. An error of the store is wrapped.
//
// It lists the objects of the table, and reads each item that has an old one: a consistent GetItem, and for an entity with
// History a consistent Query of its versions. A mark is an empty object; each mark and each deletion is a request to the
// store. Items without Blobs cost nothing.
func (db *DB) SweepBlobs(ctx context.Context, opts *ddbblob.SweepOptions) (ddbblob.Swept, error) {
	var o ddbblob.SweepOptions
	if opts != nil {
		o = *opts
	}
	swept, err := sweep.Run(ctx, db.db.DB, o)
	return swept, public(err)
}

// MarkBlobs registers a handler that marks the objects that a change of an item took the reference from. The next sweep
// ([DB.SweepBlobs]) then deletes them a grace after the change, not a grace after it was the first to see them. Without it a
// sweep finds them too. It handles the entities of the table that have Blobs and no [Definition.History], and needs the old
// images of the stream. Each object costs one Put of the store, whose error fails the record. It panics if db has no store,
// or belongs to another table than m.
func (m *Mux) MarkBlobs(db *DB) {
	if db.db.Opts.Blobs == nil {
		panic("ddb: MarkBlobs: the DB has no store: set Options.Blobs")
	}
	for _, e := range db.db.Table.Entities {
		if len(e.Blobs) == 0 || e.History != nil {
			continue
		}
		m.m.Handle(e, func(ctx context.Context, c view.Change) error {
			return sweep.Mark(ctx, db.db.DB, c.Record.Old, c.Record.New)
		})
	}
}
