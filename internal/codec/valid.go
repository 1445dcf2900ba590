package codec

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/decimal"
	"github.com/singletable-go/ddb/internal/field"
)

// ErrValue is matched by the error for a value that DynamoDB would not store unchanged.
var ErrValue = errors.New("cannot be stored as it is")

// valueError is an ErrValue with its own text.
type valueError string

func (e valueError) Error() string { return string(e) }
func (valueError) Unwrap() error   { return ErrValue }

const (
	errEmptyKey valueError = "an empty map key, which DynamoDB rejects: leave the entry out, or give its key a prefix"
	errLeftOut  valueError = "is a set whose elements are all left out by the tag option \"omitemptyelem\", and DynamoDB rejects an empty set: use nil"
	errTwice    valueError = "is in the set twice, which DynamoDB rejects: remove one"
)

// errNoElement is for an element that its set cannot hold.
func errNoElement(kind string) error {
	return valueError("an element of a " + kind + " set that is no " + kind + ", as nil is not, nor what is empty under the tag option \"nullemptyelem\": leave it out")
}

// Refusal is an [ErrValue] with its own text.
func Refusal(format string, args ...any) error { return valueError(fmt.Sprintf(format, args...)) }

const errText valueError = "is not valid UTF-8, and would be stored as another text: make it a []byte, encode it, or clean it with strings.ToValidUTF8"

// The zero value of a number that is text.
const errNoNumber valueError = `is "", which is not a DynamoDB number: tag the field ",omitempty" to leave it out, or give "0"`

// A validFunc returns what is wrong with a value that the table would change or reject.
type validFunc func(reflect.Value) error

func validString(v reflect.Value) error { return validText(v.String()) }

func validText(s string) error {
	if utf8.ValidString(s) {
		return nil
	}
	return errText
}

// CheckKey checks the key of a map entry: not empty, and valid UTF-8.
func CheckKey(key string) error {
	if key == "" {
		return errEmptyKey
	}
	if !utf8.ValidString(key) {
		return withinKey(key, errText)
	}
	return nil
}

// The numbers that DynamoDB stores are 0 and, with either sign, those from 1E-130 to 9.9…9E+125.
const (
	leastNumber = 1e-130
	pastNumber  = 1e126
)

// notFinite is NaN or an infinity.
type notFinite string

func (e notFinite) Error() string {
	return "is " + string(e) + ", which is not a DynamoDB number: leave it out as a nil pointer under \",omitempty\", or tag the field \",string\" to store it as text"
}

func (notFinite) Unwrap() error { return ErrValue }

// InKey returns the error for a field that is a key itself, which is neither a pointer nor text.
func InKey(err error) error {
	bad, ok := errors.AsType[notFinite](err)
	in, named := errors.AsType[*Error](err)
	if !ok || !named {
		return err
	}
	return &Error{Path: in.Path, Err: valueError("is " + string(bad) + ", which is not a DynamoDB number and cannot be a key")}
}

// floats returns nil for floats that are stored as text.
func floats(g tag) validFunc {
	if g&asString != 0 {
		return nil
	}
	return validFloat
}

func validFloat(v reflect.Value) error {
	f := v.Float()
	switch abs := math.Abs(f); {
	case f != f || abs > math.MaxFloat64: //nolint:gocritic // NaN
		return notFinite(strconv.FormatFloat(f, 'g', -1, 64))
	case abs >= pastNumber || abs != 0 && abs < leastNumber:
		return valueError("is " + strconv.FormatFloat(f, 'g', -1, 64) + ": DynamoDB stores numbers from 1E-130 to 9.9E+125")
	}
	return nil
}

// validNumber checks a string that is stored as a number.
func validNumber(v reflect.Value) error { return numberText(v.String()) }

