package ddb

import (
	"context"
	"fmt"
	"slices"
)

// copying is a change of a source on its way into its targets.
type copying struct {
	before  *copying // the change of its source that comes before it
	key     item
	expired bool        // as the record says
	c       Change[any] // Kind and New are those of the last look
	was     []any       // how the source was: before the change, and when it was looked at before
	rows    []item      // found for it in this look

	again bool // it is to be looked at again
	alone bool // what it was written with was refused: it is carried by itself
	err   error
}

func newCopying(key item, c Change[any]) *copying {
	out := &copying{key: key, expired: c.Kind == Expired, c: c}
	if c.New = nil; c.Old != nil {
		out.was = []any{c.Old}
	}
	return out
}

// sees takes the source as it is now, nil if it is gone, and reports whether there is something to carry: of a source that came
// and is gone, the record of its removal tells.
func (c *copying) sees(now any) bool {
	if c.c.New != nil {
		c.was = append(c.was, c.c.New)
	}
	if c.c.New = now; now == nil && c.c.Old == nil && len(c.was) > 0 {
		c.c.Old = c.was[len(c.was)-1]
	}
	switch {
	case now != nil && c.c.Old != nil:
		c.c.Kind = Modified
	case now != nil:
		c.c.Kind = Inserted
	case c.c.Old != nil && c.expired:
		c.c.Kind = Expired
	case c.c.Old != nil:
		c.c.Kind = Removed
	}
	return now != nil || c.c.Old != nil
}

// blocked reports whether a change before it failed, so that it is withheld.
func (c *copying) blocked() bool {
	for b := c.before; b != nil; b = b.before {
		if b.err != nil {
			return true
		}
	}
	return false
}

// carry carries changes into their targets until a look finds nothing to change, and returns the number of writes. What the
// changes of a batch make of one target is written at once; different targets are written side by side. With report it writes
// nothing and reports each target that differs. Changes that it could not carry have an error; stopped is the failure of the
// environment that ended it, which all have that were left.
func (f *fanOut) carry(ctx context.Context, db *DB, list []*copying, report func(Drift) error) (changed int, stopped error) {
	failures := 0
	for looks, left := 0, list; len(left) > 0; {
		if looks++; looks > 10*db.opts.MaxAttempts {
			_ = failCopying(left, fmt.Errorf("%w: a target was to be changed again in each of %d looks: apply must report false where there is nothing to change", ErrConflict, looks-1))
			break
		}
		p := &fanOutPass{f: f, db: db, report: report}
		p.run(ctx, left)
		changed += p.changed
		if p.stopped != nil {
			return changed, failCopying(left, p.stopped)
		}
		left = slices.DeleteFunc(slices.Clone(left), func(c *copying) bool { return !c.again || c.alone || c.err != nil })
		if !p.contended || len(left) == 0 {
			continue
		}
		if failures++; p.changed > 0 {
			failures = 1
		}
		if failures > 2*db.opts.MaxAttempts {
			return changed, failCopying(left, &outside{fmt.Errorf("%w: a target was written by others in %d attempts", ErrConflict, failures)})
		}
		if err := wait(ctx, min(failures, 6)); err != nil {
			return changed, failCopying(left, err)
		}
	}
	for _, c := range list {
		if !c.alone || c.err != nil || c.blocked() {
			continue
		}
		c.alone = false
		n, err := f.carry(ctx, db, []*copying{c}, report)
		if changed += n; err != nil {
			return changed, failCopying(slices.DeleteFunc(slices.Clone(list), func(c *copying) bool { return !c.alone }), err)
		}
	}
	return changed, nil
}

// failCopying gives an error to the changes that have none.
func failCopying(list []*copying, err error) error {
	for _, c := range list {
		if c.err == nil {
			c.err = err
		}
	}
	return err
}
