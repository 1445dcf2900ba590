package ddb

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/decimal"
	"github.com/singletable-go/ddb/internal/field"
)

// storedOf returns the value of a source's field as it is stored, or as it would be where it lives only in the key.
func storedOf(f *field.Field, attrs item, source reflect.Value) (types.AttributeValue, error) {
	if f.Stored() {
		return lookup(attrs, f.Path), nil
	}
	return codec.EncodeField(f, f.Get(source))
}

// numberOf returns the number in a source's field, 0 where the attribute is absent.
func numberOf(f *field.Field, attrs item, source reflect.Value) (decimal.Number, error) {
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
func orderText(f *field.Field, attrs item, source reflect.Value) (string, bool, error) {
	switch {
	case isNumber(f.Type):
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
func distinctText(f *field.Field, attrs item, source reflect.Value) (string, bool, error) {
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
	return canonical(av), true, nil
}

// canonical renders a value so that equal values, as DynamoDB compares them, have one text.
func canonical(av types.AttributeValue) string {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return fmt.Sprintf("S%q", av.Value)
	case *types.AttributeValueMemberN:
		return "N" + canonicalNumber(av.Value)
	case *types.AttributeValueMemberB:
		return "B" + base64.StdEncoding.EncodeToString(av.Value)
	case *types.AttributeValueMemberBOOL:
		return fmt.Sprintf("b%t", av.Value)
	case *types.AttributeValueMemberNULL:
		return "0"
	case *types.AttributeValueMemberL:
		out := make([]string, len(av.Value))
		for i, e := range av.Value {
			out[i] = canonical(e)
		}
		return "L[" + strings.Join(out, " ") + "]"
	case *types.AttributeValueMemberM:
		return canonicalItem(av.Value)
	case *types.AttributeValueMemberSS:
		return fmt.Sprintf("s%q", slices.Sorted(slices.Values(av.Value)))
	case *types.AttributeValueMemberNS:
		out := make([]string, len(av.Value))
		for i, n := range av.Value {
			out[i] = canonicalNumber(n)
		}
		slices.Sort(out)
		return fmt.Sprintf("n%q", out)
	case *types.AttributeValueMemberBS:
		out := make([]string, len(av.Value))
		for i, e := range av.Value {
			out[i] = base64.StdEncoding.EncodeToString(e)
		}
		slices.Sort(out)
		return fmt.Sprintf("x%q", out)
	}
	return "-"
}

func canonicalItem(attrs item) string {
	var b strings.Builder
	b.WriteString("M{")
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		fmt.Fprintf(&b, "%q:%s ", name, canonical(attrs[name]))
	}
	b.WriteString("}")
	return b.String()
}

func canonicalNumber(text string) string {
	n, err := decimal.Parse(text)
	if err != nil {
		return text
	}
	return n.String()
}
