package template

import (
	"bytes"
	"encoding"
	"errors"
	"reflect"
	"strconv"
	"time"
	"unicode/utf8"
)

var errNative = errors.New("a Native template has no text")

// reserved is the first character of the library's own keys.
const reserved = '~'

// Encode returns item's key. If a value cannot be in a key, the error is a *ValueError with the first such field; for
// an empty value errors.Is(err, ErrEmpty) is true. Item is a struct of the type of the template's fields.
func (t Template) Encode(item reflect.Value) (string, error) {
	var buf [256]byte
	b, err := t.AppendTo(buf[:0], item)
	if err != nil {
		return "", err
	}
	return string(b), nil
}

// AppendTo appends item's key to dst. After an error it returns dst unchanged.
func (t Template) AppendTo(dst []byte, item reflect.Value) ([]byte, error) {
	return t.appendKey(dst, item, -1)
}

// EncodeShard is Encode with the given shard number in place of the item's own, so that a read can visit all Shards. It
// does not use the field of the Shard part, which may be empty.
func (t Template) EncodeShard(item reflect.Value, shard int) (string, error) {
	if shard < 0 || shard >= t.Shards() {
		return "", errors.New("shard " + strconv.Itoa(shard) + " of " + strconv.Itoa(t.Shards()))
	}
	var buf [256]byte
	b, err := t.appendKey(buf[:0], item, shard)
	if err != nil {
		return "", err
	}
	return string(b), nil
}

// Lacks reports whether a part of item's key is empty, whatever is wrong with the others.
func (t Template) Lacks(item reflect.Value) bool {
	for i := range t.parts {
		if f := t.parts[i].Field; f != nil {
			if _, err := t.EncodePart(i, f.Get(item)); errors.Is(err, ErrEmpty) {
				return true
			}
		}
	}
	return false
}

func (t Template) appendKey(dst []byte, item reflect.Value, shard int) ([]byte, error) {
	if t.Native() {
		return dst, errNative
	}
	out := dst
	for i := range t.parts {
		p := &t.parts[i]
		switch {
		case p.Kind == Literal:
			out = append(out, p.Text...)
		case p.Kind == Shard && shard >= 0:
			out = appendPadded(out, uint64(shard), p.Width)
		default:
			at := len(out)
			v := p.Field.Get(item)
			var err error
			if out, err = t.appendPart(out, i, v); err == nil {
				err = p.readsBack(out[at:], v)
			}
			if err != nil {
				return dst, err
			}
		}
	}
	return out, nil
}

// EncodePart returns part i of Parts for v, a value of the field's type, with the checks of Encode.
func (t Template) EncodePart(i int, v reflect.Value) (string, error) {
	if err := t.takes(i, v); err != nil {
		return "", err
	}
	var buf [256]byte
	b, err := t.appendPart(buf[:0], i, v)
	if err == nil {
		err = t.parts[i].readsBack(b, v)
	}
	if err != nil {
		return "", err
	}
	return string(b), nil
}

// takes reports whether v is valid for part i.
func (t Template) takes(i int, v reflect.Value) error {
	p := &t.parts[i]
	switch {
	case p.Kind == Native:
		return p.valueError(errNative)
	case p.Kind == Literal:
		return errors.New("the literal " + strconv.Quote(p.Text) + " has no value")
	case !v.IsValid():
		return p.valueError(errors.New("has no value"))
	case v.Type() != p.Field.Type:
		return p.valueError(errors.New("is a " + p.Field.Type.String() + ", not a " + v.Type().String()))
	}
	return nil
}

// appendPart appends part i for v, whose type is right.
func (t Template) appendPart(dst []byte, i int, v reflect.Value) ([]byte, error) {
	p := &t.parts[i]
	at := len(dst)
	var err error
	switch p.Kind {
	case Str:
		dst = append(dst, v.String()...)
	case Fold:
		dst = appendFold(dst, v.String())
	case Text:
		dst, err = appendText(dst, v)
	case Num:
		dst, err = appendNum(dst, v, p.Width)
	case Time:
		dst, err = appendTime(dst, v)
	case Shard:
		if v.Len() == 0 {
			return dst, p.valueError(ErrEmpty)
		}
		dst = appendPadded(dst, uint64(shardOf(v.String(), p.N)), p.Width)
	case Literal, Native:
		return dst, errNative
	}
	if err == nil && p.open() {
		err = t.checkText(i, dst[at:])
	}
	if err != nil {
		return dst, p.valueError(err)
	}
	return dst, nil
}

// checkText rejects text that would break the template as part i.
func (t Template) checkText(i int, text []byte) error {
	if err := validText(text); err != nil {
		return err
	}
	if bytes.Contains(text, lastBytes) {
		return &detail{"contains U+10FFFF, which is reserved for the ends of ranges: remove it from the text", ErrText}
	}
	if i == 0 && text[0] == reserved {
		return &detail{`begins the key with "~", as the keys of the library do`, ErrText}
	}
	if stop := t.stops[i]; stop != "" && stopsWithin(text, stop) {
		if !bytes.Contains(text, []byte(stop)) {
			return &detail{"ends in a beginning of " + strconv.Quote(stop) + ", which follows it in the key, so its end would be ambiguous", ErrLiteral}
		}
		return &detail{"holds " + strconv.Quote(stop) + ", which follows it in the key", ErrLiteral}
	}
	return nil
}

var lastBytes = []byte(Last)

func validText(text []byte) error {
	if len(text) == 0 {
		return ErrEmpty
	}
	if !utf8.Valid(text) {
		return &detail{"is not valid UTF-8", ErrText}
	}
	return nil
}

// stopsWithin reports whether stop occurs in text+stop before the end of text: inside it, or partly in the stop itself,
// as "##" does after "a#".
func stopsWithin(text []byte, stop string) bool {
	for from := 0; ; from++ {
		k := bytes.IndexByte(text[from:], stop[0])
		if k < 0 {
			return false
		}
		from += k
		rest := text[from:]
		if n := len(rest); n >= len(stop) {
			if string(rest[:len(stop)]) == stop {
				return true
			}
		} else if string(rest) == stop[:n] && stop[n:] == stop[:len(stop)-n] {
			return true
		}
	}
}

func appendText(dst []byte, v reflect.Value) ([]byte, error) {
	if v.IsZero() {
		return dst, ErrEmpty // even if its text is not empty: a zero UUID in a key is a mistake
	}
	m, ok := reflect.TypeAssert[encoding.TextMarshaler](addressed(v))
	if !ok {
		return dst, errors.New("has no MarshalText")
	}
	text, err := m.MarshalText()
	if err != nil {
		return dst, err
	}
	return append(dst, text...), nil
}

// addressed returns a pointer to v, or to a copy of it.
func addressed(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v.Addr()
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return p
}

const timeLayout = "2006-01-02T15:04:05.000000000Z"

func appendTime(dst []byte, v reflect.Value) ([]byte, error) {
	at, ok := reflect.TypeAssert[time.Time](v)
	if !ok {
		return dst, errors.New("is not a time.Time")
	}
	if at.IsZero() {
		return dst, ErrEmpty
	}
	at = at.UTC()
	if y := at.Year(); y < 1 || y > 9999 {
		return dst, &detail{"is in the year " + strconv.Itoa(y) + ", which is not 1 to 9999", ErrOverflow}
	}
	return at.AppendFormat(dst, timeLayout), nil
}
