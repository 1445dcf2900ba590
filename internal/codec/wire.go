package codec

import (
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/singletable-go/ddb/internal/wire"
)

// A wireFunc does what the decodeFunc of the same node does, from the JSON of a response. It returns false for a value
// that it cannot decide, or of a kind that the type does not accept. Then the item is decoded as an attribute map,
// which also gives the error, so v may be incomplete.
type wireFunc func(from wire.Value, v reflect.Value) bool

// DecodeWire is Decode of item.Attributes(), without making them.
func (p *Plan) DecodeWire(item wire.Item, dst reflect.Value) error {
	if dst.Type() != p.typ {
		return fmt.Errorf("a %s where a %s is expected", dst.Type(), p.typ)
	}
	if c := p.compiled(); !c.decWhole && c.fields.decodeWire(item.Value(), dst, c.known, &c.names) {
		return nil
	}
	dst.SetZero()
	return p.Decode(item.Attributes(), dst)
}

// decodeWire decodes as n.dec does.
func (n *node) decodeWire(from wire.Value, v reflect.Value) bool {
	if n.wire != nil {
		return n.wire(from, v)
	}
	return n.dec(from.AttributeValue(), v) == nil
}

// decodeWire sets the fields of v from a map. Attributes that match a field in another spelling are left to decode.
func (s *structure) decodeWire(from wire.Value, v reflect.Value, known *index, n *names) bool {
	for i, e := 0, from.First(); i < from.Len(); i, e = i+1, e.Next() {
		name := e.Name()
		at := known.find(name)
		if at >= len(s.fields) {
			continue // of those beside the fields
		}
		if at < 0 {
			if folded, _ := n.find(string(name)); folded >= 0 {
				return false
			}
			continue
		}
		f := &s.fields[at]
		fv := v.Field(f.first)
		if len(f.rest) > 0 {
			var err error
			if fv, err = allocated(fv, f.rest); err != nil {
				return false
			}
		}
		if !f.decodeWire(e, fv) {
			return false
		}
	}
	return true
}

func wireStructure(s *structure) wireFunc {
	return func(from wire.Value, v reflect.Value) bool {
		return from.Kind() == wire.M && s.decodeWire(from, v, s.known, &s.names)
	}
}

func wireBool(from wire.Value, v reflect.Value) bool {
	switch from.Kind() {
	case wire.True:
		v.SetBool(true)
	case wire.False:
		v.SetBool(false)
	case wire.Null:
		v.SetZero()
	default:
		return false
	}
	return true
}

func wireString(from wire.Value, v reflect.Value) bool {
	switch from.Kind() {
	case wire.S, wire.N:
		v.SetString(from.String())
	case wire.Null:
		v.SetZero()
	default:
		return false
	}
	return true
}

// wireNumber returns the text of a number; it is valid until the next text is read.
func wireNumber(from wire.Value, g tag) ([]byte, bool) {
	switch from.Kind() {
	case wire.N:
		return from.Text(), true
	case wire.S:
		return from.Text(), g&asString != 0
	}
	return nil, false
}

func wireInt(g tag) wireFunc {
	return func(from wire.Value, v reflect.Value) bool {
		text, ok := wireNumber(from, g)
		if !ok {
			return wireNull(from, v)
		}
		n, ok := parseInt(text)
		if !ok || v.OverflowInt(n) {
			return false
		}
		v.SetInt(n)
		return true
	}
}

func wireUint(g tag) wireFunc {
	return func(from wire.Value, v reflect.Value) bool {
		text, ok := wireNumber(from, g)
		if !ok {
			return wireNull(from, v)
		}
		n, err := strconv.ParseUint(string(text), 10, 64)
		if err != nil || v.OverflowUint(n) {
			return false
		}
		v.SetUint(n)
		return true
	}
}

func wireFloat(g tag) wireFunc {
	return func(from wire.Value, v reflect.Value) bool {
		text, ok := wireNumber(from, g)
		if !ok {
			return wireNull(from, v)
		}
		n, err := strconv.ParseFloat(string(text), 64)
		if err != nil || v.OverflowFloat(n) { // or just above the largest
			return false
		}
		v.SetFloat(n)
		return true
	}
}

func wireNull(from wire.Value, v reflect.Value) bool {
	if from.Kind() != wire.Null {
		return false
	}
	v.SetZero()
	return true
}

