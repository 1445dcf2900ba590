package field

import (
	"reflect"
	"slices"
)

// Pointers are the pointers in a struct to some of its fields. A copy of the struct shares what they point to.
type Pointers [][]int

// PointersOf returns the pointers on the way to fs, outer ones first.
func PointersOf(fs []*Field) (out Pointers) {
	for _, f := range fs {
		t := f.of
		for i, n := range f.Index {
			if t.Kind() == reflect.Pointer {
				if at := f.Index[:i]; !slices.ContainsFunc(out, func(l []int) bool { return slices.Equal(l, at) }) {
					out = append(out, at)
				}
				t = t.Elem()
			}
			t = t.Field(n).Type
		}
	}
	return out
}

// Own makes the pointers of item, which must be settable, point to copies.
func (l Pointers) Own(item reflect.Value) {
	for _, index := range l {
		if p, err := item.FieldByIndexErr(index); err == nil && !p.IsNil() {
			own := reflect.New(p.Type().Elem())
			own.Elem().Set(p.Elem())
			p.Set(own)
		}
	}
}
