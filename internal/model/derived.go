package model

import (
	"github.com/singletable-go/ddb/internal/field"
)

// derivation is a field that a view fills.
type derivation struct {
	F  *field.Field
	by string
}

// Derive makes f a field that the view called by fills, and no write of a user.
func (e *Entity) Derive(f *field.Field, by string) {
	e.Derived = append(e.Derived, derivation{f, by})
	e.findPointers()
	e.Notes = append(e.Notes, "derived\t"+f.Name+"\tby "+by)
}

// DerivedBy returns the view that fills f, or something inside or around it; "" if none does.
func (e *Entity) DerivedBy(f *field.Field) string {
	for _, d := range e.Derived {
		if d.F.Overlaps(f) {
			return d.by
		}
	}
	return ""
}
