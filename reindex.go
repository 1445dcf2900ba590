package ddb

import (
	"context"

	"github.com/singletable-go/ddb/internal/read"
)

// ReindexOptions configures [Repository.Reindex] and [Repository.EnsureUnique]; nil is one worker from the start.
type ReindexOptions struct {
	// Workers is the number of segments scanned at once; default 1.
	Workers int
	// Segments is the number of parts that the table is divided into; see [ScanOptions].
	Segments int
	// Resume continues an earlier run behind the last cursor that Checkpoint was given. The cursor of another operation is
	// [ErrCursor], and so is that of one of another entity, or of an EnsureUnique of other constraints.
	Resume Cursor
	// Checkpoint is called with a cursor that resumes the run; see [ScanOptions].
	Checkpoint func(Cursor)
}

func (o *ReindexOptions) scan() read.ScanOptions {
	if o == nil {
		return read.ScanOptions{}
	}
	return read.ScanOptions{Workers: o.Workers, Segments: o.Segments, Resume: string(o.Resume), Checkpoint: checkpoint(o.Checkpoint)}
}

// Reindexed counts what a Reindex met.
type Reindexed struct {
	Items     int // of the entity
	Rewritten int // those that were not as this program would write them
}

// Reindex rewrites every item of the entity that is not as this program would write it: in an older schema, or with
// the index keys of an older definition. That no index row is stale holds from then on, for as long as no older
// program writes. Each rewrite asserts that the item is as it was read, and is tried again if it is not; items that
// were deleted meanwhile are left alone. The version does not change, and nothing is written to the history.
//
// It reads the whole table and writes what is to be changed, and can run beside everything else, several times, and
// from where an earlier run stopped. An item that cannot be read as one of the entity is left as it is, and so is one whose
// upgrade makes a unique value that another item holds; the errors of all such items are returned, joined, when it is through. Any other error ends it. It returns its counts also with an
// error.
func (r *Repository[T]) Reindex(ctx context.Context, opts *ReindexOptions) (Reindexed, error) {
	items, rewritten, err := r.db.Reindex(ctx, r.e.e, opts.scan())
	return Reindexed{items, rewritten}, public(err)
}

// EnsureUnique gives every item of the entity the constraints that its definition declares: what a table needs once
// that had items before [Definition.Unique] was declared, after every program that writes declares it. Values that
// another item holds already are reported, each by a [WriteError] that matches [ErrNotUnique] and says which item;
// nothing is done about them. It returns them all, joined, when it is through; any other error ends it.
//
// It reads the whole table, and each constraint, and costs a transaction for each that is not there yet. It can run
// again, and from where an earlier run stopped.
func (r *Repository[T]) EnsureUnique(ctx context.Context, opts *ReindexOptions) error {
	return public(r.db.EnsureUnique(ctx, r.e.e, opts.scan()))
}
