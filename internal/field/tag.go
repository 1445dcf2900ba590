package field

import (
	"fmt"
	"reflect"
)

// BadTag returns what is wrong with the options of the field's tag: attributevalue would ignore them, or store what it
// does not decode again; nil if nothing is.
func (f *Field) BadTag() error {
	if err := malformed(f.tag); err != nil && (f.Stored() || f.Embedded) {
		return err
	}
	if f.Embedded || !f.Stored() {
		return nil
	}
	return badTag(f.Type, f.options, f.unknown)
}

func badTag(t reflect.Type, o Options, unknown string) error {
	known := "omitempty, omitemptyelem, nullempty, nullemptyelem, string, stringset, numberset, binaryset and unixtime"
	switch {
	case unknown != "":
		return fmt.Errorf("attributevalue does not know the tag option %q and would ignore it: it knows %s", unknown, known)
	case o.OmitEmpty && o.NullEmpty:
		return fmt.Errorf("attributevalue refuses empty values under both \"omitempty\" and \"nullempty\": keep one")
	case o.OmitEmptyElem && o.NullEmptyElem:
		return fmt.Errorf("attributevalue refuses empty elements under both \"omitemptyelem\" and \"nullemptyelem\": keep one")
	}
	if marshals(t) {
		return nil
	}
	t = Pointee(t)
	if marshals(t) || t.Kind() == reflect.Interface && !o.AsString {
		return nil
	}
	switch moment := t.ConvertibleTo(timeType); {
	case o.UnixTime && !moment:
		return fmt.Errorf("attributevalue ignores the tag option \"unixtime\" on a %s: it is for a time.Time", t)
	case o.AsString && moment && !o.UnixTime:
		return fmt.Errorf("attributevalue does not read a %s back under the tag option \"string\": drop it", t)
	case o.AsString && t.Kind() == reflect.Interface:
		return fmt.Errorf("attributevalue does not read the text in a %s back under the tag option \"string\": drop it", t)
	case o.AsString && !isNumber(t) && t.Kind() != reflect.String:
		return fmt.Errorf("attributevalue ignores the tag option \"string\" on a %s: it is for numbers", t)
	case (o.OmitEmptyElem || o.NullEmptyElem) && t.Kind() != reflect.Slice && t.Kind() != reflect.Array && t.Kind() != reflect.Map:
		return fmt.Errorf("attributevalue ignores an element's tag option on a %s: it is for slices and maps", t)
	case o.OmitEmptyElem && shifts(t):
		return fmt.Errorf("under the tag option \"omitemptyelem\" the elements of an array in a %s would be read back in other places: use a slice", t)
	}
	return badSet(t, o)
}

// shifts reports whether t is or contains an array whose elements could be left out.
func shifts(t reflect.Type) bool {
	for seen := map[reflect.Type]bool{}; !marshals(t) && !seen[t]; {
		seen[t] = true
		switch t.Kind() {
		case reflect.Array:
			return t.Elem().Kind() != reflect.Uint8
		case reflect.Slice, reflect.Map, reflect.Pointer:
			t = t.Elem()
		default:
			return false
		}
	}
	return false
}

// badSet returns why t, not a pointer, cannot be stored as the set in its tag.
func badSet(t reflect.Type, o Options) error {
	set, fits := "", func(reflect.Type) bool { return true }
	for _, kind := range []struct {
		name  string
		asked bool
		fits  func(reflect.Type) bool
	}{{"binaryset", o.BinarySet, isBytes}, {"numberset", o.NumberSet, isNumber}, {"stringset", o.StringSet, isText}} {
		switch {
		case !kind.asked:
		case set != "":
			return fmt.Errorf("attributevalue ignores the tag option %q beside %q: keep one", kind.name, set)
		default:
			set, fits = kind.name, kind.fits
		}
	}
	switch {
	case set == "" && t == binarySetType:
		return fmt.Errorf("attributevalue stores a %s as a set, which has no order and no element twice: say so with the tag option \"binaryset\", or give the type of its elements a name", t)
	case set == "":
		return nil
	case t.Kind() != reflect.Slice && t.Kind() != reflect.Array:
		return fmt.Errorf("attributevalue ignores a set's tag option on a %s: it is for slices", t)
	case t.Kind() == reflect.Array:
		return fmt.Errorf("the elements of a %s would be read back in another order, because a set has none: use a slice", t)
	case t.Elem().Kind() == reflect.Uint8:
		return fmt.Errorf("attributevalue stores a %s as a binary and ignores the tag option %q: drop it", t, set)
	}
	elem := t.Elem()
	if elem.Kind() == reflect.Pointer {
		elem = elem.Elem()
	}
	switch {
	case elem.Kind() == reflect.Interface:
		return nil
	case marshals(elem) || reflect.PointerTo(elem).Implements(unmarshalerType):
		return fmt.Errorf("attributevalue does not read the elements of a set by themselves, as a %s does: drop the tag option %q", elem, set)
	case !fits(elem):
		return fmt.Errorf("a %s cannot be an element with the tag option %q: no item could be written", elem, set)
	}
	return nil
}

func isBytes(t reflect.Type) bool {
	return (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) && t.Elem() == byteType
}

// isNumber reports whether a type is stored as a number.
func isNumber(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return true
	case reflect.String:
		return t.Implements(numberTextType)
	default:
		return false
	}
}

// isText reports whether a type is stored as a string.
func isText(t reflect.Type) bool {
	return t.Kind() == reflect.String && !isNumber(t) || t.ConvertibleTo(timeType)
}

var (
	byteType      = reflect.TypeFor[byte]()
	binarySetType = reflect.TypeFor[[][]byte]()
	// A string with these methods is stored as a number.
	numberTextType = reflect.TypeFor[interface {
		Float64() (float64, error)
		Int64() (int64, error)
		String() string
	}]()
)
