package ddb

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// rSink receives the items of one entity in [DB.Gather]: made by [Entity.Into].
type rSink struct {
	e     *model.Entity
	start func() sinking
}

// sinking is what a sink has received: add returns the place of one more item, drop takes the last one back, and done puts
// them where the caller finds them.
type sinking struct {
	add        func() reflect.Value
	drop, done func()
}

// Gather reads a collection with one Query, as many requests as it has pages, and sorts its items into the sinks by
// type. The key condition is narrowed to what the sinks ask for; what lies between and is of other entities is read,
// paid for and skipped. It is no snapshot: an item written meanwhile may be in it or not. The first error ends it, that of
// an item that cannot be read included; see [DB.GatherAll].
func (db *rDB) Gather(ctx context.Context, q query, into []rSink) error {
	return db.gather(ctx, q, into, func(err error) error { return err })
}

// GatherAll is [DB.Gather] past items that cannot be read: the sinks get the others, and the error joins an [ItemError] for
// each of those. Any other error ends it, and leaves the sinks untouched.
func (db *rDB) GatherAll(ctx context.Context, q query, into []rSink) error {
	var bad []error
	err := db.gather(ctx, q, into, func(err error) error {
		bad = append(bad, err)
		return nil
	})
	return errors.Join(append(bad, err)...)
}

// gather reads a collection into sinks. An error of fault, which is given what is wrong with an item, ends it.
func (db *rDB) gather(ctx context.Context, q query, into []rSink, fault func(error) error) error {
	p, err := q.planFor(db, into)
	if err != nil {
		return err
	}
	sinks := map[*model.Entity]sinking{}
	for _, s := range into {
		sinks[s.e] = s.start()
	}
	place := func(e *model.Entity) reflect.Value {
		if s, ok := sinks[e]; ok {
			return s.add()
		}
		return reflect.Value{}
	}
	var ended error
	err = db.each(ctx, p, func(it row) (counts, more bool) {
		if it.item.None() {
			return false, true
		}
		v, e, _, err := p.take("gather", it.item, place)
		if v != unread {
			return v == wanted, true
		}
		if e != nil {
			sinks[e].drop()
		}
		ended = fault(err)
		return false, ended == nil
	})
	if err != nil {
		return err
	}
	if ended != nil {
		return ended
	}
	for _, s := range sinks {
		s.done()
	}
	return nil
}

// Items reads a collection; each value is a T of the entity that claims the item, for a type switch. It yields as
// [Repository.Query] does.
func (db *rDB) Items(ctx context.Context, q query) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		p, err := q.plan(db)
		if err != nil {
			yield(nil, err)
			return
		}
		err = db.each(ctx, p, func(it row) (counts, more bool) {
			if it.item.None() {
				return false, true
			}
			switch v, _, dst, err := p.take("items", it.item, func(e *model.Entity) reflect.Value { return e.NewItem() }); v {
			case unread:
				return false, yield(nil, err)
			case wanted:
				return true, yield(dst.Interface(), nil)
			default:
				return false, true
			}
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

// planFor is plan for a collection of which only the sinks' entities are wanted.
func (q query) planFor(db *rDB, into []rSink) (*readPlan, error) {
	if q.e == nil || q.ix == nil {
		return q.plan(db)
	}
	if len(into) == 0 {
		return nil, fault.Model("ddb: gather: no sinks: pass Into of each entity that is wanted")
	}
	var rows []*model.IndexKeys
	for i, s := range into {
		if s.e == nil {
			return nil, fault.Model("ddb: gather: sink %d is nil: pass Into(&slice)", i+1)
		}
		r := s.e.KeysIn(q.ix)
		switch {
		case s.e.Table != db.Table:
			return nil, fault.Model("ddb: gather: entity %s is of another table", s.e.Name)
		case r == nil:
			return nil, fault.Model("ddb: gather: %s is not in %s", s.e.Name, q.ix.Name)
		}
		for _, earlier := range into[:i] {
			if earlier.e == s.e {
				return nil, fault.Model("ddb: gather: two sinks for %s", s.e.Name)
			}
		}
		rows = append(rows, r)
	}
	q.wanted = rows
	return q.plan(db)
}

// String names the entity of the sink.
func (s rSink) String() string {
	if s.e == nil {
		return "into nothing: make it with Into of an Entity"
	}
	return fmt.Sprintf("into %s", s.e.Name)
}
