package ddb

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// PurgeOptions configures [DB.Purge]; nil is one worker, as fast as it goes.
type PurgeOptions struct {
	// Workers is the number of segments scanned at once; default 1.
	Workers int
	// Rate bounds the items deleted in a second; default unbounded.
	Rate int
	// Progress is called after each batch with the number of items deleted so far.
	Progress func(deleted int)
}

// Purge deletes every item of the table, items of no known entity and the library's own included, and leaves the
// table itself. It reads the whole table and pays for each delete; dropping and creating the table anew is cheaper
// where that is possible. It returns the number of items deleted, also with an error; call it again to go on.
func (db *DB) Purge(ctx context.Context, opts *PurgeOptions) (deleted int, err error) {
	if opts == nil {
		opts = &PurgeOptions{}
	}
	started := time.Now()
	var batch []types.WriteRequest
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		if err := db.batchWrite(ctx, batch); err != nil {
			return fmt.Errorf("ddb: purge %q: after %d items: %w", db.name, deleted, db.explain(err))
		}
		deleted += len(batch)
		batch = batch[:0]
		if opts.Progress != nil {
			opts.Progress(deleted)
		}
		if opts.Rate > 0 {
			return sleep(ctx, time.Until(started.Add(time.Duration(deleted)*time.Second/time.Duration(opts.Rate))))
		}
		return nil
	}
	for attrs, err := range db.scanItems(ctx, &ScanOptions{Workers: opts.Workers}) {
		if err != nil {
			return deleted, fmt.Errorf("ddb: purge %q: after %d items: %w", db.name, deleted, err)
		}
		batch = append(batch, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: db.table.keyOf(attrs)}})
		if len(batch) == batchWriteLimit {
			if err := flush(); err != nil {
				return deleted, err
			}
		}
	}
	return deleted, flush()
}

// batchWrite makes up to 25 puts and deletes, or returns the first error of one.
func (db *DB) batchWrite(ctx context.Context, requests []types.WriteRequest) error {
	for _, err := range db.bulkWrite(ctx, requests) {
		if err != nil {
			return err
		}
	}
	return nil
}

// sleep waits for d, or until the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
