package model

import (
	"slices"

	"github.com/singletable-go/ddb/internal/field"
)

// keptField is a field that the library sets or evaluates.
type keptField struct {
	what   string
	f      *field.Field
	varies bool // each write changes it
}

// keptFields returns those that the entity declares.
func (e *Entity) keptFields() []keptField {
	all := []keptField{
		{"version", e.Version, true},
		{"revision", e.Revision, true},
		{"updated", e.Updated, true},
		{"created", e.Created, false},
		{"ttl", e.TTL, false},
	}
	return slices.DeleteFunc(all, func(k keptField) bool { return k.f == nil })
}

// isKept reports whether f is one of them. A missing attribute of such a field is intended, or reported already.
func (d *Definition) isKept(f *field.Field) bool {
	return slices.ContainsFunc(d.E.keptFields(), func(k keptField) bool { return k.f == f })
}

// outerField returns the outermost field that contains f, nil if f is a field of the item itself, or promoted.
func (d *Definition) outerField(f *field.Field) *field.Field {
	for _, outer := range d.E.Proto.Fields() { // outer ones come first
		if f.Within(outer) && !outer.Embedded {
			return outer
		}
	}
	return nil
}

// atTop reports a field inside another one. DynamoDB's TTL must be a top-level attribute, and a write of the outer field would
// overwrite the inner one with an old value.
func (d *Definition) atTop(what string, f *field.Field) bool {
	outer := d.outerField(f)
	if outer != nil {
		d.fault("%s: %s is inside the field %s: declare a field of the item itself, or of a struct that it embeds without a tag", what, f.Name, outer.Name)
	}
	return outer == nil
}

// checkKept reports fields that every write changes in the primary key and in unique constraints. Index keys may hold a
// version or a time: writes move the index entry.
func (d *Definition) checkKept() {
	for _, k := range d.E.keptFields() {
		if !k.varies || d.E.Primary.faulty {
			continue
		}
		if slices.Contains(d.E.Primary.Fields(), k.f) {
			d.fault("primary: %s is declared as %s, which every write changes, and a primary key cannot change: remove it from the key", k.f.Name, k.what)
		}
		for _, u := range d.E.Uniques {
			if slices.Contains(u.Template.Fields(), k.f) {
				d.fault("unique %s: %s is declared as %s, which every write changes: remove it from the constraint", u.Name, k.f.Name, k.what)
			}
		}
		for _, r := range d.E.Indexed {
			if k.f == d.E.Revision && slices.Contains(r.Fields(), k.f) {
				d.fault("%s: %s is declared as revision, which is not stored: remove it from the key", r.Index.Name, k.f.Name)
			}
		}
	}
}

// findPointers finds the pointers to fields that the library sets in an item: version, times and the like, derived fields, and
// the fields of the key.
func (e *Entity) findPointers() {
	fs := e.Primary.Fields()
	for _, k := range e.keptFields() {
		fs = append(fs, k.f)
	}
	for _, d := range e.Derived {
		fs = append(fs, d.F)
	}
	e.pointers = field.PointersOf(fs)
}