func numberText(s string) error {
	if s == "" {
		return errNoNumber
	}
	n, err := decimal.Parse(s)
	switch {
	case err != nil:
		return valueError(fmt.Sprintf("is %.40q, which is not a DynamoDB number: give decimal digits, or store it as text", s))
	case n.Digits() > 38:
		return valueError(fmt.Sprintf("has %d digits, and DynamoDB keeps 38: round it, or store it as text", n.Digits()))
	case !n.Fits():
		return valueError(fmt.Sprintf("is %.40q: DynamoDB stores numbers from 1E-130 to 9.9E+125; store it as text", s))
	}
	return nil
}

// validTime checks a time that is stored as text: RFC 3339 has four digits for the year, and hours and minutes for the
// zone.
func validTime(at time.Time) error {
	if y := at.Year(); y < 0 || y > 9999 {
		return valueError("is in the year " + strconv.Itoa(y) + ", which RFC 3339 cannot express: years are 0 to 9999")
	}
	if _, offset := at.Zone(); offset%60 != 0 || offset <= -24*60*60 || offset >= 24*60*60 {
		return valueError("is in a zone that RFC 3339 cannot express: call UTC, or In with a zone of whole minutes")
	}
	return nil
}

// check checks a value from a marshaler or from attributevalue.
func check(av types.AttributeValue) error {
	if missing(av) {
		return valueError(fmt.Sprintf("is a %T that is nil, which the SDK cannot send: return a value, or a nil types.AttributeValue", av))
	}
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return validText(av.Value)
	case *types.AttributeValueMemberN:
		return numberText(av.Value)
	case *types.AttributeValueMemberSS:
		for i, s := range av.Value {
			if err := validText(s); err != nil {
				return withinIndex(i, err)
			}
		}
		return distinct(av.Value, itself)
	case *types.AttributeValueMemberNS:
		for i, s := range av.Value {
			if err := numberText(s); err != nil {
				return withinIndex(i, err)
			}
		}
		return distinct(av.Value, sameNumber)
	case *types.AttributeValueMemberBS:
		return distinct(av.Value, func(b []byte) string { return string(b) })
	case *types.AttributeValueMemberL:
		for i, e := range av.Value {
			if err := check(e); err != nil {
				return withinIndex(i, err)
			}
		}
	case *types.AttributeValueMemberM:
		return checkMap(av.Value)
	}
	return nil
}

