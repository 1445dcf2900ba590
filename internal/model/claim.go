package model

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"strings"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/fault"
)

// Claim returns the entity that an item belongs to, by the shape of its primary key with the type attribute as
// cross-check; nil for a companion item, which the library keeps for itself, and for a version item.
func (t *Table) Claim(s attr.Stored) (*Entity, error) {
	s.Begin()
	if t.Companion(s) || t.historyOf(s) != nil {
		return nil, nil
	}
	if t.Reserved(s) {
		return nil, fmt.Errorf("%w: item %s has a key that begins with ~, and is none of the library's own", fault.ErrUnknown, t.KeyText(t.KeyOf(s)))
	}
	name, typed := t.typeOf(s)
	if !typed && t.TypeAttr != "" && s.Has(t.TypeAttr) {
		return nil, fmt.Errorf("%w: item %s has a type attribute %q that is no string", fault.ErrUnknown, t.KeyText(t.KeyOf(s)), t.TypeAttr)
	}
	if e := t.byName[name]; typed && e != nil {
		if e.shaped(s) {
			return e, nil
		}
		return nil, fmt.Errorf("%w: item %s says it is a %s, but its key is not of the shape %s", fault.ErrUnknown, t.KeyText(t.KeyOf(s)), name, e.Shape())
	}
	var found *Entity
	shape := t.shapeOf(s, func(r *IndexKeys) bool { return r == r.Entity.Primary && r.Entity.shaped(s) })
	if shape != nil { // two entities cannot share a shape: Define refuses that
		found = shape.Entity
	}
	switch {
	case found == nil && typed:
		return nil, fmt.Errorf("%w: item %s says it is a %q", fault.ErrUnknown, t.KeyText(t.KeyOf(s)), name)
	case found == nil:
		return nil, fmt.Errorf("%w: item %s has a key of no entity's shape", fault.ErrUnknown, t.KeyText(t.KeyOf(s)))
	case typed && !isName(name):
		return nil, fmt.Errorf("%w: item %s says it is a %q, which is not a valid entity name, and its key is that of a %s: set its type attribute %q to that name", fault.ErrUnknown, t.KeyText(t.KeyOf(s)), name, found.Name, t.TypeAttr)
	case typed:
		return nil, fmt.Errorf("%w: item %s says it is a %q, but its key is that of a %s; Alias(%q) in its definition would accept it", fault.ErrUnknown, t.KeyText(t.KeyOf(s)), name, found.Name, name)
	}
	return found, nil
}

// shapeOf returns the first keys for which is holds, of those that begin like the primary key of an item.
func (t *Table) shapeOf(s attr.Stored, is func(*IndexKeys) bool) *IndexKeys {
	partition, _ := s.Text(t.Primary.Partition[0])
	sort := ""
	if len(t.Primary.Sort) > 0 {
		sort, _ = s.Text(t.Primary.Sort[0])
	}
	return t.shapes[t.Primary].find(partition, sort, is)
}

// typeOf returns what the item's type attribute says, if it has one.
func (t *Table) typeOf(s attr.Stored) (name string, ok bool) {
	if t.TypeAttr == "" {
		return "", false
	}
	return s.Text(t.TypeAttr)
}

// shaped reports whether the primary key of s has the shape of e's.
func (e *Entity) shaped(s attr.Stored) bool {
	for _, k := range e.Primary.Keys() {
		if k.Template.Native() {
			for i, p := range k.Template.Parts() {
				if s.Scalar(k.Attrs[i]) != nativeType(p.Field) {
					return false
				}
			}
			continue
		}
		if text, ok := s.Text(k.Attrs[0]); !ok || !k.Template.Match(text) {
			return false
		}
	}
	return true
}

// Shape renders the primary key's templates.
func (e *Entity) Shape() string {
	ks := e.Primary.Keys()
	out := make([]string, len(ks))
	for i, k := range ks {
		out[i] = k.Template.String()
	}
	return strings.Join(out, " / ")
}

