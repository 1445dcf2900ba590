package wire

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Page returns the item that was written as the only one of a page, which is to be released; nil if it nests too deep.
func (w *Writer) Page() *Page {
	p := newPage()
	p.body = append(p.body, w.Text...)
	if r := (reader{Page: p}); !r.item() {
		p.Release()
		return nil
	}
	return p
}

// PageOf returns a page that has one value and no item: the value with this JSON. It is nil for JSON that only another
// reader can read. The page is to be released.
func PageOf(text []byte) *Page {
	p := newPage()
	p.body = append(p.body, text...)
	r := reader{Page: p}
	if !r.value(0, 0, 0) || r.peek() != 0 || r.i < len(p.body) {
		p.Release()
		return nil
	}
	p.arena.Reset()
	p.arena.Grow(r.text)
	return p
}

// Value returns the value of a page of [PageOf].
func (p *Page) Value() Value { return Value{p, 0} }

// Attributes reads the item that was written.
func (w *Writer) Attributes() (map[string]types.AttributeValue, error) {
	var item map[string]map[string]any
	if err := json.Unmarshal(w.Text, &item); err != nil {
		return nil, fmt.Errorf("the JSON of an item: %w", err)
	}
	attrs := make(map[string]types.AttributeValue, len(item))
	for name, v := range item {
		attrs[name] = attributeOf(v)
	}
	return attrs, nil
}

// attributeOf returns the value that a Writer wrote.
func attributeOf(v map[string]any) types.AttributeValue {
	for kind, v := range v {
		switch v := v.(type) {
		case bool:
			if kind == "NULL" {
				return &types.AttributeValueMemberNULL{Value: v}
			}
			return &types.AttributeValueMemberBOOL{Value: v}
		case string:
			switch kind {
			case "N":
				return &types.AttributeValueMemberN{Value: v}
			case "B":
				return &types.AttributeValueMemberB{Value: bytesOf(v)}
			}
			return &types.AttributeValueMemberS{Value: v}
		case map[string]any:
			m := make(map[string]types.AttributeValue, len(v))
			for name, v := range v {
				m[name] = attributeOf(v.(map[string]any))
			}
			return &types.AttributeValueMemberM{Value: m}
		case []any:
			switch kind {
			case "SS":
				return &types.AttributeValueMemberSS{Value: elements(v, func(s any) string { return s.(string) })}
			case "NS":
				return &types.AttributeValueMemberNS{Value: elements(v, func(s any) string { return s.(string) })}
			case "BS":
				return &types.AttributeValueMemberBS{Value: elements(v, func(s any) []byte { return bytesOf(s.(string)) })}
			}
			return &types.AttributeValueMemberL{Value: elements(v, func(v any) types.AttributeValue { return attributeOf(v.(map[string]any)) })}
		}
	}
	return nil
}

func elements[E any](vs []any, of func(any) E) []E {
	out := make([]E, len(vs))
	for i, v := range vs {
		out[i] = of(v)
	}
	return out
}

func bytesOf(text string) []byte {
	b, _ := base64.StdEncoding.DecodeString(text) // as it was encoded
	return b
}
