package model

import (
	"slices"

	"github.com/singletable-go/ddb/internal/field"
)

// keptField is a field that the library writes by itself, or acts on.
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

// isKept reports one of them: that it has no attribute is right, or told already.
func (d *Definition) isKept(f *field.Field) bool {
	return slices.ContainsFunc(d.E.keptFields(), func(k keptField) bool { return k.f == f })
}

// outerField returns the outermost field that f lies inside of, nil if it is a field of the item itself: its own, or promoted.
func (d *Definition) outerField(f *field.Field) *field.Field {
	for _, outer := range d.E.Proto.Fields() { // outer ones come first
		if f.Within(outer) && !outer.Embedded {
			return outer
		}
	}
	return nil
}

// atTop refuses a field inside another one: DynamoDB expires by attributes of the item alone, and a write of the outer field
// would write what it held of the inner one before.
func (d *Definition) atTop(what string, f *field.Field) bool {
	outer := d.outerField(f)
	if outer != nil {
		d.fault("%s: %s lies inside the field %s: it must be a field of the item itself, or of a struct that the item embeds without a tag", what, f.Name, outer.Name)
	}
	return outer == nil
}

// checkKept refuses fields that each write changes in the primary key, which cannot change, and in unique constraints. Index
// keys may hold a version or a time: writes move the entry.
func (d *Definition) checkKept() {
	for _, k := range d.E.keptFields() {
		if !k.varies || d.E.Primary.faulty {
			continue
		}
		if slices.Contains(d.E.Primary.Fields(), k.f) {
			d.fault("primary: %s is kept as %s, which each write changes, and the key of an item does not change: take it out of the key", k.f.Name, k.what)
		}
		for _, u := range d.E.Uniques {
			if slices.Contains(u.Template.Fields(), k.f) {
				d.fault("unique %s: %s is kept as %s, which each write changes: take it out of the constraint", u.Name, k.f.Name, k.what)
			}
		}
		for _, r := range d.E.Indexed {
			if k.f == d.E.Revision && slices.Contains(r.Fields(), k.f) {
				d.fault("%s: %s is kept as revision, which is not stored: take it out of the key", r.Index.Name, k.f.Name)
			}
		}
	}
}

// findPointers finds the pointers behind which fields lie that the library sets in an item: those that it keeps, those that views
// fill, and those of the key.
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
