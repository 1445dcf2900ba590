package template

import "unicode/utf8"

// Fit returns a range that selects the same of the keys with up to max bytes, with bounds of at most that length:
// DynamoDB rejects longer ones.
func (r Range) Fit(max int) Range {
	switch r.Form {
	case Exact, Begins:
		if len(r.Prefix) > max {
			return Range{Form: Nothing, Prefix: r.Prefix}
		}
	case Within:
		lo, ok := AtLeast(r.Lo, max)
		hi := AtMost(r.Hi, max)
		if !ok {
			return Range{Form: Nothing, Prefix: r.Prefix}
		}
		return within(r.Prefix, lo, hi)
	case Everything, Nothing:
	}
	return r
}

// AtLeast returns the least text of up to max bytes that is not below s; ok is false if there is none.
func AtLeast(s string, max int) (text string, ok bool) {
	if len(s) <= max {
		return s, true
	}
	// It shares the longest possible prefix with s, and is greater in the next code point.
	for i := cut(s, max); ; {
		if c, _ := utf8.DecodeRuneInString(s[i:]); c < utf8.MaxRune {
			if c++; c == 0xD800 {
				c = 0xE000 // no surrogates
			}
			if i+utf8.RuneLen(c) <= max {
				return s[:i] + string(c), true
			}
		}
		if i == 0 {
			return "", false
		}
		_, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
	}
}

// AtMost returns the greatest text of up to max bytes that is not above s.
func AtMost(s string, max int) string {
	if len(s) <= max {
		return s
	}
	i := cut(s, max)
	// The rest is too short for the code point of s, so all texts that fit are below it.
	return s[:i] + [...]string{"", "\x7f", "\u07ff", "\uffff"}[max-i]
}

// cut returns the greatest index up to n at which a code point of s begins; s has more than n bytes.
func cut(s string, n int) int {
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}

// Below returns the greatest text below s that no key is above: keys do not contain [Last]. It is "" if there is none.
func Below(s string) string {
	if s == "" {
		return ""
	}
	return before(s)
}
