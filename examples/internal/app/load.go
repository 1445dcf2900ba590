package app

import (
	"context"
	"errors"
	"slices"

	"github.com/singletable-go/ddb"
)

// Load makes the writes, size of them at a time, and reports after each batch how many are done. An item that already
// exists is no error, so that an interrupted load can be run again.
func Load(ctx context.Context, db *ddb.DB, writes []ddb.Op, size int, report func(done int)) error {
	done := 0
	for batch := range slices.Chunk(writes, size) {
		if err := db.Batch(ctx, batch...); err != nil && !allExist(err) {
			return err
		}
		done += len(batch)
		report(done)
	}
	return nil
}

// allExist reports whether a batch failed only because items exist already.
func allExist(err error) bool {
	batch, ok := errors.AsType[*ddb.BatchError](err)
	return ok && !slices.ContainsFunc(batch.Failed, func(e *ddb.WriteError) bool { return !errors.Is(e, ddb.ErrExists) })
}
