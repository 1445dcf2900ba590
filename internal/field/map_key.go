package field

import (
	"fmt"
	"reflect"
)

// lostKey checks the type of a map's keys.
func lostKey(t reflect.Type) error {
	if t.Implements(textMarshalerType) { // attributevalue uses the value, not its address
		if !readsText(t) {
			return fmt.Errorf("map keys of type %s marshal themselves as text and do not unmarshal themselves: give the type an UnmarshalText", t)
		}
		return lostBeside(t, byText, nowhere)
	}
	if writesText(t) && readsText(t) {
		return fmt.Errorf("map keys of type %s unmarshal themselves from text, and do not marshal themselves, because a key has no address: give MarshalText a value receiver", t)
	}
	switch t.Kind() {
	case reflect.String:
		return nil // the result of String is compared with it when it is written
	case reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if printsItself(t) {
			return fmt.Errorf("map keys of type %s are stored as what String returns, which is not read back: give the type MarshalText and UnmarshalText", t)
		}
		return nil
	}
	return fmt.Errorf("attributevalue cannot write map keys of type %s: they are strings, numbers, bools, or have MarshalText and UnmarshalText", t)
}

// printsItself reports whether fmt, and so attributevalue, formats a type by its own method.
func printsItself(t reflect.Type) bool {
	return t.Implements(stringerType) || t.Implements(errorType) || t.Implements(formatterType)
}

func isFloat(t reflect.Type) bool { return t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64 }

// keyWritesItself reports whether a type's values, as map keys, are formatted by their own method.
func keyWritesItself(t reflect.Type) bool { return t.Implements(textMarshalerType) || printsItself(t) }

var (
	errorType     = reflect.TypeFor[error]()
	stringerType  = reflect.TypeFor[fmt.Stringer]()
	formatterType = reflect.TypeFor[fmt.Formatter]()
)
