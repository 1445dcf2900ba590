package template

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/singletable-go/ddb/internal/field"
)

// The limits of DynamoDB on the bytes of a key. Templates do not check them: a key may be shared by table and index.
const (
	MaxPartition = 2048
	MaxSort      = 1024
)

// Last is the greatest code point, a noncharacter. No key contains it. So prefix+Last sorts after every key that begins
// with prefix, and is not a key itself.
const Last = "\U0010FFFF"

// Kind is how a part is rendered.
type Kind uint8

// The kinds of parts.
const (
	Literal Kind = iota // text of the template itself
	Str                 // a string as it is
	Fold                // a string in lower case, encode-only
	Num                 // an integer of fixed width
	Time                // a time.Time in UTC, of fixed width
	Text                // the text of encoding.TextMarshaler
	Native              // no text: the field's own attribute is the key attribute
	Shard               // the number of one of N shards, of fixed width, encode-only
)

// Part is one part of a template.
type Part struct {
	Kind  Kind
	Text  string       // of a Literal
	Field *field.Field // of every other kind
	Width int          // in bytes; New sets it for Time and Shard; 0 if the width is not fixed
	N     int          // the number of shards

	same    sameness // of a Text; set by New
	readers *sync.Pool
}

// Signed reports whether the part is a number that may be negative.
func (p Part) Signed() bool { return p.Kind == Num && signed(p.Field.Type.Kind()) }

// Fixed reports whether each value of the part is rendered in Width bytes.
func (p Part) Fixed() bool { return p.Kind == Num || p.Kind == Time || p.Kind == Shard }

// Lossless reports whether the rendered part determines the field's value.
func (p Part) Lossless() bool {
	return p.Kind == Str || p.Kind == Num || p.Kind == Time || p.Kind == Text || p.Kind == Native
}

// open reports whether a part is text of any length.
func (p Part) open() bool { return p.Kind == Str || p.Kind == Fold || p.Kind == Text }

// String returns the part as a design page prints it: {Email:fold}, {Seq:10}, =Score.
func (p Part) String() string {
	if p.Kind == Literal {
		return p.Text
	}
	name := "?"
	if p.Field != nil {
		name = p.Field.Name
	}
	switch p.Kind {
	case Native:
		return "=" + name
	case Fold:
		name += ":fold"
	case Num:
		name += ":" + strconv.Itoa(p.Width)
	case Shard:
		name += ":shard" + strconv.Itoa(p.N)
	case Literal, Str, Time, Text:
	}
	return "{" + name + "}"
}

// Template is the description of a key. It is immutable and safe for concurrent use; the zero Template is faulty.
type Template struct {
	parts  []Part
	fields []*field.Field // of the parts, in order
	stops  []string       // for each open part, the text whose first occurrence ends it: the following literal, or its beginning (see Under)
	blank  bool           // New was given an empty literal
}

// New returns the template of parts in order; adjacent literals are joined. It reports no error: see [Template.Faults].
func New(parts ...Part) Template {
	t := Template{parts: make([]Part, 0, len(parts))}
	for _, p := range parts {
		switch p.Kind {
		case Literal:
			t.blank = t.blank || p.Text == ""
			if n := len(t.parts); n > 0 && t.parts[n-1].Kind == Literal {
				t.parts[n-1].Text += p.Text
				continue
			}
		case Time:
			p.Width = len(timeLayout)
		case Shard:
			p.Width = shardWidth(p.N)
		case Text:
			p.Width = 0
			if p.Field != nil {
				p.same, p.readers = samenessOf(p.Field.Type), readers(p.Field.Type)
			}
		case Str, Fold, Native:
			p.Width = 0
		case Num:
		}
		t.parts = append(t.parts, p)
	}
	t.fields = fieldsOf(t.parts)
	t.stops = make([]string, len(t.parts))
	for i, p := range t.parts {
		if p.open() && i+1 < len(t.parts) && t.parts[i+1].Kind == Literal {
			t.stops[i] = t.parts[i+1].Text
		}
	}
	return t
}

func fieldsOf(parts []Part) (fields []*field.Field) {
	for _, p := range parts {
		if p.Kind != Literal {
			fields = append(fields, p.Field)
		}
	}
	return fields
}

// Parts returns the template's parts, adjacent literals joined. The slice is the template's.
func (t Template) Parts() []Part { return slices.Clip(t.parts) }

// String returns the template as a design page prints it: "g#e#{EnrollmentID}#h#{ChapterID}", "=OrgID =Status".
func (t Template) String() string {
	var b strings.Builder
	for i, p := range t.parts {
		if i > 0 && p.Kind == Native {
			b.WriteByte(' ')
		}
		b.WriteString(p.String())
	}
	return b.String()
}

// Stop returns the text whose first occurrence ends part i of Parts, "" for a part that is not text of any length, and for the
// last one.
func (t Template) Stop(i int) string { return t.stops[i] }

// IsZero reports whether the template has no parts.
func (t Template) IsZero() bool { return len(t.parts) == 0 }

// Native reports whether the template has Native parts: the fields' own attributes are the key, and there is no text.
func (t Template) Native() bool { return len(t.parts) > 0 && t.parts[0].Kind == Native }

// Head returns the literal with which every key of the template begins, "" if it begins with a field.
func (t Template) Head() string {
	if len(t.parts) > 0 && t.parts[0].Kind == Literal {
		return t.parts[0].Text
	}
	return ""
}

// Tail returns the literal with which every key of the template ends, "" if it ends in a field.
func (t Template) Tail() string {
	if n := len(t.parts); n > 0 && t.parts[n-1].Kind == Literal {
		return t.parts[n-1].Text
	}
	return ""
}

// LiteralOnly reports whether the template has no fields, and so only one key.
func (t Template) LiteralOnly() bool { return len(t.parts) == 1 && t.parts[0].Kind == Literal }

// Fields returns the fields of the template in order; a field of two parts occurs twice. The slice is the template's.
func (t Template) Fields() []*field.Field { return slices.Clip(t.fields) }

// Index returns the index in Parts of the part that renders f, the lossless one if there are several, -1 if there is
// none.
func (t Template) Index(f *field.Field) int {
	found := -1
	for i, p := range t.parts {
		if p.Kind != Literal && p.Field == f {
			if p.Lossless() {
				return i
			}
			found = i
		}
	}
	return found
}

// Holds reports whether a part renders f, lossless or not.
func (t Template) Holds(f *field.Field) bool { return t.Index(f) >= 0 }

// Lossless reports whether the template's key determines the value of f.
func (t Template) Lossless(f *field.Field) bool {
	i := t.Index(f)
	return i >= 0 && t.parts[i].Lossless()
}
