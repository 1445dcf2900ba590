package ddb

import (
	"time"

	"github.com/singletable-go/ddb/internal/read"
)

// JobOptions configures a job that reads the whole table: [View.Rebuild], [View.Verify], [Repository.Reindex],
// [Repository.EnsureUnique], [DB.Purge], [DB.ForcePurge], [DB.DropView], and those of package ddbjob. nil means one worker, from the start, as fast
// as it goes. Each job uses every field. A number below zero is [ErrModel], and a Resume that the job did not make is
// [ErrCursor]; both are found before any request.
//
// A job needs memory for two pages of 1 MB for each worker, and more for a view: see [View.Rebuild].
type JobOptions struct {
	// Workers is the number of concurrent scan requests, and of items that the job works on at a time; default 1.
	Workers int

	// Segments is the number of parts that the table is divided into; default Workers, or that of Resume. See
	// [ScanOptions].
	Segments int

	// Rate limits the capacity units that the job consumes in a second, of reads and writes together; by default there
	// is no limit. It is an average over a few seconds. The job waits between pages and between small batches of writes:
	// a page of 1 MB, read strongly consistently, is 256 units at once, for each worker. When ctx ends, the wait ends.
	Rate int

	// Resume continues an earlier run of the same job, with its number of segments and any number of workers: the same
	// operation on the same view or entity. Purge and ForcePurge count as the same.
	Resume Cursor

	// Checkpoint is called with a cursor when all items before it are done; "" means that all items of the table are. Most
	// jobs call it after each page, those on an aggregate at least every ten seconds. Calls do not overlap. After a
	// crash, resume with the last cursor: what was done after it is done again.
	Checkpoint func(Cursor)

	// Progress is called after each page, about once a second within a page, and at the end, also with an error. Calls do
	// not overlap, and the job waits for them. With Progress, a job that does not resume makes one more request, a
	// DescribeTable.
	Progress func(Progress)
}

// Progress says how far a job is. All counts are those of this run: a run that resumes does not know what was done
// before it.
type Progress struct {
	// Items is the number of items read from the table, of any kind.
	Items int

	// Total is the number of items in the table. DynamoDB counts them about every six hours. It is 0 in a run that
	// resumes, and if DescribeTable is not allowed.
	Total int

	// Sources counts the items that the job is for: the sources of a view and its record of earlier ones, the items of
	// the entity in Reindex and EnsureUnique, the items to delete in Purge and DropView, those that are selected in package
	// ddbjob.
	Sources int

	// Targets counts the targets that a job on a view looked at. One that several sources of a fan-out share may count
	// more than once. Other jobs have none.
	Targets int

	// Changed counts the items written or deleted. For a view these are its own items too, one for each source whose
	// part changed. It is 0 in Verify.
	Changed int

	// Checked counts the items read by the verification that ends a Copy of package ddbjob. Other jobs have none.
	Checked int

	// Remaining estimates the time left, from Items and Total; 0 if that is not known.
	Remaining time.Duration
}

// below is o for the packages below; nil is the default.
func (o *JobOptions) below() read.JobOptions {
	if o == nil {
		return read.JobOptions{}
	}
	out := read.JobOptions{
		Workers: o.Workers, Segments: o.Segments, Rate: o.Rate, Resume: string(o.Resume), Checkpoint: checkpoint(o.Checkpoint),
	}
	if o.Progress != nil {
		out.Progress = func(p read.Progress) { o.Progress(Progress(p)) }
	}
	return out
}
