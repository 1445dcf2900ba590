package model

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/field"
)

// FieldsOf returns the fields that a condition names.
func (e *Entity) FieldsOf(cl Clause) (fs []*field.Field) {
	for _, k := range cl.Kids {
		fs = append(fs, e.FieldsOf(k)...)
	}
	if cl.Ptr == nil {
		return fs
	}
	if f, err := e.Proto.Resolve(cl.Ptr); err == nil {
		fs = append(fs, f)
	}
	return fs
}

// Value encodes the value of a field as it is stored, nil if no attribute is stored.
func (e *Entity) Value(f *field.Field, v reflect.Value) (types.AttributeValue, error) {
	if f == e.TTL && v.IsZero() {
		return nil, nil
	}
	return codec.EncodeField(f, v)
}

// Zero is what a Put stores for the zero value of a field, nil if it stores no attribute. Conditions of sparse indexes take an
// absent attribute for this value, so that an item is in an index if it would be there after a Put.
func (e *Entity) Zero(f *field.Field) types.AttributeValue {
	av, err := e.Value(f, reflect.Zero(f.Type))
	if err != nil {
		return nil
	}
	return av
}

// Values encodes the fields of an item, without keys and type. The values are not compressed, so that they can be compared.
func (e *Entity) Values(it reflect.Value) (attr.Item, error) { return e.values(e.plain, it) }

// StoredValues are Values as they are stored.
func (e *Entity) StoredValues(it reflect.Value) (attr.Item, error) { return e.values(e.Codec, it) }

func (e *Entity) values(by *codec.Plan, it reflect.Value) (attr.Item, error) {
	attrs := make(attr.Item, e.Codec.Size())
	err := e.encodeFields(by, attrs, it)
	if err == nil && e.TTL != nil && e.TTL.Get(it).IsZero() {
		delete(attrs, e.TTL.Attr())
	}
	return attrs, err
}
