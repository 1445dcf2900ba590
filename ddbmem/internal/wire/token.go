package wire

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

func (p *parser) word(w string) error {
	if p.i+len(w) > len(p.b) || string(p.b[p.i:p.i+len(w)]) != w {
		return bad()
	}
	p.i += len(w)
	return nil
}

func (p *parser) digits() bool {
	from := p.i
	for p.i < len(p.b) && p.b[p.i] >= '0' && p.b[p.i] <= '9' {
		p.i++
	}
	return p.i > from
}

func (p *parser) number() error {
	if p.peek() == '-' {
		p.i++
	}
	lead := p.peek()
	from := p.i
	if !p.digits() || (lead == '0' && p.i-from > 1) {
		return bad()
	}
	if p.peek() == '.' {
		p.i++
		if !p.digits() {
			return bad()
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.i++
		if c := p.peek(); c == '+' || c == '-' {
			p.i++
		}
		if !p.digits() {
			return bad()
		}
	}
	return nil
}

// span passes over a string and reports whether it holds escapes.
func (p *parser) span() (escaped bool, err error) {
	if p.peek() != '"' {
		return false, bad()
	}
	p.i++
	from := p.i
	for p.i < len(p.b) {
		switch c := p.b[p.i]; {
		case c == '"':
			if !utf8.Valid(p.b[from:p.i]) {
				return false, bad()
			}
			p.i++
			return escaped, nil
		case c == '\\':
			escaped = true
			p.i++
			switch p.peek() {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
				p.i++
			case 'u':
				p.i++
				for range 4 {
					if !isHex(p.peek()) {
						return false, bad()
					}
					p.i++
				}
			default:
				return false, bad()
			}
		case c < 0x20:
			return false, bad()
		default:
			p.i++
		}
	}
	return false, bad()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func (p *parser) str() (string, error) {
	from := p.i + 1
	escaped, err := p.span()
	if err != nil {
		return "", err
	}
	raw := p.b[from : p.i-1]
	if !escaped {
		return string(raw), nil
	}
	return unescape(raw), nil
}

func unescape(raw []byte) string {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			out = append(out, raw[i])
			continue
		}
		i++
		switch raw[i] {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r := hex4(raw[i+1:])
			i += 4
			if utf16.IsSurrogate(r) && i+6 < len(raw)+0 && raw[i+1] == '\\' && raw[i+2] == 'u' {
				if pair := utf16.DecodeRune(r, hex4(raw[i+3:])); pair != utf8.RuneError {
					r = pair
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, raw[i])
		}
	}
	return string(out)
}

func hex4(b []byte) rune {
	v, err := strconv.ParseUint(string(b[:4]), 16, 32)
	if err != nil {
		return utf8.RuneError
	}
	return rune(v)
}

// toInt reads a JSON number as the service does: it truncates decimals and saturates large numbers.
func toInt(s string) int64 {
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		return v
	}
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil && !math.IsInf(f, 0):
		return 0
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	}
	return int64(f)
}

func isDecimal(s string) bool { return strings.ContainsAny(s, ".eE") }
