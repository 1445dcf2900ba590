package ddb

import (
	"context"
	"iter"
	"time"

	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/view"
)

// View is data derived from other items of the table and kept true by a [Mux]: see package ddbview. Immutable;
// safe for concurrent use, also by several processes at once.
type View struct{ v *view.View }

// Name returns the view's name.
func (v *View) Name() string { return v.v.Name }

// RebuildOptions configures [View.Rebuild] and [DB.DropView]; nil is one worker, from the start, as fast as it goes.
type RebuildOptions struct {
	// Scan says how the table is read: workers, segments, where to resume, and the checkpoint, which is called when all
	// that was read before it has been made right. On a large table that is every ten seconds, and at the end. Its cursor
	// resumes this operation, and no other scan. Workers is also the number of targets worked on at once. IgnoreUnknown is not
	// looked at: unknown items are skipped.
	Scan ScanOptions
	// Rate bounds the capacity units consumed in a second, of reads and writes together; default unbounded.
	Rate int
	// Progress is called after each page of the scan.
	Progress func(Progress)
}

// Progress says how far a Rebuild is.
type Progress struct {
	Items   int // read
	Total   int // in the table, as DynamoDB said last: it counts every six hours; 0 if it is not known
	Sources int // looked at, contributions of earlier ones included
	Targets int // looked at
	Changed int // written, one for each contribution and each target

	// Remaining estimates the time that is left, from Items and Total; 0 if that is not known. A run that was resumed does
	// not know what was read before it.
	Remaining time.Duration
}

// below is o for the packages below; nil is the default.
func (o *RebuildOptions) below() view.Job {
	if o == nil {
		return view.Job{}
	}
	out := view.Job{Scan: *o.Scan.below(), Rate: o.Rate}
	if o.Progress != nil {
		out.Progress = func(p view.Progress) { o.Progress(Progress(p)) }
	}
	return out
}

// Rebuild makes the view what it would be if all its sources were written anew: after a gap in the stream, after a
// change of its rules, or on a table that it is new to. It may run beside the stream, and several at once.
//
// Run it when every program that maintains the view has its rules as they are now. While a deploy adds a rule, programs
// with and without it may maintain the view side by side: each leaves what it does not know as it is. What only the old
// ones saw is missing from the new rule until a Rebuild after the deploy. A Rebuild by a program that does not know a rule
// takes out of the ledger what was contributed to it; the next Rebuild by one that does makes it right again.
//
// An item that cannot be read or written is left behind: the others are made right, and the error joins up to twenty
// such failures.
//
// It reads the whole table once, strongly consistently (a unit for each 4 KB). The sources that it meets there with what
// they have contributed are not read again where both agree, as far as they fit into 64 MB; the others are, both of them, and
// what differs is written. Each target is read, and in a query of each rule's rows all that counts for it. Where transactions on one target leave no
// moment for that, they are asked to wait: each batch that
// meets that does so for a few seconds at most.
//
// Besides those 64 MB it needs about 4 MB for each worker, which are a page of the scan, and of each target that is looked at a few hundred bytes for
// each source.
//
// After a crash, run it again, from the last checkpoint or the start; what an unfinished one left behind is right only then. When
// it ends, [View.LastGap] is false unless another gap was reported since it began. A gap that was reported after the
// start of a Rebuild is not healed by what was resumed from it: then run it from the start.
func (v *View) Rebuild(ctx context.Context, db *DB, opts *RebuildOptions) error {
	return public(v.v.Rebuild(ctx, db.db, opts.below()))
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

// Verify reports where the view differs from what Rebuild would write. It reads what Rebuild reads and writes nothing.
// Beside a running stream what is merely behind would differ too: a difference is yielded when it rests, the same in three looks
// within half a second. A target that changes in every look, for some seconds, cannot be compared: the error at the end names
// it. It yields as [Repository.Query] does.
func (v *View) Verify(ctx context.Context, db *DB, opts *ScanOptions) iter.Seq2[Drift, error] {
	scan := read.ScanOptions{}
	if opts != nil {
		scan = *opts.below()
	}
	return func(yield func(Drift, error) bool) {
		for d, err := range v.v.Verify(ctx, db.db, scan) {
			if !yield(Drift(d), public(err)) {
				return
			}
		}
	}
}

// LastGap returns why the view may be wrong until it is rebuilt: the gap that was reported last since the last
// Rebuild, nil if there was none. It is one read.
func (v *View) LastGap(ctx context.Context, db *DB) (cause, err error) {
	cause, err = v.v.LastGap(ctx, db.db)
	return cause, public(err)
}
