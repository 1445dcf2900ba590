package ddbjob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// Existing says what a [Restore] does with an item that is there in another state.
type Existing uint8

const (
	// Keep leaves it as it is. It is the default.
	Keep Existing = Existing(write.ExistingKept)

	// Older replaces it if its version is lower than that of the export. An item of an entity without a Version is kept.
	Older Existing = Existing(write.ExistingOlder)

	// Replace replaces it. An item of an entity with a Version gets the next version, and the time of now as Updated: programs
	// that read it before see a conflict, and its history goes on.
	Replace Existing = Existing(write.ExistingReplaced)
)

// RestoreOptions configures a [Restore]. nil restores every item that is not there.
type RestoreOptions struct {
	// JobOptions have the workers, the rate, checkpoints and progress, as those of an [Import]. Workers is also the number of
	// items that are written at a time.
	ddb.JobOptions

	// Select says which items are restored: one entity, or with [InPartition] one tenant. NoCompanions leaves out the
	// versions of a history, but the one of each item.
	Select

	// Existing says what becomes of an item that is there in another state; by default it is kept.
	Existing Existing

	// Damaged gets each line that is no item, or whose item cannot be restored, before a checkpoint passes it. The error of
	// Restore joins those of its own run only.
	Damaged func(*LineError)
}

// Restored counts what a [Restore] did.
type Restored struct {
	Items   int // lines that are items, also those that earlier runs of this restore read
	Damaged int // lines that are none or that were refused, and files that differ from their manifest; likewise

	// In this run:

	Written  int // items
	Versions int // versions of histories that were written
	Same     int // items and versions that are there
	Kept     int // that are there in another state
	Expired  int // whose TTL has passed: they are not written
	LeftOut  int // by Select; unique values, which are written with their items; items of views and leases
}

// Restore writes the items of an export into a table in use, through its model. It reads what [Import] reads, and reports a
// damaged line as that does.
//
// Each item must be of an entity of the table, decode as one, and agree with its key; else it is a [LineError] that matches
// [ddb.ErrUnknown] or has the cause. It is written as an item of this program: an older [ddb.Definition.Schema] is upgraded, and
// index keys are made from the model. Versions, stamps, created and updated times, and attributes that no field has, are as in the
// export.
//
// # What is there
//
// An item that is not in the table is written, also if it was deleted after the export. If an item is there in another state,
// [RestoreOptions].Existing decides. One request writes an item with its unique values and its newest version: all of it or
// nothing. A unique value that another item holds is a LineError that matches [ddb.ErrNotUnique].
//
// Older versions of a history are written one by one, where there is none of their number. If the history in the table has
// gone on, as after a delete, the item becomes the next version of it. Fields that a view derives are kept where the item is
// there. Items of views are not restored: run Rebuild of each view afterwards.
//
// An export has the references of Blobs (package ddbblob), not their contents. An item that is written gets copies of its
// objects; if one is gone from the store, the LineError matches [ddbblob.ErrNoObject].
//
// A run that resumes finds what was written before it, and does not write it again.
//
// # Cost
//
// A write of each item, which fails for one that is there, and then costs as much; with unique values or a history a
// transaction, at twice the capacity. With a history a read and a query more, with Older or Replace a second write.
func Restore(ctx context.Context, db *ddb.DB, from fs.FS, opts *RestoreOptions) (Restored, error) {
	if opts == nil {
		opts = &RestoreOptions{}
	}
	r := &restoring{opts: opts, db: face.DB(db)}
	err := r.run(ctx, from)
	if err != nil {
		err = fmt.Errorf("ddb: restore: %w", face.Public(err))
	}
	return r.Restored, err
}

// restoring is a Restore under way.
type restoring struct {
	Restored
	opts   *RestoreOptions
	db     *write.DB
	pick   *picker
	in     *lines
	job    *read.Job
	held   []outgoing
	faults faults
}

const (
	// restoreHeld is how many items are held, to spread them over partition keys.
	restoreHeld = 1024
	// restoreBatch is how many items a worker gets at once.
	restoreBatch = 4
)

