package model

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/internal/field"
)

// checkStoredFields checks that every field is stored: in an attribute, or in a key from which it can be read.
func (d *Definition) checkStoredFields() {
	keys := append(d.E.AllKeys(), d.E.Also...)
	told := map[field.Unstored]bool{} // a recursive struct comes again
	for _, f := range d.E.Proto.Fields() {
		if d.E.Proto.Marshals() || d.insideUnstored(f) {
			continue // a marshaler stores it
		}
		err := f.Lost()
		deep, unstored := errors.AsType[*field.Unstored](err)
		if err != nil && (!unstored || !told[*deep]) {
			d.fault("field %s: %w", f.Name, err)
		}
		if unstored {
			told[*deep] = true
		}
		if f.Stored() || f.Embedded {
			continue
		}
		var in []string
		for _, r := range keys {
			if slices.Contains(r.Fields(), f) {
				in = append(in, r.Index.Name)
			}
		}
		here := f.Unstored()
		switch {
		case d.E.Primary.HoldsInFull(f), d.isKept(f), told[here]:
		case slices.ContainsFunc(keys, func(r *IndexKeys) bool { return r.faulty }):
			// reported already: the field may belong to the key that is wrong
		case slices.Contains(in, "primary"):
			d.fault("field %s is dynamodbav:\"-\", and the primary key holds only a part of it: give it an attribute name", f.Name)
		case len(in) > 0:
			d.fault("field %s is dynamodbav:\"-\" and only in keys of %v, which an item can leave: give it an attribute name", f.Name, in)
		case f.Type == d.revision && d.E.Revision == nil && d.outerField(f) == nil:
			d.fault("field %s is a Revision that is not declared: call d.Revision", f.Name)
		case !tagged(d.E.Proto.Type(), f):
			d.fault("field %s would not be stored: by the rules of attributevalue another field of its name hides it: tag it with another name", f.Name)
		default:
			d.fault("field %s is dynamodbav:\"-\" and in no key, so its value would be lost: give it an attribute name, or remove it", f.Name)
			told[here] = true
		}
	}
}

// insideUnstored reports whether f is inside a field without an attribute, which is reported, or inside a field with a
// marshaler.
func (d *Definition) insideUnstored(f *field.Field) bool {
	return slices.ContainsFunc(d.E.Proto.Fields(), func(outer *field.Field) bool {
		return len(outer.Index) < len(f.Index) && slices.Equal(outer.Index, f.Index[:len(outer.Index)]) && !outer.Embedded && (!outer.Stored() || outer.Marshals())
	})
}

// tagged reports whether the field's own tag is dynamodbav:"-".
func tagged(t reflect.Type, f *field.Field) bool {
	sf := t.FieldByIndex(f.Index)
	name, _, _ := strings.Cut(sf.Tag.Get("dynamodbav"), ",")
	return name == "-"
}
