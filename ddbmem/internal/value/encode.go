package value

import (
	"encoding/base64"
	"unicode/utf8"
)

// AppendJSON appends the wire form of v, such as {"S":"text"}.
func (v Value) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{', '"')
	dst = append(dst, v.kind.String()...)
	dst = append(dst, '"', ':')
	switch v.kind {
	case S, N:
		dst = appendString(dst, v.text)
	case B:
		dst = appendBase64(dst, v.text)
	case BOOL:
		if v.flag {
			dst = append(dst, "true"...)
		} else {
			dst = append(dst, "false"...)
		}
	case NULL:
		dst = append(dst, "true"...)
	case M:
		dst = v.ref.fields.AppendJSON(dst)
	case L:
		dst = append(dst, '[')
		for i, e := range v.ref.list {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.AppendJSON(dst)
		}
		dst = append(dst, ']')
	case SS, NS, BS:
		dst = append(dst, '[')
		for i, m := range v.ref.members {
			if i > 0 {
				dst = append(dst, ',')
			}
			if v.kind == BS {
				dst = appendBase64(dst, m)
			} else {
				dst = appendString(dst, m)
			}
		}
		dst = append(dst, ']')
	default:
		return append(dst[:len(dst)-4], "null"...)
	}
	return append(dst, '}')
}

// AppendJSON appends the item as a JSON object of attribute values.
func (it Item) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	for i, f := range it {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, f.Name), ':')
		dst = f.Value.AppendJSON(dst)
	}
	return append(dst, '}')
}

// MarshalJSON returns the wire form of v.
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// MarshalJSON returns the item as a JSON object of attribute values; a nil
// item is the empty object.
func (it Item) MarshalJSON() ([]byte, error) { return it.AppendJSON(nil), nil }

func appendBase64(dst []byte, bytes string) []byte {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, []byte(bytes))
	return append(dst, '"')
}

const hex = "0123456789abcdef"

func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, s[start:i]...), "\ufffd"...)
				start = i + 1
			}
			i += n
			continue
		}
		dst = append(dst, s[start:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}
