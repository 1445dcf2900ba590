package model

import (
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/field"
)

// History keeps every version of an item under a key of its own, which must hold the Version field.
func (d *Definition) History(partition, sort Parts) {
	if d.E.History != nil {
		d.fault("history: declared twice")
		return
	}
	ix := d.E.Table.Primary
	r := d.indexKeys(ix, partition, []Parts{sort})
	d.E.History = r
	d.E.Notes = append(d.E.Notes, "history\t"+r.Partition.String()+"\t"+r.Sort.String())
}

// checkHistory makes sure that version items can be told apart, and read back.
func (d *Definition) checkHistory() {
	r := d.E.History
	if r == nil {
		return
	}
	for _, k := range r.Keys() {
		if k.Template.Native() {
			d.fault("history: %s key %q: Native cannot hold a version item: use Str, Num or Text", k.Side, k.Template)
		}
	}
	for attr, t := range d.E.Primary.keyTypes() {
		if t != types.ScalarAttributeTypeS {
			d.fault("history: key attribute %q is of type %s: version items need string keys", attr, t)
		}
	}
	switch {
	case d.E.Version == nil:
		d.fault("history: the entity has no Version")
		return
	case r.faulty:
		return // told already
	case !r.HoldsInFull(d.E.Version):
		d.fault("history: keys %q / %q do not hold the Version field %s", r.Partition, r.Sort, d.E.Version.Name)
	case !r.Sort.Lossless(d.E.Version):
		d.fault("history: the Version field %s belongs into the sort key, so that versions stand in order", d.E.Version.Name)
	}
	switch parts := r.Sort.Parts(); {
	case !r.Sort.Lossless(d.E.Version): // told already
	case len(parts) > 0 && parts[len(parts)-1].Field != d.E.Version:
		d.fault("history: sort key %q must end in the Version field", r.Sort)
	case len(parts) == 1:
		d.fault("history: sort key %q must begin with a Prefix: the versions of an item are what begins with it", r.Sort)
	}
	for _, f := range r.Fields() {
		if f != d.E.Version && !d.E.Primary.HoldsInFull(f) {
			d.fault("history: field %s is not in the primary key: an item's versions would not stand together", f.Name)
		}
	}
	for _, f := range d.E.Proto.Fields() {
		if !f.Stored() && d.E.Primary.HoldsInFull(f) && !r.HoldsInFull(f) {
			d.fault("history: field %s is dynamodbav:\"-\" and not in the history key %q / %q: old versions would lose it", f.Name, r.Partition, r.Sort)
		}
	}
	d.checkOverlap(r, d.E.Primary)
}

// historyOf reports whether an item is a version item, of any entity.
func (t *Table) historyOf(s attr.Stored) *Entity {
	if !t.versions {
		return nil
	}
	r := t.shapeOf(s, func(r *IndexKeys) bool { return r == r.Entity.History && r.shaped(s) })
	if r == nil {
		return nil
	}
	return r.Entity
}

// shaped reports whether the table key of s has the shape of r's.
func (r *IndexKeys) shaped(s attr.Stored) bool {
	for _, k := range r.Keys() {
		if text, ok := s.Text(k.Attrs[0]); !ok || !k.Template.Match(text) {
			return false
		}
	}
	return true
}

// Numbering returns the attributes by which a version item can be told from a tombstone and from one that was pruned.
func (e *Entity) Numbering() []string { return []string{e.Version.Attr(), DeletedAttr, PrunedAttr} }

// HasAttribute reports whether a field is stored as the top-level attribute.
func (e *Entity) HasAttribute(attr string) bool {
	return slices.ContainsFunc(e.Mapped, func(f *field.Field) bool { return f.Attr() == attr })
}

// DecodeNumber fills dst with the version and what the keys of versions are made of, so that an item of which the rest
// cannot be decoded can be deleted.
func (e *Entity) DecodeNumber(attrs attr.Item, dst reflect.Value) error {
	s, err := e.InSchema(Loaded(attrs))
	switch {
	case err != nil:
		return err
	case e.Proto.Marshals(): // it decodes itself, from all of it
		return e.DecodeCurrent(s, dst)
	}
	names := append(e.Table.Primary.Attrs(), e.Version.Attr())
	for _, f := range e.History.Fields() {
		if f.Stored() {
			names = append(names, f.Attr())
		}
	}
	few := maps.Clone(s.Attributes())
	maps.DeleteFunc(few, func(name string, _ types.AttributeValue) bool { return !slices.Contains(names, name) })
	return e.DecodeCurrent(Loaded(few), dst)
}

// HistoryKey adds the key of a version item to attrs.
func (e *Entity) HistoryKey(op string, it reflect.Value, number int64, attrs attr.Item) error {
	it = e.CopyOf(it)
	e.Version.Addr(it).SetInt(number)
	for _, k := range e.History.Keys() {
		s, err := e.History.Render(op, k, it)
		if err != nil {
			return err
		}
		attrs[k.Attrs[0]] = &types.AttributeValueMemberS{Value: s}
	}
	return nil
}
