package model

import (
	"slices"

	"github.com/singletable-go/ddb/internal/field"
)

// checkWhen compiles predicates, and makes sure that a sparse row can be left.
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
			d.fault("%s: When cannot take an item out: each of %v is a field's own attribute or shared with another row: say Present of such a field, tagged omitempty", r.Index.Name, r.Index.Attrs())
		}
	}
}

// checkOmitted refuses Native numbers that are left out when they are 0, unless the row says that they may be missing.
func (d *Definition) checkOmitted() {
	for _, r := range d.E.AllKeys() {
		if r.faulty {
			continue // told already
		}
		for _, f := range r.omittable() {
			d.fault("%s: Native(%s) is omitted when it is 0, and the item would be missing from the index: a number is never empty; drop \",omitempty\", or leave such items out with When(Present(&…))", r.Index.Name, f.Name)
		}
	}
}

// omittable returns the row's Native numbers that are left out when they are 0, and of which no When asks that they are there.
func (r *IndexKeys) omittable() (fs []*field.Field) {
	for _, f := range r.Fields() {
		if f.OmitEmpty && IsNumber(f.Type) && r.Index.IsKey(f.Attr()) && !r.whenPresent(f) {
			fs = append(fs, f)
		}
	}
	return fs
}

// whenPresent reports whether the row's When asks that the field is there.
func (r *IndexKeys) whenPresent(f *field.Field) bool {
	return slices.ContainsFunc(r.When, func(c Clause) bool {
		if c.Op != OpPresent {
			return false
		}
		g, err := r.Entity.Proto.Resolve(c.Ptr)
		return err == nil && g == f
	})
}

// sparseByItself reports whether the row is left because each condition is that one of its Native fields is there.
func (r *IndexKeys) sparseByItself() bool {
	for _, c := range r.When {
		f, vals, err := r.Entity.Operands(c)
		if err != nil || !f.OmitEmpty || !slices.Contains(r.Fields(), f) || f.Attr() == "" || !r.Index.IsKey(f.Attr()) {
			return false
		}
		switch c.Op {
		case OpPresent:
		case OpNe:
			if !Omitted(f, vals[0]) || IsNumber(f.Type) { // an Add makes a zero that is there
				return false
			}
		default:
			return false
		}
	}
	return true
}

// isNativeOnly reports whether DynamoDB keeps the row: each key attribute is a field's own, or the table's, and the item is
// out of the index where one is absent.
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
