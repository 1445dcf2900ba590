package ddbjob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// ImportOptions configures an [Import]. nil imports every item into an empty table.
type ImportOptions struct {
	// JobOptions have the workers, the rate, checkpoints and progress. Workers is the number of files that are read at a
	// time, 4 by default: DynamoDB exports each partition to files of its own. Segments is not used. The first checkpoint
	// comes before the first write. Progress counts the items of this run, and Total is that of the manifest.
	ddb.JobOptions

	// Select says which items are written; by default all but leases.
	Select

	// Overwrite imports into a table that has items: those of the same key are replaced, also by an older state, and the
	// others stay. By default the table must be empty when the import starts. [Restore] is for a table in use.
	Overwrite bool

	// Damaged gets each damaged line, or one whose item DynamoDB refuses, before a checkpoint passes it. The error of Import
	// joins those of its own run only.
	Damaged func(*LineError)
}

// Imported counts what an [Import] did.
type Imported struct {
	Items   int // lines that are items, also those that earlier runs of this import read
	Damaged int // lines that are none or that DynamoDB refused, and files that differ from their manifest; likewise

	LeftOut int // by Select, in this run
	Written int // in this run; two lines of one key count twice
}

// Import puts the items of an export into a table, as they are: an [Export] of this package, DynamoDB's own full export to S3
// in DynamoDB JSON, or files of such lines, {"Item": {"pk": {"S": "…"}}}. from has manifest-summary.json in any one directory, or
// else every file that ends in .json, .jsonl or .ndjson is read. Files may be compressed by gzip.
//
// A line that is no item is a [LineError] with its file and number, and so is one whose item DynamoDB refuses, or that lacks
// the key. A file that its manifest's checksum or number of items does not fit, that is missing, or whose compression is
// damaged, is a LineError too. Import goes on with all other lines and files, and returns these errors, joined, at the end: 100 of
// them, and the number of the others. What was read of an item is exact: numbers keep all their digits.
//
// Items are written as by [Copy], in an order that spreads partition keys, with several files read at a time. Where two
// lines have the same key, the last one of a file is stored; of two files it may be either. A run that resumes reads the
// files from their start, and writes from the line where the cursor is: some items are written twice, and none is doubled. A
// cursor of other files, or of another table, is [ddb.ErrCursor].
//
// An entity with Blobs (package ddbblob) is refused with [ddb.ErrModel], also if no line is of it, since objects belong to the
// items of one table. [Restore] copies them. Or leave the entity out with Select.Entities.
//
// It costs the puts, in requests of 25. Any other error ends the run, also of reading a file: resume it with the last cursor.
func Import(ctx context.Context, db *ddb.DB, from fs.FS, opts *ImportOptions) (Imported, error) {
	if opts == nil {
		opts = &ImportOptions{}
	}
	im := &importing{opts: opts, db: face.DB(db)}
	err := im.run(ctx, from)
	if err != nil {
		err = fmt.Errorf("ddb: import: %w", face.Public(err))
	}
	return im.Imported, err
}

// importing is an Import under way.
type importing struct {
	Imported
	opts   *ImportOptions
	db     *write.DB
	pick   *picker
	in     *lines
	out    *spread
	faults faults
}

func (im *importing) run(ctx context.Context, from fs.FS) error {
	if im.db == nil || from == nil {
		return fault.Model("a nil DB or file system")
	}
	var err error
	if im.pick, err = im.opts.of(im.db.Table); err != nil {
		return err
	}
	if err := im.db.NoBlobs(im.pick.mayTake, "use Restore"); err != nil {
		return err
	}
	files, err := find(from)
	if err != nil {
		return err
	}
	im.in = newLines(from, files)
	im.in.take, im.in.fault = im.take, im.fault
	o := face.Job(&im.opts.JobOptions)
	if o.Workers == 0 {
		o.Workers = defaultWorkers
	}
	ctx, job, err := im.db.NewFeedJob(ctx, o, im.in, slices.Concat([]string{"import", im.in.digest()}, im.opts.names())...)
	if err != nil {
		return err
	}
	if o.Resume == "" && !im.opts.Overwrite {
		if err := isEmpty(ctx, im.db); err != nil {
			return err
		}
	}
	if files.total != nil && o.Resume == "" {
		job.Total = *files.total
	}
	im.out = &spread{db: im.db, job: job, refused: im.refuse, written: func(outgoing) { im.Written++ }}
	if o.Resume == "" {
		job.Mark()
	}
	err = job.Run(ctx, im)
	return im.in.finish(err, &im.faults, &im.Items, &im.Damaged)
}

// take takes an item of a file.
func (im *importing) take(ctx context.Context, o outgoing) error {
	if !im.pick.takes(model.Loaded(o.item)) {
		im.LeftOut++
		return nil
	}
	if err := keyed(im.db.Table, o.item); err != nil {
		im.refuse(o, err)
		return nil
	}
	im.out.job.Sources++
	return im.out.add(ctx, o)
}

func (im *importing) refuse(o outgoing, err error) {
	im.in.refused(o, im.db.Table.KeyText(o.item), err)
}

func (im *importing) fault(e *LineError) {
	im.faults.add(e)
	if im.opts.Damaged != nil {
		im.opts.Damaged(e)
	}
}

// Add is not called: the items come from files.
func (*importing) Add(context.Context, attr.Stored) error { return errors.ErrUnsupported }

// Flush writes what was taken.
func (im *importing) Flush(ctx context.Context, all bool) (bool, error) {
	return im.out.flush(ctx, all)
}

var _ read.Work = (*importing)(nil)
