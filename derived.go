package ddb

import "github.com/singletable-go/ddb/internal/field"

// derivation is a field that a view fills.
type derivation struct {
	f  *field.Field
	by string
}

// derive makes f a field that the view called by fills, and no write of a user.
func (e *mEntity) derive(f *field.Field, by string) {
	e.derived = append(e.derived, derivation{f, by})
	e.lend()
	e.notes = append(e.notes, "derived\t"+f.Name+"\tby "+by)
}

// derivedBy returns the view that fills f, or something inside or around it; "" if none does.
func (e *mEntity) derivedBy(f *field.Field) string {
	for _, d := range e.derived {
		if d.f.Overlaps(f) {
			return d.by
		}
	}
	return ""
}
