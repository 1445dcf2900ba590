package field

import (
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Field is an exported field of a struct: its place in Go, and its stored name.
type Field struct {
	Name  string       // in Go, from the outer struct: "Place.City"
	Path  []string     // the document path in the item, nil for a field that is not stored
	Index []int        // the chain of field indexes from the outer struct, through nested structs and pointers to them
	Type  reflect.Type // of the field itself

	// The options of the dynamodbav tag, as attributevalue understands them. It does not know omitzero: an attribute
	// that is always written must not count as optional.
	OmitEmpty, UnixTime, AsString, StringSet, NumberSet, BinarySet bool
	NullEmpty, NullEmptyElem, OmitEmptyElem                        bool

	// Packing is set if the values of the field's top-level attribute may be stored in another form: the field's own, or
	// those of the field that contains it.
	Packing Packing

	// Embedded says that the field is an embedded struct with promoted fields: it has no attribute of its own.
	Embedded bool

	of       reflect.Type // the outer struct
	exported bool
	apart    bool // the fields within are not checked separately
	options  Options
	unknown  string
	tag      reflect.StructTag
}

// Packing turns a value into the form in which it is stored, and back. Values that are not in that form stay as they are
// when they are unpacked. A nil value stays nil.
type Packing interface {
	Pack(av types.AttributeValue) (types.AttributeValue, error)
	Unpack(av types.AttributeValue) (types.AttributeValue, error)
}

// Attr returns the top-level attribute that holds the field, "" for a field that is not stored.
func (f *Field) Attr() string {
	if len(f.Path) == 0 {
		return ""
	}
	return f.Path[0]
}

// Stored reports whether the field has an attribute. It has none if its tag says "-", or another field of the same name
// hides it or conflicts with it. Nor has a field of a struct with a marshaler, which is not stored as a map of its
// fields.
func (f *Field) Stored() bool { return len(f.Path) > 0 }

// Marshals reports whether the field's type marshals itself.
func (f *Field) Marshals() bool {
	st := structUnder(f.Type)
	return marshals(f.Type) || st != nil && marshals(st)
}

// Nested reports whether the field lies inside another attribute.
func (f *Field) Nested() bool { return len(f.Path) > 1 }

// Get returns the field's value in item, a struct; the zero value behind a nil pointer.
func (f *Field) Get(item reflect.Value) reflect.Value {
	v := item
	for _, i := range f.Index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Zero(f.Type)
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v
}

// Addr returns the field in item, which must be addressable; it allocates behind nil pointers.
func (f *Field) Addr(item reflect.Value) reflect.Value {
	v := item
	for _, i := range f.Index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v
}

// Overlaps reports whether one of two fields contains the other, or both are the same: in the item or, for one struct
// type, in Go. So fields that are not stored overlap too, and an embedded struct overlaps the fields that it promotes.
func (f *Field) Overlaps(g *Field) bool {
	return f.of == g.of && prefixed(f.Index, g.Index) || f.Stored() && g.Stored() && prefixed(f.Path, g.Path)
}

// Within reports whether the field is inside g, another field of the struct: in Go, whatever is stored.
func (f *Field) Within(g *Field) bool {
	return f.of == g.of && len(f.Index) > len(g.Index) && prefixed(f.Index, g.Index)
}

// prefixed reports whether the shorter of two slices is a prefix of the longer one.
func prefixed[E comparable](a, b []E) bool {
	n := min(len(a), len(b))
	return slices.Equal(a[:n], b[:n])
}
