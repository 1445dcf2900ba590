package ddb

import "context"

// Reindexed counts the items that a Reindex processed.
type Reindexed struct {
	Items     int // of the entity
	Rewritten int // those that were not as this program would write them
}

// Reindex rewrites every item of the entity that differs from what this program would write: items in an older schema,
// or with the index keys of an older definition. When it returns without an error, no index entry is stale, as long as
// no older program writes. The version does not change, and nothing is written to the history.
//
// It can run beside other readers and writers, several at once, and resume an earlier run. Each rewrite asserts that the
// item is as it was read. If it is not, it is tried again, up to [Options].MaxAttempts; then the error matches
// [ErrConflict]. Items that are deleted concurrently are left alone.
//
// It costs a strongly consistent scan of the table: a unit for each 4 KB, in requests of 1 MB. Each item that is
// rewritten costs an UpdateItem, or a transaction if an upgrade changes a unique value. [JobOptions] limit the rate.
//
// An item that cannot be read as one of the entity is left as it is. So is one whose upgrade makes a unique value that
// another item holds ([ErrNotUnique]). The errors of all such items are joined and returned at the end. Any other error
// ends the run. The counts are valid with an error, too.
func (r *Repository[T]) Reindex(ctx context.Context, opts *JobOptions) (Reindexed, error) {
	items, rewritten, err := r.db.Reindex(ctx, r.e.e, opts.below())
	return Reindexed{items, rewritten}, public(err)
}

// EnsureUnique claims the unique values of every item of the entity. Run it once for a table that had items before
// [Definition.Unique] was declared, after all programs that write declare it. It can run beside other readers and
// writers, several at once, and resume an earlier run. An item of an older [Definition.Schema] is rewritten first.
//
// A value that another item holds already is reported as a [WriteError] that matches [ErrNotUnique] and names that
// item; nothing is changed. All of these errors are joined and returned at the end; any other error ends the run. An
// entity without Unique is [ErrModel]. A Resume of other constraints is [ErrCursor].
//
// It costs a strongly consistent scan of the table: a unit for each 4 KB, in requests of 1 MB. It adds a GetItem for
// each unique value, and a transaction for each value that is not claimed yet. [JobOptions] limit the rate.
func (r *Repository[T]) EnsureUnique(ctx context.Context, opts *JobOptions) error {
	return public(r.db.EnsureUnique(ctx, r.e.e, opts.below()))
}
