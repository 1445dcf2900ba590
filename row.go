package ddb

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

// mIndexKeys is an entity's keys in one index, as declared with [Definition.Index].
type mIndexKeys struct {
	entity          *mEntity
	index           *mIndex
	partition, sort template.Template
	when            []clause
	unless          []predicate                          // when, compiled; the row exists if all hold
	faulty          bool                                 // the keys are wrong by themselves
	kept            bool                                 // DynamoDB keeps it by itself, once the definition is complete; see keptByItself
	halves          []key                                // once the definition is complete
	beside          []*field.Field                       // others, likewise
	types           map[string]types.ScalarAttributeType // of the key attributes, of a row that AlsoIn declares
	mixed           bool                                 // of such a row: text keys stand among the attributes of one side
}

// When leaves an item out of the index unless all conds hold for it: a sparse index. Conditions compare fields that
// have attributes of their own with constants; [Expr] is not among them. They are evaluated on the item as a Put would store it: an attribute
// that [Remove] took away counts as the zero value of its field, and so do those that an [Entity.Upsert] did not give. The usual one, for a field that may
// be empty:
//
//	d.Index(ByEmail, ddb.Key(email, ddb.Fold(&p.Email))).When(ddb.Ne(&p.Email, ""))
//
// Where each key attribute is a field's own ([Native]), say Present of fields tagged omitempty: DynamoDB keeps such a row by
// itself, so that an edit of one part of it needs no other.
//
//	d.Index(ByOwner, ddb.Key(ddb.Native(&p.Owner))).When(ddb.Present(&p.Owner))
func (r *mIndexKeys) When(conds ...clause) *mIndexKeys {
	r.when = append(r.when, conds...)
	return r
}

// key is one half of a row: the template and the attributes that it fills.
type key struct {
	side     string // "partition", "sort"
	attrs    []string
	template template.Template
	maxBytes int
}

// tooLong says that a value has more bytes than the key may have.
func (k key) tooLong(size int) error {
	return fmt.Errorf("has %d bytes, DynamoDB allows %d in a %s key", size, k.maxBytes, k.side)
}

// limits is what a Native attribute of the key may hold in row r.
func (k key) limits(r *mIndexKeys) template.Limits {
	return template.Limits{Bytes: k.maxBytes, Side: k.side, Reserved: r.index.kind == primaryIndex && k.side == "partition"}
}

// native returns the attribute of part i of a Native key for a field's value, or says why it can be none.
func (r *mIndexKeys) native(op string, k key, i int, v reflect.Value) (types.AttributeValue, error) {
	av, err := codec.EncodeField(keepEmpty(k.template.Parts()[i].Field), v)
	if inner, ok := errors.AsType[*codec.Error](codec.InKey(err)); ok {
		return nil, r.keyError(op, k, &template.ValueError{Field: inner.Path, Err: inner.Err})
	}
	if err == nil {
		err = k.template.CheckNative(i, av, k.limits(r))
	}
	if err != nil {
		return nil, r.keyError(op, k, err)
	}
	return av, nil
}

// told returns the error of a value that cannot be stored, with advice that holds for its field.
func (e *mEntity) told(err error) error {
	bad, ok := errors.AsType[*codec.Error](err)
	if !ok {
		return err
	}
	for _, r := range e.rows() {
		for _, k := range r.keys() {
			if k.template.Native() && slices.ContainsFunc(k.template.Fields(), func(f *field.Field) bool { return f.Name == bad.Path }) {
				return codec.InKey(err)
			}
		}
	}
	return err
}

// keys returns the halves of the row, without the sort key where there is none.
func (r *mIndexKeys) keys() []key {
	if r.halves != nil {
		return r.halves
	}
	ks := []key{{"partition", r.index.partition, r.partition, maxPartitionBytes}}
	if len(r.index.sort) > 0 {
		ks = append(ks, key{"sort", r.index.sort, r.sort, maxSortBytes})
	}
	return ks
}

// AWS: "Constraints in Amazon DynamoDB", partition and sort key length.
const (
	maxPartitionBytes = 2048
	maxSortBytes      = 1024
)

// fields returns the fields that the row's keys hold, each once.
func (r *mIndexKeys) fields() (fs []*field.Field) {
	for _, k := range r.keys() {
		for _, p := range k.template.Parts() {
			if p.Field != nil && !slices.Contains(fs, p.Field) {
				fs = append(fs, p.Field)
			}
		}
	}
	return fs
}

// keeps reports whether the row's keys hold f in full, so that it can be read back from them.
func (r *mIndexKeys) keeps(f *field.Field) bool {
	for _, k := range r.keys() {
		for _, p := range k.template.Parts() {
			if p.Field == f && p.Lossless() {
				return true
			}
		}
	}
	return false
}

// owns returns the key attributes that are the row's alone: rendered from a template, and of no other row of the
// entity. An item leaves the index when they are removed.
func (r *mIndexKeys) owns() (attrs []string) {
	for _, k := range r.keys() {
		if k.template.Native() {
			continue
		}
		for _, attr := range k.attrs {
			if !slices.ContainsFunc(r.entity.rows(), func(o *mIndexKeys) bool { return o != r && o.index.isKey(attr) }) {
				attrs = append(attrs, attr)
			}
		}
	}
	return attrs
}

// keyTypes returns the scalar type of each key attribute.
func (r *mIndexKeys) keyTypes() map[string]types.ScalarAttributeType {
	if r.types != nil {
		return r.types
	}
	out := map[string]types.ScalarAttributeType{}
	for _, k := range r.keys() {
		for i, attr := range k.attrs {
			out[attr] = types.ScalarAttributeTypeS
			if parts := k.template.Parts(); k.template.Native() && i < len(parts) {
				out[attr] = nativeType(parts[i].Field)
			}
		}
	}
	return out
}

// nativeType is the type of the attribute that a Native field is stored as.
func nativeType(f *field.Field) types.ScalarAttributeType {
	t := field.Pointee(f.Type)
	switch {
	case f.AsString:
		return types.ScalarAttributeTypeS
	case isBytes(t):
		return types.ScalarAttributeTypeB
	case isNumber(t), isNumberText(t):
		return types.ScalarAttributeTypeN
	}
	return types.ScalarAttributeTypeS
}

func isNumber(t reflect.Type) bool {
	return isInteger(t) || t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64
}

// isNumberText reports a string type that attributevalue stores as a number, such as its Number.
func isNumberText(t reflect.Type) bool {
	return t.Kind() == reflect.String && t.Implements(reflect.TypeFor[interface {
		Float64() (float64, error)
		Int64() (int64, error)
		String() string
	}]())
}

func isInteger(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	default:
		return false
	}
}

func isBytes(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}
