package ddb

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/template"
)

// Entity describes how a T lives in a table: its keys in each index and what the library keeps for it. It does no
// I/O: it makes [Query] and [Op] values, and a [Repository] runs them. Immutable; safe for concurrent use.
type Entity[T any] struct{ e *mEntity }

// Define describes T's place in table. f runs once, on a prototype of T: it names fields by their addresses there.
// The error joins every fault of the definition, each naming entity, index, template and field.
func Define[T any](table *Table, name string, f func(e *T, d *Definition)) (*Entity[T], error) {
	t := table.below()
	if t == nil {
		return nil, fault.Model("ddb: define %s: a table that is nil, or not made by NewTable: is the variable set by then?", name)
	}
	if t.frozen.Load() {
		return nil, fault.Model("ddb: define %s: the table is in use by a DB: define entities before New, in package variables", name)
	}
	d, err := newDefinition(t, name, reflect.TypeFor[T](), reflect.TypeFor[Revision]())
	if f == nil {
		err = fault.Model("ddb: define %s: a nil function: it has to declare the keys", name)
	}
	if err != nil {
		t.refuse(name, []error{err})
		return nil, err
	}
	d.run(func() { f(d.e.proto.Pointer().Interface().(*T), &Definition{d}) })
	if err := d.finish(); err != nil {
		return nil, err
	}
	return &Entity[T]{d.e}, nil
}

// MustDefine is Define for package variables; it panics on a fault.
func MustDefine[T any](table *Table, name string, f func(e *T, d *Definition)) *Entity[T] {
	e, err := Define(table, name, f)
	if err != nil {
		panic(err)
	}
	return e
}

// Name returns the entity's name, which its items carry in the type attribute.
func (e *Entity[T]) Name() string { return e.e.name }

// Fields returns the prototype, whose field addresses name fields in conditions, edits and sort keys. Take addresses
// of its fields and never write to it; the idiom is
//
//	f := Things.Fields()
//	… ddb.Eq(&f.Status, Draft)
func (e *Entity[T]) Fields() *T { return e.e.proto.Pointer().Interface().(*T) }

// Key returns a T that holds only the primary key fields of item.
func (e *Entity[T]) Key(item T) T {
	var key T
	from, to := reflect.ValueOf(&item).Elem(), reflect.ValueOf(&key).Elem()
	for _, f := range e.e.primary.fields() {
		f.Addr(to).Set(f.Get(from))
	}
	return key
}

// Current returns the item that stood in the way of a failed write, if err carries one of this entity. [ErrNotUnique]
// carries none: its message has the key of the item that holds the value.
func (e *Entity[T]) Current(err error) (item T, ok bool) {
	if w, found := errors.AsType[*fault.WriteError](err); found {
		item, ok = w.Current.(T)
	}
	return item, ok
}

// Encode returns item as it is stored: attributes, keys of every index it is in, and type. It costs no request. The
// error is a [KeyError] for a value that cannot stand in a key.
func (e *Entity[T]) Encode(item T) (map[string]types.AttributeValue, error) {
	return e.e.encode("encode", reflect.ValueOf(&item).Elem())
}

// Decode is the inverse of Encode. An item that this entity does not claim is an error for which
// errors.Is(err, [ErrUnknown]) is true.
func (e *Entity[T]) Decode(attrs map[string]types.AttributeValue) (item T, err error) {
	if err := codec.Whole(attrs); err != nil {
		return item, fmt.Errorf("ddb: decode %s: %w", e.e.name, err)
	}
	claimed, err := e.e.table.claim(loaded(attrs))
	if err != nil {
		return item, fmt.Errorf("ddb: decode %s: %w", e.e.name, err)
	}
	if claimed != e.e {
		return item, fmt.Errorf("ddb: decode %s: %w: this is a %s", e.e.name, fault.ErrUnknown, claimed.label())
	}
	if err := e.e.decode(loaded(attrs), reflect.ValueOf(&item).Elem()); err != nil {
		return item, fmt.Errorf("ddb: %w", err)
	}
	return item, nil
}

// AnyEntity is an [Entity] of any type. Only this package makes them.
type AnyEntity interface {
	Name() string
	model() *mEntity
}

func (e *Entity[T]) model() *mEntity {
	if e == nil {
		return nil
	}
	return e.e
}

// mEntity is an Entity without its type parameter.
type mEntity struct {
	name    string
	aliases []string
	table   *mTable
	proto   *field.Prototype
	codec   *codec.Plan
	newItem func() reflect.Value // an addressable zero T

	primary *mIndexKeys
	keyOnly []template.Part // of the primary key: those of fields without an attribute
	indexed []*mIndexKeys
	lone    []indexField
	also    []*mIndexKeys // rows that its attributes alone make, declared by AlsoIn

	under  []*mEntity // parents whose sort keys this entity's continue
	covers []*mEntity // the entities under this one

	version, ttl, created, updated *field.Field
	revision                       *field.Field // without an attribute

	derived []derivation // fields that views fill
	loans   field.Loans  // on the way to fields that the library sets

	uniques []*unique
	history *mIndexKeys // of version rows
	dropped []*mIndex   // that items from before may stand in

	writer  slot // what puts are written by, once one is
	schema  int
	remade  bool // there is an upgrade, which may give an item a TTL
	upgrade func(from int, attrs map[string]types.AttributeValue) error

	editor slot           // what edits are written by, once one is
	mapped []*field.Field // that are attributes of the item
	made   bool           // a view makes its items

	notes []string // further lines of the design page
}

func (e *mEntity) label() string {
	if e == nil {
		return "item of the library's own"
	}
	return e.name
}

// rows returns the primary row and the declared index rows.
func (e *mEntity) rows() []*mIndexKeys { return append([]*mIndexKeys{e.primary}, e.indexed...) }

// row returns the entity's row in ix, nil if it has none.
func (e *mEntity) row(ix *mIndex) *mIndexKeys {
	if ix == e.table.primary {
		return e.primary
	}
	for _, rows := range [][]*mIndexKeys{e.indexed, e.also} {
		if i := slices.IndexFunc(rows, func(r *mIndexKeys) bool { return r.index == ix }); i >= 0 {
			return rows[i]
		}
	}
	return nil
}

// resolve returns the field whose address in the prototype ptr is.
func (e *mEntity) resolve(ptr any) (*field.Field, error) {
	f, err := e.proto.Resolve(ptr)
	if err != nil {
		return nil, fault.Model("%w", err)
	}
	return f, nil
}
