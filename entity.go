package ddb

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
)

// Entity describes how a T is stored in a table: its keys in each index and what the library keeps for it. It does no
// I/O: it makes [Query] and [Op] values, and a [Repository] runs them. Immutable; safe for concurrent use.
type Entity[T any] struct{ e *model.Entity }

// Define describes the place of T in table. It calls f once, with a prototype of T whose field addresses name the
// fields. The error joins every fault of the definition; each names entity, index, template and field. With an error
// the entity is nil.
func Define[T any](table *Table, name string, f func(e *T, d *Definition)) (*Entity[T], error) {
	t := table.below()
	if t == nil {
		return nil, fault.Model("ddb: define %s: a table that is nil, or not made by NewTable: is the variable set by then?", name)
	}
	if t.Frozen.Load() {
		return nil, fault.Model("ddb: define %s: the table is in use by a DB: define entities before New, in package variables", name)
	}
	d, err := model.NewDefinition(t, name, reflect.TypeFor[T](), reflect.TypeFor[Revision]())
	if f == nil {
		err = fault.Model("ddb: define %s: a nil function: it has to declare the keys", name)
	}
	if err != nil {
		t.Refuse(name, []error{err})
		return nil, err
	}
	d.Run(func() { f(d.E.Proto.Pointer().Interface().(*T), &Definition{d}) })
	if err := d.Finish(); err != nil {
		return nil, err
	}
	e := &Entity[T]{d.E}
	d.E.Face = e
	return e, nil
}

// MustDefine is [Define] for package variables; it panics on a fault.
func MustDefine[T any](table *Table, name string, f func(e *T, d *Definition)) *Entity[T] {
	e, err := Define(table, name, f)
	if err != nil {
		panic(err)
	}
	return e
}

// Name returns the entity's name, which its items have in the type attribute.
func (e *Entity[T]) Name() string { return e.e.Name }

// Fields returns the prototype, whose field addresses name fields in conditions, edits and sort keys. Take addresses of
// its fields and never write to it. The usual form is
//
//	f := Things.Fields()
//	… ddb.Eq(&f.Status, Draft)
func (e *Entity[T]) Fields() *T { return e.e.Proto.Pointer().Interface().(*T) }

// Key returns a T that has only the primary key fields of item.
func (e *Entity[T]) Key(item T) T {
	var key T
	from, to := reflect.ValueOf(&item).Elem(), reflect.ValueOf(&key).Elem()
	for _, f := range e.e.Primary.Fields() {
		f.Addr(to).Set(f.Get(from))
	}
	return key
}

// Current returns the stored item that made a write fail, if err has one of this entity. [ErrNotUnique] has none: its
// message has the key of the item that holds the value.
func (e *Entity[T]) Current(err error) (item T, ok bool) {
	if w, found := errors.AsType[*WriteError](err); found {
		item, ok = w.Current.(T)
	}
	return item, ok
}

// Encode returns item as it is stored: attributes, keys of every index it is in, and type. It makes no request. The
// error is a [KeyError] for a value that cannot stand in a key, and matches [ErrValue] for one that cannot be stored.
func (e *Entity[T]) Encode(item T) (map[string]types.AttributeValue, error) {
	attrs, err := e.e.Encode("encode", reflect.ValueOf(&item).Elem())
	return attrs, public(err)
}

// Decode is the inverse of [Entity.Encode]. It makes no request. For an item that this entity does not claim the error
// matches [ErrUnknown].
func (e *Entity[T]) Decode(attrs map[string]types.AttributeValue) (item T, err error) {
	if err := codec.Whole(attrs); err != nil {
		return item, fmt.Errorf("ddb: decode %s: %w", e.e.Name, err)
	}
	claimed, err := e.e.Table.Claim(model.Loaded(attrs))
	if err != nil {
		return item, fmt.Errorf("ddb: decode %s: %w", e.e.Name, err)
	}
	if claimed != e.e {
		return item, fmt.Errorf("ddb: decode %s: %w: this is a %s", e.e.Name, fault.ErrUnknown, claimed.Label())
	}
	if err := e.e.Decode(model.Loaded(attrs), reflect.ValueOf(&item).Elem()); err != nil {
		return item, fmt.Errorf("ddb: %w", err)
	}
	return item, nil
}

// AnyEntity is an [Entity] of any type. Only this package makes them.
type AnyEntity interface {
	Name() string
	model() *model.Entity
}

func (e *Entity[T]) model() *model.Entity {
	if e == nil {
		return nil
	}
	return e.e
}
