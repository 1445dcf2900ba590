package view

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/decimal"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
)

// storedOf returns the value of a source's field as it is stored, or as it would be where it lives only in the key.
func storedOf(f *field.Field, attrs attr.Item, source reflect.Value) (types.AttributeValue, error) {
	if f.Stored() {
		return model.At(f, attrs)
	}
	return codec.EncodeField(f, f.Get(source))
}

// numberOf returns the number in a source's field, 0 where the attribute is absent.
func numberOf(f *field.Field, attrs attr.Item, source reflect.Value) (decimal.Number, error) {
	av, err := storedOf(f, attrs, source)
	if err != nil {
		return decimal.Number{}, err
	}
	var text string
	switch av := av.(type) {
	case nil:
		return decimal.Number{}, nil
	case *types.AttributeValueMemberN:
		text = av.Value
	case *types.AttributeValueMemberS: // tag ",string"
		text = av.Value
	case *types.AttributeValueMemberNULL:
		return decimal.Number{}, nil
	default:
		return decimal.Number{}, fmt.Errorf("field %s: a %T is no number", f.Name, av)
	}
	n, err := decimal.Parse(text)
	if err != nil {
		return n, fmt.Errorf("field %s: %w", f.Name, err)
	}
	return n, nil
}

// orderText returns text that sorts by bytes as the values of the field do; false for an empty value. No text begins
// another.
func orderText(f *field.Field, attrs attr.Item, source reflect.Value) (string, bool, error) {
	switch {
	case model.IsNumber(f.Type):
		n, err := numberOf(f, attrs, source)
		return n.Order(), true, err
	case f.Type == reflect.TypeFor[time.Time]():
		at, _ := reflect.TypeAssert[time.Time](f.Get(source))
		if at.IsZero() {
			return "", false, nil
		}
		at = at.UTC()
		if y := at.Year(); y < 1 || y > 9999 {
			return "", false, fmt.Errorf("field %s: year %d is not 1 to 9999", f.Name, y)
		}
		return at.Format("2006-01-02T15:04:05.000000000Z"), true, nil
	}
	av, err := storedOf(f, attrs, source)
	if err != nil {
		return "", false, err
	}
	switch av := av.(type) {
	case nil, *types.AttributeValueMemberNULL:
		return "", false, nil
	case *types.AttributeValueMemberS:
		return strings.ReplaceAll(av.Value, "\x00", "\x00\x01") + "\x00\x00", av.Value != "", nil
	case *types.AttributeValueMemberB:
		return hex.EncodeToString(av.Value) + "!", len(av.Value) > 0, nil
	}
	return "", false, fmt.Errorf("field %s: a %T has no order", f.Name, av)
}

// distinctText returns text that is the same for equal values of the field; false for an empty one.
func distinctText(f *field.Field, attrs attr.Item, source reflect.Value) (string, bool, error) {
	if ordered(f.Type) {
		return orderText(f, attrs, source)
	}
	av, err := storedOf(f, attrs, source)
	if err != nil || av == nil {
		return "", false, err
	}
	if _, null := av.(*types.AttributeValueMemberNULL); null {
		return "", false, nil
	}
	return attr.Canonical(av), true, nil
}
