package provision

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// PurgeOptions are those of package ddb.
type PurgeOptions struct {
	Force    bool
	Workers  int
	Rate     int
	Progress func(deleted int)
}

// Purge deletes every item of the table, the library's own included, and leaves the table itself. It refuses what
// [Drop] refuses, and ends at an item that no entity claims, unless Force is set; with Force it takes the keys of the
// live table. It returns the number of items deleted, also with an error.
func Purge(ctx context.Context, db *write.DB, opts *PurgeOptions) (deleted int, err error) {
	if opts == nil {
		opts = &PurgeOptions{}
	}
	scan := &read.ScanOptions{Workers: opts.Workers}
	if _, err := db.NewScan(scan); err != nil {
		return 0, fmt.Errorf("ddb: purge %q: %w", db.Name, err)
	}
	key, err := purgeable(ctx, db, opts.Force)
	if err != nil {
		return 0, err
	}
	fail := func(err error) error { return fmt.Errorf("ddb: purge %q: after %d items: %w", db.Name, deleted, err) }
	started := time.Now()
	var batch []types.WriteRequest
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		if opts.Rate > 0 && deleted > 0 {
			if err := call.Sleep(ctx, time.Until(started.Add(time.Duration(deleted)*time.Second/time.Duration(opts.Rate)))); err != nil {
				return fail(err)
			}
		}
		n, err := db.WriteBatch(ctx, batch)
		deleted += n
		batch = batch[:0]
		if n > 0 && opts.Progress != nil {
			opts.Progress(deleted)
		}
		if err != nil {
			return fail(db.Explain(err))
		}
		return nil
	}
	for s, err := range db.ReadTable(ctx, scan) {
		if err != nil {
			return deleted, fail(err)
		}
		if !opts.Force {
			if _, err := db.Table.Claim(s); err != nil {
				return deleted, fail(fmt.Errorf("%w; it is not deleted, and Purge ends here; PurgeOptions.Force deletes it all the same", err))
			}
		}
		batch = append(batch, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: s.Only(key)}})
		if len(batch) == call.BatchWriteLimit {
			if err := flush(); err != nil {
				return deleted, err
			}
		}
	}
	err = flush()
	return deleted, err
}

// purgeable returns the key attributes of the live table, and refuses one that is not the model's unless that is forced. A
// client without calls for tables cannot tell; then the key is the model's.
func purgeable(ctx context.Context, db *write.DB, force bool) (key []string, err error) {
	c, err := db.Tables("purge")
	if err != nil {
		if force {
			return db.Table.Primary.Attrs(), nil
		}
		return nil, fmt.Errorf("%w; or set PurgeOptions.Force", err)
	}
	live, err := db.Describe(ctx, c)
	if err == nil && !force {
		err = belongsToModel(ctx, db, c, live, "PurgeOptions.Force")
	}
	if err != nil {
		return nil, fmt.Errorf("ddb: purge %q: %w", db.Name, err)
	}
	return keyAttributes(live), nil
}
