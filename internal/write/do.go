package write

import (
	"context"
)

// Do runs one op and returns no item: one request, or what the op's verb says.
func (db *DB) Do(ctx context.Context, op Op) error {
	op.ReturnOld, op.quiet = false, true
	_, err := db.Run(ctx, op)
	return err
}
