package ddbjob

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/face"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// ExportOptions configures an [Export]. nil exports every item.
type ExportOptions struct {
	// JobOptions have the workers, the rate, checkpoints and progress. A checkpoint comes with each file, before the first
	// one, and with the manifest.
	ddb.JobOptions

	// Select says which items are exported; by default all but leases.
	Select

	// FileBytes is the size of a compressed file, about; default 32 MB. One file is in memory while it is made. With a low
	// Rate files are smaller: one is written at least every ten seconds.
	FileBytes int
}

// defaultFileBytes is the default of ExportOptions.FileBytes.
const defaultFileBytes = 32 << 20

// Exported counts what an [Export] has written. Items, Files and Bytes are those of all its runs.
type Exported struct {
	Read    int // items of the table, of any kind, in this run
	LeftOut int // by Select, in this run
	Items   int
	Files   int
	Bytes   int // of the items, as DynamoDB counts them
}

// Export writes the items of a table to files, in the format of DynamoDB's full export to S3: data/000001.json.gz and so on, with
// a line {"Item": {…}} for each item; manifest-files.json, with the number of items and the MD5 checksum of each file; and
// manifest-summary.json, which comes last. So [Import] and [Restore] read it, and so do AWS's import from S3 and other tools. The files
// of an export into a bucket go under one prefix.
//
// It is a scan, and no snapshot: an item that is written meanwhile may be in it as it was before or after. For one moment of a
// large table use DynamoDB's own export, which needs point-in-time recovery and costs no capacity. It reads as db does: pass
// db.Consistent() to read strongly consistently.
//
// Files appear whole or not at all. A run that resumes removes the files that were written after its cursor, so no item is
// twice in an export. While it is under way, export-progress.json has what is written; Import refuses such a place. If to has
// an export already, the error matches [ddb.ErrExists]; a cursor of another export is [ddb.ErrCursor].
//
// An item with Blobs (package ddbblob) is exported with its references, without the objects. [Restore] copies the objects, if the
// store still has them: a sweep deletes those that items of the table no longer refer to.
//
// It costs a scan of the table.
func Export(ctx context.Context, db *ddb.DB, to Store, opts *ExportOptions) (Exported, error) {
	if opts == nil {
		opts = &ExportOptions{}
	}
	e := &exporting{opts: opts, db: face.DB(db), to: to}
	err := e.run(ctx)
	if err != nil && e.db != nil {
		err = fmt.Errorf("ddb: export %q: %w", e.db.Name, face.Public(err))
	}
	return e.Exported, err
}

// exporting is an Export under way.
type exporting struct {
	Exported
	opts *ExportOptions
	db   *write.DB
	to   Store
	pick *picker
	log  *exportLog
	job  *read.Job

	text  bytes.Buffer // the file that is being made
	zip   *gzip.Writer
	items int // in it
	bytes int
	err   error // of a checkpoint
}

func (e *exporting) run(ctx context.Context) error {
	switch {
	case e.db == nil || e.to == nil:
		return fault.Model("ddb: export: a nil DB or Store")
	case e.opts.FileBytes < 0:
		return fault.Model("FileBytes is %d: use 1 or more, or 0 for the default", e.opts.FileBytes)
	}
	var err error
	if e.pick, err = e.opts.of(e.db.Table); err != nil {
		return err
	}
	o := face.Job(&e.opts.JobOptions)
	told := o.Checkpoint
	o.Checkpoint = func(cursor string) {
		if e.err = e.log.checkpoint(e.to, cursor); e.err == nil && told != nil {
			told(cursor)
		}
	}
	inner, job, err := e.db.NewJob(ctx, o, slices.Concat([]string{"export"}, e.opts.names())...)
	if err != nil {
		return err
	}
	if e.log, err = openLog(e.to, o.Resume, e.db.Opts.Now()); err != nil {
		return err
	}
	e.job = job
	job.Staged = true
	if o.Resume == "" {
		if job.Mark(); e.err != nil {
			return e.err
		}
	}
	err = job.Run(inner, e)
	e.Read = job.Items
	for _, f := range e.log.files() {
		e.Files++
		e.Items += *f.ItemCount
		e.Bytes += f.Billed
	}
	if err != nil {
		return err
	}
	if err := e.manifest(); err != nil {
		return err
	}
	if told != nil {
		told("")
	}
	return e.to.Remove(progressName)
}

// Add takes an item of the table.
func (e *exporting) Add(_ context.Context, s attr.Stored) error {
	if !e.pick.takes(s) {
		e.LeftOut++
		return nil
	}
	if e.zip == nil {
		e.zip = gzip.NewWriter(&e.text)
	}
	item := s.Attributes()
	line, err := json.Marshal(struct{ Item attr.JSON }{item})
	if err != nil {
		return fmt.Errorf("item %s: %w", e.db.Table.KeyText(item), err)
	}
	e.job.Sources++
	e.items++
	e.bytes += attr.Size(item)
	_, err = e.zip.Write(append(line, '\n'))
	return err
}

// Flush ends the file if it is large enough.
func (e *exporting) Flush(_ context.Context, all bool) (bool, error) {
	if e.err != nil {
		return false, e.err
	}
	limit := e.opts.FileBytes
	if limit == 0 {
		limit = defaultFileBytes
	}
	if !all && e.text.Len() < limit {
		return false, nil
	}
	if e.items > 0 {
		if err := e.file(); err != nil {
			return false, err
		}
	}
	return true, nil
}

// file writes the file.
func (e *exporting) file() error {
	if err := e.zip.Close(); err != nil {
		return err
	}
	sum := md5.Sum(e.text.Bytes())
	f := logged{
		dataFile: dataFile{
			Key: fileName(e.log.Last + 1), ItemCount: new(e.items),
			MD5: base64.StdEncoding.EncodeToString(sum[:]), ETag: hex.EncodeToString(sum[:]),
		},
		Billed: e.bytes,
	}
	if err := e.to.WriteFile(f.Key, e.text.Bytes()); err != nil {
		return err
	}
	e.log.add(f)
	e.log.Last++
	e.text.Reset()
	e.zip, e.items, e.bytes = nil, 0, 0
	return nil
}

// manifest ends the export.
func (e *exporting) manifest() error {
	if e.err != nil {
		return e.err
	}
	var list bytes.Buffer
	for _, f := range e.log.files() {
		line, err := json.Marshal(f.dataFile)
		if err != nil {
			return err
		}
		list.Write(append(line, '\n'))
	}
	text, err := json.Marshal(summary{
		Version: "2020-06-30", TableName: e.db.Name,
		StartTime: e.log.Started, EndTime: e.db.Opts.Now().UTC().Format(time.RFC3339Nano),
		FilesKey: filesName, BilledBytes: e.Bytes, ItemCount: new(e.Items), OutputFormat: jsonFormat, ExportType: fullExport,
	})
	if err != nil {
		return err
	}
	if err := e.log.tidy(e.to); err != nil {
		return err
	}
	if err := e.to.WriteFile(filesName, list.Bytes()); err != nil {
		return err
	}
	return e.to.WriteFile(summaryName, text)
}
