package model

import (
	"slices"

	"github.com/singletable-go/ddb/internal/field"
)

// checkWhen compiles the conditions of sparse indexes, and checks that an item can leave the index.
func (d *Definition) checkWhen() {
	for _, r := range d.E.Indexed {
		if len(r.When) == 0 || r.faulty {
			continue
		}
		for _, c := range r.When {
			p, err := d.E.Declared(c)
			if err != nil {
				d.fault("%s: When: %w", r.Index.Name, err)
				continue
			}
			r.Unless = append(r.Unless, p)
		}
		if len(r.Owns()) == 0 && !r.sparseByItself() && len(r.omittable()) == 0 {
			d.fault("%s: When cannot keep an item out of the index: each of %v is the attribute of a field or shared with another index: use Present of such a field, with the tag omitempty", r.Index.Name, r.Index.Attrs())
		}
	}
}

// checkOmitted reports Native numbers with omitempty: an item with 0 would not be in the index. It is right with When(Present).
func (d *Definition) checkOmitted() {
	for _, r := range d.E.AllKeys() {
		if r.faulty {
			continue // reported already
		}
		for _, f := range r.omittable() {
			d.fault("%s: Native(%s) has the tag option \",omitempty\", so an item with 0 would not be in the index: remove the option, or declare that with When(Present(&…))", r.Index.Name, f.Name)
		}
	}
}

// omittable returns the Native numbers with omitempty for which there is no When(Present).
func (r *IndexKeys) omittable() (fs []*field.Field) {
	for _, f := range r.Fields() {
		if f.OmitEmpty && IsNumber(f.Type) && r.Index.IsKey(f.Attr()) && !r.whenPresent(f) {
			fs = append(fs, f)
		}
	}
	return fs
}

// whenPresent reports whether When has a condition Present on the field.
func (r *IndexKeys) whenPresent(f *field.Field) bool {
	return slices.ContainsFunc(r.When, func(c Clause) bool {
		if c.Op != OpPresent {
			return false
		}
		g, err := r.Entity.Proto.Resolve(c.Ptr)
		return err == nil && g == f
	})
}

// sparseByItself reports whether each condition of When is that a Native field is present: then an item leaves the index without
// an action of the library.
func (r *IndexKeys) sparseByItself() bool {
	for _, c := range r.When {
		f, vals, err := r.Entity.Operands(c)
		if err != nil || !f.OmitEmpty || !slices.Contains(r.Fields(), f) || f.Attr() == "" || !r.Index.IsKey(f.Attr()) {
			return false
		}
		switch c.Op {
		case OpPresent:
		case OpNe:
			if !Omitted(f, vals[0]) || IsNumber(f.Type) { // an Add can store 0
				return false
			}
		default:
			return false
		}
	}
	return true
}

// isNativeOnly reports whether the library renders no key attribute of the index: each is stored by a field or is a key of the
// table, and an item without one is not in the index.
func (r *IndexKeys) isNativeOnly() bool {
	native := false
	for _, k := range r.Keys() {
		switch {
		case k.Template.Native():
			native = true
		case !r.Entity.Table.Primary.IsKey(k.Attrs[0]):
			return false
		}
	}
	return native && r.sparseByItself()
}
