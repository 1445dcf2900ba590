package read

import (
	"context"
	"strings"
	"time"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/fault"
)

// JobOptions says how a job over the whole table is done.
type JobOptions struct {
	Workers    int
	Segments   int
	Rate       int // capacity units in a second; 0 is unbounded
	Resume     string
	Checkpoint func(string)
	Progress   func(Progress)
}

// Progress says how far a job is. Work counts Sources, Targets and Changed.
type Progress struct {
	Items     int // read
	Total     int // in the table; 0 if it is not known
	Sources   int // of Items, those that the job is for
	Targets   int // of a view, looked at
	Changed   int // written or deleted
	Checked   int // read by a verification at the end
	Remaining time.Duration
}

// Work is what a job does with the items of the table. Job.Run calls it, from one goroutine.
type Work interface {
	// Add takes one item, and may look at it until it returns.
	Add(ctx context.Context, s attr.Stored) error
	// Flush works on what was added, on all of it if asked to, and reports whether nothing is left.
	Flush(ctx context.Context, all bool) (done bool, err error)
}

const (
	// checkpointEvery bounds how often all of the work is done only to pass a checkpoint on.
	checkpointEvery = 10 * time.Second
	// reportEvery is how often progress is reported between pages.
	reportEvery = time.Second
	// maxCredit bounds the time in which a job consumed less than its rate, and that it may make up for.
	maxCredit = time.Second
)

// Job is a job over the whole table under way: it scans the table, does its work, and knows how far that is.
type Job struct {
	Progress

	// Staged says that the job has a further stage: the cursor at the end of this one is no "", and resumes there.
	Staged bool

	scan    *scan // nil of a feed
	src     source
	opts    JobOptions
	meter   *call.Meter // nil without a rate
	used    float64     // units that were paced
	free    time.Time   // when the rate allows more
	started time.Time
	marked  time.Time // when the last checkpoint was passed on
	told    time.Time // when progress was reported last
	said    Progress
}

// NewJob checks the options of a job, and opens its cursor, before any request. No other operation takes the cursors of
// this one: what one has done of a table another has not. What is done under the context that it returns counts towards
// the rate, and on as many targets at once as the options say.
func (db *DB) NewJob(ctx context.Context, opts JobOptions, operation ...string) (context.Context, *Job, error) {
	if opts.Rate < 0 {
		return ctx, nil, fault.Model("Rate is %d: use 1 or more, or 0 for no limit", opts.Rate)
	}
	s, err := db.newScan(ScanOptions{Workers: opts.Workers, Segments: opts.Segments, Resume: opts.Resume}, strings.Join(operation, "\x00"))
	if err != nil {
		return ctx, nil, err
	}
	ctx, j := begin(ctx, scanned{s}, opts, s.opts.Workers)
	j.scan = s
	return ctx, j, nil
}

// begin makes a job of a source.
func begin(ctx context.Context, src source, opts JobOptions, workers int) (context.Context, *Job) {
	now := time.Now()
	j := &Job{src: src, opts: opts, started: now, marked: now, told: now, free: now}
	ctx = call.WithWidth(ctx, workers)
	if opts.Rate > 0 {
		ctx, j.meter = call.WithMeter(ctx)
	}
	return ctx, j
}

// source is where a job reads its items.
type source interface {
	// each gives f page after page, until f returns an error. No request is under way when it returns.
	each(ctx context.Context, f func(jobPage) error) error
	position() string // the cursor behind the pages that were consumed
	ended() bool
}

// jobPage is some items of a source, read at once.
type jobPage interface {
	// give gives w the items, and counts the page as consumed.
	give(ctx context.Context, j *Job, w Work) error
}

// scanned is the table as a source.
type scanned struct{ *scan }

func (s scanned) each(ctx context.Context, f func(jobPage) error) error {
	return s.scan.each(ctx, func(page scanPage) error { return f(givenPage{s.scan, page}) })
}

type givenPage struct {
	scan *scan
	page scanPage
}

func (p givenPage) give(ctx context.Context, j *Job, w Work) error {
	for _, it := range p.page.items {
		j.Items++
		if err := w.Add(ctx, it); err != nil {
			return err
		}
	}
	p.page.page.Release()
	p.scan.consumed(p.page)
	return nil
}

// KeyedBy names the key attributes of a live table that differs from the model.
func (j *Job) KeyedBy(names []string) { j.scan.key = names }

// Run gives every item of the table to w. A checkpoint is passed on when all that was read before it is done.
func (j *Job) Run(ctx context.Context, w Work) error {
	j.count(ctx)
	defer func() {
		if j.Progress != j.said {
			j.report()
		}
	}()
	return j.src.each(ctx, func(page jobPage) error {
		if err := page.give(ctx, j, w); err != nil {
			return err
		}
		last := j.src.ended()
		done, err := w.Flush(ctx, last || j.opts.Checkpoint != nil && time.Since(j.marked) > checkpointEvery)
		if err != nil {
			return err
		}
		if done && j.opts.Checkpoint != nil {
			j.Mark()
		}
		j.report()
		if last {
			return ctx.Err()
		}
		return j.pace(ctx)
	})
}

