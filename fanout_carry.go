package ddb

import (
	"context"
	"fmt"
	"slices"
)

// copying is a change of a source on its way into its targets. Which those are is fixed by what it names, so that whoever carries it
// again looks at the same ones.
type copying struct {
	before  *copying // the change of its source that comes before it
	key     item
	expired bool        // as the record says
	old     any         // as well
	named   []any       // the source as the record has it, before and after; in a Rebuild, as it was found
	c       Change[any] // as the last look has it
	rows    []item      // found for it in this look

	again bool // it is to be looked at again
	alone bool // what it was written with was refused: it is carried by itself
	err   error
}

func newCopying(key item, c Change[any]) *copying {
	out := &copying{key: key, expired: c.Kind == Expired, old: c.Old, c: c}
	for _, image := range []any{c.Old, c.New} {
		if image != nil {
			out.named = append(out.named, image)
		}
	}
	return out
}

// sees takes the source as it is now, nil if it is gone.
func (c *copying) sees(now any) {
	c.c.Old, c.c.New = c.old, now
	switch {
	case now != nil && c.old != nil:
		c.c.Kind = Modified
	case now != nil:
		c.c.Kind = Inserted
	case c.expired:
		c.c.Kind = Expired
	default:
		c.c.Kind = Removed
	}
	switch {
	case now != nil && c.c.record == nil:
		c.named = append(c.named, now)
	case now == nil && c.old == nil && len(c.named) > 0: // it came, and went since
		c.c.Old = c.named[len(c.named)-1]
	}
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
