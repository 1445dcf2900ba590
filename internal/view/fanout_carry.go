package view

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/write"
)

// carried counts what was done for changes: the targets that a first look found, and the writes.
type carried struct{ targets, changed int }

// carry applies changes to their targets until a look finds nothing to change. A target is written once for all changes of the
// batch; different targets are written concurrently. With report it writes nothing and reports each target that differs.
//
// A change that it could not apply has an error. Stopped is the failure of the environment that ended it; all changes that were
// left have it too.
func (f *fanOut) carry(ctx context.Context, db *write.DB, list []*copying, report func(Drift) error) (n carried, stopped error) {
	stop := func(err error) (carried, error) {
		for _, c := range list {
			if c.again || c.alone || c.err != nil {
				c.err = cmp.Or(c.err, err)
			}
		}
		return n, err
	}
	failures := 0
	for looks, left := 0, list; len(left) > 0; {
		if looks++; looks > 10*db.Attempts {
			if err := exhausted(left, looks-1); err != nil {
				return stop(err)
			}
			break
		}
		for _, c := range left {
			c.again = true // until it is looked at
		}
		p := &fanOutPass{f: f, db: db, report: report}
		p.run(ctx, left)
		if looks == 1 {
			n.targets = p.found
		}
		if n.changed += p.changed; p.stopped != nil {
			for _, c := range left { // a look that was not finished
				c.again = true
			}
			return stop(p.stopped)
		}
		left = slices.DeleteFunc(slices.Clone(left), func(c *copying) bool { return !c.again || c.alone })
		if !p.contended || len(left) == 0 {
			continue
		}
		if failures++; p.changed > 0 {
			failures = 1
		}
		if failures > 2*db.Attempts {
			return stop(&fault.Outside{Err: fmt.Errorf("%w: another writer changed a target in each of %d attempts", fault.ErrConflict, failures)})
		}
		if err := wait(ctx, min(failures, 6)); err != nil {
			return stop(err)
		}
	}
	for _, c := range list {
		if !c.alone || c.blocked() {
			continue
		}
		c.alone, c.again = false, false
		again, err := f.carry(ctx, db, []*copying{c}, report)
		if n.changed += again.changed; err != nil {
			return stop(err)
		}
	}
	return n, nil
}

// exhausted sets the error of changes that wrote something in every look. If the source changes all the time, no record is at
// fault: then it returns that error.
func exhausted(left []*copying, looks int) error {
	for _, c := range left {
		if c.changing {
			return &fault.Outside{Err: fmt.Errorf("%w: the source changed in each of %d looks", fault.ErrConflict, looks)}
		}
		c.again = false
		c.err = cmp.Or(c.err, fmt.Errorf("%w: apply changed a target again in each of %d looks: it must return false if the target is up to date", fault.ErrConflict, looks))
	}
	return nil
}
