package wire

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

const (
	ones  = uint64(0x0101010101010101)
	highs = uint64(0x8080808080808080)
)

// special marks, in the high bit of each byte, the quotes, backslashes, control characters and bytes over 0x7f of eight bytes of text. Only the lowest mark is exact.
func special(w uint64) uint64 {
	quote := w ^ ones*'"'
	slash := w ^ ones*'\\'
	return ((quote-ones)&^quote | (slash-ones)&^slash | (w-ones*0x20)&^w | w) & highs
}

// string takes a string, whose quote has been taken, and returns the position of its text.
func (r *reader) string() (from, to int, escaped, ok bool) {
	b, i := r.body, r.i
	from = i
	for {
		for i+8 <= len(b) {
			if m := special(binary.LittleEndian.Uint64(b[i:])); m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(b) {
			return 0, 0, false, false
		}
		switch c := b[i]; {
		case c == '"':
			r.i = i + 1
			return from, i, escaped, true
		case c == '\\':
			n := escape(b[i:])
			if n == 0 {
				return 0, 0, false, false
			}
			i += n
			escaped = true
		case c < 0x20:
			return 0, 0, false, false
		case c < utf8.RuneSelf:
			i++ // less than eight bytes are left
		default:
			_, n := utf8.DecodeRune(b[i:])
			if n == 1 {
				return 0, 0, false, false
			}
			i += n
		}
	}
}

// escape returns the length of the escape at the start of b, a surrogate pair included; 0 if there is none.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
	default:
		return 0
	}
	switch r := hex4(b); {
	case r < 0 || 0xDC00 <= r && r < 0xE000:
		return 0
	case r < 0xD800 || r >= 0xE000:
		return 6
	}
	if low := hex4(b[6:]); low < 0xDC00 || low >= 0xE000 {
		return 0
	}
	return 12
}

// hex4 returns the number in \uXXXX, -1 if b does not begin with one.
func hex4(b []byte) rune {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// name takes the name of a member and the colon. Names with escapes are declined.
func (r *reader) name() (from, to int, ok bool) {
	if !r.delim('"') {
		return 0, 0, false
	}
	from, to, escaped, ok := r.string()
	return from, to, ok && !escaped && to-from <= 1<<16-1 && r.delim(':')
}

func (r *reader) literal(s string) bool {
	if len(r.body)-r.i < len(s) || string(r.body[r.i:r.i+len(s)]) != s {
		return false
	}
	r.i += len(s)
	return true
}

// validNumber reports whether b is a number as DynamoDB writes it: at most 38 significant digits.
func validNumber(b []byte) bool {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	digits, significant, fraction := 0, 0, false
	for len(b) > 0 {
		switch c := b[0]; {
		case '0' <= c && c <= '9':
			digits++
			if c != '0' || significant > 0 {
				significant++
			}
		case c == '.' && !fraction && digits > 0:
			fraction = true
		case (c == 'E' || c == 'e') && digits > 0:
			return significant <= 38 && validExponent(b[1:])
		default:
			return false
		}
		b = b[1:]
	}
	return digits > 0 && significant <= 38
}

func validExponent(b []byte) bool {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		b = b[1:]
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return 0 < len(b) && len(b) <= 3
}

// validBase64 reports whether base64.StdEncoding decodes b.
func validBase64(b []byte) bool {
	if len(b)%4 != 0 {
		return false
	}
	for range 2 {
		if len(b) > 0 && b[len(b)-1] == '=' {
			b = b[:len(b)-1]
		}
	}
	for _, c := range b {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/') {
			return false
		}
	}
	return true
}
