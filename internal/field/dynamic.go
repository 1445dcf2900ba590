package field

import (
	"reflect"
	"sync"
)

var dynamics sync.Map // of reflect.Type to bool

// Dynamic reports whether values of t must be checked one by one: the contents of an interface, times, map keys that
// marshal themselves or are not whole numbers, and pointers to values that may be nil.
func Dynamic(t reflect.Type) bool {
	if d, ok := dynamics.Load(t); ok {
		return d.(bool)
	}
	d := dynamic(t, map[reflect.Type]bool{})
	dynamics.Store(t, d)
	return d
}

func dynamic(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] || marshals(t) {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Map:
		return keyWritesItself(t.Key()) || isFloat(t.Key()) || dynamic(t.Elem(), seen)
	case reflect.Pointer:
		return ToNilable(t) || dynamic(t.Elem(), seen)
	case reflect.Slice, reflect.Array:
		return dynamic(t.Elem(), seen)
	case reflect.Struct:
		if t.ConvertibleTo(timeType) {
			return true
		}
		for _, a := range Attributes(t) {
			if dynamic(a.Type, seen) {
				return true
			}
		}
	default:
	}
	return false
}

// ToNilable reports whether t is a pointer to a slice or map that is stored by its kind.
func ToNilable(t reflect.Type) bool {
	if t.Kind() != reflect.Pointer || marshals(t) || marshals(t.Elem()) {
		return false
	}
	k := t.Elem().Kind()
	return k == reflect.Slice || k == reflect.Map
}
