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

// Dropped declares that the entity had entries in ix and has none now. Items that were written before may still be in it.
func (d *Definition) Dropped(ix *Index) {
	switch {
	case ix == nil || ix.Table != d.E.Table:
		d.fault("dropped: the index is nil or belongs to another table")
	case slices.Contains(d.E.dropped, ix):
		d.fault("dropped: %s is declared twice: remove one", ix.Name)
	default:
		d.E.dropped = append(d.E.dropped, ix)
	}
}

// checkDropped checks that a dropped index is not used, and that an item can leave it.
func (d *Definition) checkDropped() {
	for _, ix := range d.E.dropped {
		switch {
		case ix == d.E.Table.Primary:
			d.fault("dropped: %s is the table itself", ix.Name)
		case d.E.KeysIn(ix) != nil:
			d.fault("dropped: the entity has keys in %s: remove Dropped, or the keys", ix.Name)
		case len(d.E.leftovers(ix)) == 0:
			d.fault("dropped: each key attribute of %s (%s) is a key of the table or of another index, or stores a field: none can be removed to leave the index", ix.Name, strings.Join(ix.Attrs(), ", "))
		}
	}
}

// leftovers returns the key attributes of a dropped index that nothing else uses.
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

// Leave removes from an item's attributes the keys of dropped indexes. It removes strings only: templates render strings.
func (e *Entity) Leave(attrs attr.Item) {
	for _, ix := range e.dropped {
		for _, attr := range e.leftovers(ix) {
			if _, ok := attrs[attr].(*types.AttributeValueMemberS); ok {
				delete(attrs, attr)
			}
		}
	}
}

// Stray returns the error for an item in an index in which its entity has no keys.
func (e *Entity) Stray(ix *Index) error {
	if slices.Contains(e.dropped, ix) {
		return fmt.Errorf("%w: the item is a %s, written to %s before its definition dropped the index: run Reindex of %s", fault.ErrUnknown, e.Name, ix.Name, e.Name)
	}
	return fmt.Errorf("%w: the item is a %s, which has no keys in %s: if an older definition had them, declare Dropped and run Reindex", fault.ErrUnknown, e.Name, ix.Name)
}
