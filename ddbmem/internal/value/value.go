package value

import (
	"slices"
	"strings"
)

// Kind is the data type of a value. The zero Kind is that of the zero Value, which is no value.
type Kind uint8

// The data types, in the order in which DynamoDB's documentation lists them.
const (
	None Kind = iota
	S
	N
	B
	BOOL
	NULL
	M
	L
	SS
	NS
	BS
)

var kindNames = [...]string{"", "S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"}

// String returns the type descriptor of the wire form, such as "S" or "NS".
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return ""
}

// KindOf returns the kind that a type descriptor names, and whether it names one.
func KindOf(descriptor string) (Kind, bool) {
	i := slices.Index(kindNames[1:], descriptor)
	return Kind(i + 1), i >= 0
}

// IsSet reports whether k is one of the three set types.
func (k Kind) IsSet() bool { return k == SS || k == NS || k == BS }

// Element returns the kind of the members of a set type, None for others.
func (k Kind) Element() Kind {
	switch k {
	case SS:
		return S
	case NS:
		return N
	case BS:
		return B
	default:
		return None
	}
}

// SetOf returns the set type whose members are of kind k, None when there is none.
func (k Kind) SetOf() Kind {
	switch k {
	case S:
		return SS
	case N:
		return NS
	case B:
		return BS
	default:
		return None
	}
}

// Value is one attribute value. The zero Value is no value: its kind is None.
// A Value is immutable and may be copied and shared freely.
type Value struct {
	text string    // S: the string; N: canonical digits; B: the bytes
	ref  *compound // M, L and sets
	kind Kind
	flag bool // BOOL
}

// compound holds the content of the kinds that have parts; one field is used.
type compound struct {
	fields  Item
	list    []Value
	members []string // sorted, without duplicates
}

// String returns a string value.
func String(s string) Value { return Value{kind: S, text: s} }

// Binary returns a binary value; b holds the bytes themselves, not base64.
func Binary(b string) Value { return Value{kind: B, text: b} }

// Bool returns a boolean value.
func Bool(b bool) Value { return Value{kind: BOOL, flag: b} }

// Null returns the null value.
func Null() Value { return Value{kind: NULL} }

// Number parses text as DynamoDB does and returns a number value in canonical form.
func Number(text string) (Value, error) {
	d, err := ParseDecimal(text)
	if err != nil {
		return Value{}, err
	}
	return d.Value(), nil
}

// Int returns a number value.
func Int(n int) Value {
	d, _ := decimalOfInt(int64(n))
	return d.Value()
}

// Map returns a map value with the given content.
func Map(fields Item) Value { return Value{kind: M, ref: &compound{fields: fields}} }

// List returns a list value; it takes ownership of the slice.
func List(elements []Value) Value { return Value{kind: L, ref: &compound{list: elements}} }

// Set returns a set value of the given kind, which must be SS, NS or BS. It
// takes ownership of members, sorts them and drops duplicates. Members of NS
// must be in canonical form.
func Set(kind Kind, members []string) Value {
	if kind == NS {
		slices.SortFunc(members, compareNumberText)
	} else {
		slices.Sort(members)
	}
	return Value{kind: kind, ref: &compound{members: slices.Compact(members)}}
}

// Kind returns the data type of v.
func (v Value) Kind() Kind { return v.kind }

// IsZero reports whether v is no value at all.
func (v Value) IsZero() bool { return v.kind == None }

// Text returns the content of a string, the canonical digits of a number and
// the bytes of a binary value. It is empty for other kinds.
func (v Value) Text() string { return v.text }

// True returns the content of a boolean value.
func (v Value) True() bool { return v.flag }

// Fields returns the content of a map value, nil for other kinds. The caller
// must not modify it.
func (v Value) Fields() Item {
	if v.kind != M {
		return nil
	}
	return v.ref.fields
}

// Elements returns the content of a list value, nil for other kinds. The
// caller must not modify it.
func (v Value) Elements() []Value {
	if v.kind != L {
		return nil
	}
	return v.ref.list
}

// Members returns the members of a set in order, nil for other kinds. The
// caller must not modify them.
func (v Value) Members() []string {
	if !v.kind.IsSet() {
		return nil
	}
	return v.ref.members
}

// Depth returns the number of levels of v: 1 for a scalar or a set, one more
// than its deepest part for a list or a map.
func (v Value) Depth() int {
	deepest := 0
	for _, f := range v.Fields() {
		deepest = max(deepest, f.Value.Depth())
	}
	for _, e := range v.Elements() {
		deepest = max(deepest, e.Depth())
	}
	return deepest + 1
}

// clone returns v with every text copied.
func (v Value) clone() Value {
	switch v.kind {
	case S, N, B:
		v.text = strings.Clone(v.text)
	case M:
		v.ref = &compound{fields: v.ref.fields.Compact()}
	case L:
		list := make([]Value, len(v.ref.list))
		for i, e := range v.ref.list {
			list[i] = e.clone()
		}
		v.ref = &compound{list: list}
	case SS, NS, BS:
		members := make([]string, len(v.ref.members))
		for i, m := range v.ref.members {
			members[i] = strings.Clone(m)
		}
		v.ref = &compound{members: members}
	default:
	}
	return v
}
