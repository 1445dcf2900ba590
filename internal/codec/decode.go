package codec

import (
	"reflect"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// isNull reports whether an attribute clears its destination.
func isNull(av types.AttributeValue) bool {
	_, null := av.(*types.AttributeValueMemberNULL)
	return null || av == nil
}

// decodeOther decodes kinds that the type does not accept: NULL clears the value, others are an error.
func decodeOther(av types.AttributeValue, v reflect.Value) error {
	if isNull(av) {
		v.SetZero()
		return nil
	}
	return mismatch(av, v.Type())
}

func decodeBool(av types.AttributeValue, v reflect.Value) error {
	if b, ok := av.(*types.AttributeValueMemberBOOL); ok {
		v.SetBool(b.Value)
		return nil
	}
	return decodeOther(av, v)
}

// decodeString also accepts numbers, as their text.
func decodeString(av types.AttributeValue, v reflect.Value) error {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		v.SetString(av.Value)
		return nil
	case *types.AttributeValueMemberN:
		v.SetString(av.Value)
		return nil
	}
	return decodeOther(av, v)
}

// number returns the text of a number, which the string option allows as a string.
func number(av types.AttributeValue, g tag) (string, bool) {
	switch av := av.(type) {
	case *types.AttributeValueMemberN:
		return av.Value, true
	case *types.AttributeValueMemberS:
		return av.Value, g&asString != 0
	}
	return "", false
}

func decodeInt(g tag) decodeFunc {
	return func(av types.AttributeValue, v reflect.Value) error {
		n, ok := number(av, g)
		if !ok {
			return decodeOther(av, v)
		}
		i, err := strconv.ParseInt(n, 10, 64)
		if err != nil {
			return err
		}
		if v.OverflowInt(i) {
			return overflow(n, v.Type())
		}
		v.SetInt(i)
		return nil
	}
}

func decodeUint(g tag) decodeFunc {
	return func(av types.AttributeValue, v reflect.Value) error {
		n, ok := number(av, g)
		if !ok {
			return decodeOther(av, v)
		}
		u, err := strconv.ParseUint(n, 10, 64)
		if err != nil {
			return err
		}
		if v.OverflowUint(u) {
			return overflow(n, v.Type())
		}
		v.SetUint(u)
		return nil
	}
}

func decodeFloat(g tag) decodeFunc {
	return func(av types.AttributeValue, v reflect.Value) error {
		n, ok := number(av, g)
		if !ok {
			return decodeOther(av, v)
		}
		f, err := strconv.ParseFloat(n, 64)
		if err != nil {
			return err
		}
		if f = nearest(f, n, v); v.OverflowFloat(f) {
			return overflow(n, v.Type())
		}
		v.SetFloat(f)
		return nil
	}
}

// nearest returns the float32 with the text n, where f, the float64, is just above the largest float32.
func nearest(f float64, n string, v reflect.Value) float64 {
	if v.OverflowFloat(f) {
		if g, err := strconv.ParseFloat(n, v.Type().Bits()); err == nil {
			return g
		}
	}
	return f
}

// decodeTime accepts RFC 3339 text and Unix seconds, whatever the unixtime option is. As a struct without fields it
// also accepts a map, and stays unchanged.
func decodeTime(t reflect.Type, g tag) decodeFunc {
	return func(av types.AttributeValue, v reflect.Value) error {
		var at time.Time
		switch av := av.(type) {
		case *types.AttributeValueMemberM:
			return nil
		case *types.AttributeValueMemberS:
			if g&asString != 0 {
				seconds, err := strconv.ParseInt(av.Value, 10, 64)
				if err != nil {
					return &attributevalue.UnmarshalError{Err: err, Value: av.Value, Type: timeType}
				}
				at = time.Unix(seconds, 0).UTC()
				break
			}
			var err error
			if at, err = time.Parse(time.RFC3339, av.Value); err != nil {
				return &attributevalue.UnmarshalError{Err: err, Value: av.Value, Type: timeType}
			}
		case *types.AttributeValueMemberN:
			seconds, err := strconv.ParseInt(av.Value, 10, 64)
			if err != nil {
				return &attributevalue.UnmarshalError{Err: err, Value: av.Value, Type: timeType}
			}
			at = time.Unix(seconds, 0).UTC()
		default:
			return decodeOther(av, v)
		}
		if p, ok := reflect.TypeAssert[*time.Time](v.Addr()); ok {
			*p = at
		} else {
			v.Set(reflect.ValueOf(at).Convert(t))
		}
		return nil
	}
}

// decodePointer allocates the value of the pointer, except for NULL. A type that unmarshals itself then does so.
func decodePointer(t reflect.Type, under *node) decodeFunc {
	to := t.Elem()
	unmarshals := t.Implements(unmarshalerType)
	return func(av types.AttributeValue, v reflect.Value) error {
		if isNull(av) {
			v.SetZero()
			return nil
		}
		if v.IsNil() {
			v.Set(reflect.New(to))
		}
		if unmarshals {
			return v.Interface().(attributevalue.Unmarshaler).UnmarshalDynamoDBAttributeValue(av)
		}
		return under.dec(av, v.Elem())
	}
}

// unmarshaler calls the type's own unmarshaler, also for NULL.
func (n *node) unmarshaler(t reflect.Type) {
	if !unmarshals(t) {
		return
	}
	n.text, n.wire, n.stored = nil, nil, nil
	n.dec = func(av types.AttributeValue, v reflect.Value) error {
		return v.Addr().Interface().(attributevalue.Unmarshaler).UnmarshalDynamoDBAttributeValue(av)
	}
}
