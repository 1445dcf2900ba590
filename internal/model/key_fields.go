package model

import (
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/field"
)

// KeyFields returns the fields of the primary key that have an attribute of their own beside the key.
func (e *Entity) KeyFields() (fs []*field.Field) {
	for _, f := range e.Primary.Fields() {
		if f.Stored() && !(len(f.Path) == 1 && e.Table.Primary.IsKey(f.Attr())) {
			fs = append(fs, f)
		}
	}
	return fs
}

// KeyAttributes returns the attributes of the key fields of an item as a put stores them; sure are those of fields that the key
// holds in full.
func (e *Entity) KeyAttributes(it reflect.Value) (sure, rest attr.Item, err error) {
	fs := e.KeyFields()
	if len(fs) == 0 {
		return nil, nil, nil
	}
	only := e.NewItem()
	for _, f := range fs {
		f.Addr(only).Set(f.Get(it))
	}
	all, err := e.Values(only)
	if err != nil {
		return nil, nil, err
	}
	sure, rest = attr.Item{}, attr.Item{}
	for _, f := range fs {
		switch attr := f.Attr(); {
		case all[attr] == nil:
		case e.Primary.HoldsInFull(f) && !f.Nested():
			sure[attr] = all[attr]
		default:
			rest[attr] = all[attr]
		}
	}
	return sure, rest, nil
}

// Completed returns the attributes of an item with those of its key fields, attrs itself if none is missing. An Upsert of an
// older release did not store them.
func (e *Entity) Completed(attrs attr.Item, it reflect.Value) (attr.Item, error) {
	missing := func(f *field.Field) bool { return e.Primary.HoldsInFull(f) && attr.At(attrs, f.Path) == nil }
	fs := e.KeyFields()
	if !slices.ContainsFunc(fs, missing) {
		return attrs, nil
	}
	fields, err := e.Values(it)
	if err != nil {
		return nil, err
	}
	out := maps.Clone(attrs)
	for _, f := range fs {
		if !missing(f) {
			continue
		}
		if have, ok := out[f.Attr()].(*types.AttributeValueMemberM); ok && f.Nested() {
			outer, _ := attr.DeepCopy(have).(*types.AttributeValueMemberM)
			attr.SetPath(outer.Value, f.Path[1:], attr.At(fields, f.Path))
			out[f.Attr()] = outer
		} else if !ok && out[f.Attr()] == nil && fields[f.Attr()] != nil {
			out[f.Attr()] = fields[f.Attr()]
		}
	}
	return out, nil
}
