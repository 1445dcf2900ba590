package ddb

import (
	"context"
	"fmt"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
)

// fetched is one item of a batch, nil if there is none.
type fetched struct {
	item attr.Item
	err  error
}

// fetch reads items strongly consistently, in the order of keys: a BatchGetItem for up to 100, as many at once as the context
// says. Once the environment fails it reads no more, and what is left has that error.
func (db *DB) fetch(ctx context.Context, keys []attr.Item) []fetched {
	out := make([]fetched, len(keys))
	batches := (len(keys) + batchGetLimit - 1) / batchGetLimit
	read := make([]bool, batches)
	stopped := parallel(ctx, batches, func(n int) error {
		from, to := n*batchGetLimit, min((n+1)*batchGetLimit, len(keys))
		db.fetchBatch(ctx, keys[from:to], out[from:to])
		read[n] = true
		for _, f := range out[from:to] {
			if err := halts(ctx, f.err); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range out {
		if !read[i/batchGetLimit] {
			out[i].err = stopped
		}
	}
	return out
}

func (db *DB) fetchBatch(ctx context.Context, keys []attr.Item, out []fetched) {
	b, err := db.batchGet(ctx, keys, true)
	if err != nil {
		for i := range out {
			out[i].err = db.explain(err)
		}
		return
	}
	defer b.release()
	for i := range out {
		if b.throttled[i] {
			out[i].err = fmt.Errorf("%w: item %s stayed unprocessed", fault.ErrThrottled, db.table.KeyText(keys[i]))
			continue
		}
		out[i].item = b.found[i].Attributes()
	}
}