// missing reports whether there is no value, or a nil pointer.
func missing(av types.AttributeValue) bool {
	if av == nil {
		return true
	}
	v := reflect.ValueOf(av)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// Whole rejects attributes with a nil value or too many levels, which DynamoDB never returns.
func Whole(attrs map[string]types.AttributeValue) error {
	for name, av := range attrs {
		if levels(av) > maxLevels {
			return withinKey(name, errNested)
		}
		if err := whole(av); err != nil {
			return withinKey(name, err)
		}
	}
	return nil
}

func whole(av types.AttributeValue) error {
	if missing(av) {
		return valueError(fmt.Sprintf("is a %T that is nil", av))
	}
	switch av := av.(type) {
	case *types.AttributeValueMemberL:
		for i, e := range av.Value {
			if err := whole(e); err != nil {
				return withinIndex(i, err)
			}
		}
	case *types.AttributeValueMemberM:
		for key, e := range av.Value {
			if err := whole(e); err != nil {
				return withinKey(key, err)
			}
		}
	}
	return nil
}

// distinct rejects a set with two equal elements. same gives equal elements the same text.
func distinct[E any](set []E, same func(E) string) error {
	if len(set) < 2 {
		return nil
	}
	seen := make(map[string]struct{}, len(set))
	for i, e := range set {
		seen[same(e)] = struct{}{}
		if len(seen) == i {
			return withinIndex(i, errTwice)
		}
	}
	return nil
}

func itself(s string) string { return s }

// sameNumber gives 1 and 1.0 the same text.
func sameNumber(s string) string {
	n, err := decimal.Parse(s)
	if err != nil {
		return s
	}
	return n.String()
}

func checkMap(attrs map[string]types.AttributeValue) error {
	for name, av := range attrs {
		if err := CheckKey(name); err != nil {
			return err
		}
		if err := check(av); err != nil {
			return withinKey(name, err)
		}
	}
	return nil
}

// KeyText returns the stored key of a map entry.
func KeyText(key reflect.Value) (string, error) {
	text := fmt.Sprint(key)
	if m, ok := reflect.TypeAssert[encoding.TextMarshaler](key); ok {
		marshaled, err := m.MarshalText()
		if err != nil {
			return "", withinKey(text, err)
		}
		return string(marshaled), nil
	}
	if key.Kind() == reflect.String && text != key.String() {
		return "", withinKey(key.String(), valueError(fmt.Sprintf("would be stored as %q, what its String method returns: give its type MarshalText and UnmarshalText", text)))
	}
	return text, nil
}

// pointsToNil rejects a pointer to a nil slice or map, which attributevalue stores as an empty one.
func pointsToNil(v reflect.Value) error {
	if !field.ToNilable(v.Type()) || v.IsNil() || !v.Elem().IsNil() {
		return nil
	}
	return valueError(fmt.Sprintf("points to a nil %s, which would come back as an empty one: give a nil pointer, or let it point to an empty one", v.Type().Elem()))
}

var textMarshalerType = reflect.TypeFor[encoding.TextMarshaler]()

// lostFloat reports a map key that cannot be found again.
func lostFloat(key reflect.Value) error {
	if !key.CanFloat() || key.Type().Implements(textMarshalerType) {
		return nil
	}
	f := key.Float()
	if f != f { //nolint:gocritic // NaN
		return valueError("is NaN, which no lookup finds again")
	}
	if text := strconv.FormatFloat(f, 'g', -1, key.Type().Bits()); overflows(key, text) {
		return valueError("is the largest float32, which attributevalue does not read back as a key: use a map of float64")
	}
	return nil
}

// overflows reports whether attributevalue, which reads 64 bits, does not accept the text as a number of the key's
// type.
func overflows(key reflect.Value, text string) bool {
	f, err := strconv.ParseFloat(text, 64)
	return err != nil || key.OverflowFloat(f)
}

// sound returns an error for a value that attributevalue would not store, or would not decode again: the contents of an
// interface, and times. Faults that the type shows are faults of the definition.
func sound(v reflect.Value, g tag) error {
	if !field.Dynamic(v.Type()) {
		return nil
	}
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return nil
		}
		elem := v.Elem()
		if lost := field.Lost(elem.Type()); lost != nil {
			return valueError("holds a " + elem.Type().String() + ": " + lost.Error())
		}
		return sound(elem, g)
	case reflect.Pointer:
		if err := pointsToNil(v); err != nil || v.IsNil() {
			return err
		}
		return sound(v.Elem(), g)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if err := sound(v.Index(i), g.elem()); err != nil {
				return withinIndex(i, err)
			}
		}
	case reflect.Map:
		keys := map[string]bool{}
		for iter := v.MapRange(); iter.Next(); {
			key, err := KeyText(iter.Key())
			if err != nil {
				return err
			}
			if key == "" {
				return errEmptyKey
			}
			if err := lostFloat(iter.Key()); err != nil {
				return withinKey(key, err)
			}
			if keys[key] {
				return withinKey(key, valueError("is the text of two keys, and would be one entry"))
			}
			keys[key] = true
			if err := sound(iter.Value(), g.elem()); err != nil {
				return withinKey(key, err)
			}
		}
	case reflect.Struct:
		if t := v.Type(); t.ConvertibleTo(timeType) {
			if g&unixTime != 0 {
				return nil
			}
			at, _ := reflect.TypeAssert[time.Time](v.Convert(timeType))
			return validTime(at)
		}
		for _, a := range field.Attributes(v.Type()) {
			if fv, found := promoted(v.Field(a.Index[0]), a.Index[1:]); found {
				if err := sound(fv, tagOf(a.Options)); err != nil {
					return within(a.Name, err)
				}
			}
		}
	default:
	}
	return nil
}
