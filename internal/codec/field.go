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
	return delegateEncode(v, tagOf(f))
}

// DecodeField sets dst, an addressable zero value of the field's type, from the attribute that holds the field.
func DecodeField(f *field.Field, av types.AttributeValue, dst reflect.Value) error {
	return delegateDecode(av, dst, tagOf(f))
}

// EncodeElem returns v as one element of the field, a list, set or map. It returns nil where the tag would leave the element out.
// The element of a set is a string, number or binary; a set of several is EncodeField of a slice.
func EncodeElem(f *field.Field, v reflect.Value) (types.AttributeValue, error) {
	if _, err := elemType(f); err != nil {
		return nil, err
	}
	return delegateEncode(v, tagOf(f).elem())
}

// DecodeElem sets dst, an addressable zero value of the element type of the field, a list, set or map.
func DecodeElem(f *field.Field, av types.AttributeValue, dst reflect.Value) error {
	if _, err := elemType(f); err != nil {
		return err
	}
	return delegateDecode(av, dst, 0)
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
