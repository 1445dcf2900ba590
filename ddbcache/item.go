package ddbcache

import (
	"encoding/binary"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The kinds of values in the text of an item. A text has no pointers, so the collector has nothing to follow, and its
// length is what it needs. Attributes are in the order of their names: equal items have equal texts.
const (
	kindS    = 'S'
	kindN    = 'N'
	kindB    = 'B'
	kindTrue = 'T'
	kindNo   = 'F'
	kindNull = '0'
	kindM    = 'M'
	kindL    = 'L'
	kindSS   = 's'
	kindNS   = 'n'
	kindBS   = 'b'
)

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// isNil reports a value that is not there.
func isNil(v types.AttributeValue) bool {
	return v == nil || reflect.ValueOf(v).Kind() == reflect.Pointer && reflect.ValueOf(v).IsNil()
}

// invalid reports a string that the SDK sends as another one.
func invalid(s string) bool { return !utf8.ValidString(s) }

// appendItem writes an item; ok is false for one with a value of an unknown kind, or with a string that is not UTF-8.
func appendItem(b []byte, it item) (out []byte, ok bool) {
	b = binary.AppendUvarint(b, uint64(len(it)))
	for _, name := range slices.Sorted(maps.Keys(it)) {
		if b, ok = appendValue(appendText(b, name), it[name]); !ok || invalid(name) {
			return b, false
		}
	}
	return b, true
}

// appendItems writes items, each with its length, or that there is no list of them.
func appendItems(b []byte, items []item) (out []byte, ok bool) {
	if items == nil {
		return append(b, 0), true
	}
	b = binary.AppendUvarint(b, uint64(len(items))+1)
	for _, it := range items {
		at := len(b)
		if b, ok = appendItem(append(b, 0, 0, 0, 0), it); !ok {
			return b, false
		}
		binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	}
	return b, true
}

func appendValue(b []byte, v types.AttributeValue) (out []byte, ok bool) {
	if isNil(v) {
		return b, false
	}
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return appendText(append(b, kindS), v.Value), utf8.ValidString(v.Value)
	case *types.AttributeValueMemberN:
		return appendText(append(b, kindN), v.Value), true
	case *types.AttributeValueMemberB:
		return appendText(append(b, kindB), string(v.Value)), true
	case *types.AttributeValueMemberBOOL:
		if v.Value {
			return append(b, kindTrue), true
		}
		return append(b, kindNo), true
	case *types.AttributeValueMemberNULL:
		return append(b, kindNull), v.Value
	case *types.AttributeValueMemberM:
		return appendItem(append(b, kindM), v.Value)
	case *types.AttributeValueMemberL:
		b = binary.AppendUvarint(append(b, kindL), uint64(len(v.Value)))
		for _, e := range v.Value {
			if b, ok = appendValue(b, e); !ok {
				return b, false
			}
		}
		return b, true
	case *types.AttributeValueMemberSS:
		return appendTexts(append(b, kindSS), v.Value), !slices.ContainsFunc(v.Value, invalid)
	case *types.AttributeValueMemberNS:
		return appendTexts(append(b, kindNS), v.Value), true
	case *types.AttributeValueMemberBS:
		return appendTexts(append(b, kindBS), v.Value), true
	}
	return b, false
}

func appendTexts[T string | []byte](b []byte, set []T) []byte {
	b = binary.AppendUvarint(b, uint64(len(set)))
	for _, e := range set {
		b = appendText(b, string(e))
	}
	return b
}

// decoder reads what was written above. All is new but strings, which are parts of the text, unless they are shorter than a
// part of it: one of these would hold the whole text in memory for as long as a caller has it.
type decoder struct {
	text  string
	least int // the length of a string that is a part of the text
}

// A string holds at most so many bytes, or so many times its length.
const (
	heldBytes = 1 << 10
	heldTimes = 8
)

func newDecoder(text string) *decoder {
	d := &decoder{text: text}
	if len(text) > heldBytes {
		d.least = len(text) / heldTimes
	}
	return d
}

func (d *decoder) number() int {
	var n uint64
	for shift := 0; ; shift += 7 {
		b := d.text[0]
		d.text = d.text[1:]
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return int(n)
		}
	}
}

// take returns the next text, a part of the whole.
func (d *decoder) take() string {
	n := d.number()
	s := d.text[:n]
	d.text = d.text[n:]
	return s
}

func (d *decoder) string() string {
	s := d.take()
	if len(s) < d.least {
		return strings.Clone(s)
	}
	return s
}

func (d *decoder) item() item {
	n := d.number()
	it := make(item, n)
	for range n {
		name := d.string()
		it[name] = d.value()
	}
	return it
}

func (d *decoder) items() []item {
	n := d.number()
	if n == 0 {
		return nil
	}
	items := make([]item, n-1)
	for i := range items {
		n := int(d.text[0])<<24 | int(d.text[1])<<16 | int(d.text[2])<<8 | int(d.text[3])
		items[i] = newDecoder(strings.Clone(d.text[4 : 4+n])).item()
		d.text = d.text[4+n:]
	}
	return items
}

func (d *decoder) value() types.AttributeValue {
	kind := d.text[0]
	d.text = d.text[1:]
	switch kind {
	case kindS:
		return &types.AttributeValueMemberS{Value: d.string()}
	case kindN:
		return &types.AttributeValueMemberN{Value: d.string()}
	case kindB:
		return &types.AttributeValueMemberB{Value: []byte(d.take())}
	case kindTrue, kindNo:
		return &types.AttributeValueMemberBOOL{Value: kind == kindTrue}
	case kindM:
		return &types.AttributeValueMemberM{Value: d.item()}
	case kindL:
		list := make([]types.AttributeValue, d.number())
		for i := range list {
			list[i] = d.value()
		}
		return &types.AttributeValueMemberL{Value: list}
	case kindSS:
		return &types.AttributeValueMemberSS{Value: texts[string](d)}
	case kindNS:
		return &types.AttributeValueMemberNS{Value: texts[string](d)}
	case kindBS:
		return &types.AttributeValueMemberBS{Value: texts[[]byte](d)}
	}
	return &types.AttributeValueMemberNULL{Value: true}
}

func texts[T string | []byte](d *decoder) []T {
	set := make([]T, d.number())
	for i := range set {
		set[i] = T(d.string())
	}
	return set
}

// entryOf returns an entry for an item, for none if it is empty; nil if it cannot be kept.
func entryOf(it item) *entry {
	if len(it) == 0 {
		return &entry{absent: true, units: readUnits(0)}
	}
	b, ok := appendItem(make([]byte, 0, 256), it)
	if !ok {
		return nil
	}
	return &entry{text: string(b), units: readUnits(size(it))}
}

// item returns what is in e, for the caller to keep and to change.
func (e *entry) item() item {
	if e.absent {
		return nil
	}
	return newDecoder(e.text).item()
}
