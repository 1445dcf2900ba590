package codec

import (
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/field"
)

// maxLevels is the maximum number of levels of an attribute: a string has one, a list one more than its elements. AWS:
// "Quotas in Amazon DynamoDB".
const maxLevels = 32

const errNested valueError = "is nested deeper than 32 levels, the limit of DynamoDB, or contains itself: store the inner value as a separate item"

// nests reports whether values of a type may have too many levels: it contains itself or an interface, or marshals
// itself.
func nests(t reflect.Type) bool { return nestsWithin(t, nil) }

func nestsWithin(t reflect.Type, around []reflect.Type) bool {
	if t.Kind() != reflect.Pointer && marshals(t) {
		return true
	}
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
	default:
		return false
	}
	if len(around) >= maxLevels {
		return true
	}
	if slices.Contains(around, t) {
		return true
	}
	around = append(around, t)
	if t.Kind() != reflect.Struct {
		return nestsWithin(t.Elem(), around)
	}
	if t.ConvertibleTo(timeType) {
		return false
	}
	for _, a := range field.Attributes(t) {
		if nestsWithin(a.Type, around) {
			return true
		}
	}
	return false
}

// tooDeep reports whether v contains a list, map or struct below the last allowed level. It runs before the encoding,
// because a value that contains itself has no end. level is the level of v; hops counts the pointers and interfaces to
// it from there. It does not look into values that marshal themselves.
func tooDeep(v reflect.Value, level, last, hops int) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && (hops == maxLevels || tooDeep(v.Elem(), level, last, hops+1))
	case reflect.Slice, reflect.Map:
		if v.IsNil() {
			return false
		}
	case reflect.Array, reflect.Struct:
	default:
		return false
	}
	return !marshals(v.Type()) && partsTooDeep(v, level, last)
}

// heldTooDeep is tooDeep for a value whose marshaler returned nothing.
func heldTooDeep(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Array, reflect.Struct:
		return partsTooDeep(v, 1, maxLevels)
	default:
		return false
	}
}

// partsTooDeep checks a list, map or struct and its contents.
func partsTooDeep(v reflect.Value, level, last int) bool {
	t := v.Type()
	switch {
	case t.ConvertibleTo(timeType), t.Kind() != reflect.Struct && t.Elem().Kind() == reflect.Uint8 && t.Kind() != reflect.Map:
		return false
	case level > last:
		return true
	}
	level++
	switch t.Kind() {
	case reflect.Struct:
		return fieldsTooDeep(v, level, last)
	case reflect.Map:
		for iter := v.MapRange(); iter.Next(); {
			if tooDeep(iter.Value(), level, last, 0) {
				return true
			}
		}
	default:
		for i := range v.Len() {
			if tooDeep(v.Index(i), level, last, 0) {
				return true
			}
		}
	}
	return false
}

func fieldsTooDeep(v reflect.Value, level, last int) bool {
	if s := nodeOf(v.Type(), 0).fields; s != nil {
		for i := range s.fields {
			f := &s.fields[i]
			if fv, found := promoted(v.Field(f.first), f.rest); found && tooDeep(fv, level, last, 0) {
				return true
			}
		}
		return false
	}
	for _, a := range field.Attributes(v.Type()) {
		if fv, found := promoted(v.Field(a.Index[0]), a.Index[1:]); found && tooDeep(fv, level, last, 0) {
			return true
		}
	}
	return false
}

// flat rejects an item with an attribute of too many levels; last is the last level that may be a list or a map.
func (s *structure) flat(item reflect.Value, last int) error {
	for i := range s.fields {
		f := &s.fields[i]
		if !f.nests {
			continue
		}
		if fv, found := promoted(item.Field(f.first), f.rest); found && tooDeep(fv, 1, last, 0) {
			return within(f.goName, errNested)
		}
	}
	return nil
}

// flatAttributes rejects attributes of too many levels. For values that marshal themselves this is known only after the
// encoding.
func (s *structure) flatAttributes(attrs map[string]types.AttributeValue) error {
	for i := range s.fields {
		if f := &s.fields[i]; f.nests && levels(attrs[f.name]) > maxLevels {
			return within(f.goName, errNested)
		}
	}
	return nil
}

// levels returns the number of levels of an attribute; it stops counting above the limit.
func levels(av types.AttributeValue) int { return levelsFrom(av, 1) }

func levelsFrom(av types.AttributeValue, level int) int {
	deepest := level
	if level > maxLevels {
		return deepest
	}
	switch av := av.(type) {
	case *types.AttributeValueMemberL:
		if av != nil {
			for _, e := range av.Value {
				deepest = max(deepest, levelsFrom(e, level+1))
			}
		}
	case *types.AttributeValueMemberM:
		if av != nil {
			for _, e := range av.Value {
				deepest = max(deepest, levelsFrom(e, level+1))
			}
		}
	}
	return deepest
}
