package value

import "strings"

// members of an attribute value in the order in which messages show them. Those
// that have no type here are always null.
var shownMembers = []struct {
	name string
	kind Kind
}{
	{"s", S}, {"n", N}, {"b", B}, {"iNT", None}, {"dECIMAL", None}, {"dOUBLE", None}, {"sS", SS}, {"nS", NS}, {"bS", BS},
	{"iNTSET", None}, {"dECIMALSET", None}, {"dOUBLESET", None}, {"m", M}, {"l", L}, {"nULL", NULL}, {"bOOL", BOOL},
}

// String renders the values as messages of the service quote them.
func (in *Input) String() string { return in.Item.shown() }

func (it Item) shown() string {
	parts := make([]string, len(it))
	for i, f := range it {
		parts[i] = f.Name + "=" + f.Value.shown()
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (v Value) shown() string {
	parts := make([]string, len(shownMembers))
	for i, m := range shownMembers {
		text := "null"
		if m.kind != None && m.kind == v.kind {
			text = v.content()
		}
		parts[i] = m.name + "=" + text
	}
	return "AttributeValue(" + strings.Join(parts, ", ") + ")"
}

// content renders what a value holds.
func (v Value) content() string {
	switch v.kind {
	case BOOL:
		if v.flag {
			return "true"
		}
		return "false"
	case NULL:
		return "true"
	case M:
		return v.ref.fields.shown()
	case L:
		parts := make([]string, len(v.ref.list))
		for i, e := range v.ref.list {
			parts[i] = e.shown()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case SS, NS, BS:
		return "[" + strings.Join(v.ref.members, ", ") + "]"
	case B:
		return "java.nio.HeapByteBuffer"
	default:
		return v.text
	}
}
