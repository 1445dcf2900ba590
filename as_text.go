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

// AsText stores a T by its text methods, as a string: a decimal, a big.Int, a netip.Addr, whatever exports no field, of
// which attributevalue would store nothing. *T has MarshalText and UnmarshalText, else [Define] refuses the field.
//
//	type Invoice struct {
//		ID    string                      `dynamodbav:"-"`
//		Total ddb.AsText[decimal.Decimal] `dynamodbav:"total"`
//	}
//
// Equality compares texts, and so does order: "10" is less than "9". Conditions that order are right where the text sorts as
// the values do. NULL, and the empty map that attributevalue stores of a T, are read as the zero T; a pointer to an AsText is
// nil, or left out under omitempty. It can stand in a key as [Text].
//
// A value is written if its text reads back and then gives the same text, else the error is [ErrValue]. What a text does not tell is lost: the
// precision of a big.Float, Longest of a regexp.Regexp. Keep what makes such a value in fields of your own.
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

// String returns the text of the value, or the error that there is in its place.
func (t AsText[T]) String() string {
	text, err := t.MarshalText()
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// MarshalDynamoDBAttributeValue returns the text as a string, if it reads back.
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

// UnmarshalDynamoDBAttributeValue sets the value from a string, or from a number as it is written.
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
