package field

import (
	"reflect"
	"slices"
)

// Loans are the pointers in a struct behind which some of its fields lie: a copy of the struct has them on loan, and
// shares what they point to.
type Loans [][]int

// LoansOf returns the pointers on the way to fs, outer ones first.
func LoansOf(fs []*Field) (out Loans) {
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

// Own makes item, which can be set, point to copies of its own.
func (l Loans) Own(item reflect.Value) {
	for _, index := range l {
		if p, err := item.FieldByIndexErr(index); err == nil && !p.IsNil() {
			own := reflect.New(p.Type().Elem())
			own.Elem().Set(p.Elem())
			p.Set(own)
		}
	}
}
