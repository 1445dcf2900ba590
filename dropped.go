package ddb

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
// there. [Repository.Reindex] takes them out, by removing the key attributes of ix that nothing else of the entity is made
// of; no other verb does. Until that is done, reads of ix that meet one say so. Take the declaration out once Reindex is
// through and no older program writes.
//
// Key attributes that a field of any entity of the table is stored in are somebody's data: they are never removed, and an
// index that has no others is refused.
func (d *mDefinition) Dropped(ix *mIndex) {
	switch {
	case ix == nil || ix.table != d.e.table:
		d.fault("dropped: the index is of another table")
	case slices.Contains(d.e.dropped, ix):
		d.fault("dropped: %s is declared twice", ix.name)
	default:
		d.e.dropped = append(d.e.dropped, ix)
		d.e.notes = append(d.e.notes, "dropped\t"+ix.name+"\t")
	}
}

// checkDropped makes sure that an index is not dropped and used, and that it can be left.
func (d *mDefinition) checkDropped() {
	for _, ix := range d.e.dropped {
		switch {
		case ix == d.e.table.primary:
			d.fault("dropped: %s is the table itself", ix.name)
		case d.e.row(ix) != nil:
			d.fault("dropped: the entity is in %s: take Dropped or the index entry out", ix.name)
		case len(d.e.leftovers(ix)) == 0:
			d.fault("dropped: each key attribute of %s (%s) is the table's key, of another index entry, or stores a field: an item leaves by none of them", ix.name, strings.Join(ix.attrs(), ", "))
		}
	}
}

// leftovers returns the key attributes of an index that only the entity's dropped entry was made of.
func (e *mEntity) leftovers(ix *mIndex) (attrs []string) {
	data := func(o *mEntity, attr string) bool {
		return slices.ContainsFunc(o.proto.Fields(), func(f *field.Field) bool { return f.Stored() && f.Attr() == attr })
	}
	for _, attr := range ix.attrs() {
		used := e.table.primary.isKey(attr) || data(e, attr) ||
			slices.ContainsFunc(e.indexed, func(r *mIndexKeys) bool { return r.index.isKey(attr) }) ||
			slices.ContainsFunc(e.table.entities, func(o *mEntity) bool { return data(o, attr) })
		if !used {
			attrs = append(attrs, attr)
		}
	}
	return attrs
}

// leave removes from attrs, an item's attributes, what keeps it in indexes that the entity has dropped. Only text is
// removed: what templates make is text.
func (e *mEntity) leave(attrs attr.Item) {
	for _, ix := range e.dropped {
		for _, attr := range e.leftovers(ix) {
			if _, ok := attrs[attr].(*types.AttributeValueMemberS); ok {
				delete(attrs, attr)
			}
		}
	}
}

// stray says why an item of an entity that has no entry in an index stands there, and what to do.
func (e *mEntity) stray(ix *mIndex) error {
	if slices.Contains(e.dropped, ix) {
		return fmt.Errorf("%w: this is a %s, left in %s from before its definition dropped the index: run Reindex of %s", fault.ErrUnknown, e.name, ix.name, e.name)
	}
	return fmt.Errorf("%w: this is a %s, which has no entry in %s: if its definition had one, declare Dropped in it and run Reindex", fault.ErrUnknown, e.name, ix.name)
}
