package view

import (
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/record"
)

// copying is a change of a source on its way into its targets. Which those are is fixed by what it names, so that
// another delivery of it looks at the same ones.
type copying struct {
	before  *copying // the change of its source that comes before it
	key     attr.Item
	expired bool        // what the record says happened
	old     any         // the source before the change, as the record has it
	named   []any       // the source as the record has it, before and after; in a Rebuild, as it was found
	images  []attr.Item // what these are decoded from

	// of the last look
	c        Change
	now      attr.Item // what New is decoded from
	was      attr.Item // what Old is decoded from
	found    []located // what was found for it
	again    bool      // it is to be looked at again
	changing bool      // the source is another than in the look before
	err      error

	alone bool // what it was written with was refused: it is carried by itself
}

// located is an index entry that was found, with its key as text.
type located struct {
	attrs attr.Item
	id    string
}

func newCopying(key attr.Item, c Change, old, is attr.Item) *copying {
	out := &copying{key: key, expired: c.Kind == record.Expired, old: c.Old, c: c}
	for i, image := range []any{c.Old, c.New} {
		if image != nil {
			out.named, out.images = append(out.named, image), append(out.images, []attr.Item{old, is}[i])
		}
	}
	return out
}

// sees takes the source as it is now, nil if it is gone.
func (c *copying) sees(now any, attrs attr.Item) {
	c.changing = c.c.New != nil && !reflect.DeepEqual(c.c.New, now)
	c.c.Old, c.c.New = c.old, now
	switch {
	case now != nil && c.old != nil:
		c.c.Kind = record.Modified
	case now != nil:
		c.c.Kind = record.Inserted
	case c.expired:
		c.c.Kind = record.Expired
	default:
		c.c.Kind = record.Removed
	}
	if c.now, c.was = attrs, nil; c.old != nil {
		c.was = c.images[0]
	}
	switch n := len(c.named) - 1; {
	case now != nil && c.c.Record == nil:
		c.named, c.images = append(c.named, now), append(c.images, attrs)
	case now == nil && c.old == nil && n >= 0: // it came, and went since
		c.c.Old, c.was = c.named[n], c.images[n]
	}
}

// apart is the change with an Old and a New that no other target has: apply may keep what they point to.
func (c *copying) apart(f *fanOut) (Change, error) {
	out := c.c
	if !f.shares {
		return out, nil
	}
	decode := func(into *any, attrs attr.Item) error {
		if *into == nil {
			return nil
		}
		v := f.source.NewItem()
		err := f.source.Decode(model.Loaded(attrs), v)
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
