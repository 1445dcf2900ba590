package template

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// MayEqual reports whether some string is a key of both a and b. It treats both as automata and looks for a common
// string, so it is exact, except for what it does not know: which values a field really has, that a Fold has no upper
// case, what a Text writes, and which digits are a date. In these cases it returns true.
//
// For Native templates it returns true, unless one is a single string, which may be any text, and the other is not
// Native.
func MayEqual(a, b Template) bool {
	x, xok := a.asText()
	y, yok := b.asText()
	if !xok || !yok || a.Native() && b.Native() {
		return true
	}
	return product(x, y, func(s, u state) bool { return x.accepts(s) && y.accepts(u) })
}

// MayBegin reports whether some key of t begins with, or equals, prefix, with the exceptions of MayEqual.
func MayBegin(t Template, prefix string) bool {
	x, ok := t.asText()
	if !ok {
		return true
	}
	s := x.start()
	for i := range len(prefix) {
		if s, ok = x.step(s, prefix[i]); !ok {
			return false
		}
	}
	return true
}

// MayMeet reports whether a read of one template's keys, by their first literal, could return a key of the other: the
// question for two sort keys in one partition. A template that is only a literal is read by equality.
func MayMeet(a, b Template) bool { return reads(a, b) || reads(b, a) }

func reads(a, b Template) bool {
	if a.LiteralOnly() {
		return MayEqual(a, b)
	}
	return MayBegin(b, a.Head())
}

// asText returns the template as one of text parts; false for a Native one that is not a single string.
func (t Template) asText() (Template, bool) {
	if !t.Native() {
		return t, true
	}
	if len(t.parts) > 1 || t.parts[0].Field == nil || t.parts[0].Field.Type.Kind() != reflect.String {
		return t, false
	}
	return New(Part{Kind: Str, Field: t.parts[0].Field}), true
}

// state is a position in a template while a string is read: the part, and the progress in it. In an open part, at
// counts the bytes of the stop that were just read; fresh says that only those were read.
type state struct {
	part, at int
	fresh    bool
}

func (t Template) start() state { return state{0, 0, true} }

func (t Template) accepts(s state) bool {
	n := len(t.parts)
	return s.part == n || s.part == n-1 && t.parts[s.part].open() && t.stops[s.part] == "" && !s.fresh
}

// step reads one byte. Every state that it returns can reach a key.
func (t Template) step(s state, c byte) (state, bool) {
	if s.part == len(t.parts) {
		return s, false
	}
	p := &t.parts[s.part]
	if p.open() {
		return t.stepOpen(s, c)
	}
	width := p.Width
	if p.Kind == Literal {
		width = len(p.Text)
	}
	if !p.allows(s.at, c) {
		return s, false
	}
	if s.at+1 == width {
		return state{s.part + 1, 0, true}, true
	}
	return state{s.part, s.at + 1, true}, true
}

// allows reports whether c may be the at-th byte of a literal or a fixed part.
func (p *Part) allows(at int, c byte) bool {
	digit := '0' <= c && c <= '9'
	switch p.Kind {
	case Literal:
		return p.Text[at] == c
	case Time:
		return timeShape[at] == c || timeShape[at] == '0' && digit
	case Num:
		return digit || c == '-' && at == 0 && p.Width > 1 && signed(p.Field.Type.Kind())
	default:
		return digit
	}
}

// stepOpen follows the first occurrence of the stop by the algorithm of Knuth, Morris and Pratt.
func (t Template) stepOpen(s state, c byte) (state, bool) {
	if s.part == 0 && s.at == 0 && s.fresh && c == reserved {
		return s, false
	}
	stop := t.stops[s.part]
	if stop == "" {
		return state{s.part, 0, false}, true
	}
	read := stop[:s.at] + string([]byte{c})
	at := len(read)
	for at > 0 && stop[:at] != read[len(read)-at:] {
		at--
	}
	fresh := s.fresh && at == len(read)
	if at < len(stop) {
		return state{s.part, at, fresh}, true
	}
	if fresh {
		return s, false // the value would be empty
	}
	literal := t.parts[s.part+1].Text
	if len(stop) == len(literal) {
		return state{s.part + 2, 0, true}, true
	}
	return state{s.part + 1, len(stop), true}, true
}