// Decode fills dst, an addressable zero struct, from an item that e claims. What only the key holds comes from the
// key; where the key and an attribute disagree, that is an error.
func (e *Entity) Decode(s attr.Stored, dst reflect.Value) error {
	s, err := e.InSchema(s)
	if err != nil {
		return err
	}
	return e.DecodeCurrent(s, dst)
}

// recovered makes a panic of a function of the program's, which reads a value, an error of that item.
func (e *Entity) recovered(s attr.Stored, err *error) {
	switch p := recover().(type) {
	case nil:
	case error:
		*err = fmt.Errorf("decode %s %s: panic: %w\n%s", e.Name, e.Table.KeyText(e.Table.KeyOf(s)), p, debug.Stack())
	default:
		*err = fmt.Errorf("decode %s %s: panic: %v\n%s", e.Name, e.Table.KeyText(e.Table.KeyOf(s)), p, debug.Stack())
	}
}

// DecodeCurrent is decode for an item in the entity's own schema.
func (e *Entity) DecodeCurrent(s attr.Stored, dst reflect.Value) (err error) {
	defer e.recovered(s, &err)
	if err := e.decodeItem(s, dst); err != nil {
		return fmt.Errorf("decode %s %s: %w", e.Name, e.Table.KeyText(e.Table.KeyOf(s)), err)
	}
	e.setRevision(s, dst)
	if err := e.agreeing(s, dst); err != nil {
		return err
	}
	return e.DecodeKey(s, dst)
}

// InSchema returns the item in the entity's own schema.
func (e *Entity) InSchema(s attr.Stored) (attr.Stored, error) {
	if e.Schema == 0 || SchemaOf(s) >= e.Schema {
		return s, nil
	}
	attrs, err := e.Upgraded(s.Attributes())
	return Loaded(attrs), err
}

// DecodeKey sets what the primary key says in dst, and compares it with what dst holds already.
func (e *Entity) DecodeKey(s attr.Stored, dst reflect.Value) error {
	for _, k := range e.Primary.Keys() {
		if k.Template.Native() {
			for i, p := range k.Template.Parts() {
				if err := codec.DecodeField(p.Field, s.Attr(k.Attrs[i]), p.Field.Addr(dst)); err != nil {
					return fmt.Errorf("decode %s %s: %w", e.Name, e.Table.KeyText(e.Table.KeyOf(s)), err)
				}
			}
			continue
		}
		text, ok := s.Text(k.Attrs[0])
		if !ok {
			return fmt.Errorf("decode %s: the item has no %s key %q", e.Name, k.Side, k.Attrs[0])
		}
		if err := k.Template.Decode(text, dst); err != nil {
			return fmt.Errorf("decode %s %s: %w", e.Name, e.Table.KeyText(e.Table.KeyOf(s)), err)
		}
	}
	return nil
}

// agreeing compares the fields of the key that are zero because their attributes say so, where DecodeKey takes a zero field
// for one that was not read.
func (e *Entity) agreeing(s attr.Stored, dst reflect.Value) error {
	for _, k := range e.Primary.Keys() {
		for _, f := range k.Template.Fields() {
			if k.Template.Native() || !f.Stored() || !f.Get(dst).IsZero() || !s.Says(f.Path) {
				continue
			}
			text, _ := s.Text(k.Attrs[0])
			if err := k.Template.AgreesOn(f, text, dst); err != nil {
				return fmt.Errorf("decode %s %s: %w", e.Name, e.Table.KeyText(e.Table.KeyOf(s)), err)
			}
		}
	}
	return nil
}

// Claims reports whether e claims the item.
func (t *Table) Claims(e *Entity, s attr.Stored) bool {
	claimed, err := t.Claim(s)
	return err == nil && claimed == e
}

// TypedAs reports whether the type attribute of an item names e, whatever its key.
func (t *Table) TypedAs(e *Entity, s attr.Stored) bool {
	name, typed := t.typeOf(s)
	return typed && e != nil && t.byName[name] == e
}
