package ddb

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
)

// Collection names an item collection: the items of every type that share a partition key, in the table or in an
// index. Made by [Query.Collection]; read by [DB.Gather] and [DB.Items]. It keeps the query's partition, bounds, order
// and Limit, which counts items of all types; Filter and Select, which name fields of one type, are refused.
type Collection struct{ q query }

// IgnoreUnknown skips items that no entity claims; by default they are an error that matches [ErrUnknown].
func (c Collection) IgnoreUnknown() Collection {
	c.q.ignoreUnknown = true
	return c
}

// String explains how the whole collection would be read, or why it cannot be. [DB.Gather] narrows that to what its
// sinks ask for.
func (c Collection) String() string { return c.q.String() }

// Sink receives the items of one entity in [DB.Gather]: made by [Entity.Into].
type Sink struct {
	e     *entity
	start func() (add func() reflect.Value, done func()) // add returns the place of one more item
}

// Into returns the sink that replaces *dst by the items of this entity, in the order of the collection. It stays
// untouched if anything fails.
func (e *Entity[T]) Into(dst *[]T) Sink {
	if dst == nil {
		return Sink{}
	}
	return Sink{e.e, func() (func() reflect.Value, func()) {
		var items []T
		add := func() reflect.Value {
			var zero T
			items = append(items, zero)
			return reflect.ValueOf(&items[len(items)-1]).Elem()
		}
		return add, func() { *dst = items }
	}}
}

// Gather reads a collection with one Query, as many requests as it has pages, and sorts its items into the sinks by
// type. The key condition is narrowed to what the sinks ask for; what lies between and is of other entities is read,
// paid for and skipped. It is no snapshot: an item written meanwhile may be in it or not.
func (db *DB) Gather(ctx context.Context, c Collection, into ...Sink) error {
	p, err := c.q.planFor(db, into)
	if err != nil {
		return err
	}
	add := map[*entity]func() reflect.Value{}
	var done []func()
	for _, s := range into {
		a, d := s.start()
		add[s.e] = a
		done = append(done, d)
	}
	for row, err := range db.rows(ctx, p) {
		if err == nil {
			err = row.throttled(p)
		}
		if err != nil {
			return err
		}
		if _, _, err := db.claimed(p, row.item, func(e *entity) func() reflect.Value { return add[e] }); err != nil {
			return err
		}
	}
	for _, d := range done {
		d()
	}
	return nil
}

// Items reads a collection; each value is a T of the entity that claims the item, for a type switch. It yields as
// [Repository.Query] does.
func (db *DB) Items(ctx context.Context, c Collection) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		p, err := c.q.plan(db)
		if err != nil {
			yield(nil, err)
			return
		}
		for row, err := range db.rows(ctx, p) {
			if err == nil {
				err = row.throttled(p)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			e, v, err := db.claimed(p, row.item, func(e *entity) func() reflect.Value { return e.newItem })
			if err != nil {
				yield(nil, err)
				return
			}
			if e != nil && !yield(v.Interface(), nil) {
				return
			}
		}
	}
}

// claimed returns the entity and value of an item of a collection; nil for one that is to be skipped: gone by now, a
// companion, unknown and ignored, or not wanted. place returns what makes the value of an entity, nil if it is not wanted.
func (db *DB) claimed(p *readPlan, s stored, place func(*entity) func() reflect.Value) (*entity, reflect.Value, error) {
	if s.none() {
		return nil, reflect.Value{}, nil
	}
	e, err := db.table.claimStored(s)
	switch {
	case err != nil && p.q.ignoreUnknown && errors.Is(err, ErrUnknown):
		return nil, reflect.Value{}, nil
	case err != nil:
		return nil, reflect.Value{}, p.fail(err)
	case e == nil:
		return nil, reflect.Value{}, nil
	}
	add := place(e)
	if add == nil {
		return nil, reflect.Value{}, nil
	}
	if p.ix != db.table.primary && e.row(p.ix) == nil {
		if p.q.ignoreUnknown {
			return nil, reflect.Value{}, nil
		}
		return nil, reflect.Value{}, p.fail(fmt.Errorf("item %s: %w", db.table.keyTextOf(s), e.stray(p.ix)))
	}
	v := add()
	if err := e.decodeStored(s, v); err != nil {
		return nil, reflect.Value{}, p.fail(err)
	}
	return e, v, nil
}

// planFor is plan for a collection of which only the sinks' entities are wanted.
func (q query) planFor(db *DB, into []Sink) (*readPlan, error) {
	if len(into) == 0 {
		return nil, modelFault("ddb: gather: no sinks: pass Into of each entity that is wanted")
	}
	var rows []*Row
	for i, s := range into {
		if s.e == nil {
			return nil, modelFault("ddb: gather: sink %d is nil: pass Into(&slice)", i+1)
		}
		r := s.e.row(q.ix)
		switch {
		case s.e.table != db.table:
			return nil, modelFault("ddb: gather: entity %s is of another table", s.e.name)
		case r == nil:
			return nil, modelFault("ddb: gather: %s is not in %s", s.e.name, q.ix.name)
		}
		for _, earlier := range into[:i] {
			if earlier.e == s.e {
				return nil, modelFault("ddb: gather: two sinks for %s", s.e.name)
			}
		}
		rows = append(rows, r)
	}
	q.wanted = rows
	return q.plan(db)
}

// String names the entity of the sink.
func (s Sink) String() string { return fmt.Sprintf("into %s", s.e.name) }
