package codec

import (
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/field"
)

// EncodeField returns v, a value of the field's type, as a struct's plan would store it in that field, tag options included.
// It returns nil where the plan would store no attribute: an empty value under omitempty, a kind that has no encoding.
func EncodeField(f *field.Field, v reflect.Value) (types.AttributeValue, error) {
	return encodeAs(f, f.Type, fieldTag(f), v)
}

// DecodeField sets dst, an addressable zero value of the field's type, from the attribute that holds the field.
func DecodeField(f *field.Field, av types.AttributeValue, dst reflect.Value) error {
	return decodeAs(f, f.Type, fieldTag(f), av, dst)
}

// EncodeElem returns v as one element of the field, a list, set or map. It returns nil where the tag would leave the element out.
// The element of a set is a string, number or binary; a set of several is EncodeField of a slice.
func EncodeElem(f *field.Field, v reflect.Value) (types.AttributeValue, error) {
	t, err := elemType(f)
	if err != nil {
		return nil, err
	}
	return encodeAs(f, t, fieldTag(f).elem(), v)
}

// DecodeElem sets dst, an addressable zero value of the element type of the field, a list, set or map.
func DecodeElem(f *field.Field, av types.AttributeValue, dst reflect.Value) error {
	t, err := elemType(f)
	if err != nil {
		return err
	}
	return decodeAs(f, t, 0, av, dst)
}

func elemType(f *field.Field) (reflect.Type, error) {
	t := f.Type
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		return t.Elem(), nil
	}
	return nil, fmt.Errorf("field %s, a %s, has no elements", f.Name, f.Type)
}

func encodeAs(f *field.Field, t reflect.Type, g tag, v reflect.Value) (types.AttributeValue, error) {
	if v.Type() != t {
		if !v.Type().AssignableTo(t) {
			return nil, within(f.Name, fmt.Errorf("a %s where a %s is expected", v.Type(), t))
		}
		v = v.Convert(t)
	}
	av, err := nodeOf(t, g).enc(nil, v)
	if err != nil {
		return nil, within(f.Name, err)
	}
	return av, nil
}

func decodeAs(f *field.Field, t reflect.Type, g tag, av types.AttributeValue, dst reflect.Value) error {
	if dst.Type() != t {
		return within(f.Name, fmt.Errorf("a %s where a %s is expected", dst.Type(), t))
	}
	if err := nodeOf(t, g).dec(av, dst); err != nil {
		return within(f.Name, err)
	}
	return nil
}
