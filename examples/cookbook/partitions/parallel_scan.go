package partitions

import (
	"context"
	"time"

	"github.com/singletable-go/ddb"
)

// PacedScan reads a whole table by several requests at a time, and no faster than it may. Each reads a segment of the table.
// It is for programs that do something of their own with each item. To edit items, to copy a table or to write it to files,
// package ddbjob has jobs, which take a rate themselves.
type PacedScan struct {
	Workers int     // requests at a time; default 1
	Rate    float64 // read units a second, on average; 0 is as fast as it goes. A request of 1 MB takes 128 at once.

	// Save stores where the scan is, after each page, in a file or in another table; "" is the end. After a crash, Resume
	// with what was saved last: items of a page that was not done come again.
	Save   func(ddb.Cursor) error
	Resume ddb.Cursor

	Now   func() time.Time                           // default time.Now
	Sleep func(context.Context, time.Duration) error // default is by a timer
}

// Run gives each item to f. Items come in no order, and an item that is written meanwhile comes as it was or as it is.
func (p PacedScan) Run(ctx context.Context, db *ddb.DB, f func(item any) error) error {
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Sleep == nil {
		p.Sleep = sleep
	}
	ctx, meter := ddb.WithMeter(ctx)
	begin := p.Now()
	var failed error
	opts := &ddb.ScanOptions{Workers: p.Workers, Resume: p.Resume, Checkpoint: func(c ddb.Cursor) {
		if failed == nil && p.Save != nil {
			failed = p.Save(c)
		}
		if p.Rate <= 0 || failed != nil {
			return
		}
		// What was consumed until now should have taken so long. Meanwhile each worker waits with one page.
		due := time.Duration(meter.Total().Read / p.Rate * float64(time.Second))
		if early := due - p.Now().Sub(begin); early > 0 {
			failed = p.Sleep(ctx, early)
		}
	}}
	if p.Resume == "" {
		opts.Segments = 4 * p.Workers // segments differ in size: with more of them than workers, none works alone at the end
	}
	for item, err := range db.Scan(ctx, opts) {
		if failed != nil {
			return failed
		}
		if err != nil {
			return err
		}
		if err := f(item); err != nil {
			return err
		}
	}
	return failed
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
