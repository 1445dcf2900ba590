package read

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// Sink receives the items of one entity in [DB.Gather].
type Sink struct {
	E     *model.Entity
	Start func() Sinking
}

// Sinking collects the items of one sink: Add returns the place for one more item, Drop removes the last one, and Done stores
// them in the caller's slice.
type Sinking struct {
	Add        func() reflect.Value
	Drop, Done func()
}

// Gather reads an item collection and sorts its items into the sinks by type. The key condition covers the entities of the
// sinks only; items of other entities in between are read and skipped. The first error ends it, including that of an item
// that cannot be read; see [DB.GatherAll].
func (db *DB) Gather(ctx context.Context, q Query, into []Sink) error {
	return db.gather(ctx, q, into, func(err error) error { return err })
}

// GatherAll is [DB.Gather] that skips items that cannot be read. The error joins a [fault.ItemError] for each of them. Any
// other error ends it, and leaves the sinks unchanged.
func (db *DB) GatherAll(ctx context.Context, q Query, into []Sink) error {
	var bad []error
	err := db.gather(ctx, q, into, func(err error) error {
		bad = append(bad, err)
		return nil
	})
	return errors.Join(append(bad, err)...)
}

// gather reads an item collection into sinks. It calls fault with the error of each item; an error of fault ends it.
func (db *DB) gather(ctx context.Context, q Query, into []Sink, fault func(error) error) error {
	p, err := q.planFor(db, into)
	if err != nil {
		return err
	}
	sinks := map[*model.Entity]Sinking{}
	for _, s := range into {
		sinks[s.E] = s.Start()
	}
	place := func(e *model.Entity) reflect.Value {
		if s, ok := sinks[e]; ok {
			return s.Add()
		}
		return reflect.Value{}
	}
	var ended error
	err = db.Each(ctx, p, func(it Hit) (counts, more bool) {
		if it.Item.None() {
			return false, true
		}
		v, e, _, err := p.Take("gather", it.Item, place)
		if v != Unread {
			return v == Wanted, true
		}
		if e != nil {
			sinks[e].Drop()
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
		s.Done()
	}
	return nil
}

// Items reads an item collection; each value has the type of the item's entity. An item that cannot be read is yielded as a
// [fault.ItemError], and the query goes on if the loop does.
func (db *DB) Items(ctx context.Context, q Query) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		p, err := q.Plan(db)
		if err != nil {
			yield(nil, err)
			return
		}
		err = db.Each(ctx, p, func(it Hit) (counts, more bool) {
			if it.Item.None() {
				return false, true
			}
			switch v, _, dst, err := p.Take("items", it.Item, func(e *model.Entity) reflect.Value { return e.NewItem() }); v {
			case Unread:
				return false, yield(nil, err)
			case Wanted:
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

// planFor is [Query.Plan] for the sinks' entities only.
func (q Query) planFor(db *DB, into []Sink) (*Plan, error) {
	if q.E == nil || q.Ix == nil {
		return q.Plan(db)
	}
	if len(into) == 0 {
		return nil, fault.Model("ddb: gather: no sinks: pass Into for at least one entity")
	}
	var wanted []*model.IndexKeys
	for i, s := range into {
		if s.E == nil {
			return nil, fault.Model("ddb: gather: sink %d is nil: pass Into(&slice)", i+1)
		}
		r := s.E.KeysIn(q.Ix)
		switch {
		case s.E.Table != db.Table:
			return nil, fault.Model("ddb: gather: entity %s belongs to another table: use the DB of that table", s.E.Name)
		case r == nil:
			return nil, fault.Model("ddb: gather: %s has no keys in %s: remove its sink", s.E.Name, q.Ix.Name)
		}
		for _, earlier := range into[:i] {
			if earlier.E == s.E {
				return nil, fault.Model("ddb: gather: two sinks for %s: remove one", s.E.Name)
			}
		}
		wanted = append(wanted, r)
	}
	q.wanted = wanted
	return q.Plan(db)
}

// String names the entity of the sink.
func (s Sink) String() string {
	if s.E == nil {
		return "into nothing: make it with Into of an Entity"
	}
	return fmt.Sprintf("into %s", s.E.Name)
}
