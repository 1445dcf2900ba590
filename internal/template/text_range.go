package template

import (
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// textRange is the range on an open part that is the last.
func (p *Part) textRange(prefix string, op Op, vals []reflect.Value) (Range, error) {
	var texts [2]string
	for i, v := range vals {
		var err error
		if texts[i], err = p.textBound(v); err != nil {
			return Range{}, err
		}
	}
	lo, hi := prefix, prefix+Last
	if prefix == "" {
		lo = "\x00"
	}
	switch op {
	case Lt:
		s := before(texts[0])
		if s == "" {
			return Range{Form: Nothing, Prefix: prefix}, nil
		}
		hi = prefix + s
	case Le:
		hi = prefix + texts[0]
	case Gt:
		lo = prefix + texts[0] + "\x00"
	case Ge:
		lo = prefix + texts[0]
	default:
		lo, hi = prefix+texts[0], prefix+texts[1]
	}
	return within(prefix, lo, hi), nil
}

// textBound renders v without the checks for stored values.
func (p *Part) textBound(v reflect.Value) (string, error) {
	var b []byte
	var err error
	switch p.Kind {
	case Fold:
		b = appendFold(nil, v.String())
	case Text:
		b, err = appendText(nil, v)
	default:
		b = []byte(v.String())
	}
	if err == nil {
		err = validText(b)
	}
	if err != nil {
		return "", p.valueError(err)
	}
	return string(b), nil
}

// before returns the greatest text below s that no key without Last is above; s is not empty, the result may be.
func before(s string) string {
	c, size := utf8.DecodeLastRuneInString(s)
	s = s[:len(s)-size]
	switch c {
	case 0:
		return s
	case 0xE000:
		c = 0xD7FF // no surrogates
	default:
		c--
	}
	return s + string(c) + Last
}

// startsWith is the range of keys whose part i begins with v.
func (t Template) startsWith(prefix string, i int, v reflect.Value) (Range, error) {
	p := &t.parts[i]
	if p.Kind != Str && p.Kind != Fold {
		return Range{}, p.refuses(StartsWith, "is not rendered from a string as it is")
	}
	text, err := p.textBound(v)
	if err != nil {
		return Range{}, err
	}
	if i < len(t.parts)-1 {
		literal := t.parts[i+1].Text
		for k := range len(text) {
			if rest := text[k:]; strings.HasPrefix(rest, literal) || strings.HasPrefix(literal, rest) {
				return Range{}, p.valueError(&detail{"ends in or holds what may be " + strconv.Quote(literal) + ", which follows it in the key: take that off the prefix", ErrLiteral})
			}
		}
	}
	return BeginsWith(prefix + text), nil
}
