package model

import (
	"fmt"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/template"
)

// indexField is a field that is stored under a key attribute of a secondary index. DynamoDB refuses an item with an invalid key
// value, even if the item would not be in that index.
type indexField struct {
	keys  *IndexKeys
	Key   Key
	Field *field.Field
}

// findIndexFields returns those fields of the entity.
func (e *Entity) findIndexFields() (out []indexField) {
	for _, ix := range e.Table.Indexes {
		for n, attr := range ix.Attrs() {
			f := (&Definition{E: e}).attribute(attr)
			if f == nil {
				continue
			}
			k := Key{"partition", []string{attr}, template.New(template.Part{Kind: template.Native, Field: f}), MaxPartitionBytes}
			if n >= len(ix.Partition) {
				k.Side, k.MaxBytes = "sort", MaxSortBytes
			}
			out = append(out, indexField{&IndexKeys{Entity: e, Index: ix}, k, f})
		}
	}
	return out
}

// Check reports an attribute that is invalid as a key. An item without the attribute is not in the index.
func (x *indexField) Check(op string, attrs attr.Item) error {
	attrName := x.Key.Attrs[0]
	av := attrs[attrName]
	if av == nil {
		return nil
	}
	err := x.keys.CheckNative(op, x.Key, attrs)
	if have, want := attr.ScalarType(av), x.keys.Entity.Table.KeyType(attrName); err == nil && have != want {
		err = x.keys.KeyError(op, x.Key, &template.ValueError{Field: x.Field.Name, Err: fmt.Errorf("is of type %s, the key attribute %q is of type %s", have, attrName, want)})
	}
	if key, ok := err.(*fault.KeyError); ok { //nolint:errorlint // made above
		if t := x.keys.Entity.Table; attrs[t.Primary.Partition[0]] != nil {
			key.Key = t.KeyText(attrs)
		}
		key.Err = fmt.Errorf("%w: DynamoDB refuses the item, since the attribute is a key of %s; a field with the tag \",omitempty\" is not stored while it is empty", key.Err, x.keys.Index.Name)
	}
	return err
}
