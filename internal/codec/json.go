package codec

import (
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/singletable-go/ddb/internal/wire"
)

// A jsonFunc writes the JSON of what the encodeFunc of the same node returns.
type jsonFunc func(w *wire.Writer, v reflect.Value) verdict

// verdict is the result of writing a value.
type verdict byte

const (
	written verdict = iota
	left            // it has no attribute
	refused         // the item must be encoded as an attribute map, which also gives the error
)

// WriteJSON writes the attributes of item, an addressable struct, as Encode returns them, without the braces around:
// `"a":{"S":"x"},"b":…`. It leaves out the attribute called omit. It returns false for an item that must be encoded as
// an attribute map, if only for the error.
func (p *Plan) WriteJSON(w *wire.Writer, item reflect.Value, omit string) bool {
	c := p.compiled()
	if item.Type() != p.typ || c.encWhole || !c.fields.named() {
		return false
	}
	return c.fields.flat(item, maxLevels-1) == nil && c.fields.write(w, item, omit)
}

// write writes what n.enc returns.
func (n *node) write(w *wire.Writer, v reflect.Value) verdict {
	if n.json != nil {
		return n.json(w, v)
	}
	return writeValue(n.enc, w, v)
}

// writeBare writes what n.bare returns.
func (n *node) writeBare(w *wire.Writer, v reflect.Value) verdict {
	if n.bareJSON != nil {
		return n.bareJSON(w, v)
	}
	return writeValue(n.bare, w, v)
}

// writeValue writes through an attribute value.
func writeValue(enc encodeFunc, w *wire.Writer, v reflect.Value) verdict {
	av, err := enc(nil, v)
	switch {
	case err != nil:
		return refused
	case av == nil:
		return left
	case w.Level+levels(av) > maxLevels || !w.Value(av):
		return refused
	}
	return written
}

// join writes a value after those before it, if there is a value.
func join(w *wire.Writer, from int, head string, write func() verdict) bool {
	mark := len(w.Text)
	if mark > from {
		w.Text = append(w.Text, ',')
	}
	w.Text = append(w.Text, head...)
	switch write() {
	case refused:
		return false
	case left:
		w.Text = w.Text[:mark]
	case written:
	}
	return true
}

func (s *structure) write(w *wire.Writer, v reflect.Value, omit string) bool {
	from := len(w.Text)
	for i := range s.fields {
		f := &s.fields[i]
		if f.name == omit {
			continue
		}
		fv := v.Field(f.first)
		if len(f.rest) > 0 {
			var found bool
			if fv, found = promoted(fv, f.rest); !found {
				continue
			}
		}
		if !join(w, from, f.head, func() verdict { return f.write(w, fv) }) {
			return false
		}
	}
	return true
}

// named reports whether all names can be written here.
func (s *structure) named() bool {
	return !slices.ContainsFunc(s.fields, func(f member) bool { return f.head == "" })
}

func jsonStructure(s *structure) jsonFunc {
	if !s.named() {
		return nil
	}
	return func(w *wire.Writer, v reflect.Value) verdict {
		w.Text = append(w.Text, `{"M":{`...)
		w.Level++
		if !s.write(w, v, "") {
			return refused
		}
		w.Level--
		w.Text = append(w.Text, `}}`...)
		return written
	}
}

func jsonBool(w *wire.Writer, v reflect.Value) verdict {
	w.Text = strconv.AppendBool(append(w.Text, `{"BOOL":`...), v.Bool())
	w.Text = append(w.Text, '}')
	return written
}

func jsonNull(w *wire.Writer) verdict {
	w.Text = append(w.Text, `{"NULL":true}`...)
	return written
}

// open returns the JSON before the text of a string or number.
func open(number bool) string {
	if number {
		return `{"N":"`
	}
	return `{"S":"`
}

// plainJSON writes text that needs no escapes.
func plainJSON(number bool, add func([]byte, reflect.Value) []byte) jsonFunc {
	head := open(number)
	return func(w *wire.Writer, v reflect.Value) verdict {
		w.Text = append(add(append(w.Text, head...), v), `"}`...)
		return written
	}
}

