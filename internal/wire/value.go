package wire

import (
	"encoding/base64"
	"encoding/binary"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Item is one item of a page. The zero Item is none.
type Item struct {
	page *Page
	at   uint32
}

// Value is one attribute value of a page. The zero Value is none.
type Value struct {
	page *Page
	at   uint32
}

// IsZero reports whether there is no item.
func (it Item) IsZero() bool { return it.page == nil }

// Len returns the number of attributes.
func (it Item) Len() int { return int(it.page.entries[it.at].n) }

// Value returns the item as a map.
func (it Item) Value() Value { return Value(it) }

// Begin makes room for the strings of the item, so that they are allocated as one block.
func (it Item) Begin() {
	p := it.page
	p.arena.Reset()
	p.arena.Grow(int(p.entries[it.at].name))
	p.memos = 0
}

// Find returns the attribute of this name, the zero Value if there is none.
func (it Item) Find(name string) Value {
	p := it.page
	end := int(p.entries[it.at].at)
	for i := int(it.at) + 1; i < end; i = p.after(i) {
		if e := &p.entries[i]; int(e.nameLen) == len(name) && string(p.body[e.name:e.name+uint32(e.nameLen)]) == name {
			return Value{p, uint32(i)}
		}
	}
	return Value{}
}

// String returns a string attribute. A second call costs nothing, until Begin of another item.
func (it Item) String(name string) (s string, ok bool) {
	v := it.Find(name)
	if v.Kind() != S {
		return "", false
	}
	p := it.page
	for i := range min(p.memos, len(p.memo)) {
		if p.memo[i].entry == v.at {
			return p.memo[i].text, true
		}
	}
	s = v.String()
	p.memo[p.memos%len(p.memo)] = memo{v.at, s}
	p.memos++
	return s, true
}

// Attributes returns the item as the SDK would.
func (it Item) Attributes() map[string]types.AttributeValue {
	if it.page == nil {
		return nil
	}
	return it.Value().attributes()
}

// Attribute returns one attribute as the SDK would, nil if there is none.
func (it Item) Attribute(name string) types.AttributeValue {
	v := it.Find(name)
	if v.page == nil {
		return nil
	}
	return v.AttributeValue()
}

// after returns the index of the entry after i and its contents.
func (p *Page) after(i int) int {
	if e := &p.entries[i]; e.kind >= M {
		return int(e.at)
	}
	return i + 1
}

func (p *Page) nameOf(i int) []byte {
	e := &p.entries[i]
	return p.body[e.name : e.name+uint32(e.nameLen)]
}

// Kind returns the type of the value, None for the zero Value.
func (v Value) Kind() Kind {
	if v.page == nil {
		return None
	}
	return v.page.entries[v.at].kind
}

// Len returns the number of values of a map, list or set.
func (v Value) Len() int { return int(v.page.entries[v.at].n) }

// First returns the first value of a map, list or set that has one.
func (v Value) First() Value { return Value{v.page, v.at + 1} }

// Next returns the next value in a map, list or set, if there is one.
func (v Value) Next() Value { return Value{v.page, uint32(v.page.after(int(v.at)))} }

// Name returns the value's name in its map. It is valid until the page is released.
func (v Value) Name() []byte { return v.page.nameOf(int(v.at)) }

// NameString returns the name as a string of its own.
func (v Value) NameString() string { return v.page.keep(v.Name()) }

// Text returns the text of a string, number or binary: valid until the next call.
func (v Value) Text() []byte {
	e := &v.page.entries[v.at]
	text := v.page.body[e.at : e.at+e.n]
	if e.escaped {
		v.page.scratch = unescape(v.page.scratch[:0], text)
		return v.page.scratch
	}
	return text
}

// String returns the text of a string or number.
func (v Value) String() string { return v.page.keep(v.Text()) }

// keep copies b into the block of the item's strings.
func (p *Page) keep(b []byte) string {
	from := p.arena.Len()
	if from+len(b) > p.arena.Cap() {
		return string(b) // the block is full, and a larger one would copy it
	}
	p.arena.Write(b)
	return p.arena.String()[from:]
}

// AppendKey appends a key value: its type, the length of its text, and the text. Base64 is decoded, so that the value
// counts.
func (v Value) AppendKey(dst []byte) []byte {
	switch v.Kind() {
	case S, N:
		text := v.Text()
		dst = binary.AppendUvarint(append(dst, "SN"[v.Kind()-S]), uint64(len(text)))
		return append(dst, text...)
	case B:
		b := v.binary()
		dst = binary.AppendUvarint(append(dst, 'B'), uint64(len(b)))
		return append(dst, b...)
	default:
		return append(dst, 0, 0)
	}
}

// DecodedLen returns the number of bytes of a binary.
func (v Value) DecodedLen() int {
	b := v.Text()
	n := len(b) / 4 * 3
	for i := 1; i <= 2 && i <= len(b) && b[len(b)-i] == '='; i++ {
		n--
	}
	return n
}

// Binary decodes a binary to dst, which has its length.
func (v Value) Binary(dst []byte) {
	if _, err := base64.StdEncoding.Decode(dst, v.Text()); err != nil {
		panic("wire: the reader let bad base64 pass: " + err.Error())
	}
}

func (v Value) binary() []byte {
	dst := make([]byte, v.DecodedLen())
	v.Binary(dst)
	return dst
}

// AttributeValue returns the value as the SDK would.
func (v Value) AttributeValue() types.AttributeValue {
	switch v.Kind() {
	case S:
		return &types.AttributeValueMemberS{Value: v.String()}
	case N:
		return &types.AttributeValueMemberN{Value: v.String()}
	case B:
		return &types.AttributeValueMemberB{Value: v.binary()}
	case True:
		return &types.AttributeValueMemberBOOL{Value: true}
	case False:
		return &types.AttributeValueMemberBOOL{}
	case Null:
		return &types.AttributeValueMemberNULL{Value: true}
	case M:
		return &types.AttributeValueMemberM{Value: v.attributes()}
	case L:
		list := make([]types.AttributeValue, v.Len())
		for i, e := 0, v.First(); i < len(list); i, e = i+1, e.Next() {
			list[i] = e.AttributeValue()
		}
		return &types.AttributeValueMemberL{Value: list}
	case SS:
		return &types.AttributeValueMemberSS{Value: v.strings()}
	case NS:
		return &types.AttributeValueMemberNS{Value: v.strings()}
	case BS:
		set := make([][]byte, v.Len())
		for i, e := 0, v.First(); i < len(set); i, e = i+1, e.Next() {
			set[i] = e.binary()
		}
		return &types.AttributeValueMemberBS{Value: set}
	case None:
	}
	return nil
}

func (v Value) strings() []string {
	set := make([]string, v.Len())
	for i, e := 0, v.First(); i < len(set); i, e = i+1, e.Next() {
		set[i] = e.String()
	}
	return set
}

func (v Value) attributes() map[string]types.AttributeValue {
	m := make(map[string]types.AttributeValue, v.Len())
	for i, e := 0, v.First(); i < v.Len(); i, e = i+1, e.Next() {
		m[e.NameString()] = e.AttributeValue()
	}
	return m
}

// unescape appends the text that b stands for, whose escapes are valid.
func unescape(dst, b []byte) []byte {
	for i := 0; i < len(b); {
		if b[i] != '\\' {
			dst = append(dst, b[i])
			i++
			continue
		}
		n := escape(b[i:])
		switch c := b[i+1]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r := hex4(b[i:])
			if n == 12 {
				r = (r-0xD800)<<10 | (hex4(b[i+6:]) - 0xDC00) + 0x10000
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, c)
		}
		i += n
	}
	return dst
}
