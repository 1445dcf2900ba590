package codec

import (
	"fmt"
	"reflect"
	"time"
)

// A storedFunc sets dst, a zero, settable and addressable value, to the decoded result of the encoded src.
type storedFunc func(dst, src reflect.Value) error

// Stored sets dst, an addressable zero struct, to what Decode makes of the attributes of src as the table returns them.
// It shares no memory with src. Fields without an attribute stay zero. An error is one of Encode or Decode.
func (p *Plan) Stored(dst, src reflect.Value) error {
	if dst.Type() != p.typ || src.Type() != p.typ {
		return fmt.Errorf("a %s from a %s where a %s is expected", dst.Type(), src.Type(), p.typ)
	}
	c := p.compiled()
	if c.encWhole || c.decWhole {
		attrs, err := p.Encode(src)
		if err != nil {
			return err
		}
		return p.Decode(AsHeld(attrs), dst)
	}
	return c.fields.asStored(dst, src)
}

func (s *structure) asStored(dst, src reflect.Value) error {
	for i := range s.fields {
		f := &s.fields[i]
		if f.behind {
			if err := f.behindPointer(dst, src); err != nil {
				return within(f.goName, err)
			}
			continue
		}
		from, to := src.Field(f.first), dst.Field(f.first)
		for _, i := range f.rest {
			from, to = from.Field(i), to.Field(i)
		}
		if err := f.asStored(to, from); err != nil {
			return within(f.goName, err)
		}
	}
	return nil
}

// behindPointer sets a field that is promoted through a pointer. The pointer stays nil unless a field behind it has an
// attribute.
func (f *member) behindPointer(dst, src reflect.Value) error {
	from, found := promoted(src.Field(f.first), f.rest)
	if !found {
		return nil
	}
	av, err := f.enc(nil, from)
	if err != nil || av == nil {
		return err
	}
	to, err := allocated(dst.Field(f.first), f.rest)
	if err != nil {
		return err
	}
	return f.dec(asHeld(av), to)
}

// asStored is stored if set, otherwise dec after enc.
func (n *node) asStored(dst, src reflect.Value) error {
	if n.stored != nil {
		return n.stored(dst, src)
	}
	return n.there(dst, src)
}

// there is dec after enc.
func (n *node) there(dst, src reflect.Value) error {
	av, err := n.enc(nil, src)
	if err != nil || av == nil {
		return err
	}
	return n.dec(asHeld(av), dst)
}

// same is for values that are unchanged by the table.
func same(dst, src reflect.Value) error {
	dst.Set(src)
	return nil
}

// storedFloat is for floats. DynamoDB has no negative zero: as a number it comes back without its sign, as text with it.
func storedFloat(g tag) storedFunc {
	if g&asString != 0 {
		return same
	}
	return func(dst, src reflect.Value) error {
		if src.Float() != 0 { // dst is zero
			dst.Set(src)
		}
		return nil
	}
}

// storedNumber is for strings that are stored as numbers.
func storedNumber(dst, src reflect.Value) error {
	if err := validNumber(src); err != nil {
		return err
	}
	dst.SetString(heldNumber(src.String()))
	return nil
}

// storedTime handles times in UTC, whose text is complete, and leaves others to the codec.
func storedTime(n *node, g tag) storedFunc {
	if g&(unixTime|asString) != 0 {
		return nil
	}
	return func(dst, src reflect.Value) error {
		at, ok := reflect.TypeAssert[time.Time](src)
		if p, canSet := reflect.TypeAssert[*time.Time](dst.Addr()); ok && canSet && at.Location() == time.UTC && at.Year() >= 0 && at.Year() <= 9999 {
			*p = at.UTC().Round(0)
			return nil
		}
		return n.there(dst, src)
	}
}

func storedStructure(s *structure) storedFunc {
	return func(dst, src reflect.Value) error { return s.asStored(dst, src) }
}

// storedElems copies lists, and sets of one text each. A set without elements is stored as NULL.
func storedElems(n *node, t reflect.Type, elem *node, kind tag) storedFunc {
	set := kind != 0
	if kind == binarySet || set && (elem.text == nil || elem.number != (kind == numberSet)) {
		return nil
	}
	return func(dst, src reflect.Value) error {
		if elem.stored == nil { // an element may be left out
			return n.there(dst, src)
		}
		size := src.Len()
		if size == 0 && set {
			return nil
		}
		list := reflect.MakeSlice(t, size, size)
		for i := range size {
			if err := elem.asStored(list.Index(i), src.Index(i)); err != nil {
				return withinIndex(i, err)
			}
		}
		dst.Set(list)
		return nil
	}
}

func storedStringMap(dst, src reflect.Value) error {
	from, _ := reflect.TypeAssert[map[string]string](src)
	to := make(map[string]string, len(from))
	for key, s := range from {
		if key == "" {
			return errEmptyKey
		}
		to[key] = s
	}
	dst.Set(reflect.ValueOf(to))
	return nil
}

// unlessEmpty leaves dst unchanged if an empty value is not stored, or is stored as NULL.
func (n *node) unlessEmpty(isEmpty func(reflect.Value) bool, g tag, null bool) {
	bare := n.stored
	if bare == nil {
		return
	}
	n.stored = func(dst, src reflect.Value) error {
		if isEmpty(src) {
			if _, done, err := encodeEmpty(g, null); done {
				return err
			}
		}
		return bare(dst, src)
	}
}
