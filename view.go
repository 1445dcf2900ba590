package ddb

import (
	"context"
	"iter"

	"github.com/singletable-go/ddb/internal/view"
)

// View is data derived from other items of the table and kept true by a [Mux]: see package ddbview. Immutable;
// safe for concurrent use, also by several processes at once.
type View struct{ v *view.View }

// Name returns the view's name.
func (v *View) Name() string { return v.v.Name }

// Rebuild makes the view what it would be if all its sources were written again. Run it after a gap in the stream, after a
// change of the view's rules, and for a view that is new to its table. It can run beside the stream, and several at once.
//
// Run it when every program that maintains the view has its new rules. During a deploy, programs with and without a new
// rule may maintain the view together: each leaves alone what it does not know, so the new rule lacks what only the old
// programs saw. A Rebuild after the deploy adds it. A Rebuild by an old program removes what the new rule has; the next
// Rebuild by a new program restores it.
//
// It costs a strongly consistent scan of the table, in requests of 1 MB: a unit for each 4 KB. It reads each target, and
// what the library stores for it. It reads a source again only if it differs from what the view has of it, or if more
// than 64 MB of sources wait for a comparison. It writes only what differs, in transactions. For a fan-out it makes the
// requests that a change of each source would make.
//
// It needs up to 64 MB, about 4 MB for each worker, and some hundred bytes for each source of the targets at hand. If other
// programs write a target all the time, they are asked to wait, for a few seconds at most.
//
// An item that cannot be read or written is left as it is, and the others are done. The error joins up to twenty such
// failures, with their own classes. Any other error ends the run. A view of another table is [ErrModel]. After an error
// or a crash the view is right only when another run has ended, from the last checkpoint or from the start.
//
// When it ends without an error, [View.LastGap] returns nil, unless a gap was reported after the start. Only a run from
// the start clears such a gap, not one that resumes.
func (v *View) Rebuild(ctx context.Context, db *DB, opts *JobOptions) error {
	return public(v.v.Rebuild(ctx, db.db, opts.below()))
}

// Apply makes the view right for one source now, without the stream: for a program that does not want to wait for it. Call
// it after the write. Versions are values of the view's source, or pointers to them, in their order: the item if it was
// created, what it was if it was deleted, and both, the old one first, if it was changed.
//
//	err := counts.Apply(ctx, db, message)
//	err = counts.Apply(ctx, db, before, after)
//
// Apply reads the source, and the view becomes what that says, in each target that a version names. So a version says
// where to look, and not what counts: it may be older than what is stored. A target that only an earlier version names
// stays as it is if that version is not given; the stream or a Rebuild corrects it. A fan-out gets a [Change] as in a
// Rebuild, without a record. Its Kind is Inserted for one version, Modified for several, and Removed if the item is gone.
//
// The record of the change still comes, before or after, and nothing counts twice: the view finds that all is done. Apply
// can run beside the stream, a Rebuild, and other calls, also for one item. An item that its TTL deleted stops counting;
// KeepExpired of package ddbview applies when its record comes.
//
// For an aggregate it costs a strongly consistent read of the source and of what the view has of it, a transaction for each
// target that changes, and then the same read again. A Top adds a query and an update. For a fan-out it costs a strongly
// consistent read of the source, the queries for its targets, a transaction for each target that changes, and then the
// reads again.
//
// Versions of two items or of another type, and a view of another table, are [ErrModel]; a version without its key is
// [ErrKey]. They are found before any request. If other programs write the same targets all the time, the error matches
// [ErrConflict] after a number of attempts. With an error, some targets may be right and others not: call it again, or
// leave the rest to the stream.
func (v *View) Apply(ctx context.Context, db *DB, versions ...any) error {
	return public(v.v.Apply(ctx, db.db, versions...))
}

// Drift is a difference between a view and what it should be.
type Drift struct {
	View  string
	Item  string // the key of the item that is wrong
	Field string // the field or attribute of it that is wrong
	Have  string // what is stored
	Want  string // what Rebuild would write
}

func (d Drift) String() string { return view.Drift(d).String() }

// Verify yields where the view differs from what Rebuild would write, and writes nothing. It can run beside the stream. A
// stream is always a little behind: so a difference is yielded only if it is the same in three looks within half a second.
// It yields as [Repository.Query] does.
//
// Requests, capacity and memory are those of a [View.Rebuild] that finds nothing to write. So are the errors: an item that
// cannot be read does not end it, and the last error joins such failures. A target that changes in every look, for some
// seconds, cannot be compared, and is such a failure too; it matches [ErrConflict].
func (v *View) Verify(ctx context.Context, db *DB, opts *JobOptions) iter.Seq2[Drift, error] {
	below := opts.below()
	return func(yield func(Drift, error) bool) {
		for d, err := range v.v.Verify(ctx, db.db, below) {
			if !yield(Drift(d), public(err)) {
				return
			}
		}
	}
}

// LastGap returns why the view may be wrong: the cause of the last gap in the stream that was reported since the last
// [View.Rebuild]; nil if there was none. [Mux.Gap] reports gaps. It costs one strongly consistent read, and has its errors.
// A table whose keys are not strings has no place for gaps: the cause is always nil.
func (v *View) LastGap(ctx context.Context, db *DB) (cause, err error) {
	cause, err = v.v.LastGap(ctx, db.db)
	return cause, public(err)
}