func (r *restoring) run(ctx context.Context, from fs.FS) error {
	if r.db == nil || from == nil {
		return fault.Model("a nil DB or file system")
	}
	if r.opts.Existing > Replace {
		return fault.Model("Existing is %d: use Keep, Older or Replace", r.opts.Existing)
	}
	var err error
	if r.pick, err = r.opts.of(r.db.Table); err != nil {
		return err
	}
	files, err := find(from)
	if err != nil {
		return err
	}
	r.in = newLines(from, files)
	r.in.take, r.in.fault = r.take, r.fault
	o := face.Job(&r.opts.JobOptions)
	if o.Workers == 0 {
		o.Workers = defaultWorkers
	}
	ctx, job, err := r.db.NewFeedJob(ctx, o, r.in, slices.Concat([]string{"restore", r.in.digest(), fmt.Sprint(r.opts.Existing)}, r.opts.names())...)
	if err != nil {
		return err
	}
	r.job = job
	if files.total != nil && o.Resume == "" {
		job.Total = *files.total
	}
	if o.Resume == "" {
		job.Mark()
	}
	err = job.Run(ctx, r)
	return r.in.finish(err, &r.faults, &r.Items, &r.Damaged)
}

// take takes an item of a file.
func (r *restoring) take(ctx context.Context, o outgoing) error {
	s := model.Loaded(o.item)
	if err := keyed(r.db.Table, o.item); err != nil {
		r.refuse(o, err)
		return nil
	}
	role, _ := r.db.Table.RoleOf(s)
	if !r.pick.takes(s) || role == model.RoleUnique || role == model.RoleView {
		r.LeftOut++
		return nil
	}
	if role == model.RoleUnknown {
		_, err := r.db.Table.Claim(s)
		r.refuse(o, err)
		return nil
	}
	r.job.Sources++
	o.partition = attr.Canonical(o.item[r.db.Table.Primary.Partition[0]])
	if r.held = append(r.held, o); len(r.held) < restoreHeld {
		return nil
	}
	return r.write(ctx)
}

// write restores what is held.
func (r *restoring) write(ctx context.Context) error {
	for left := inOrder(r.held); len(left) > 0; {
		size := r.job.PieceOf(len(left), restoreBatch*call.WidthOf(ctx), func(i int) int { return attr.Size(left[i].item) })
		piece := left[:size]
		left = left[size:]
		if err := r.job.Step(ctx); err != nil {
			return err
		}
		out, errs := make([]write.Restoration, len(piece)), make([]error, len(piece))
		err := call.Parallel(ctx, len(piece), func(i int) error {
			role, e := r.db.Table.RoleOf(model.Loaded(piece[i].item))
			errs[i] = patiently(ctx, r.db.Attempts, func() (err error) {
				if role == model.RoleVersion {
					out[i], err = r.db.RestoreVersion(ctx, e, piece[i].item)
				} else {
					out[i], err = r.db.Restore(ctx, e, piece[i].item, write.Existing(r.opts.Existing))
				}
				return err
			})
			if ctx.Err() != nil {
				return errors.Join(errs[i], ctx.Err())
			}
			return call.Halts(ctx, errs[i])
		})
		for i, o := range piece {
			r.count(o, out[i], errs[i], err != nil)
		}
		if err != nil {
			return err
		}
	}
	r.held = nil
	return nil
}

// count counts what became of an item. One that failed is at fault itself, unless that ended the job.
func (r *restoring) count(o outgoing, out write.Restoration, err error, ended bool) {
	role, _ := r.db.Table.RoleOf(model.Loaded(o.item))
	switch out {
	case write.RestoredItem:
		r.job.Changed++
		if role == model.RoleVersion {
			r.Versions++
		} else {
			r.Written++
		}
	case write.RestoredSame:
		r.Same++
	case write.RestoredKept:
		r.Kept++
	case write.RestoredExpired:
		r.Expired++
	default:
		if err != nil && !ended {
			r.refuse(o, err)
		}
	}
}

func (r *restoring) refuse(o outgoing, err error) {
	r.in.refused(o, r.db.Table.KeyText(o.item), err)
}

func (r *restoring) fault(e *LineError) {
	r.faults.add(e)
	if r.opts.Damaged != nil {
		r.opts.Damaged(e)
	}
}

// Add is not called: the items come from files.
func (*restoring) Add(context.Context, attr.Stored) error { return errors.ErrUnsupported }

// Flush restores what was taken.
func (r *restoring) Flush(ctx context.Context, all bool) (bool, error) {
	if all {
		if err := r.write(ctx); err != nil {
			return false, err
		}
	}
	return len(r.held) == 0, nil
}