func addInt(b []byte, v reflect.Value) []byte  { return strconv.AppendInt(b, v.Int(), 10) }
func addUint(b []byte, v reflect.Value) []byte { return strconv.AppendUint(b, v.Uint(), 10) }
func addFloat32(b []byte, v reflect.Value) []byte {
	return strconv.AppendFloat(b, v.Float(), 'f', -1, 32)
}

func addFloat64(b []byte, v reflect.Value) []byte {
	return strconv.AppendFloat(b, v.Float(), 'f', -1, 64)
}

func jsonString(number bool) jsonFunc {
	head := open(number)
	head = head[:len(head)-1]
	return func(w *wire.Writer, v reflect.Value) verdict {
		w.Text = append(w.Text, head...)
		if !w.Quote(v.String()) {
			return refused
		}
		w.Text = append(w.Text, '}')
		return written
	}
}

func jsonTime(load func(reflect.Value) time.Time, g tag) jsonFunc {
	if g&unixTime != 0 {
		return plainJSON(true, func(b []byte, v reflect.Value) []byte { return strconv.AppendInt(b, load(v).Unix(), 10) })
	}
	return plainJSON(false, func(b []byte, v reflect.Value) []byte { return load(v).AppendFormat(b, time.RFC3339Nano) })
}

// validJSON writes valid values.
func (n *node) validJSON(write jsonFunc) jsonFunc {
	valid := n.valid
	if valid == nil {
		return write
	}
	return func(w *wire.Writer, v reflect.Value) verdict {
		if valid(v) != nil {
			return refused
		}
		return write(w, v)
	}
}

// jsonElems writes lists, and sets whose elements are one text each. Other sets go through attribute values.
func jsonElems(elem *node, kind tag) jsonFunc {
	switch {
	case kind == 0:
		return func(w *wire.Writer, v reflect.Value) verdict {
			w.Text = append(w.Text, `{"L":[`...)
			from := len(w.Text)
			w.Level++
			for i := range v.Len() {
				if !join(w, from, "", func() verdict { return elem.write(w, v.Index(i)) }) {
					return refused
				}
			}
			w.Level--
			w.Text = append(w.Text, `]}`...)
			return written
		}
	case kind == stringSet && elem.text != nil && !elem.number:
		return jsonSet(elem, `{"SS":[`)
	case kind == numberSet && elem.text != nil && elem.number:
		return jsonSet(elem, `{"NS":[`)
	}
	return nil
}

func jsonSet(elem *node, head string) jsonFunc {
	return func(w *wire.Writer, v reflect.Value) verdict {
		if v.Len() == 0 {
			return jsonNull(w)
		}
		set, err := texts(elem, v)
		if err != nil {
			return refused
		}
		w.Text = append(w.Text, head...)
		for i, text := range set {
			if i > 0 {
				w.Text = append(w.Text, ',')
			}
			if !w.Quote(text) {
				return refused
			}
		}
		w.Text = append(w.Text, `]}`...)
		return written
	}
}

func jsonStringMap(w *wire.Writer, v reflect.Value) verdict {
	all, _ := reflect.TypeAssert[map[string]string](v)
	w.Text = append(w.Text, `{"M":{`...)
	from := len(w.Text)
	for key, s := range all {
		if len(w.Text) > from {
			w.Text = append(w.Text, ',')
		}
		if key == "" || !w.Quote(key) {
			return refused
		}
		w.Text = append(w.Text, `:{"S":`...)
		if !w.Quote(s) {
			return refused
		}
		w.Text = append(w.Text, '}')
	}
	w.Text = append(w.Text, `}}`...)
	return written
}

// emptyJSON checks for empty values first.
func (n *node) emptyJSON(isEmpty func(reflect.Value) bool, g tag, null bool) {
	n.json = func(w *wire.Writer, v reflect.Value) verdict {
		if isEmpty(v) {
			switch av, done, err := encodeEmpty(g, null); {
			case err != nil:
				return refused
			case done && av == nil:
				return left
			case done:
				return jsonNull(w)
			}
		}
		return n.writeBare(w, v)
	}
}
