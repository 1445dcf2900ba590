package model

import (
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/field"
)

// Compress declares that values of the field with threshold bytes or more are stored compressed: by the first of with, else
// by deflate. All of them are read.
func (d *Definition) Compress(ptr any, threshold int, with []codec.Method) {
	f, err := d.E.Proto.Resolve(ptr)
	if err != nil {
		d.fault("compress: %w", d.foreign(err))
		return
	}
	if f.Packing != nil && slices.Contains(d.E.packed, f) {
		d.fault("compress: %s is declared twice: remove one", f.Name)
		return
	}
	if threshold < 1 {
		d.fault("compress: %s: the threshold is %d bytes: use 1 or more, such as 1024, or math.MaxInt to read only", f.Name, threshold)
	}
	methods := append(slices.Clone(with), codec.Deflate)
	for i, m := range with {
		switch {
		case m.Compress == nil || m.Decompress == nil:
			d.fault("compress: %s: codec %d is nil, or one of its functions is: is the variable set by then?", f.Name, i+1)
		case m.Header < codec.FirstOther:
			d.fault("compress: %s: codec %d has the header %d, and those below %d are the library's: use %[4]d to 255", f.Name, i+1, m.Header, codec.FirstOther)
		case slices.ContainsFunc(with[:i], func(o codec.Method) bool { return o.Header == m.Header }):
			d.fault("compress: %s: two codecs have the header %d, which tells a stored value's codec: give each its own", f.Name, m.Header)
		}
	}
	packing := &codec.Packing{Threshold: threshold, Methods: methods, Size: attr.ValueSize}
	for _, g := range d.E.Proto.Fields() {
		if g == f || g.Within(f) {
			g.Packing = packing
		}
	}
	d.E.packed = append(d.E.packed, f)
	if d.E.packings == nil {
		d.E.packings = map[string]*codec.Packing{}
	}
	d.E.packings[f.Attr()] = packing
}

// checkPacked checks the fields that are compressed, and that no other declaration needs their values in DynamoDB.
func (d *Definition) checkPacked() {
	for _, f := range d.E.packed {
		if why := d.unpackable(f); why != "" {
			d.fault("compress: %s %s", f.Name, why)
			continue
		}
		d.checkPackedUses(f)
	}
	d.checkPackedAttributes()
}

// unpackable says why a field cannot be compressed; "" if it can.
func (d *Definition) unpackable(f *field.Field) string {
	t := field.Pointee(f.Type)
	switch {
	case d.E.Proto.Marshals():
		return "is a field of an item that marshals itself, so its attributes are not known here: compress in the marshaler"
	case f.Embedded:
		return "is an embedded struct without an attribute of its own: compress a field in it, or give it a name"
	case !f.Stored():
		return "has no attribute of its own: it is in the key only, or in none, and only an attribute is compressed: remove Compress, or give it a name in its tag"
	case f.Nested():
		return "is inside another field, which is one attribute: compress " + d.outerName(f) + ", or move the field to the item"
	case f.Marshals():
		if d.marshalsBytes(f) {
			return "marshals itself as bytes, which cannot be told from a compressed value: let its marshaler return a string, a list or a map"
		}
	case IsBytes(t), t.Kind() == reflect.Array && t.Elem().Kind() == reflect.Uint8:
		return "is of type " + f.Type.String() + ": a stored binary cannot be told from a compressed value: declare the field as a string, or as a struct or map with the bytes in it, or compress in the program"
	case f.StringSet, f.NumberSet, f.BinarySet:
		return "is a set, whose elements DynamoDB changes one by one: make it a list, by removing the tag option of the set"
	case t.Kind() == reflect.Interface:
		return "is an interface, which may hold bytes, and these cannot be told from a compressed value: give it a concrete type"
	case t.ConvertibleTo(reflect.TypeFor[time.Time]()), IsNumber(t), t.Kind() == reflect.Bool, isNumberText(t):
		return "is of type " + f.Type.String() + ", which compression makes no smaller: remove Compress"
	}
	return ""
}

// outerName is the name of the outermost field around f.
func (d *Definition) outerName(f *field.Field) string {
	if outer := d.outerField(f); outer != nil {
		return outer.Name
	}
	return "the field around it"
}

// marshalsBytes reports whether the marshaler of a field's type returns bytes for its zero value.
func (d *Definition) marshalsBytes(f *field.Field) (bytes bool) {
	defer func() { _ = recover() }() // of a marshaler that has no zero value: a write says what it returns
	av, err := codec.EncodeField(f, reflect.New(f.Type).Elem())
	_, bytes = av.(*types.AttributeValueMemberB)
	return err == nil && bytes
}

var errPackedUse = errors.New("DynamoDB does not look into a compressed value: remove Compress, or use a field of its own")

// checkPackedUses reports declarations that name the field, or one inside it.
func (d *Definition) checkPackedUses(f *field.Field) {
	for _, k := range d.E.keptFields() {
		if k.f.Overlaps(f) {
			d.fault("compress: %s is declared as %s: %w", f.Name, k.what, errPackedUse)
		}
	}
	keys := d.E.AllKeys()
	if d.E.History != nil {
		keys = append(keys, d.E.History)
	}
	for _, r := range keys {
		if !r.faulty && slices.ContainsFunc(r.Fields(), f.Overlaps) {
			d.fault("compress: %s is part of the key of %s: %w", f.Name, r.Index.Name, errPackedUse)
		}
		for _, c := range r.When {
			if _, err := d.E.CompileCond(c); err == nil && slices.ContainsFunc(d.E.FieldsOf(c), f.Overlaps) { // else it is reported
				d.fault("compress: %s is in a When of %s: %w", f.Name, r.Index.Name, errPackedUse)
			}
		}
	}
	for _, u := range d.E.Uniques {
		if slices.ContainsFunc(u.Template.Fields(), f.Overlaps) {
			d.fault("compress: %s is part of unique %s: %w", f.Name, u.Name, errPackedUse)
		}
	}
}

// checkPackedAttributes reports compressed fields that are stored under a key attribute of an index.
func (d *Definition) checkPackedAttributes() {
	for _, f := range d.E.packed {
		for _, ix := range d.E.Table.All() {
			if ix.IsKey(f.Attr()) {
				d.fault("compress: %s is stored as %q, which is a key attribute of %s: tag the field with another name", f.Name, f.Attr(), ix.Name)
			}
		}
	}
}
