package template

import (
	"reflect"
	"unicode/utf8"
)

// maxNative is how many attributes one side of an index key may have.
const maxNative = 4

// CheckNative reports, with a *ValueError, a value that cannot be a key attribute: an empty string or no bytes (ErrEmpty),
// a string that is not valid UTF-8, and, for the first part, a string that begins with "~", as the keys of the library do.
// A number is never empty. It is nil for a template that is not Native.
func (t Template) CheckNative(item reflect.Value) error {
	for i := range t.parts {
		if t.parts[i].Kind != Native {
			continue
		}
		if err := t.CheckNativePart(i, t.parts[i].Field.Get(item)); err != nil {
			return err
		}
	}
	return nil
}

// CheckNativePart is CheckNative for part i and a value of the field's type.
func (t Template) CheckNativePart(i int, v reflect.Value) error {
	p := &t.parts[i]
	switch v.Kind() {
	case reflect.String:
		s := v.String()
		switch {
		case s == "":
			return p.valueError(ErrEmpty)
		case !utf8.ValidString(s):
			return p.valueError(&detail{"is not valid UTF-8", ErrText})
		case i == 0 && s[0] == reserved:
			return p.valueError(&detail{`begins the key with "~", as the keys of the library do`, ErrText})
		}
	case reflect.Slice:
		if v.Len() == 0 {
			return p.valueError(ErrEmpty)
		}
	default:
	}
	return nil
}
