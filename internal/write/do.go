package write

import (
	"context"
)

// Do runs one op and returns no item. It makes one request, or as many as the op's verb documents.
func (db *DB) Do(ctx context.Context, op Op) error {
	op.ReturnOld, op.quiet = false, true
	_, err := db.Run(ctx, op)
	return err
}