// parseInt is strconv.ParseInt, in base 10.
func parseInt(text []byte) (int64, bool) {
	digits := text
	if len(digits) > 0 && digits[0] == '-' {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		n, err := strconv.ParseInt(string(text), 10, 64)
		return n, err == nil
	}
	var n int64
	for _, c := range digits {
		if c < '0' || c > '9' {
			n, err := strconv.ParseInt(string(text), 10, 64)
			return n, err == nil
		}
		n = 10*n + int64(c-'0')
	}
	if len(digits) < len(text) {
		n = -n
	}
	return n, true
}

// wireTime accepts what decodeTime does, except what time.Time does not parse as RFC 3339 itself.
func wireTime(g tag) wireFunc {
	return func(from wire.Value, v reflect.Value) bool {
		p, ok := reflect.TypeAssert[*time.Time](v.Addr())
		switch {
		case !ok:
			return false
		case from.Kind() == wire.Null:
			*p = time.Time{}
			return true
		case from.Kind() == wire.S && g&asString == 0:
			return p.UnmarshalText(from.Text()) == nil
		}
		text, ok := wireNumber(from, g)
		if !ok {
			return false
		}
		seconds, ok := parseInt(text)
		*p = time.Unix(seconds, 0).UTC()
		return ok
	}
}

func wirePointer(t reflect.Type, under *node) wireFunc {
	to := t.Elem()
	return func(from wire.Value, v reflect.Value) bool {
		if from.Kind() == wire.Null {
			v.SetZero()
			return true
		}
		if v.IsNil() {
			v.Set(reflect.New(to))
		}
		return under.decodeWire(from, v.Elem())
	}
}

func wireSlice(t reflect.Type, elem *node) wireFunc {
	binary := t.Elem().Kind() == reflect.Uint8
	leaf := elem.text != nil
	bytes := t.Elem().Kind() == reflect.Slice && t.Elem().Elem() == byteType && !unmarshals(t.Elem())
	return func(from wire.Value, v reflect.Value) bool {
		switch from.Kind() {
		case wire.L:
		case wire.SS, wire.NS:
			if !leaf {
				return false
			}
		case wire.BS:
			if !bytes {
				return false
			}
		case wire.B:
			if !binary {
				return false
			}
			n := from.DecodedLen()
			if v.IsNil() || v.Cap() < n {
				v.SetBytes(make([]byte, n))
			} else {
				v.SetLen(n)
			}
			from.Binary(v.Bytes())
			return true
		default:
			return wireNull(from, v)
		}
		n := from.Len()
		room(v, t, n)
		list, ok := reflect.TypeAssert[[]string](v)
		ok = ok && from.Kind() != wire.L
		for i, e := 0, from.First(); i < n; i, e = i+1, e.Next() {
			if ok {
				list[i] = e.String()
			} else if !elem.decodeWire(e, v.Index(i)) {
				return false
			}
		}
		return true
	}
}

func wireMap(t reflect.Type, elem *node) wireFunc {
	return func(from wire.Value, v reflect.Value) bool {
		if from.Kind() != wire.M {
			return wireNull(from, v)
		}
		if v.IsNil() {
			v.Set(reflect.MakeMapWithSize(t, from.Len()))
		}
		key := reflect.New(t.Key()).Elem()
		for i, e := 0, from.First(); i < from.Len(); i, e = i+1, e.Next() {
			to := reflect.New(t.Elem()).Elem()
			if !elem.decodeWire(e, to) {
				return false
			}
			key.SetString(e.NameString())
			v.SetMapIndex(key, to)
		}
		return true
	}
}

func wireStringMap(from wire.Value, v reflect.Value) bool {
	if from.Kind() != wire.M {
		return wireNull(from, v)
	}
	to, _ := reflect.TypeAssert[map[string]string](v)
	if to == nil {
		to = make(map[string]string, from.Len())
		v.Set(reflect.ValueOf(to))
	}
	for i, e := 0, from.First(); i < from.Len(); i, e = i+1, e.Next() {
		switch e.Kind() {
		case wire.S, wire.N:
			to[e.NameString()] = e.String()
		case wire.Null:
			to[e.NameString()] = ""
		default:
			return false
		}
	}
	return true
}
