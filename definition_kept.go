package ddb

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
func (e *mEntity) keptFields() []keptField {
	all := []keptField{
		{"version", e.version, true},
		{"revision", e.revision, true},
		{"updated", e.updated, true},
		{"created", e.created, false},
		{"ttl", e.ttl, false},
	}
	return slices.DeleteFunc(all, func(k keptField) bool { return k.f == nil })
}

// isKept reports one of them: that it has no attribute is right, or told already.
func (d *mDefinition) isKept(f *field.Field) bool {
	return slices.ContainsFunc(d.e.keptFields(), func(k keptField) bool { return k.f == f })
}

// holder returns the outermost field that f lies inside of, nil if it is a field of the item itself: its own, or promoted.
func (d *mDefinition) holder(f *field.Field) *field.Field {
	for _, outer := range d.e.proto.Fields() { // outer ones come first
		if f.Within(outer) && !outer.Embedded {
			return outer
		}
	}
	return nil
}

// atTop refuses a field inside another one: DynamoDB expires by attributes of the item alone, and a write of the outer field
// would write what it held of the inner one before.
func (d *mDefinition) atTop(what string, f *field.Field) bool {
	outer := d.holder(f)
	if outer != nil {
		d.fault("%s: %s lies inside the field %s: it must be a field of the item itself, or of a struct that the item embeds without a tag", what, f.Name, outer.Name)
	}
	return outer == nil
}

// checkKept refuses fields that each write changes in the primary key, which cannot change, and in unique constraints. Index
// keys may hold a version or a time: writes move the entry.
func (d *mDefinition) checkKept() {
	for _, k := range d.e.keptFields() {
		if !k.varies || d.e.primary.faulty {
			continue
		}
		if slices.Contains(d.e.primary.fields(), k.f) {
			d.fault("primary: %s is kept as %s, which each write changes, and the key of an item does not change: take it out of the key", k.f.Name, k.what)
		}
		for _, u := range d.e.uniques {
			if slices.Contains(u.template.Fields(), k.f) {
				d.fault("unique %s: %s is kept as %s, which each write changes: take it out of the constraint", u.name, k.f.Name, k.what)
			}
		}
		for _, r := range d.e.indexed {
			if k.f == d.e.revision && slices.Contains(r.fields(), k.f) {
				d.fault("%s: %s is kept as revision, which is not stored: take it out of the key", r.index.name, k.f.Name)
			}
		}
	}
}

// lend finds the pointers behind which fields lie that the library sets in an item: those that it keeps, those that views
// fill, and those of the key.
func (e *mEntity) lend() {
	fs := e.primary.fields()
	for _, k := range e.keptFields() {
		fs = append(fs, k.f)
	}
	for _, d := range e.derived {
		fs = append(fs, d.f)
	}
	e.loans = field.LoansOf(fs)
}
