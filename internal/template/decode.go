package template

import (
	"encoding"
	"reflect"
	"strings"
	"time"

	"github.com/singletable-go/ddb/internal/field"
)

// Match reports whether s has the shape of a key of the template: its literals, digits in its fixed parts, and
// something in the others. It decides whose item a key is. It allocates nothing and does not parse values, so a key of
// the right shape with an invalid value fails in Decode, with an error, and is not ignored as unknown. A Native
// template of one string matches what CheckNative accepts; other Native templates match nothing.
func (t Template) Match(s string) bool {
	if t.Native() {
		return len(t.parts) == 1 && t.parts[0].Field.Type.Kind() == reflect.String && s != "" && s[0] != reserved
	}
	for i := range t.parts {
		var ok bool
		if _, s, ok = t.cut(s, i); !ok {
			return false
		}
	}
	return s == "" && len(t.parts) > 0
}

// cut takes the text of part i from the front of s, which begins at that part.
func (t Template) cut(s string, i int) (text, rest string, ok bool) {
	p := &t.parts[i]
	switch {
	case p.Kind == Literal:
		rest, ok = strings.CutPrefix(s, p.Text)
		return p.Text, rest, ok
	case p.Fixed():
		if len(s) < p.Width {
			return "", "", false
		}
		return s[:p.Width], s[p.Width:], p.shaped(s[:p.Width])
	case t.stops[i] != "":
		// The first occurrence is the right one: Encode rejects a value with an earlier one.
		end := strings.Index(s, t.stops[i])
		if end < 0 {
			return "", "", false
		}
		text, rest = s[:end], s[end:]
	default:
		text = s
	}
	return text, rest, text != "" && (i > 0 || text[0] != reserved)
}

// shaped reports whether text, of the part's width, may be a value.
func (p *Part) shaped(text string) bool {
	switch p.Kind {
	case Num:
		if text[0] == '-' && signed(p.Field.Type.Kind()) && p.Width > 1 {
			text = text[1:]
		}
		return digits(text)
	case Time:
		for i := range len(text) {
			if c := timeShape[i]; c == '0' && (text[i] < '0' || text[i] > '9') || c != '0' && text[i] != c {
				return false
			}
		}
		return true
	case Shard:
		return digits(text)
	default:
		return false
	}
}

const timeShape = "0000-00-00T00:00:00.000000000Z"

// Decode sets the fields of item, an addressable struct, to the values in s. It sets lossless parts whose field is
// zero. A field that is not zero, because an attribute or another key has set it, must render the same text; otherwise
// the error is a *ValueError with ErrDisagrees. The same holds for fields behind Fold and Shard, unless they are empty
// (not read).
//
// Decode accepts exactly the strings that Encode renders: anything else is ErrShape. After an error, item must not be
// used.
//
// A zero number counts as not read. Agrees and AgreesOn see the difference.
func (t Template) Decode(s string, item reflect.Value) error {
	if t.Native() {
		return errNative
	}
	var buf [16]string
	texts := buf[:0]
	rest := s
	for i := range t.parts {
		text, after, ok := t.cut(rest, i)
		if !ok {
			return t.shapeError()
		}
		texts, rest = append(texts, text), after
	}
	if rest != "" || len(t.parts) == 0 {
		return t.shapeError()
	}
	for i := range t.parts {
		if p := &t.parts[i]; p.Kind != Literal && p.Lossless() {
			if err := t.decodePart(i, texts[i], item); err != nil {
				return err
			}
		}
	}
	for i := range t.parts {
		if p := &t.parts[i]; p.Kind == Fold || p.Kind == Shard {
			if v := p.Field.Get(item); v.Len() > 0 {
				if err := t.same(i, texts[i], v); err != nil {
					return err
				}
			} else if err := t.encodeOnly(i, texts[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Agrees returns an error if the key of item differs from s: it checks what Decode checks, and zero numbers.
func (t Template) Agrees(s string, item reflect.Value) error {
	if t.Native() {
		return errNative
	}
	for i := range t.parts {
		text, rest, ok := t.cut(s, i)
		if !ok {
			return t.shapeError()
		}
		if p := &t.parts[i]; p.Kind != Literal {
			if err := t.same(i, text, p.Field.Get(item)); err != nil {
				return err
			}
		}
		s = rest
	}
	if s != "" || len(t.parts) == 0 {
		return t.shapeError()
	}
	return nil
}

// AgreesOn is Agrees for the parts of one field. It accepts a string that is not a key of the template, which Decode
// checks.
func (t Template) AgreesOn(f *field.Field, s string, item reflect.Value) error {
	for i := range t.parts {
		text, rest, ok := t.cut(s, i)
		if !ok {
			return nil
		}
		if p := &t.parts[i]; p.Kind != Literal && p.Field == f {
			if err := t.same(i, text, f.Get(item)); err != nil {
				return err
			}
		}
		s = rest
	}
	return nil
}

// same returns an error unless v renders text as part i.
func (t Template) same(i int, text string, v reflect.Value) error {
	var buf [128]byte
	b, err := t.appendPart(buf[:0], i, v)
	if err != nil || string(b) != text {
		return t.parts[i].disagrees(v, text)
	}
	return nil
}

// encodeOnly rejects text that no value renders as part i.
func (t Template) encodeOnly(i int, text string) error {
	p := &t.parts[i]
	if p.Kind == Shard {
		if n := shardNumber(text); n >= p.N {
			return t.shapeError()
		}
		return nil
	}
	var buf [128]byte
	if folded := appendFold(buf[:0], text); t.checkText(i, folded) != nil || string(folded) != text {
		return t.shapeError()
	}
	return nil
}

func shardNumber(text string) (n int) {
	for i := range len(text) {
		n = 10*n + int(text[i]-'0')
	}
	return n
}

// decodePart sets the field of lossless part i to the value of text, or compares it.
func (t Template) decodePart(i int, text string, item reflect.Value) error {
	p := &t.parts[i]
	if v := p.Field.Get(item); !v.IsZero() {
		return t.same(i, text, v)
	}
	v := p.Field.Addr(item)
	switch p.Kind {
	case Str:
		var buf [128]byte
		if t.checkText(i, append(buf[:0], text...)) != nil {
			return t.shapeError()
		}
		v.SetString(text)
	case Num:
		if !setNum(v, text) {
			return p.valueError(&detail{"cannot hold the number in its key", ErrShape})
		}
	case Time:
		at, err := time.Parse(timeLayout, text)
		if err != nil {
			return t.shapeError()
		}
		dst, ok := reflect.TypeAssert[*time.Time](v.Addr())
		if !ok {
			return p.valueError(&detail{"is not a time.Time", ErrShape})
		}
		*dst = at
		if t.same(i, text, v) != nil {
			return t.shapeError()
		}
	case Text:
		u, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr())
		if !ok {
			return p.valueError(&detail{"has no UnmarshalText", ErrShape})
		}
		if err := u.UnmarshalText([]byte(text)); err != nil {
			return p.valueError(err)
		}
		if t.same(i, text, v) != nil { // it parses more spellings than it writes: a key derived from it would differ
			return t.shapeError()
		}
	case Literal, Fold, Native, Shard:
	}
	return nil
}
