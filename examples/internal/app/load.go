package app

import (
	"context"
	"errors"
	"slices"

	"github.com/singletable-go/ddb"
)

// Load makes the writes, size of them at a time, and says after each batch how many are done. That an item to be created is
// there already is no error, so that a load that was interrupted can be run again.
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

// allExist reports that nothing else was wrong with a batch than that items were there already.
func allExist(err error) bool {
	batch, ok := errors.AsType[*ddb.BatchError](err)
	return ok && !slices.ContainsFunc(batch.Failed, func(e *ddb.WriteError) bool { return !errors.Is(e, ddb.ErrExists) })
}
