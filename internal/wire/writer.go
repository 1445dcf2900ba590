package wire

import (
	"encoding/base64"
	"maps"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Writer writes the JSON of an item into a request. Its methods return false for values that the SDK must write: those
// that it rejects, or has its own rule for. Then the text must not be used.
type Writer struct {
	Text  []byte
	Level int // of lists and maps around the next value

	Sorted bool // the members of maps are written by name, so that equal values have equal text
}

var writers = sync.Pool{New: func() any { return new(Writer) }}

// NewWriter returns an empty Writer, perhaps with a reused buffer.
func NewWriter() *Writer {
	w := writers.Get().(*Writer)
	w.Text, w.Level, w.Sorted = w.Text[:0], 0, false
	return w
}

// Release ends the use of the text. A nil Writer needs none.
func (w *Writer) Release() {
	if w != nil && cap(w.Text) <= maxPooled {
		writers.Put(w)
	}
}

// Member returns the JSON of a member's name, with the colon; "" for a name that only the SDK can write.
func Member(name string) string {
	var w Writer
	if !w.Quote(name) {
		return ""
	}
	return string(append(w.Text, ':'))
}

// item appends an item.
func (w *Writer) item(attrs map[string]types.AttributeValue) bool {
	if attrs == nil {
		return false
	}
	w.Text = append(w.Text, '{')
	if w.Sorted {
		for i, name := range slices.Sorted(maps.Keys(attrs)) {
			if !w.entry(i == 0, name, attrs[name]) {
				return false
			}
		}
	} else {
		first := true
		for name, av := range attrs {
			if !w.entry(first, name, av) {
				return false
			}
			first = false
		}
	}
	w.Text = append(w.Text, '}')
	return true
}

// entry appends a member of an item or a map.
func (w *Writer) entry(first bool, name string, av types.AttributeValue) bool {
	if !first {
		w.Text = append(w.Text, ',')
	}
	if !w.Quote(name) {
		return false
	}
	w.Text = append(w.Text, ':')
	return w.Value(av)
}

// Value appends an attribute value.
func (w *Writer) Value(av types.AttributeValue) bool {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		if av == nil {
			return false
		}
		w.Text = append(w.Text, `{"S":`...)
		if !w.Quote(av.Value) {
			return false
		}
	case *types.AttributeValueMemberN:
		if av == nil {
			return false
		}
		w.Text = append(w.Text, `{"N":`...)
		if !w.Quote(av.Value) {
			return false
		}
	case *types.AttributeValueMemberB:
		if av == nil || av.Value == nil {
			return false
		}
		w.Text = append(w.Text, `{"B":`...)
		w.binary(av.Value)
	case *types.AttributeValueMemberBOOL:
		switch {
		case av == nil:
			return false
		case av.Value:
			w.Text = append(w.Text, `{"BOOL":true`...)
		default:
			w.Text = append(w.Text, `{"BOOL":false`...)
		}
	case *types.AttributeValueMemberNULL:
		if av == nil || !av.Value {
			return false
		}
		w.Text = append(w.Text, `{"NULL":true`...)
	case *types.AttributeValueMemberM:
		if av == nil {
			return false
		}
		w.Text = append(w.Text, `{"M":`...)
		if !w.item(av.Value) {
			return false
		}
	case *types.AttributeValueMemberL:
		if av == nil || !list(w, "L", av.Value, w.Value) {
			return false
		}
	case *types.AttributeValueMemberSS:
		if av == nil || !list(w, "SS", av.Value, w.Quote) {
			return false
		}
	case *types.AttributeValueMemberNS:
		if av == nil || !list(w, "NS", av.Value, w.Quote) {
			return false
		}
	case *types.AttributeValueMemberBS:
		if av == nil || !list(w, "BS", av.Value, w.binary) {
			return false
		}
	default:
		return false
	}
	w.Text = append(w.Text, '}')
	return true
}

func list[E any](w *Writer, kind string, elems []E, each func(E) bool) bool {
	w.Text = append(append(append(w.Text, `{"`...), kind...), `":[`...)
	for i, e := range elems {
		if i > 0 {
			w.Text = append(w.Text, ',')
		}
		if !each(e) {
			return false
		}
	}
	w.Text = append(w.Text, ']')
	return true
}

func (w *Writer) binary(b []byte) bool {
	w.Text = append(w.Text, '"')
	w.Text = base64.StdEncoding.AppendEncode(w.Text, b)
	w.Text = append(w.Text, '"')
	return b != nil
}

const hexDigits = "0123456789abcdef"

// Quote appends a string, if it is valid UTF-8.
func (w *Writer) Quote(s string) bool {
	w.Text = append(w.Text, '"')
	from, ascii := 0, true
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			ascii = ascii && c < utf8.RuneSelf
			continue
		}
		w.Text = append(w.Text, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			w.Text = append(w.Text, '\\', c)
		case '\n':
			w.Text = append(w.Text, '\\', 'n')
		default:
			w.Text = append(w.Text, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	w.Text = append(append(w.Text, s[from:]...), '"')
	return ascii || utf8.ValidString(s)
}
