package value

import (
	"cmp"
	"slices"
)

// Equal reports whether a and b have the same type and the same content.
// Numbers are equal by magnitude, sets whatever the order of their members.
func Equal(a, b Value) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case S, N, B:
		return a.text == b.text
	case BOOL:
		return a.flag == b.flag
	case M:
		return a.ref.fields.Equal(b.ref.fields)
	case L:
		return slices.EqualFunc(a.ref.list, b.ref.list, Equal)
	case SS, NS, BS:
		return slices.Equal(a.ref.members, b.ref.members)
	default:
		return true
	}
}

// Equal reports whether both items have the same names with equal values.
func (it Item) Equal(other Item) bool {
	return slices.EqualFunc(it, other, func(a, b Field) bool {
		return a.Name == b.Name && Equal(a.Value, b.Value)
	})
}

// Compare orders two strings, two numbers or two binary values. The result is
// -1, 0 or +1; ok is false when the values are of other or differing kinds,
// which have no order.
func Compare(a, b Value) (order int, ok bool) {
	if a.kind != b.kind {
		return 0, false
	}
	switch a.kind {
	case S, B:
		return cmp.Compare(a.text, b.text), true
	case N:
		return a.Decimal().Compare(b.Decimal()), true
	default:
		return 0, false
	}
}
