package model

import (
	"slices"

	"github.com/singletable-go/ddb/internal/field"
)

// Names gives fields the names that a design calls them by, and keeps which ones it calls. So each of them is listed among the
// fields of its entity, whatever declaration names it.
type Names map[*field.Field]bool

// Of returns the name of a field, "" for none.
func (n Names) Of(f *field.Field) string {
	if f == nil {
		return ""
	}
	n[f] = true
	return f.Name
}

// lists reports whether a field of e is listed. An embedded struct, which its fields stand for, and a field inside one that encodes
// itself, such as Value of an AsText, are listed only if something names them.
func (n Names) lists(e *Entity, f *field.Field) bool {
	inside := func(g *field.Field) bool { return !f.Stored() && g.Stored() && f.Within(g) }
	return n[f] || !f.Embedded && !slices.ContainsFunc(e.Proto.Fields(), inside)
}
