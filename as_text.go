package ddb

import (
	"bytes"
	"encoding"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
)

// AsText stores a T by its text methods, as a string: a decimal, a big.Int, a netip.Addr, or another type that exports
// no field, of which attributevalue would store nothing. *T must have MarshalText and UnmarshalText, else [Define]
// refuses the field.
//
//	type Invoice struct {
//		ID    string                      `dynamodbav:"-"`
//		Total ddb.AsText[decimal.Decimal] `dynamodbav:"total"`
//	}
//
// Equality and order compare the texts: "10" is less than "9". Conditions that order are right only if the texts sort
// as the values do. NULL, and the empty map that attributevalue stores for such a T, are read as the zero T. A pointer
// to an AsText is nil, or left out under omitempty. An AsText can stand in a key as [Text].
//
// A value is written only if its text reads back to a value with the same text, else the error is [ErrValue]. What the
// text does not include is lost: the precision of a big.Float, Longest of a regexp.Regexp. Keep that in fields of your
// own.
type AsText[T any] struct {
	_     field.TextOf[T]
	Value T
}

// MarshalText returns the text of the value.
func (t AsText[T]) MarshalText() ([]byte, error) {
	m, ok := any(&t.Value).(encoding.TextMarshaler)
	if !ok {
		return nil, fmt.Errorf("a %s has no MarshalText", reflect.TypeFor[*T]())
	}
	return m.MarshalText()
}

// UnmarshalText sets the value from its text.
func (t *AsText[T]) UnmarshalText(text []byte) error {
	u, ok := any(&t.Value).(encoding.TextUnmarshaler)
	if !ok {
		return fmt.Errorf("a %s has no UnmarshalText", reflect.TypeFor[*T]())
	}
	return u.UnmarshalText(text)
}

// String returns the text of the value, or of the error if there is no text.
func (t AsText[T]) String() string {
	text, err := t.MarshalText()
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// MarshalDynamoDBAttributeValue returns the text as a string. It fails if the text does not read back.
func (t AsText[T]) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	text, err := t.MarshalText()
	if err != nil {
		return nil, err
	}
	var back AsText[T]
	if err := back.UnmarshalText(bytes.Clone(text)); err != nil {
		return nil, fmt.Errorf("%w: %s writes %.40q, which it does not read: %w", fault.ErrValue, reflect.TypeFor[T](), text, err)
	}
	again, err := back.MarshalText()
	if err != nil || !bytes.Equal(again, text) {
		return nil, fmt.Errorf("%w: %s writes %.40q, which reads back as %.40q", fault.ErrValue, reflect.TypeFor[T](), text, back)
	}
	return &types.AttributeValueMemberS{Value: string(text)}, nil
}

// UnmarshalDynamoDBAttributeValue sets the value from a string, or from the text of a number.
func (t *AsText[T]) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	var text string
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		text = av.Value
	case *types.AttributeValueMemberN:
		text = av.Value
	case *types.AttributeValueMemberNULL:
		*t = AsText[T]{}
		return nil
	case *types.AttributeValueMemberM:
		if len(av.Value) == 0 {
			*t = AsText[T]{}
			return nil
		}
		return fmt.Errorf("a map where the text of a %s is expected", reflect.TypeFor[T]())
	default:
		return fmt.Errorf("a %T where the text of a %s is expected", av, reflect.TypeFor[T]())
	}
	*t = AsText[T]{}
	return t.UnmarshalText([]byte(text))
}