// Mark passes a checkpoint on. What was added is done.
func (j *Job) Mark() {
	if j.marked = time.Now(); j.opts.Checkpoint == nil {
		return
	}
	cursor := ""
	if j.Staged || !j.src.ended() {
		cursor = j.src.position()
	}
	j.opts.Checkpoint(cursor)
}

// Step comes before a piece of work within a page: it keeps the rate, and reports progress now and then.
func (j *Job) Step(ctx context.Context) error {
	if time.Since(j.told) >= reportEvery {
		j.report()
	}
	return j.pace(ctx)
}

// Piece is how much work is done at once, if it is usually most: about a second's worth of the rate, since nothing waits
// within a piece. It takes some units for one item.
func (j *Job) Piece(most int) int {
	if j.opts.Rate == 0 {
		return most
	}
	return min(most, max(j.opts.Rate/8, 5))
}

// PieceOf is Piece for the first of n items whose sizes are known, in bytes: large ones take as many units.
func (j *Job) PieceOf(n, most int, size func(int) int) int {
	most = min(n, j.Piece(most))
	units := 0
	for i := range most {
		if units += unitsOf(size(i)); i > 0 && j.exceeds(units) {
			return i
		}
	}
	return most
}

// exceeds reports whether units are more than those of a second.
func (j *Job) exceeds(units int) bool { return j.opts.Rate > 0 && units > j.opts.Rate }

// unitsOf is what it takes to write an item.
func unitsOf(size int) int { return (size + 1023) / 1024 }

// count finds out how many items there are. What an earlier run has read of them is not known to one that resumes it.
func (j *Job) count(ctx context.Context) {
	if j.opts.Progress == nil || j.opts.Resume != "" || j.scan == nil {
		return
	}
	if c, err := j.scan.db.Tables("progress"); err == nil {
		if live, err := j.scan.db.Describe(ctx, c); err == nil && live.ItemCount != nil { // else it is not known
			j.Total = int(*live.ItemCount)
		}
	}
}

func (j *Job) report() {
	if j.opts.Progress == nil {
		return
	}
	if j.Remaining = 0; j.Items > 0 && j.Total > j.Items {
		j.Remaining = time.Duration(float64(time.Since(j.started)) * float64(j.Total-j.Items) / float64(j.Items))
	}
	j.told, j.said = time.Now(), j.Progress
	j.opts.Progress(j.Progress)
}

// pace waits until the rate allows more. What a job did not consume in the past it may not consume later, but for a moment:
// else a dense part of the table behind a sparse one would have no limit.
func (j *Job) pace(ctx context.Context) error {
	if j.meter == nil {
		return ctx.Err()
	}
	c := j.meter.Total()
	units := c.Read + c.Write - j.used
	j.used += units
	j.free = j.free.Add(time.Duration(units / float64(j.opts.Rate) * float64(time.Second)))
	if earliest := time.Now().Add(-maxCredit); j.free.Before(earliest) {
		j.free = earliest
	}
	return call.Sleep(ctx, time.Until(j.free))
}

// batches is work on items by themselves, some of them together.
type batches[T any] struct {
	job   *Job
	size  int
	pick  func(attr.Stored) (what T, wanted bool, err error)
	do    func(context.Context, []T) error
	batch []T
	units int // to write its items
}

// InBatches is work on items by themselves: pick takes from each what do needs, or leaves it out, and do gets up to size of
// them at once. They are of one page of the scan, so that what is in memory is not more than that.
func InBatches[T any](j *Job, size int, pick func(attr.Stored) (T, bool, error), do func(context.Context, []T) error) Work {
	return &batches[T]{job: j, size: j.Piece(size), pick: pick, do: do}
}

func (b *batches[T]) Add(ctx context.Context, s attr.Stored) error {
	what, wanted, err := b.pick(s)
	if err != nil || !wanted {
		return err
	}
	b.job.Sources++
	if b.job.opts.Rate > 0 {
		b.units += unitsOf(s.Size())
	}
	if b.batch = append(b.batch, what); len(b.batch) < b.size && !b.job.exceeds(b.units) {
		return nil
	}
	_, err = b.Flush(ctx, true)
	return err
}

func (b *batches[T]) Flush(ctx context.Context, _ bool) (bool, error) {
	if len(b.batch) == 0 {
		return true, nil
	}
	batch := b.batch
	b.batch, b.units = nil, 0
	if err := b.job.Step(ctx); err != nil {
		return false, err
	}
	return true, b.do(ctx, batch)
}
