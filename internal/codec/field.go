package codec

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/field"
)

// EncodeField returns v, a value of the field's type, as a struct's plan would store it in that field, with its tag
// options. It returns nil if the plan would store no attribute: an empty value under omitempty, or a kind without an
// encoding.
//
// It treats the struct as addressable, so marshalers with pointer receivers are used whether v is addressable or not.
func EncodeField(f *field.Field, v reflect.Value) (types.AttributeValue, error) {
	return encodeAs(f, f.Type, fieldTag(f), level(f), true, v)
}

// DecodeField sets dst, an addressable zero value of the field's type, from the field's attribute.
func DecodeField(f *field.Field, av types.AttributeValue, dst reflect.Value) error {
	return decodeAs(f, f.Type, fieldTag(f), av, dst)
}

// EncodeElem returns v as an element of the field, a list, set or map. It returns nil if the tag leaves the element
// out. The element of a set is a string, number or binary, as contains needs it. The operand of ADD and DELETE is a
// set: use EncodeField of a slice.
func EncodeElem(f *field.Field, v reflect.Value) (types.AttributeValue, error) {
	t, set, err := elements(f)
	if err != nil {
		return nil, err
	}
	av, err := encodeAs(f, t, fieldTag(f).elem(), level(f)+1, !inMap(f.Type), v)
	if err != nil || av == nil {
		return nil, err
	}
	fits := true
	switch set {
	case stringSet:
		_, fits = av.(*types.AttributeValueMemberS)
	case numberSet:
		_, fits = av.(*types.AttributeValueMemberN)
	case binarySet:
		_, fits = av.(*types.AttributeValueMemberB)
	}
	if !fits {
		return nil, within(f.Name, errors.New("an element that its set cannot hold"))
	}
	return av, nil
}

// elements returns the type of the field's elements, and the kind of set if it is one.
func elements(f *field.Field) (elem reflect.Type, set tag, err error) {
	t := field.Pointee(f.Type)
	switch {
	case marshals(t): // in any form
	case t.Kind() == reflect.Map:
		return t.Elem(), 0, nil
	case (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) && t.Elem().Kind() != reflect.Uint8: // that one is a binary
		return t.Elem(), setKind(t, fieldTag(f)), nil
	}
	return nil, 0, within(f.Name, fmt.Errorf("a %s, which is not stored as a list, set or map", f.Type))
}

// inMap reports whether f is a map. Its elements are not addressable, so attributevalue does not use their pointer
// receivers.
func inMap(t reflect.Type) bool {
	return field.Pointee(t).Kind() == reflect.Map
}

// level is the nesting level of a field's value in its attribute.
func level(f *field.Field) int { return max(len(f.Path), 1) }

func encodeAs(f *field.Field, t reflect.Type, g tag, level int, addressable bool, v reflect.Value) (types.AttributeValue, error) {
	if v.Type() != t {
		if !v.Type().AssignableTo(t) {
			return nil, within(f.Name, fmt.Errorf("a %s where a %s is expected", v.Type(), t))
		}
		v = v.Convert(t)
	}
	n := nodeOf(t, g)
	if n.nests && tooDeep(v, level, maxLevels, 0) {
		return nil, within(f.Name, errNested)
	}
	if v.CanAddr() != addressable && n.addressed {
		if addressable {
			at := reflect.New(t).Elem()
			at.Set(v)
			v = at
		} else {
			v = reflect.ValueOf(v.Interface())
		}
	}
	av, err := n.enc(nil, v)
	if err == nil && n.nests && levelsFrom(av, level) > maxLevels {
		err = errNested
	}
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
