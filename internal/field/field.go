// Package field names the fields of a struct by their address in a prototype, and says where attributevalue stores them.
package field

import (
	"reflect"
	"slices"
)

// Field is one exported field of a struct: where it is in Go, and what it is called on disk.
type Field struct {
	Name  string       // as Go spells it from the outer struct: "Place.City"
	Path  []string     // the document path on disk, nil for a field that is stored nowhere
	Index []int        // the chain of field indexes from the outer struct, through nested structs and pointers to them
	Type  reflect.Type // of the field itself

	// The options of the dynamodbav tag, as attributevalue understands them. It knows no omitzero: an attribute that is
	// always written must not be taken for one that may be absent.
	OmitEmpty, UnixTime, AsString, StringSet, NumberSet, BinarySet bool
	NullEmpty, NullEmptyElem, OmitEmptyElem                        bool

	// Embedded reports an embedded struct whose fields are promoted: it has no attribute of its own.
	Embedded bool

	of       reflect.Type // the outer struct
	exported bool
	apart    bool // the fields within are not asked by themselves
	options  Options
	unknown  string
	tag      reflect.StructTag
}

// Attr returns the top-level attribute that holds the field, "" for a field that is stored nowhere.
func (f *Field) Attr() string {
	if len(f.Path) == 0 {
		return ""
	}
	return f.Path[0]
}

// Stored reports whether the field has an attribute. A field has none if its tag says "-", if another field of the same name hides it
// or clashes with it, or if it lies in a struct that is stored as something else than a map of its fields: one with a marshaler.
func (f *Field) Stored() bool { return len(f.Path) > 0 }

// Marshals reports a field whose type says itself how it is stored.
func (f *Field) Marshals() bool {
	st := structUnder(f.Type)
	return marshals(f.Type) || st != nil && marshals(st)
}

// Nested reports whether the field lies inside another attribute.
func (f *Field) Nested() bool { return len(f.Path) > 1 }

// Get returns the field's value in item, a struct; the zero value where a nil pointer is in the way.
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

// Addr returns the field in item, which must be addressable; nil pointers in the way are allocated.
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

// Overlaps reports whether one of two fields lies inside the other, or both are the same: on disk or, if they belong to one struct type,
// in Go. So fields that are stored nowhere overlap too, and an embedded struct overlaps the fields that it promotes.
func (f *Field) Overlaps(g *Field) bool {
	return f.of == g.of && prefixed(f.Index, g.Index) || f.Stored() && g.Stored() && prefixed(f.Path, g.Path)
}

// Within reports whether the field lies inside g, another field of the struct: in Go, whatever is stored.
func (f *Field) Within(g *Field) bool {
	return f.of == g.of && len(f.Index) > len(g.Index) && prefixed(f.Index, g.Index)
}

// prefixed reports whether the shorter of two slices begins the longer one.
func prefixed[E comparable](a, b []E) bool {
	n := min(len(a), len(b))
	return slices.Equal(a[:n], b[:n])
}
