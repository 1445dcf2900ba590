package ddb

import (
	"fmt"
	"maps"
	"reflect"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
)

// schemaAttr holds the number of the schema that an item was written in; absent is 0.
const schemaAttr = "~s"

// Schema says that items are written in schema n, 1 or more, and how older ones are read: upgrade gets the attributes
// of an item of schema from (0: from before there were schemas), as they are stored and before they are decoded, and
// changes them in place. It must make the same of the same item, and leave what it does not know alone; a read with
// [Query.Select] hands it the selected attributes only.
//
// Nothing is rewritten by reading. Until [Repository.Reindex] has rewritten all items, filters and Select see older ones as
// they are stored, without what upgrade makes. A write of an item of a newer schema is refused with [ErrConflict]; an Update
// of an older one first rewrites it. An older item of which the upgrade says that its TTL has passed is not there to reads and to writes, which
// rewrite it then; DynamoDB deletes it, and [Repository.Count] leaves it out, once it is rewritten. A program that declares no schema knows of none, and writes over newer items: declare
// Schema(1, nil) from the first day. Only schema 1 may have no upgrade; then older items are read as they are.
func (d *mDefinition) Schema(n int, upgrade func(from int, attrs map[string]types.AttributeValue) error) {
	switch {
	case d.e.schema != 0:
		d.fault("schema: declared twice")
	case n < 1:
		d.fault("schema: %d: the first is 1", n)
	case upgrade == nil && n > 1:
		d.fault("schema: no function to upgrade with")
	}
	if d.e.remade = upgrade != nil; upgrade == nil {
		upgrade = func(int, map[string]types.AttributeValue) error { return nil }
	}
	d.e.schema, d.e.upgrade = n, upgrade
	d.e.notes = append(d.e.notes, "schema\t"+strconv.Itoa(n)+"\t")
}

// schemaOf returns the number of the schema of an item.
func schemaOf(s attr.Stored) int {
	text, ok := s.Number(schemaAttr)
	if !ok {
		return 0
	}
	v, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return v
}

// upgraded returns the attributes in the entity's own schema: attrs itself where they are.
func (e *mEntity) upgraded(attrs attr.Item) (attr.Item, error) {
	from := schemaOf(loaded(attrs))
	if from >= e.schema {
		return attrs, nil
	}
	out := attr.DeepCopy(&types.AttributeValueMemberM{Value: attrs}).(*types.AttributeValueMemberM).Value
	if err := fault.Safely(func() error { return e.upgrade(from, out) }); err != nil {
		return nil, fmt.Errorf("%s %s: upgrade from schema %d: %w", e.name, e.table.keyText(attrs), from, err)
	}
	for _, attrName := range e.table.primary.attrs() {
		if out[attrName] == nil || attrs[attrName] != nil && !attr.Equal(out[attrName], attrs[attrName]) {
			return nil, fmt.Errorf("%s %s: upgrade from schema %d: changed the key: that takes a Move", e.name, e.table.keyText(attrs), from)
		}
	}
	out[schemaAttr] = attr.Number(int64(e.schema))
	return out, nil
}

// rekey replaces the index keys and the type in attrs, an item's attributes, by those that the item would be put with.
func (e *mEntity) rekey(op string, it reflect.Value, attrs attr.Item) error {
	put, err := e.encode(op, it)
	if err != nil {
		return err
	}
	keep := func(attr string) {
		if delete(attrs, attr); put[attr] != nil {
			attrs[attr] = put[attr]
		}
	}
	for _, r := range e.indexed {
		for _, k := range r.keys() {
			for _, attr := range k.attrs {
				switch {
				case e.table.primary.isKey(attr):
				case !k.template.Native():
					keep(attr)
				case attrs[attr] == nil && put[attr] != nil && r.includes(put):
					attrs[attr] = put[attr]
				}
			}
		}
	}
	if t := e.table.typeAttr; t != "" {
		keep(t)
	}
	if e.schema > 0 {
		keep(schemaAttr)
	}
	return nil
}

// asWritten returns the item stored as attrs as this program would write it: upgraded, with the index keys of today.
// Attributes that it does not know stay.
func (e *mEntity) asWritten(op string, attrs attr.Item) (attr.Item, reflect.Value, error) {
	up, err := e.upgraded(attrs)
	if err != nil {
		return nil, reflect.Value{}, err
	}
	it := e.newItem()
	if err := e.decode(loaded(up), it); err != nil {
		return nil, it, err
	}
	whole, err := e.completed(up, it)
	if err != nil {
		return nil, it, err
	}
	out := maps.Clone(whole)
	return out, it, e.rekey(op, it, out)
}

// diff writes what turns one set of attributes into another.
func (a *action) diff(from, to attr.Item) {
	for _, attrName := range attr.SortedNames(to) {
		if have := from[attrName]; have == nil || !attr.Equal(have, to[attrName]) {
			a.update.Set(a.x.Name(attrName), a.x.Value(to[attrName]))
		}
	}
	for _, attr := range attr.SortedNames(from) {
		if to[attr] == nil {
			a.update.Remove(a.x.Name(attr))
		}
	}
}
