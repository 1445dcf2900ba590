package model

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/internal/field"
)

// checkStoredFields makes sure that every field of a key can be read back, and that every field has a place.
func (d *Definition) checkStoredFields() {
	keys := append(d.E.AllKeys(), d.E.Also...)
	told := map[field.Unstored]bool{} // a struct that lies in itself is met again
	for _, f := range d.E.Proto.Fields() {
		if d.E.Proto.Marshals() || d.insideUnstored(f) {
			continue // somebody else stores it
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
			// told already: it may be meant for the key that is wrong
		case slices.Contains(in, "primary"):
			d.fault("field %s is dynamodbav:\"-\", and the primary key holds it in part only: it needs an attribute", f.Name)
		case len(in) > 0:
			d.fault("field %s is dynamodbav:\"-\" and only in the keys of %v, which an item can leave: it needs an attribute", f.Name, in)
		case f.Type == d.revision && d.E.Revision == nil && d.outerField(f) == nil:
			d.fault("field %s is a Revision, and nothing fills it: declare it with d.Revision", f.Name)
		case !tagged(d.E.Proto.Type(), f):
			d.fault("field %s is hidden by another of its name, as attributevalue has it: it would not be stored", f.Name)
		default:
			d.fault("field %s is dynamodbav:\"-\" and in no key: it would be lost", f.Name)
			told[here] = true
		}
	}
}

// insideUnstored reports whether f lies inside a field that is itself without an attribute, which is reported, or that says itself
// how it is stored.
func (d *Definition) insideUnstored(f *field.Field) bool {
	return slices.ContainsFunc(d.E.Proto.Fields(), func(outer *field.Field) bool {
		return len(outer.Index) < len(f.Index) && slices.Equal(outer.Index, f.Index[:len(outer.Index)]) && !outer.Embedded && (!outer.Stored() || outer.Marshals())
	})
}

// tagged reports whether the field says dynamodbav:"-" itself.
func tagged(t reflect.Type, f *field.Field) bool {
	sf := t.FieldByIndex(f.Index)
	name, _, _ := strings.Cut(sf.Tag.Get("dynamodbav"), ",")
	return name == "-"
}
