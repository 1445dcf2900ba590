package ddb

import "context"

// Do runs one op and asks for nothing back: one request, or what the op's verb says.
func (db *wDB) Do(ctx context.Context, op wOp) error {
	op.returnOld, op.quiet = false, true
	_, err := db.run(ctx, op)
	return err
}
