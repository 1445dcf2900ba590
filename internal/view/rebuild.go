package view

import (
	"context"
	"time"

	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// Job says how a Rebuild or a DropView goes on.
type Job struct {
	Scan     read.ScanOptions
	Rate     int // capacity units in a second; 0 is unbounded
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

// bulkRun is a Rebuild or DropView under way: how far it is, and how fast it may go.
type bulkRun struct {
	ctx     context.Context // with the meter
	p       Progress
	rate    int
	meter   *call.Meter
	report  func(Progress)
	started time.Time
}

func newBulkRun(ctx context.Context, db *write.DB, opts Job) *bulkRun {
	b := &bulkRun{ctx: ctx, rate: opts.Rate, report: opts.Progress, started: time.Now()}
	if b.rate > 0 {
		b.ctx, b.meter = call.WithMeter(ctx)
	}
	if b.report == nil || opts.Scan.Resume != "" {
		return b
	}
	if c, err := db.Tables("progress"); err == nil {
		if live, err := db.Describe(ctx, c); err == nil && live.ItemCount != nil { // else it is not known
			b.p.Total = int(*live.ItemCount)
		}
	}
	return b
}

// pace waits until what was consumed is what the rate allows.
func (b *bulkRun) pace(ctx context.Context) error {
	if b.rate <= 0 {
		return ctx.Err()
	}
	c := b.meter.Total()
	return call.Sleep(ctx, time.Until(b.started.Add(time.Duration((c.Read+c.Write)/float64(b.rate)*float64(time.Second)))))
}

func unpaced(ctx context.Context) error { return ctx.Err() }

// page ends a page of the scan.
func (b *bulkRun) page(ctx context.Context) error {
	if b.report != nil {
		if b.p.Items > 0 && b.p.Total > b.p.Items {
			b.p.Remaining = time.Duration(float64(time.Since(b.started)) * float64(b.p.Total-b.p.Items) / float64(b.p.Items))
		} else {
			b.p.Remaining = 0
		}
		b.report(b.p)
	}
	return b.pace(ctx)
}
