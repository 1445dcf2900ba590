package write

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// WriteBatch sends up to 25 puts and deletes. It returns how many are known to be done, and the first error.
func (db *DB) WriteBatch(ctx context.Context, requests []types.WriteRequest) (written int, err error) {
	for _, failed := range db.BatchWrite(ctx, requests, nil) {
		if failed == nil {
			written++
		} else if err == nil {
			err = failed
		}
	}
	if err != nil {
		err = fmt.Errorf("%d writes are not done: %w", len(requests)-written, err)
	}
	return written, err
}
