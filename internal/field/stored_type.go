package field

import (
	"reflect"
)

// StoredType returns the type of the field's attribute, as DynamoDB calls it; "" where the value decides: for a type with a
// marshaler of its own, and for an interface.
func (f *Field) StoredType() string {
	t := f.Type
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case f.Marshals():
		if t.Kind() == reflect.Struct && marksText(t) {
			return "S"
		}
		return ""
	case f.StringSet && isList(t):
		return "SS"
	case f.NumberSet && isList(t):
		return "NS"
	case f.BinarySet && isList(t):
		return "BS"
	case t.ConvertibleTo(timeType):
		if f.UnixTime {
			return "N"
		}
		return "S"
	case isNumber(t):
		if f.AsString {
			return "S"
		}
		return "N"
	case isList(t) && t.Elem().Kind() == reflect.Uint8:
		return "B"
	}
	return map[reflect.Kind]string{
		reflect.String: "S", reflect.Bool: "BOOL", reflect.Slice: "L", reflect.Array: "L", reflect.Map: "M", reflect.Struct: "M",
	}[t.Kind()]
}

func isList(t reflect.Type) bool { return t.Kind() == reflect.Slice || t.Kind() == reflect.Array }
