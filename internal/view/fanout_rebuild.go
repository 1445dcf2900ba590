package view

import (
	"context"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/record"
	"github.com/singletable-go/ddb/internal/write"
)

// fanOutRebuild applies sources to their targets, a hundred at once.
type fanOutRebuild struct {
	f      *fanOut
	db     *write.DB
	job    *read.Job
	report func(Drift) error
	list   []*copying
	faults []error
}

func (f *fanOut) rebuilder(db *write.DB, job *read.Job, report func(Drift) error) rebuilder {
	return &fanOutRebuild{f: f, db: db, job: job, report: report}
}

// Add takes a source as if it had just been inserted.
func (r *fanOutRebuild) Add(ctx context.Context, s attr.Stored) error {
	if !r.db.Table.Claims(r.f.source, s) {
		return nil
	}
	r.job.Sources++
	r.list = append(r.list, newCopying(r.db.Table.KeyOf(s), Change{Kind: record.Inserted, Entity: r.f.source}, nil, nil))
	if len(r.list) < r.job.Piece(call.BatchGetLimit) {
		return nil
	}
	_, err := r.Flush(ctx, true)
	return err
}

// Flush carries the sources into their targets.
func (r *fanOutRebuild) Flush(ctx context.Context, _ bool) (bool, error) {
	if len(r.list) == 0 {
		return true, nil
	}
	list := r.list
	r.list = nil
	if err := r.job.Step(ctx); err != nil {
		return false, err
	}
	if r.report != nil {
		return r.compare(ctx, list)
	}
	n, _ := r.f.carry(ctx, r.db, list, nil)
	r.job.Targets += n.targets
	r.job.Changed += n.changed
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	return r.blame(ctx, list)
}

// compare reports the targets that differ in three looks within half a second: what a stream is about to carry does not.
func (r *fanOutRebuild) compare(ctx context.Context, list []*copying) (bool, error) {
	var last map[string]bool
	var order []Drift
	for looks := 1; ; looks++ {
		found := map[string]bool{}
		order = nil
		n, _ := r.f.carry(ctx, r.db, list, func(d Drift) error {
			if last == nil || last[d.Item] {
				found[d.Item] = true
				order = append(order, d)
			}
			return nil
		})
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if looks == 1 {
			r.job.Targets += n.targets
		}
		if last = found; looks == restLooks || len(found) == 0 {
			break
		}
		if err := call.Sleep(ctx, restPause); err != nil {
			return false, err
		}
	}
	if done, err := r.blame(ctx, list); !done {
		return false, err
	}
	for _, d := range order {
		if err := r.report(d); err != nil {
			return false, err
		}
	}
	return true, nil
}

// blame notes the sources that were not carried. Where the environment failed, they are not done, and the job ends.
func (r *fanOutRebuild) blame(ctx context.Context, list []*copying) (done bool, err error) {
	for _, c := range list {
		if c.err == nil {
			continue
		}
		err := fmt.Errorf("source %s: %w", r.db.Table.KeyText(c.key), c.err)
		if call.Halts(ctx, c.err) != nil {
			return false, err
		}
		if len(r.faults) < maxRebuildFaults {
			r.faults = append(r.faults, err)
		}
	}
	return true, nil
}

func (r *fanOutRebuild) finish() error { return errors.Join(r.faults...) }
