package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
)

// Dropped says that the entity had entries in ix and has none any more: items that were written before may still stand
// there.
func (d *Definition) Dropped(ix *Index) {
	switch {
	case ix == nil || ix.Table != d.E.Table:
		d.fault("dropped: the index is of another table")
	case slices.Contains(d.E.dropped, ix):
		d.fault("dropped: %s is declared twice", ix.Name)
	default:
		d.E.dropped = append(d.E.dropped, ix)
		d.E.Notes = append(d.E.Notes, "dropped\t"+ix.Name+"\t")
	}
}

// checkDropped makes sure that an index is not dropped and used, and that it can be left.
func (d *Definition) checkDropped() {
	for _, ix := range d.E.dropped {
		switch {
		case ix == d.E.Table.Primary:
			d.fault("dropped: %s is the table itself", ix.Name)
		case d.E.KeysIn(ix) != nil:
			d.fault("dropped: the entity is in %s: take Dropped or the index entry out", ix.Name)
		case len(d.E.leftovers(ix)) == 0:
			d.fault("dropped: each key attribute of %s (%s) is the table's key, of another index entry, or stores a field: an item leaves by none of them", ix.Name, strings.Join(ix.Attrs(), ", "))
		}
	}
}

// leftovers returns the key attributes of an index that only the entity's dropped entry was made of.
func (e *Entity) leftovers(ix *Index) (attrs []string) {
	data := func(o *Entity, attr string) bool {
		return slices.ContainsFunc(o.Proto.Fields(), func(f *field.Field) bool { return f.Stored() && f.Attr() == attr })
	}
	for _, attr := range ix.Attrs() {
		used := e.Table.Primary.IsKey(attr) || data(e, attr) ||
			slices.ContainsFunc(e.Indexed, func(r *IndexKeys) bool { return r.Index.IsKey(attr) }) ||
			slices.ContainsFunc(e.Table.Entities, func(o *Entity) bool { return data(o, attr) })
		if !used {
			attrs = append(attrs, attr)
		}
	}
	return attrs
}

// Leave removes from attrs, an item's attributes, what keeps it in indexes that the entity has dropped. Only text is
// removed: what templates make is text.
func (e *Entity) Leave(attrs attr.Item) {
	for _, ix := range e.dropped {
		for _, attr := range e.leftovers(ix) {
			if _, ok := attrs[attr].(*types.AttributeValueMemberS); ok {
				delete(attrs, attr)
			}
		}
	}
}

// Stray says why an item of an entity that has no entry in an index stands there, and what to do.
func (e *Entity) Stray(ix *Index) error {
	if slices.Contains(e.dropped, ix) {
		return fmt.Errorf("%w: this is a %s, left in %s from before its definition dropped the index: run Reindex of %s", fault.ErrUnknown, e.Name, ix.Name, e.Name)
	}
	return fmt.Errorf("%w: this is a %s, which has no entry in %s: if its definition had one, declare Dropped in it and run Reindex", fault.ErrUnknown, e.Name, ix.Name)
}
