package template

import (
	"errors"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// Op is the operator of a range on the first part without an equality.
type Op uint8

// The operators. Each compares values as Go does; see [Template.Range] for where.
const (
	None Op = iota
	Lt
	Le
	Gt
	Ge
	Between    // two values, both included
	StartsWith // of Str and Fold
)

// String returns the operator's name in the public API.
func (op Op) String() string {
	names := [...]string{"None", "Lt", "Le", "Gt", "Ge", "Between", "StartsWith"}
	if int(op) < len(names) {
		return names[op]
	}
	return "?"
}

// Form is the shape of the condition on one key attribute.
type Form uint8

// The forms of a condition.
const (
	Everything Form = iota // no condition
	Exact                  // key = Lo
	Begins                 // begins_with(key, Prefix)
	Within                 // key BETWEEN Lo AND Hi
	Nothing                // no key: no request is needed
)

// Range is a condition on a key attribute. Lo and Hi are both inclusive, so that Hi can be used in a hull, to place a
// cursor, and in BETWEEN; they are set for Exact and Begins too.
//
// The condition is exact among the keys that templates render in one key space: the template's own, and those of others
// whose keys do not begin with its literal (see MayMeet). Nothing is left to filter on the client.
type Range struct {
	Form   Form
	Prefix string // what every selected key begins with
	Lo, Hi string
}

// Range compiles a sort-key condition: values for the template's first fields, in order, and then at most one range on
// the next field. The fields are identified by position among the parts that are not literals.
//
//   - Without op the condition includes the literal after the last value, so that 1 never matches 12. It is Exact if it
//     has every field, otherwise Begins. It is Everything for a template that begins with a field, if no value is
//     given.
//   - Lt, Le, Gt, Ge and Between accept a part of fixed width (Num, Time) anywhere, and Str, Fold and Text as the last
//     part. They compare the part, whatever follows it in the key: numbers, instants, bytes, the text of MarshalText,
//     and folded text. A number or a time beyond the part's range is a bound beyond all keys.
//   - StartsWith accepts Str and Fold. If a literal follows, the prefix must not end in a beginning of it.
//
// The bound of a string may begin with "~" or contain Last, which no key does. It must not be empty: that is ErrEmpty,
// as for a zero time. Bounds in the wrong order are Nothing. Other errors are *ValueError for a value, and plain ones
// for a condition that the template does not support.
//
// An open side ends with the prefix. The bounds of open text rely on this: no key contains Last. So p+Last is after all
// texts that begin with p, the text that follows s is s+"\x00", and the greatest text below s is s with its last code
// point one lower, followed by Last.
func (t Template) Range(eqs []reflect.Value, op Op, vals []reflect.Value) (Range, error) {
	if t.Native() {
		return Range{}, errNative
	}
	var buf [256]byte
	b, i := t.appendLiteral(buf[:0], 0)
	for _, v := range eqs {
		if i == len(t.parts) {
			return Range{}, errors.New("has fewer fields than values")
		}
		if err := t.takes(i, v); err != nil {
			return Range{}, err
		}
		var err error
		if b, err = t.appendPart(b, i, v); err != nil {
			return Range{}, err
		}
		b, i = t.appendLiteral(b, i+1)
	}
	prefix := string(b)
	switch {
	case op == None && i == len(t.parts):
		return Range{Exact, prefix, prefix, prefix}, nil
	case op == None && len(vals) == 0:
		return BeginsWith(prefix), nil
	case i == len(t.parts):
		return Range{}, errors.New("has no field left for " + op.String())
	}
	want := 1
	if op == Between {
		want = 2
	}
	if op == None || op > StartsWith || len(vals) != want {
		return Range{}, errors.New(op.String() + " with another number of values")
	}
	for _, v := range vals {
		if err := t.takes(i, v); err != nil {
			return Range{}, err
		}
	}
	p := &t.parts[i]
	switch {
	case op == StartsWith:
		return t.startsWith(prefix, i, vals[0])
	case p.Kind == Shard:
		return Range{}, p.refuses(op, "is a shard number and takes Eq")
	case p.Fixed():
		return t.fixedRange(prefix, i, op, vals)
	case i < len(t.parts)-1:
		return Range{}, p.refuses(op, "stands before a literal, where keys do not sort as values do: it takes Eq and StartsWith; make it Num or Time, or the last part")
	}
	return p.textRange(prefix, op, vals)
}

// BeginsWith returns the range of all keys that begin with prefix; Everything for "".
func BeginsWith(prefix string) Range {
	if prefix == "" {
		return Range{Form: Everything, Hi: Last}
	}
	return Range{Begins, prefix, prefix, prefix + Last}
}

// appendLiteral appends part i if it is a literal, and returns the index of the next part.
func (t Template) appendLiteral(b []byte, i int) ([]byte, int) {
	if i < len(t.parts) && t.parts[i].Kind == Literal {
		return append(b, t.parts[i].Text...), i + 1
	}
	return b, i
}

func (p *Part) refuses(op Op, why string) error {
	return errors.New(op.String() + ": " + p.Field.Name + " " + why)
}

// within returns the range from lo to hi inside prefix.
func within(prefix, lo, hi string) Range {
	if lo > hi {
		return Range{Form: Nothing, Prefix: prefix}
	}
	return Range{Within, prefix, lo, hi}
}

// fixedRange is the range on part i, of fixed width: the first and the last value are computed in Go, both inclusive.
func (t Template) fixedRange(prefix string, i int, op Op, vals []reflect.Value) (Range, error) {
	p := &t.parts[i]
	lo, hi := prefix, prefix+Last
	if prefix == "" {
		lo = p.least() // DynamoDB accepts no empty bound
	}
	lower := func(v reflect.Value, step int64) error {
		text, off, err := p.bound(v, step)
		if off > 0 {
			lo = prefix + Last + Last // after hi
		} else if off == 0 {
			lo = prefix + text
		}
		return err
	}
	upper := func(v reflect.Value, step int64) error {
		text, off, err := p.bound(v, step)
		switch {
		case off < 0:
			hi = ""
		case off == 0 && i < len(t.parts)-1:
			hi = prefix + text + Last
		case off == 0:
			hi = prefix + text
		}
		return err
	}
	var err error
	switch op {
	case Lt:
		err = upper(vals[0], -1)
	case Le:
		err = upper(vals[0], 0)
	case Gt:
		err = lower(vals[0], 1)
	case Ge:
		err = lower(vals[0], 0)
	default:
		err = errors.Join(lower(vals[0], 0), upper(vals[1], 0))
	}
	if err != nil {
		return Range{}, err
	}
	return within(prefix, lo, hi), nil
}

// least is a text below all texts of the fixed part, or equal.
func (p *Part) least() string {
	if p.Kind == Time {
		return "0001-01-01T00:00:00.000000000Z"
	}
	if signed(p.Field.Type.Kind()) && p.Width > 1 {
		return "-" + strings.Repeat("0", p.Width-1)
	}
	return strings.Repeat("0", p.Width)
}

// bound returns the text of v+step, where step is -1, 0 or 1. off is -1 or 1 for a value below or above the part's
// range.
func (p *Part) bound(v reflect.Value, step int64) (text string, off int, err error) {
	var buf [32]byte
	var b []byte
	ok := false
	switch {
	case p.Kind == Time:
		at, _ := reflect.TypeAssert[time.Time](v)
		if at.IsZero() {
			return "", 0, p.valueError(ErrEmpty)
		}
		at = at.UTC()
		if at = at.Add(time.Duration(step)); at.Year() > 9999 {
			return "", 1, nil
		} else if at.Year() < 1 {
			return "", -1, nil
		}
		return at.Format(timeLayout), 0, nil
	case v.CanInt():
		n := v.Int()
		m := n + step
		off = 1
		if m < 0 {
			off = -1
		}
		if step > 0 && m < n || step < 0 && m > n {
			off = int(step)
			break
		}
		b, ok = appendInt(buf[:0], m, p.Width)
	default:
		u := v.Uint()
		off = 1
		switch {
		case u == 0 && step < 0:
			off = -1
		case step < 0 || u+uint64(step) >= u:
			b, ok = appendUint(buf[:0], u+uint64(step), p.Width)
		}
	}
	if !ok {
		return "", off, nil
	}
	return string(b), 0, nil
}

// Contains reports whether the condition selects key.
func (r Range) Contains(key string) bool {
	switch r.Form {
	case Everything:
		return true
	case Exact:
		return key == r.Lo
	case Begins:
		return strings.HasPrefix(key, r.Prefix)
	case Within:
		return r.Lo <= key && key <= r.Hi
	default:
		return false
	}
}

// Hull returns the narrowest range that contains both; it may select more.
func (r Range) Hull(s Range) Range {
	switch {
	case r.Form == Nothing:
		return s
	case s.Form == Nothing:
		return r
	case r.Form == Everything || s.Form == Everything:
		return BeginsWith("")
	}
	if r.Lo > s.Lo {
		r, s = s, r
	}
	if r.Hi >= s.Hi {
		return r
	}
	return Range{Within, common(r.Prefix, s.Prefix), r.Lo, s.Hi}
}

// And returns the intersection.
func (r Range) And(s Range) Range {
	switch {
	case r.Form == Nothing || s.Form == Everything:
		return r
	case s.Form == Nothing || r.Form == Everything:
		return s
	}
	return within(common(r.Prefix, s.Prefix), max(r.Lo, s.Lo), min(r.Hi, s.Hi))
}

// common returns the longest common prefix, in whole code points.
func common(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) {
		n--
	}
	return a[:n]
}
