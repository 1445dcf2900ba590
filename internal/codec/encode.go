package codec

import (
	"reflect"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/wire"
)

func formatInt(v reflect.Value) string     { return strconv.FormatInt(v.Int(), 10) }
func formatUint(v reflect.Value) string    { return strconv.FormatUint(v.Uint(), 10) }
func formatFloat32(v reflect.Value) string { return strconv.FormatFloat(v.Float(), 'f', -1, 32) }
func formatFloat64(v reflect.Value) string { return strconv.FormatFloat(v.Float(), 'f', -1, 64) }

func encodeBool(_ *arena, v reflect.Value) (types.AttributeValue, error) {
	return &types.AttributeValueMemberBOOL{Value: v.Bool()}, nil
}

func encodeNull() types.AttributeValue { return &types.AttributeValueMemberNULL{Value: true} }

// leaf encodes a value that is one string or number. valid is nil if every value is valid.
func (n *node) leaf(text func(reflect.Value) string, number bool, valid validFunc) {
	n.text, n.number, n.valid = text, number, valid
	add := (*arena).string
	n.size = size{strings: 1}
	if number {
		add = (*arena).number
		n.size = size{numbers: 1}
	}
	n.bare = func(a *arena, v reflect.Value) (types.AttributeValue, error) {
		if valid != nil {
			if err := valid(v); err != nil {
				return nil, err
			}
		}
		return add(a, text(v)), nil
	}
}

// time encodes and decodes time.Time, and types that convert to it.
func (n *node) time(t reflect.Type, g tag) {
	load := func(v reflect.Value) time.Time {
		at, _ := reflect.TypeAssert[time.Time](v)
		return at
	}
	if t != timeType {
		load = func(v reflect.Value) time.Time {
			at, _ := reflect.TypeAssert[time.Time](v.Convert(timeType))
			return at
		}
	}
	if g&unixTime != 0 {
		n.leaf(func(v reflect.Value) string { return strconv.FormatInt(load(v).Unix(), 10) }, true, nil)
	} else {
		n.leaf(func(v reflect.Value) string { return load(v).Format(time.RFC3339Nano) }, false, func(v reflect.Value) error { return validTime(load(v)) })
	}
	n.bareJSON, n.stored = n.validJSON(jsonTime(load, g)), storedTime(n, g)
	n.dec = decodeTime(t, g)
	if t == timeType {
		n.wire = wireTime(g)
	}
}

// blobType is the one type whose marshaler returns nothing for a value without an attribute.
var blobType = reflect.TypeFor[ddbblob.Blob]()

// marshaler calls the type's own marshaler, through the address of an addressable value. If it returns nothing, the
// rules of the value's kind apply.
func (n *node) marshaler(t reflect.Type) {
	if !marshals(t) {
		return
	}
	var (
		named     = t.Name() != ""
		byValue   = t.Implements(marshalerType)
		byAddress = named && reflect.PointerTo(t).Implements(marshalerType)
		bare      = n.bare
	)
	n.text, n.bareJSON, n.stored, n.valid = nil, nil, nil, nil
	n.bare = func(a *arena, v reflect.Value) (types.AttributeValue, error) {
		var m attributevalue.Marshaler
		switch {
		case named && v.CanAddr():
			if byAddress {
				m = v.Addr().Interface().(attributevalue.Marshaler)
			}
		case byValue:
			m = v.Interface().(attributevalue.Marshaler)
		}
		if m != nil {
			av, err := m.MarshalDynamoDBAttributeValue()
			switch {
			case err != nil:
				return av, err
			case av == nil && t == blobType:
				return nil, nil
			case av != nil:
				if levels(av) > maxLevels {
					return nil, errNested
				}
				return av, check(av)
			}
		}
		if n.nests && heldTooDeep(v) {
			return nil, errNested
		}
		return bare(a, v)
	}
}

// empty checks for empty values first.
func (n *node) empty(t reflect.Type, g tag) {
	isEmpty, always := emptiness(t)
	if isEmpty == nil || !always && g&(omitEmpty|nullEmpty) == 0 {
		return
	}
	n.text = nil
	n.emptyJSON(isEmpty, g, always)
	n.unlessEmpty(isEmpty, g, always)
	n.enc = func(a *arena, v reflect.Value) (types.AttributeValue, error) {
		if isEmpty(v) {
			if av, done, err := encodeEmpty(g, always); done {
				return av, err
			}
		}
		return n.bare(a, v)
	}
}

// emptiness returns what attributevalue treats as an empty value of t, and whether it stores NULL by default. A struct
// is never empty, and an array only without elements.
func emptiness(t reflect.Type) (isEmpty func(reflect.Value) bool, null bool) {
	switch t.Kind() {
	case reflect.Map, reflect.Slice, reflect.Pointer, reflect.Interface:
		return reflect.Value.IsNil, true
	case reflect.String, reflect.Array:
		return func(v reflect.Value) bool { return v.Len() == 0 }, false
	case reflect.Bool:
		return func(v reflect.Value) bool { return !v.Bool() }, false
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(v reflect.Value) bool { return v.Int() == 0 }, false
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(v reflect.Value) bool { return v.Uint() == 0 }, false
	case reflect.Float32, reflect.Float64:
		return func(v reflect.Value) bool { return v.Float() == 0 }, false
	}
	return nil, false
}

// encodeEmpty encodes an empty value, unless it is encoded like any other.
func encodeEmpty(g tag, null bool) (av types.AttributeValue, done bool, err error) {
	switch {
	case g&omitEmpty != 0 && g&nullEmpty != 0:
		return nil, true, errOmitAndNull
	case g&omitEmpty != 0:
		return nil, true, nil
	case null || g&nullEmpty != 0:
		return encodeNull(), true, nil
	}
	return nil, false, nil
}

// pointer encodes and decodes a pointer, except to a pointer or an interface.
func (c compiler) pointer(n *node, t reflect.Type, g tag) bool {
	to := t.Elem()
	if to.Kind() == reflect.Pointer || to.Kind() == reflect.Interface {
		return false
	}
	under := c.node(to, g)
	if under.whole {
		return false
	}
	n.size = under.size
	n.bare = func(a *arena, v reflect.Value) (types.AttributeValue, error) { return under.bare(a, v.Elem()) }
	n.bareJSON = func(w *wire.Writer, v reflect.Value) verdict { return under.writeBare(w, v.Elem()) }
	if field.ToNilable(t) {
		n.bare = func(a *arena, v reflect.Value) (types.AttributeValue, error) {
			if err := pointsToNil(v); err != nil {
				return nil, err
			}
			return under.bare(a, v.Elem())
		}
		n.bareJSON = func(w *wire.Writer, v reflect.Value) verdict {
			if v.Elem().IsNil() {
				return refused
			}
			return under.writeBare(w, v.Elem())
		}
	}
	n.empty(t, g)
	n.dec = decodePointer(t, under)
	if !t.Implements(unmarshalerType) {
		n.wire = wirePointer(t, under)
	}
	return true
}
