package model

import (
	"github.com/singletable-go/ddb/internal/field"
)

// derivation is a derived field and its view.
type derivation struct {
	F  *field.Field
	by string
}

// Derive makes f a derived field: only the view called by writes it.
func (e *Entity) Derive(f *field.Field, by string) {
	e.Derived = append(e.Derived, derivation{f, by})
	e.findPointers()
}

// DerivedBy returns the view that writes f, or a field that overlaps it; "" if there is none.
func (e *Entity) DerivedBy(f *field.Field) string {
	for _, d := range e.Derived {
		if d.F.Overlaps(f) {
			return d.by
		}
	}
	return ""
}