// product reports whether some string takes both templates to states that want accepts.
func product(x, y Template, want func(state, state) bool) bool {
	_, ok := shared(x, y, want)
	return ok
}

// shared returns a shortest string that takes both templates to states that want accepts.
func shared(x, y Template, want func(state, state) bool) (string, bool) {
	type pair struct{ s, u state }
	type path struct {
		at   pair
		from *path
		by   byte
	}
	alphabet := alphabet(x, y)
	start := pair{x.start(), y.start()}
	seen := map[pair]bool{start: true}
	for todo := []*path{{at: start}}; len(todo) > 0; todo = todo[1:] {
		p := todo[0]
		if want(p.at.s, p.at.u) {
			var text []byte
			for ; p.from != nil; p = p.from {
				text = append(text, p.by)
			}
			slices.Reverse(text)
			return string(text), true
		}
		for _, c := range alphabet {
			s, ok := x.step(p.at.s, c)
			if !ok {
				continue
			}
			u, ok := y.step(p.at.u, c)
			if next := (pair{s, u}); ok && !seen[next] {
				seen[next] = true
				todo = append(todo, &path{next, p, c})
			}
		}
	}
	return "", false
}

// Meeting is why two templates may not share a partition: a key of one that a read of the other returns.
type Meeting struct {
	Key    string
	Of     Template // the template of the key
	Both   bool     // it is also a key of the other
	Prefix string   // otherwise, the prefix of the other's read
}

// Meet returns an example for MayMeet, if possible a key of both templates; false if there is no example, as for Native
// templates that are not text.
func Meet(a, b Template) (m Meeting, ok bool) {
	x, xok := a.asText()
	y, yok := b.asText()
	if !xok || !yok {
		return m, false
	}
	if key, ok := shared(x, y, func(s, u state) bool { return x.accepts(s) && y.accepts(u) }); ok {
		return Meeting{Key: key, Of: b, Both: true}, true
	}
	for _, side := range [][2]Template{{x, y}, {y, x}} {
		reader, other := side[0], side[1]
		if reader.LiteralOnly() || !MayBegin(other, reader.Head()) {
			continue
		}
		begun := New(Part{Kind: Literal, Text: reader.Head()})
		if reader.Head() == "" {
			begun = Template{}
		}
		// after the head every byte is accepted
		past := func(s state) bool { return s.part == len(begun.parts) }
		if key, ok := continued(begun, other, past); ok {
			return Meeting{Key: key, Of: other, Prefix: reader.Head()}, true
		}
	}
	return m, false
}

// continued returns a shortest key of t that begins like begun.
func continued(begun, t Template, past func(state) bool) (string, bool) {
	anything := begun
	anything.parts = append(slices.Clone(begun.parts), Part{Kind: Str})
	anything.stops = append(slices.Clone(begun.stops), "")
	if len(begun.parts) == 0 {
		anything.stops = []string{""}
	}
	return shared(anything, t, func(s, u state) bool { return past(s) && t.accepts(u) })
}

// Values returns the values in a key of the template, as "ID=1 N=0004"; "" for a string that is not a key of it.
func (t Template) Values(key string) string {
	t, ok := t.asText()
	if !ok {
		return ""
	}
	var out []string
	for i := range t.parts {
		var text string
		if text, key, ok = t.cut(key, i); !ok {
			return ""
		}
		if p := &t.parts[i]; p.Kind != Literal && p.Field != nil {
			out = append(out, p.Field.Name+"="+strconv.Quote(text))
		}
	}
	return strings.Join(out, " ")
}

// alphabet returns bytes that represent all: each one that the templates distinguish, and one that they do not.
// Readable ones come first.
func alphabet(x, y Template) []byte {
	var in [256]bool
	mark := func(s string) {
		for i := range len(s) {
			in[s[i]] = true
		}
	}
	mark("0123456789-T:.Z~")
	for _, t := range []Template{x, y} {
		for _, p := range t.parts {
			mark(p.Text)
		}
	}
	var out []byte
	for c := 'a'; c <= 'z' && len(out) == 0; c++ {
		if !in[c] {
			out = append(out, byte(c))
		}
	}
	letter := len(out) > 0
	for c := range 256 {
		switch {
		case in[c]:
			out = append(out, byte(c))
		case !letter:
			out, letter = append(out, byte(c)), true
		}
	}
	return out
}
