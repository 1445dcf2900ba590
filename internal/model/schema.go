package model

import (
	"fmt"
	"maps"
	"reflect"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
)

// Schema declares the schema number of written items, 1 or more, and how older items are read. upgrade gets the stored attributes
// of an item with schema from (0 for an item without a schema) before they are decoded, and changes them in place.
func (d *Definition) Schema(n int, upgrade func(from int, attrs map[string]types.AttributeValue) error) {
	switch {
	case d.E.Schema != 0:
		d.fault("schema: declared twice: remove one")
	case n < 1:
		d.fault("schema: the number is %d: use 1 or more", n)
	case upgrade == nil && n > 1:
		d.fault("schema: the upgrade function is nil: pass one")
	}
	if d.E.remade = upgrade != nil; upgrade == nil {
		upgrade = func(int, map[string]types.AttributeValue) error { return nil }
	}
	d.E.Schema, d.E.upgrade = n, upgrade
}

// SchemaOf returns the number of the schema of an item.
func SchemaOf(s attr.Stored) int {
	text, ok := s.Number(SchemaAttr)
	if !ok {
		return 0
	}
	v, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return v
}

// Upgraded returns the attributes in the entity's own schema: attrs itself if they have it. It is for reads: values that are
// stored compressed may be so or not.
func (e *Entity) Upgraded(attrs attr.Item) (attr.Item, error) { return e.upgraded(attrs, false) }

// UpgradedToStore is Upgraded with the values as they are to be stored.
func (e *Entity) UpgradedToStore(attrs attr.Item) (attr.Item, error) { return e.upgraded(attrs, true) }

func (e *Entity) upgraded(attrs attr.Item, store bool) (attr.Item, error) {
	from := SchemaOf(Loaded(attrs))
	if from >= e.Schema {
		return attrs, nil
	}
	out := e.unpacked(attrs)
	err := fault.Safely(func() error { return e.upgrade(from, out) })
	if err == nil && store {
		err = e.repack(out, attrs)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: upgrade from schema %d: %w", e.Name, e.Table.KeyText(attrs), from, err)
	}
	for _, attrName := range e.Table.Primary.Attrs() {
		if out[attrName] == nil || attrs[attrName] != nil && !attr.Equal(out[attrName], attrs[attrName]) {
			return nil, fmt.Errorf("%s %s: upgrade from schema %d: the function changed the primary key: use Move", e.Name, e.Table.KeyText(attrs), from)
		}
	}
	out[SchemaAttr] = attr.Number(int64(e.Schema))
	return out, nil
}

// Rekey replaces the index keys, type and schema in an item's attributes by those that a Put would write.
func (e *Entity) Rekey(op string, it reflect.Value, attrs attr.Item) error {
	put, err := e.Encode(op, it)
	if err != nil {
		return err
	}
	keep := func(attr string) {
		if delete(attrs, attr); put[attr] != nil {
			attrs[attr] = put[attr]
		}
	}
	for _, r := range e.Indexed {
		for _, k := range r.Keys() {
			for _, attr := range k.Attrs {
				switch {
				case e.Table.Primary.IsKey(attr):
				case !k.Template.Native():
					keep(attr)
				case attrs[attr] == nil && put[attr] != nil && r.includes(put):
					attrs[attr] = put[attr]
				}
			}
		}
	}
	if t := e.Table.TypeAttr; t != "" {
		keep(t)
	}
	if e.Schema > 0 {
		keep(SchemaAttr)
	}
	return nil
}

// AsWritten returns a stored item as this program would write it: upgraded, with current index keys. Unknown attributes stay.
func (e *Entity) AsWritten(op string, attrs attr.Item) (attr.Item, reflect.Value, error) {
	up, err := e.UpgradedToStore(attrs)
	if err != nil {
		return nil, reflect.Value{}, err
	}
	it := e.NewItem()
	if err := e.Decode(Loaded(up), it); err != nil {
		return nil, it, err
	}
	whole, err := e.Completed(up, it)
	if err != nil {
		return nil, it, err
	}
	out := maps.Clone(whole)
	return out, it, e.Rekey(op, it, out)
}
