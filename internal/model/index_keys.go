package model

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/template"
)

// IndexKeys is an entity's keys in one index, as declared with Definition.Index.
type IndexKeys struct {
	Entity          *Entity
	Index           *Index
	Partition, Sort template.Template
	When            []Clause
	Unless          []Predicate                          // when, compiled; the index entry exists if all hold
	faulty          bool                                 // the keys are wrong by themselves
	NativeOnly      bool                                 // DynamoDB keeps it by itself, once the definition is complete; see keptByItself
	keys            []Key                                // once the definition is complete
	others          []*field.Field                       // others, likewise
	types           map[string]types.ScalarAttributeType // of the key attributes
	Mixed           bool                                 // of such an index: text keys stand among the attributes of one side
}

// AddWhen makes the index sparse: an item is in it only if all conds hold.
func (r *IndexKeys) AddWhen(conds ...Clause) *IndexKeys {
	r.When = append(r.When, conds...)
	return r
}

// Key is the partition key or the sort key: the template and the attributes that it sets.
type Key struct {
	Side     string // "partition", "sort"
	Attrs    []string
	Template template.Template
	MaxBytes int
}

// TooLong returns the error of a value with more bytes than the key may have.
func (k Key) TooLong(size int) error {
	return fmt.Errorf("has %d bytes, DynamoDB allows %d in a %s key", size, k.MaxBytes, k.Side)
}

// Limits returns the limits on a Native attribute of the key in the index of r.
func (k Key) Limits(r *IndexKeys) template.Limits {
	return template.Limits{Bytes: k.MaxBytes, Side: k.Side, Reserved: r.Index.Kind == PrimaryIndex && k.Side == "partition"}
}

// Native returns the attribute of part i of a Native key for a field's value. The error is a [fault.KeyError].
func (r *IndexKeys) Native(op string, k Key, i int, v reflect.Value) (types.AttributeValue, error) {
	av, err := codec.EncodeField(KeepEmpty(k.Template.Parts()[i].Field), v)
	if inner, ok := errors.AsType[*codec.Error](codec.InKey(err)); ok {
		return nil, r.KeyError(op, k, &template.ValueError{Field: inner.Path, Err: inner.Err})
	}
	if err == nil {
		err = k.Template.CheckNative(i, av, k.Limits(r))
	}
	if err != nil {
		return nil, r.KeyError(op, k, err)
	}
	return av, nil
}

// WithAdvice returns the error of a value that cannot be stored, with the advice for a field in a Native key if it is in one.
func (e *Entity) WithAdvice(err error) error {
	bad, ok := errors.AsType[*codec.Error](err)
	if !ok {
		return err
	}
	for _, r := range e.AllKeys() {
		for _, k := range r.Keys() {
			if k.Template.Native() && slices.ContainsFunc(k.Template.Fields(), func(f *field.Field) bool { return f.Name == bad.Path }) {
				return codec.InKey(err)
			}
		}
	}
	return err
}

// Keys returns the partition key and, if there is one, the sort key.
func (r *IndexKeys) Keys() []Key {
	if r.keys != nil {
		return r.keys
	}
	ks := []Key{{"partition", r.Index.Partition, r.Partition, MaxPartitionBytes}}
	if len(r.Index.Sort) > 0 {
		ks = append(ks, Key{"sort", r.Index.Sort, r.Sort, MaxSortBytes})
	}
	return ks
}

// AWS: "Constraints in Amazon DynamoDB", partition and sort key length.
const (
	MaxPartitionBytes = 2048
	MaxSortBytes      = 1024
)

// Fields returns the fields that the keys hold, each once.
func (r *IndexKeys) Fields() (fs []*field.Field) {
	for _, k := range r.Keys() {
		for _, p := range k.Template.Parts() {
			if p.Field != nil && !slices.Contains(fs, p.Field) {
				fs = append(fs, p.Field)
			}
		}
	}
	return fs
}

// HoldsInFull reports whether f can be read from the keys.
func (r *IndexKeys) HoldsInFull(f *field.Field) bool {
	for _, k := range r.Keys() {
		for _, p := range k.Template.Parts() {
			if p.Field == f && p.Lossless() {
				return true
			}
		}
	}
	return false
}

// Owns returns the key attributes that only this index uses and that a template renders. An item leaves the index when they
// are removed.
func (r *IndexKeys) Owns() (attrs []string) {
	for _, k := range r.Keys() {
		if k.Template.Native() {
			continue
		}
		for _, attr := range k.Attrs {
			if !slices.ContainsFunc(r.Entity.AllKeys(), func(o *IndexKeys) bool { return o != r && o.Index.IsKey(attr) }) {
				attrs = append(attrs, attr)
			}
		}
	}
	return attrs
}

// keyTypes returns the scalar type of each key attribute.
func (r *IndexKeys) keyTypes() map[string]types.ScalarAttributeType {
	if r.types != nil {
		return r.types
	}
	out := map[string]types.ScalarAttributeType{}
	for _, k := range r.Keys() {
		for i, attr := range k.Attrs {
			out[attr] = types.ScalarAttributeTypeS
			if parts := k.Template.Parts(); k.Template.Native() && i < len(parts) {
				out[attr] = nativeType(parts[i].Field)
			}
		}
	}
	return out
}

// nativeType is the type of a Native field's attribute.
func nativeType(f *field.Field) types.ScalarAttributeType {
	t := field.Pointee(f.Type)
	switch {
	case f.AsString:
		return types.ScalarAttributeTypeS
	case IsBytes(t):
		return types.ScalarAttributeTypeB
	case IsNumber(t), isNumberText(t):
		return types.ScalarAttributeTypeN
	}
	return types.ScalarAttributeTypeS
}

// IsNumber reports whether t is an integer or floating-point type.
func IsNumber(t reflect.Type) bool {
	return IsInteger(t) || t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64
}

// isNumberText reports a string type that attributevalue stores as a number, such as its Number.
func isNumberText(t reflect.Type) bool {
	return t.Kind() == reflect.String && t.Implements(reflect.TypeFor[interface {
		Float64() (float64, error)
		Int64() (int64, error)
		String() string
	}]())
}

// IsInteger reports whether t is an integer type, signed or not.
func IsInteger(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	default:
		return false
	}
}

// IsBytes reports whether t is a slice of bytes.
func IsBytes(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

// Others returns the fields that are not in the partition key, without those that contain other fields.
func (r *IndexKeys) Others() []*field.Field {
	if r.others != nil {
		return r.others
	}
	used, all := r.Partition.Fields(), r.Entity.Proto.Fields()
	out := []*field.Field{}
	for _, f := range all {
		inside := func(g *field.Field) bool {
			return len(g.Index) > len(f.Index) && slices.Equal(g.Index[:len(f.Index)], f.Index)
		}
		if !slices.Contains(used, f) && !slices.ContainsFunc(all, inside) {
			out = append(out, f)
		}
	}
	return out
}
