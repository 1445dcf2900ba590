package model

import (
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/field"
)

// changesTypes reports whether the definition makes an attribute a key, gives it another type than it has as a key, or has a
// field that is stored as another type under it.
func (d *Definition) changesTypes() bool {
	have := d.E.Table.KeyTypes
	for _, r := range append(d.E.AllKeys(), d.E.Also...) {
		for attr, t := range r.keyTypes() {
			if have[attr] != t {
				return true
			}
		}
	}
	return slices.ContainsFunc(d.E.Proto.Fields(), func(f *field.Field) bool {
		want, ok := have[f.Attr()]
		return ok && f.Stored() && !f.Nested() && !mayBe(f, want)
	})
}

// checkTypes reports a key attribute that has different types in two entities.
func (d *Definition) checkTypes(other *Entity) {
	for _, r := range append(d.E.AllKeys(), d.E.Also...) {
		for attr, t := range r.keyTypes() {
			for _, o := range append(other.AllKeys(), other.Also...) {
				if have, ok := o.keyTypes()[attr]; ok && have != t && !r.faulty {
					d.fault("%s: key attribute %q has type %s here and %s in %s: use one type", r.Index.Name, attr, t, have, other.Name)
					return
				}
			}
		}
	}
}

// checkKeyFields reports fields that are stored under a key attribute of the other entity's index, with another type. DynamoDB
// refuses such an item, even if it would not be in that index.
func (d *Definition) checkKeyFields(other *Entity) {
	d.checkFieldTypes(d.E, other)
	d.checkFieldTypes(other, d.E)
}

func (d *Definition) checkFieldTypes(e, keys *Entity) {
	for _, f := range e.Proto.Fields() {
		if !f.Stored() || f.Nested() {
			continue
		}
		for _, r := range append(keys.AllKeys(), keys.Also...) {
			want, ok := r.keyTypes()[f.Attr()]
			if ok && !r.faulty && !mayBe(f, want) {
				d.fault("field %s of %s is stored as %q, which is a key attribute of %s, of type %s, in %s: DynamoDB would refuse every item: tag the field with another name", f.Name, e.Name, f.Attr(), r.Index.Name, want, keys.Name)
				break
			}
		}
	}
}

// checkUnfilled reports fields stored under a key attribute that no entity sets as a key: CreateTable makes it a string.
func (d *Definition) checkUnfilled() {
	for _, ix := range d.E.Table.All() {
		for _, attr := range ix.Attrs() {
			if _, filled := d.E.Table.KeyTypes[attr]; filled {
				continue
			}
			f, want := d.attribute(attr), d.E.Table.KeyType(attr)
			if f == nil || mayBe(f, want) {
				continue
			}
			if _, in := d.implied(ix.Attrs()); !in { // else declared, or reported already
				d.fault("field %s is stored as %q, which is a key attribute of %s, of type %s: DynamoDB would refuse every item: tag the field with another name", f.Name, attr, ix.Name, want)
			}
		}
	}
}

// mayBe reports whether a field can have a key attribute's type, as far as its Go type shows.
func mayBe(f *field.Field, want types.ScalarAttributeType) bool {
	t := field.Pointee(f.Type)
	bytes := (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) && t.Elem().Kind() == reflect.Uint8
	switch {
	case f.Marshals() || t.Kind() == reflect.Interface:
		return true
	case bytes:
		return want == types.ScalarAttributeTypeB
	case t.ConvertibleTo(reflect.TypeFor[time.Time]()):
		return (want == types.ScalarAttributeTypeN) == f.UnixTime && want != types.ScalarAttributeTypeB
	case t.Kind() == reflect.String, IsNumber(t):
		return want == nativeType(f)
	}
	return false // no type of a key
}
