package ddb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"
)

// copying is a change of a source on its way into its targets. Which those are is fixed by what it names, so that whoever carries it
// again looks at the same ones.
type copying struct {
	before  *copying // the change of its source that comes before it
	key     item
	expired bool  // as the record says
	old     any   // as well
	named   []any // the source as the record has it, before and after; in a Rebuild, as it was found
	images  []item

	// of the last look
	c        Change[any]
	now      item      // what New is decoded from
	was      item      // what Old is decoded from
	rows     []located // what was found for it
	again    bool      // it is to be looked at again
	changing bool      // the source is another than in the look before
	err      error

	alone bool // what it was written with was refused: it is carried by itself
}

// located is a row that was found, with its key as text.
type located struct {
	row item
	id  string
}

func newCopying(key item, c Change[any], old, is item) *copying {
	out := &copying{key: key, expired: c.Kind == Expired, old: c.Old, c: c}
	for i, image := range []any{c.Old, c.New} {
		if image != nil {
			out.named, out.images = append(out.named, image), append(out.images, []item{old, is}[i])
		}
	}
	return out
}

// sees takes the source as it is now, nil if it is gone.
func (c *copying) sees(now any, attrs item) {
	c.changing = c.c.New != nil && !reflect.DeepEqual(c.c.New, now)
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
	if c.now, c.was = attrs, nil; c.old != nil {
		c.was = c.images[0]
	}
	switch n := len(c.named) - 1; {
	case now != nil && c.c.record == nil:
		c.named, c.images = append(c.named, now), append(c.images, attrs)
	case now == nil && c.old == nil && n >= 0: // it came, and went since
		c.c.Old, c.was = c.named[n], c.images[n]
	}
}

// apart is the change with an Old and a New that no other target has: apply may keep what they point to.
func (c *copying) apart(f *fanOut) (Change[any], error) {
	out := c.c
	if !f.shares {
		return out, nil
	}
	decode := func(into *any, attrs item) error {
		if *into == nil {
			return nil
		}
		v := f.source.newItem()
		err := f.source.decode(loaded(attrs), v)
		*into = v.Interface()
		return err
	}
	return out, errors.Join(decode(&out.Old, c.was), decode(&out.New, c.now))
}

// pointsElsewhere reports whether two copies of a value may have memory in common.
func pointsElsewhere(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return pointsElsewhere(t.Elem())
	case reflect.Struct:
		return t != reflect.TypeFor[time.Time]() && slices.ContainsFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool {
			return len(f.Index) == 1 && pointsElsewhere(f.Type)
		})
	case reflect.Map, reflect.Slice, reflect.Pointer, reflect.Interface, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return true
	default:
		return false
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
	stop := func(err error) (int, error) {
		for _, c := range list {
			if c.again || c.alone || c.err != nil {
				c.err = cmp.Or(c.err, err)
			}
		}
		return changed, err
	}
	failures := 0
	for looks, left := 0, list; len(left) > 0; {
		if looks++; looks > 10*db.opts.MaxAttempts {
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
		if changed += p.changed; p.stopped != nil {
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
		if failures > 2*db.opts.MaxAttempts {
			return stop(&outside{fmt.Errorf("%w: a target was written by others in %d attempts", ErrConflict, failures)})
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
		n, err := f.carry(ctx, db, []*copying{c}, report)
		if changed += n; err != nil {
			return stop(err)
		}
	}
	return changed, nil
}

// exhausted gives an error to changes that wrote something in each of so many looks. Where the source changes all the time, that is no
// fault of a record, and what it returns.
func exhausted(left []*copying, looks int) error {
	for _, c := range left {
		if c.changing {
			return &outside{fmt.Errorf("%w: the source changed in each of %d looks", ErrConflict, looks)}
		}
		c.again = false
		c.err = cmp.Or(c.err, fmt.Errorf("%w: a target was to be changed again in each of %d looks: apply must report false where there is nothing to change", ErrConflict, looks))
	}
	return nil
}
