package codec

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// room makes v, a slice, n elements long and reuses its memory, as attributevalue does. A slice that becomes empty
// therefore keeps its length.
func room(v reflect.Value, t reflect.Type, n int) {
	switch {
	case v.IsNil() && n > 0:
		v.Grow(n)
		v.SetLen(n)
	case v.IsNil() || v.Cap() < n:
		v.Set(reflect.MakeSlice(t, n, n))
	case n > 0:
		v.SetLen(n)
	}
}

// decodeSlice decodes lists and binaries, and sets element by element as single strings, numbers or binaries.
func decodeSlice(t reflect.Type, elem *node) decodeFunc {
	binary := t.Elem().Kind() == reflect.Uint8
	// A set is compiled only for elements that are one string, number or bytes. attributevalue treats elements that are
	// pointers or unmarshal themselves differently.
	leaf := elem.text != nil
	bytes := t.Elem().Kind() == reflect.Slice && t.Elem().Elem() == byteType && !unmarshals(t.Elem())
	return func(av types.AttributeValue, v reflect.Value) error {
		switch av := av.(type) {
		case *types.AttributeValueMemberL:
			room(v, t, len(av.Value))
			for i, e := range av.Value {
				if err := elem.dec(e, v.Index(i)); err != nil {
					return withinIndex(i, err)
				}
			}
			return nil
		case *types.AttributeValueMemberSS:
			if !leaf {
				return delegateDecode(av, v, 0)
			}
			room(v, t, len(av.Value))
			if list, ok := reflect.TypeAssert[[]string](v); ok {
				copy(list, av.Value)
				return nil
			}
			var single types.AttributeValueMemberS
			for i := range av.Value {
				single.Value = av.Value[i]
				if err := elem.dec(&single, v.Index(i)); err != nil {
					return withinIndex(i, err)
				}
			}
			return nil
		case *types.AttributeValueMemberNS:
			if !leaf {
				return delegateDecode(av, v, 0)
			}
			room(v, t, len(av.Value))
			var single types.AttributeValueMemberN
			for i := range av.Value {
				single.Value = av.Value[i]
				if err := elem.dec(&single, v.Index(i)); err != nil {
					return withinIndex(i, err)
				}
			}
			return nil
		case *types.AttributeValueMemberBS:
			if !bytes {
				return delegateDecode(av, v, 0)
			}
			room(v, t, len(av.Value))
			for i, b := range av.Value {
				setBytes(v.Index(i), b)
			}
			return nil
		case *types.AttributeValueMemberB:
			if binary {
				setBytes(v, av.Value)
				return nil
			}
		}
		return decodeOther(av, v)
	}
}

// setBytes copies b into v, a slice of bytes.
func setBytes(v reflect.Value, b []byte) {
	if v.IsNil() || v.Cap() < len(b) {
		v.SetBytes(make([]byte, len(b)))
	} else {
		v.SetLen(len(b))
	}
	copy(v.Bytes(), b)
}

// decodeByteArray decodes a binary of the array's length; other values go to attributevalue.
func decodeByteArray(t reflect.Type, g tag) decodeFunc {
	return func(av types.AttributeValue, v reflect.Value) error {
		if b, ok := av.(*types.AttributeValueMemberB); ok && len(b.Value) == t.Len() {
			reflect.Copy(v, reflect.ValueOf(b.Value))
			return nil
		}
		return delegateDecode(av, v, g)
	}
}

// decodeMap adds to the map's entries, as attributevalue does.
func decodeMap(t reflect.Type, elem *node) decodeFunc {
	return func(av types.AttributeValue, v reflect.Value) error {
		from, ok := av.(*types.AttributeValueMemberM)
		if !ok {
			return decodeOther(av, v)
		}
		if v.IsNil() {
			v.Set(reflect.MakeMapWithSize(t, len(from.Value)))
		}
		key := reflect.New(t.Key()).Elem()
		for k, e := range from.Value {
			to := reflect.New(t.Elem()).Elem()
			if err := elem.dec(e, to); err != nil {
				return withinKey(k, err)
			}
			key.SetString(k)
			v.SetMapIndex(key, to)
		}
		return nil
	}
}

func decodeStringMap(av types.AttributeValue, v reflect.Value) error {
	from, ok := av.(*types.AttributeValueMemberM)
	if !ok {
		return decodeOther(av, v)
	}
	to, _ := reflect.TypeAssert[map[string]string](v)
	if to == nil {
		to = make(map[string]string, len(from.Value))
		v.Set(reflect.ValueOf(to))
	}
	for k, e := range from.Value {
		switch e := e.(type) {
		case *types.AttributeValueMemberS:
			to[k] = e.Value
		case *types.AttributeValueMemberN:
			to[k] = e.Value
		default:
			if !isNull(e) {
				return withinKey(k, mismatch(e, stringType))
			}
			to[k] = ""
		}
	}
	return nil
}
