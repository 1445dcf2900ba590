package ddbdesign

import "strings"

// The kinds of a Part.
const (
	PartLiteral = "literal" // text of the template itself
	PartStr     = "str"     // a string as it is
	PartFold    = "fold"    // a string in lower case
	PartNum     = "num"     // an integer of fixed width
	PartTime    = "time"    // a time in UTC, of fixed width
	PartText    = "text"    // the text of a type's MarshalText
	PartNative  = "native"  // no text: the field's own attribute is the key attribute
	PartShard   = "shard"   // the number of one of N shards, of fixed width
	PartTarget  = "target"  // in a companion's key: the key of a view's target, or a hash of it
)

// Template is what a key is made of. The zero Template is none.
type Template struct {
	Text    string  `json:"text"`             // as the design page prints it: c#{CourseID}
	Native  bool    `json:"native,omitempty"` // the key attributes are fields: one part for each, and there is no text
	Parts   []Part  `json:"parts,omitempty"`  // no two literals are neighbours
	Unknown Unknown `json:"-"`
}

// Part is one part of a template.
type Part struct {
	Kind    string  `json:"kind"`
	Text    string  `json:"text,omitempty"`   // of a literal
	Field   string  `json:"field,omitempty"`  // of every other kind but PartTarget
	Stop    string  `json:"stop,omitempty"`   // of a part of any length: its text ends before the first occurrence; "" for the last part
	Type    string  `json:"type,omitempty"`   // of a native part: S, N, B
	Width   int     `json:"width,omitempty"`  // in bytes, of a part of fixed width
	Signed  bool    `json:"signed,omitempty"` // of a num: it may be negative
	N       int     `json:"n,omitempty"`      // of a shard: the number of shards
	Unknown Unknown `json:"-"`
}

// IsZero reports whether the template has no parts: that of a sort key that an index does not have.
func (t Template) IsZero() bool { return len(t.Parts) == 0 }

// Match reports whether text has the shape of a key of the template: its literals, digits in its parts of fixed width, and
// something in the others. That decides whose item a key is, as in the library; whether a value is valid is not checked. A
// native template matches the value of its one attribute; one with several attributes matches nothing.
func (t Template) Match(text string) bool {
	_, ok := t.cut(text)
	return ok
}

// Fields returns the text of each field in a key of the template, as it stands in the key: lower case of a fold, ten digits of
// a num of width ten. A shard is the text of its field only if no other part has that. It is false for a text that does not
// Match.
func (t Template) Fields(text string) (map[string]string, bool) {
	texts, ok := t.cut(text)
	if !ok {
		return nil, false
	}
	fields := map[string]string{}
	for i, p := range t.Parts {
		if _, told := fields[p.Field]; p.Field != "" && (!told || p.lossless()) {
			fields[p.Field] = texts[i]
		}
	}
	return fields, true
}

// Prefix names the beginning of a key, such as the value of begins_with or a bound of BETWEEN: "c#" is c#, "e#12#h#7" is
// e#{EnrollmentID}#h#{ChapterID}. The value that text ends with may be incomplete. A bound that ends in U+10FFFF, which is
// after all keys that begin so, gets "…". A bound may begin with ~, which no key does. It is false for a text that no key of the template begins like.
func (t Template) Prefix(text string) (string, bool) {
	rest, after := strings.CutSuffix(text, last)
	var b strings.Builder
	for _, p := range t.Parts {
		if rest == "" {
			break
		}
		n, whole := p.length(rest)
		switch {
		case t.Native && (len(t.Parts) > 1 || !p.native(rest)):
			return "", false
		case t.Native:
			n = len(rest)
		case whole:
		case p.Kind == PartLiteral && strings.HasPrefix(p.Text, rest):
			p.Text, n = rest, len(rest)
		case p.open() && !strings.HasPrefix(rest, p.Stop), p.begins(rest, after):
			n = len(rest)
		default:
			return "", false
		}
		b.WriteString(p.String())
		rest = rest[n:]
	}
	if after {
		b.WriteString("…")
	}
	return b.String(), rest == ""
}

// last ends the upper bounds of ranges: no key contains it.
const last = "\U0010FFFF"

// cut divides a key into the texts of the parts.
func (t Template) cut(text string) ([]string, bool) {
	if t.Native {
		return []string{text}, len(t.Parts) == 1 && t.Parts[0].native(text)
	}
	texts := make([]string, len(t.Parts))
	for i, p := range t.Parts {
		n, ok := p.length(text)
		if !ok || p.open() && i == 0 && text[0] == reserved {
			return nil, false
		}
		texts[i], text = text[:n], text[n:]
	}
	return texts, text == "" && len(texts) > 0
}
