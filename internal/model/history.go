package model

import (
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/field"
)

// History stores every version of an item as an item of its own, whose key must hold the Version field.
func (d *Definition) History(partition, sort Parts) {
	if d.E.History != nil {
		d.fault("history: declared twice: remove one")
		return
	}
	ix := d.E.Table.Primary
	r := d.indexKeys(ix, partition, []Parts{sort})
	d.E.History = r
}

// checkHistory checks that version items have distinct keys, and can be read.
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
		d.fault("history: the entity has no Version: declare one")
		return
	case r.faulty:
		return // reported already
	case !r.HoldsInFull(d.E.Version):
		d.fault("history: keys %q / %q do not hold the Version field %s", r.Partition, r.Sort, d.E.Version.Name)
	case !r.Sort.Lossless(d.E.Version):
		d.fault("history: the Version field %s must be in the sort key, which orders the versions", d.E.Version.Name)
	}
	switch parts := r.Sort.Parts(); {
	case !r.Sort.Lossless(d.E.Version): // reported already
	case len(parts) > 0 && parts[len(parts)-1].Field != d.E.Version:
		d.fault("history: sort key %q must end in the Version field", r.Sort)
	case len(parts) == 1:
		d.fault("history: sort key %q must begin with a Prefix, by which the versions of an item are read", r.Sort)
	}
	for _, f := range r.Fields() {
		if f != d.E.Version && !d.E.Primary.HoldsInFull(f) {
			d.fault("history: field %s is not in the primary key, so the versions of an item would have different prefixes: remove it", f.Name)
		}
	}
	for _, f := range d.E.Proto.Fields() {
		if !f.Stored() && d.E.Primary.HoldsInFull(f) && !r.HoldsInFull(f) {
			d.fault("history: field %s is dynamodbav:\"-\" and not in the history key %q / %q: versions would lose it: add it to the key, or give it an attribute name", f.Name, r.Partition, r.Sort)
		}
	}
	d.checkOverlap(r, d.E.Primary)
}

// historyOf returns the entity whose version item this is, nil if it is none.
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

// Numbering returns the attributes that distinguish a version item from a tombstone and from a marker.
func (e *Entity) Numbering() []string { return []string{e.Version.Attr(), DeletedAttr, PrunedAttr} }

// HasAttribute reports whether a field is stored as the top-level attribute.
func (e *Entity) HasAttribute(attr string) bool {
	return slices.ContainsFunc(e.Mapped, func(f *field.Field) bool { return f.Attr() == attr })
}

// DecodeNumber decodes the version and the fields of the history's key. So an item with other attributes that cannot be decoded
// can be deleted.
func (e *Entity) DecodeNumber(attrs attr.Item, dst reflect.Value) error {
	s, err := e.InSchema(Loaded(attrs))
	switch {
	case err != nil:
		return err
	case e.Proto.Marshals(): // its unmarshaler needs all attributes
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

// KeyOfVersion returns the key of the item that a version item is of, nil if the version does not say it: a tombstone may lack
// fields that are attributes.
func (e *Entity) KeyOfVersion(s attr.Stored) attr.Item {
	it := e.NewItem()
	if err := e.Codec.Decode(s.Attributes(), it); err != nil {
		it = e.NewItem()
	}
	for _, k := range e.History.Keys() {
		text, _ := s.Text(k.Attrs[0])
		if err := k.Template.Decode(text, it); err != nil {
			return nil
		}
	}
	key, err := e.Key("history", it)
	if err != nil {
		return nil
	}
	return key
}

// FirstVersion returns the key of the first version of the item with a primary key; nil if it is no key of e, or e has no
// History.
func (e *Entity) FirstVersion(key attr.Item) (attr.Item, error) {
	if s := Loaded(key); e.History == nil || !e.shaped(s) {
		return nil, nil
	}
	it, first := e.NewItem(), attr.Item{}
	if err := e.DecodeKey(Loaded(key), it); err != nil {
		return nil, err
	}
	return first, e.HistoryKey("sweep", it, 1, first)
}
