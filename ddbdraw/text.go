package ddbdraw

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// How many characters are shown.
const (
	maxValue = 40  // of an attribute, and of the name of one
	maxKey   = 200 // of a key
)

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

// escape returns text for an element or a quoted attribute, of XML and HTML alike.
func escape(s string) string { return escaper.Replace(clean(s)) }

// clean returns text that XML can hold, and that stays where it is put: control characters have pictures, and the characters
// that turn the direction of what follows are replaced.
func clean(s string) string { return strings.Map(cleanRune, s) }

func cleanRune(r rune) rune {
	switch {
	case r < ' ':
		return r + '␀'
	case r == 0x7f:
		return '␡'
	case unicode.Is(unicode.Cc, r), r == utf8.RuneError, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069,
		r == 0x200e, r == 0x200f, r == 0x2028, r == 0x2029, r&0xfffe == 0xfffe:
		return utf8.RuneError
	}
	return r
}

// cut returns at most n characters, the last of them "…" if something is left out.
func cut(s string, n int) string {
	return fit(s, float64(n), func(rune) float64 { return 1 })
}

// fit returns as much of s as is at most width wide. It does not read more of s than that.
func fit(s string, width float64, of func(rune) float64) string {
	var b strings.Builder
	var w float64
	end, left := 0, width-of('…')
	for _, r := range s {
		r = cleanRune(r)
		w += of(r)
		b.WriteRune(r)
		if w <= left {
			end = b.Len()
		}
		if w > width {
			return strings.TrimRight(b.String()[:end], " \u200d\ufe0f") + "…"
		}
	}
	return b.String()
}

// mono is a little more than the width of a character in common fixed-width fonts, for a size of 1.
func mono(r rune) float64 {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me), r == 0x200d:
		return 0
	case r < 0x250:
		return 0.61
	case r < 0x1100, r >= 0x2010 && r < 0x2100:
		return 0.8
	}
	return 1.4
}

// sans is a little more than the width of a character in common proportional fonts, for a size of 1.
func sans(r rune) float64 {
	switch {
	case strings.ContainsRune(" .,:;!|'ijlt()[]-·", r):
		return 0.4
	case strings.ContainsRune("mwMW@%", r):
		return 1
	case r >= 'A' && r <= 'Z':
		return 0.75
	case r < 0x250:
		return 0.62
	}
	return max(mono(r), 0.8)
}

// width is the width of a text at a font size.
func width(s string, size float64, of func(rune) float64) float64 {
	var w float64
	for _, r := range clean(s) {
		w += of(r)
	}
	return w * size
}
