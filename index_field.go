package ddb

import (
	"fmt"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/template"
)

// indexField is a field that is stored under a key attribute of a secondary index. DynamoDB refuses an item in which it can be no
// key, whether the item would be in that index or not.
type indexField struct {
	row   *mIndexKeys
	key   key
	field *field.Field
}

// indexFields returns those fields of the entity.
func (e *mEntity) indexFields() (out []indexField) {
	for _, ix := range e.table.indexes {
		for n, attr := range ix.attrs() {
			f := (&mDefinition{e: e}).attribute(attr)
			if f == nil {
				continue
			}
			k := key{"partition", []string{attr}, template.New(template.Part{Kind: template.Native, Field: f}), maxPartitionBytes}
			if n >= len(ix.partition) {
				k.side, k.maxBytes = "sort", maxSortBytes
			}
			out = append(out, indexField{&mIndexKeys{entity: e, index: ix}, k, f})
		}
	}
	return out
}

// check refuses an item whose attribute DynamoDB would take for no key. One without the attribute is not in the index.
func (x *indexField) check(op string, attrs attr.Item) error {
	attrName := x.key.attrs[0]
	av := attrs[attrName]
	if av == nil {
		return nil
	}
	err := x.row.checkNative(op, x.key, attrs)
	if have, want := attr.ScalarType(av), x.row.entity.table.keyType(attrName); err == nil && have != want {
		err = x.row.keyError(op, x.key, &template.ValueError{Field: x.field.Name, Err: fmt.Errorf("is of type %s, the key attribute %q is of type %s", have, attrName, want)})
	}
	if key, ok := err.(*fault.KeyError); ok { //nolint:errorlint // made above
		if t := x.row.entity.table; attrs[t.primary.partition[0]] != nil {
			key.Key = t.keyText(attrs)
		}
		key.Err = fmt.Errorf("%w: DynamoDB takes no such item, in %s or not; a field tagged \",omitempty\" is left out while it is empty", key.Err, x.row.index.name)
	}
	return err
}
