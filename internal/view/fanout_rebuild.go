package view

import (
	"context"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/call"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/record"
	"github.com/singletable-go/ddb/internal/write"
)

// fanOutRebuild applies sources to their targets, a hundred at once.
type fanOutRebuild struct {
	f      *fanOut
	db     *write.DB
	p      *Progress
	report func(Drift) error
	list   []*copying
	faults []error
}

func (f *fanOut) rebuilder(db *write.DB, p *Progress, _ func(context.Context) error) rebuilder {
	return &fanOutRebuild{f: f, db: db, p: p}
}

func (f *fanOut) verifier(db *write.DB, report func(Drift) error) rebuilder {
	return &fanOutRebuild{f: f, db: db, p: &Progress{}, report: report}
}

// add takes a source as if it had just been inserted.
func (r *fanOutRebuild) add(ctx context.Context, attrs attr.Item) error {
	if !r.db.Table.Claims(r.f.source, model.Loaded(attrs)) {
		return nil
	}
	r.p.Sources++
	r.list = append(r.list, newCopying(r.db.Table.KeyOf(model.Loaded(attrs)), Change{Kind: record.Inserted, Entity: r.f.source}, nil, nil))
	if len(r.list) < call.BatchGetLimit {
		return nil
	}
	_, err := r.flush(ctx, true)
	return err
}

func (r *fanOutRebuild) flush(ctx context.Context, _ bool) (bool, error) {
	list := r.list
	r.list = nil
	if r.report != nil {
		return r.compare(ctx, list)
	}
	n, _ := r.f.carry(ctx, r.db, list, nil)
	r.p.Changed += n
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	r.blame(list)
	return true, nil
}

// compare reports the targets that differ in three looks within half a second: what a stream is about to carry does not.
func (r *fanOutRebuild) compare(ctx context.Context, list []*copying) (bool, error) {
	var last map[string]bool
	var order []Drift
	for looks := 1; ; looks++ {
		found := map[string]bool{}
		order = nil
		_, _ = r.f.carry(ctx, r.db, list, func(d Drift) error {
			if last == nil || last[d.Item] {
				found[d.Item] = true
				order = append(order, d)
			}
			return nil
		})
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		if last = found; looks == restLooks || len(found) == 0 {
			break
		}
		if err := call.Sleep(ctx, restPause); err != nil {
			return false, err
		}
	}
	r.blame(list)
	for _, d := range order {
		r.p.Changed++
		if err := r.report(d); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (r *fanOutRebuild) blame(list []*copying) {
	for _, c := range list {
		if c.err != nil && len(r.faults) < maxRebuildFaults {
			r.faults = append(r.faults, fmt.Errorf("source %s: %w", r.db.Table.KeyText(c.key), c.err))
		}
	}
}

func (r *fanOutRebuild) finish() error { return errors.Join(r.faults...) }
