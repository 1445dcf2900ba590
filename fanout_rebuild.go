package ddb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
)

// fanOutRebuild applies sources to their targets, a hundred at once.
type fanOutRebuild struct {
	f      *fanOut
	db     *DB
	p      *Progress
	report func(Drift) error
	list   []*copying
	faults []error
}

func (f *fanOut) rebuilder(db *DB, p *Progress, _ func(context.Context) error) rebuilder {
	return &fanOutRebuild{f: f, db: db, p: p}
}

func (f *fanOut) verifier(db *DB, report func(Drift) error) rebuilder {
	return &fanOutRebuild{f: f, db: db, p: &Progress{}, report: report}
}

// add takes a source as if it had just been inserted.
func (r *fanOutRebuild) add(ctx context.Context, attrs item) error {
	if !r.db.table.claims(r.f.source, loaded(attrs)) {
		return nil
	}
	r.p.Sources++
	r.list = append(r.list, newCopying(r.db.table.keyOf(loaded(attrs)), Change[any]{Kind: Inserted, entity: r.f.source}))
	if len(r.list) < batchGetLimit {
		return nil
	}
	_, err := r.flush(ctx, true)
	return err
}

func (r *fanOutRebuild) flush(ctx context.Context, _ bool) (bool, error) {
	var reported error
	report := r.report
	if report != nil {
		report = func(d Drift) error {
			reported = cmp.Or(reported, r.report(d))
			return reported
		}
	}
	list := r.list
	r.list = nil
	n, _ := r.f.carry(ctx, r.db, list, report)
	r.p.Changed += n
	if reported != nil {
		return false, reported
	}
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	for _, c := range list {
		if c.err != nil && len(r.faults) < maxRebuildFaults {
			r.faults = append(r.faults, fmt.Errorf("source %s: %w", r.db.table.keyText(c.key), c.err))
		}
	}
	return true, nil
}

func (r *fanOutRebuild) finish() error { return errors.Join(r.faults...) }
