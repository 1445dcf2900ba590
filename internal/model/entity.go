package model

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/template"
)

// Entity is an Entity without its type parameter.
type Entity struct {
	Name    string
	aliases []string
	Table   *Table
	place   int // among the table's entities
	checked int // the table's revision that it was checked with
	Proto   *field.Prototype
	Codec   *codec.Plan
	plain   *codec.Plan // Codec without compression

	packed   []*field.Field            // that Compress declares
	packings map[string]*codec.Packing // of their attributes
	NewItem  func() reflect.Value      // an addressable zero T

	Primary     *IndexKeys
	KeyOnly     []template.Part // of the primary key: those of fields without an attribute
	Indexed     []*IndexKeys
	IndexFields []indexField
	Also        []*IndexKeys // keys in indexes whose entries its attributes alone make, declared by AlsoIn

	parents  []*Entity // parents whose sort keys this entity's continue
	children []*Entity // the entities under this one

	Version, TTL, Created, Updated *field.Field
	Revision                       *field.Field // without an attribute

	Derived  []derivation   // fields that views fill
	pointers field.Pointers // on the way to fields that the library sets

	Blobs   []*field.Field // of type ddbblob.Blob
	Uniques []*Unique
	History *IndexKeys // of version items
	dropped []*Index   // that items from before may stand in

	Writer  slot // what puts are written by, once one is
	Schema  int
	remade  bool // there is an upgrade, which may give an item a TTL
	upgrade func(from int, attrs map[string]types.AttributeValue) error

	Editor slot           // what edits are written by, once one is
	Mapped []*field.Field // that are attributes of the item
	Made   bool           // a view makes its items

	doc    string
	refers []reference
	Face   any // the public Entity
}

// Label returns the name of the entity for messages; a nil entity stands for companion items.
func (e *Entity) Label() string {
	if e == nil {
		return "item of the library's own"
	}
	return e.Name
}

// AllKeys returns the primary keys and those of the declared indexes.
func (e *Entity) AllKeys() []*IndexKeys { return append([]*IndexKeys{e.Primary}, e.Indexed...) }

// KeysIn returns the entity's keys in ix, nil if it has no entries there.
func (e *Entity) KeysIn(ix *Index) *IndexKeys {
	if ix == e.Table.Primary {
		return e.Primary
	}
	for _, keys := range [][]*IndexKeys{e.Indexed, e.Also} {
		if i := slices.IndexFunc(keys, func(r *IndexKeys) bool { return r.Index == ix }); i >= 0 {
			return keys[i]
		}
	}
	return nil
}

// Resolve returns the field whose address in the prototype is ptr.
func (e *Entity) Resolve(ptr any) (*field.Field, error) {
	f, err := e.Proto.Resolve(ptr)
	if err != nil {
		return nil, fault.Model("%w", err)
	}
	return f, nil
}

// OtherSchema returns the error of a write that found an item of another schema.
func (e *Entity) OtherSchema(old attr.Item) error {
	return fmt.Errorf("%w: the stored item has schema %d, this program writes schema %d", fault.ErrConflict, SchemaOf(Loaded(old)), e.Schema)
}

// Housekeeping returns the attributes that reads need beside those of the fields.
func (e *Entity) Housekeeping() (attrs []string) {
	for _, attr := range []string{e.Table.TypeAttr, e.Table.TTL} {
		if attr != "" {
			attrs = append(attrs, attr)
		}
	}
	if e.Schema > 0 {
		attrs = append(attrs, SchemaAttr)
	}
	return attrs
}

// As decodes an item that must be one of e into dst, a zero struct. Every read of one entity calls it.
func (e *Entity) As(op string, s attr.Stored, dst reflect.Value) error {
	claimed, err := e.Table.Claim(s)
	if err == nil && claimed != e {
		err = fmt.Errorf("%w: item %s is a %s", fault.ErrUnknown, e.Table.KeyText(e.Table.KeyOf(s)), claimed.Label())
	}
	if err == nil {
		err = e.Decode(s, dst)
	}
	if err != nil {
		dst.SetZero()
		return e.Table.ItemError(op, e, s, err)
	}
	return nil
}

// Constraints returns the names of the entity's Unique constraints.
func (e *Entity) Constraints() []string {
	names := make([]string, len(e.Uniques))
	for i, u := range e.Uniques {
		names[i] = u.Name
	}
	slices.Sort(names)
	return names
}

// Owned replaces the pointers in an addressable item to fields that the library sets by pointers to copies. A copied struct
// with an embedded pointer shares these fields with the original.
func (e *Entity) Owned(it reflect.Value) reflect.Value {
	e.pointers.Own(it)
	return it
}

// AttributeNames returns the attributes that an item of the entity may have: of fields, of index keys, and of the library's own.
func (e *Entity) AttributeNames() (attrs []string) {
	add := func(attr string) {
		if attr != "" && !e.Table.Primary.IsKey(attr) && !slices.Contains(attrs, attr) {
			attrs = append(attrs, attr)
		}
	}
	for _, f := range e.Mapped {
		add(f.Attr())
	}
	for _, r := range e.Indexed {
		for _, attr := range r.Index.Attrs() {
			add(attr)
		}
	}
	add(e.Table.TypeAttr)
	if e.Schema > 0 {
		add(SchemaAttr)
	}
	if e.Version != nil {
		add(WriteStampAttr)
	}
	return attrs
}

// CopyOf returns a copy of an item, so that an op can run again.
func (e *Entity) CopyOf(it reflect.Value) reflect.Value {
	v := e.NewItem()
	v.Set(it)
	return e.Owned(v)
}
