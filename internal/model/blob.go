package model

import (
	"reflect"

	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/internal/field"
)

var blobType = reflect.TypeFor[ddbblob.Blob]()

// IsBlob reports whether a field of the type is a Blob, whose content is in an object store.
func IsBlob(t reflect.Type) bool { return t == blobType }

// BlobOf returns the Blob of a field in an item.
func BlobOf(f *field.Field, it reflect.Value) ddbblob.Blob {
	b, _ := reflect.TypeAssert[ddbblob.Blob](f.Get(it))
	return b
}

// Bind gives the Blobs of an addressable item the store that they are in.
func (e *Entity) Bind(it reflect.Value, store ddbblob.Store) {
	if !it.IsValid() {
		return
	}
	for _, f := range e.Blobs {
		if b := BlobOf(f, it); !b.IsZero() {
			f.Addr(it).Set(reflect.ValueOf(b.In(store)))
		}
	}
}

// OtherBlob returns a Blob field of which two items have different content, nil if there is none.
func (e *Entity) OtherBlob(a, b reflect.Value) *field.Field {
	for _, f := range e.Blobs {
		if x, y := BlobOf(f, a), BlobOf(f, b); x.Ref() != y.Ref() || y.Content() != nil {
			return f
		}
	}
	return nil
}

// blobs returns the fields of the item itself that are Blobs.
func (d *Definition) blobs() (fs []*field.Field) {
	for _, f := range d.E.Mapped {
		if IsBlob(f.Type) {
			fs = append(fs, f)
		}
	}
	return fs
}

// checkBlobs reports Blobs where their objects could not be kept: inside another value, and in what decides which items are in
// an index.
func (d *Definition) checkBlobs() {
	for _, f := range d.E.Proto.Fields() {
		switch {
		case !f.Stored() && !f.Embedded, f.Nested(): // the outer field is reported
		case IsBlob(f.Type):
			if f.OmitEmpty || f.NullEmpty || f.AsString {
				d.fault("field %s: a ddbblob.Blob takes no tag option: without content it has no attribute", f.Name)
			}
			if f.Packing != nil {
				d.fault("compress: field %s is a ddbblob.Blob, whose reference a sweep must find: compress the content itself", f.Name)
			}
			if d.behindPointer(f) {
				d.fault("field %s: a ddbblob.Blob behind an embedded pointer would be shared by copies of the item: embed the struct itself", f.Name)
			}
		case !f.Embedded && holdsBlob(f.Type, map[reflect.Type]bool{}):
			d.fault("field %s: a ddbblob.Blob inside a %s: declare it as a field of the item itself, or store large parts as items of their own", f.Name, f.Type)
		}
	}
	for _, r := range d.E.Indexed {
		for _, c := range r.When {
			for _, f := range d.E.FieldsOf(c) {
				if IsBlob(f.Type) {
					d.fault("%s: When: field %s is a ddbblob.Blob: use another field", r.Index.Name, f.Name)
				}
			}
		}
	}
	if d.E.Proto.Marshals() && holdsBlob(d.E.Proto.Type(), map[reflect.Type]bool{}) {
		d.fault("the type has a marshaler and a ddbblob.Blob, which it would store as it is: remove the marshaler")
	}
}

// behindPointer reports whether f is promoted through an embedded pointer.
func (d *Definition) behindPointer(f *field.Field) bool {
	t := d.E.Proto.Type()
	for _, i := range f.Index[:len(f.Index)-1] {
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t = t.Field(i).Type; t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

// holdsBlob reports whether a value of the type can contain a Blob, as far as the type says.
func holdsBlob(t reflect.Type, seen map[reflect.Type]bool) bool {
	if IsBlob(t) {
		return true
	}
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return holdsBlob(t.Elem(), seen)
	case reflect.Struct:
		for sf := range t.Fields() {
			if (sf.IsExported() || sf.Anonymous || field.Marshals(t)) && holdsBlob(sf.Type, seen) {
				return true
			}
		}
	default:
	}
	return false
}
