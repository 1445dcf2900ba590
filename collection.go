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

// Collection names an item collection: the items of every type that share a partition key, in the table or in an
// index. Made by [Query.Collection]; read by [DB.Gather] and [DB.Items]. It keeps the query's partition, bounds, order
// and Limit, which counts the items that the reader gets, of all types; Filter and Select, which name fields of one type,
// are refused.
type Collection struct{ q query }

// IgnoreUnknown skips items that no entity claims, and those of an entity that has no entry in the index; by default each is an [ItemError] that matches [ErrUnknown].
func (c Collection) IgnoreUnknown() Collection {
	c.q.ignoreUnknown = true
	return c
}

// String explains how the whole collection would be read, or why it cannot be. [DB.Gather] narrows that to what its
// sinks ask for.
func (c Collection) String() string { return c.q.String() }

// Sink receives the items of one entity in [DB.Gather]: made by [Entity.Into].
type Sink struct {
	e     *model.Entity
	start func() sinking
}

// sinking is what a sink has received: add returns the place of one more item, drop takes the last one back, and done puts
// them where the caller finds them.
type sinking struct {
	add        func() reflect.Value
	drop, done func()
}

// Into returns the sink that replaces *dst by the items of this entity, in the order of the collection. It stays
// untouched if anything fails.
func (e *Entity[T]) Into(dst *[]T) Sink {
	if dst == nil {
		return Sink{}
	}
	return Sink{e.e, func() sinking {
		var items []T
		return sinking{
			add: func() reflect.Value {
				var zero T
				items = append(items, zero)
				return reflect.ValueOf(&items[len(items)-1]).Elem()
			},
			drop: func() { items = items[:len(items)-1] },
			done: func() { *dst = items },
		}
	}}
}

// Gather reads a collection with one Query, as many requests as it has pages, and sorts its items into the sinks by
// type. The key condition is narrowed to what the sinks ask for; what lies between and is of other entities is read,
// paid for and skipped. It is no snapshot: an item written meanwhile may be in it or not. The first error ends it, that of
// an item that cannot be read included; see [DB.GatherAll].
func (db *rDB) Gather(ctx context.Context, c Collection, into ...Sink) error {
	return db.gather(ctx, c, into, func(err error) error { return err })
}

// GatherAll is [DB.Gather] past items that cannot be read: the sinks get the others, and the error joins an [ItemError] for
// each of those. Any other error ends it, and leaves the sinks untouched.
func (db *rDB) GatherAll(ctx context.Context, c Collection, into ...Sink) error {
	var bad []error
	err := db.gather(ctx, c, into, func(err error) error {
		bad = append(bad, err)
		return nil
	})
	return errors.Join(append(bad, err)...)
}

// gather reads a collection into sinks. An error of fault, which is given what is wrong with an item, ends it.
func (db *rDB) gather(ctx context.Context, c Collection, into []Sink, fault func(error) error) error {
	p, err := c.q.planFor(db, into)
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
func (db *rDB) Items(ctx context.Context, c Collection) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		p, err := c.q.plan(db)
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
func (q query) planFor(db *rDB, into []Sink) (*readPlan, error) {
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
func (s Sink) String() string {
	if s.e == nil {
		return "into nothing: make it with Into of an Entity"
	}
	return fmt.Sprintf("into %s", s.e.Name)
}
