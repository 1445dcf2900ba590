package write

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/read"
)

// Erase is a job that deletes the items of which key returns the key. Changed counts them, also those of a request that
// failed in part.
func (db *DB) Erase(ctx context.Context, job *read.Job, key func(attr.Stored) (key attr.Item, wanted bool, err error)) error {
	return job.Run(ctx, read.InBatches(job, call.BatchWriteLimit*call.WidthOf(ctx), key, func(ctx context.Context, keys []attr.Item) error {
		requests := slices.Collect(slices.Chunk(keys, call.BatchWriteLimit))
		deleted := make([]int, len(requests))
		err := call.Parallel(ctx, len(requests), func(i int) (err error) {
			var deletes []types.WriteRequest
			for _, key := range requests[i] {
				deletes = append(deletes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key}})
			}
			deleted[i], err = db.WriteBatch(ctx, deletes)
			return err
		})
		for _, n := range deleted {
			job.Changed += n
		}
		return db.Explain(err)
	}))
}
