package template

import (
	"sort"
	"unicode/utf8"
)

//go:generate go run gen_fold.go

// foldRange maps each stride-th code point from lo to hi by adding delta.
type foldRange struct {
	lo, hi, stride, delta rune
}

// appendFold appends s with each code point mapped to its simple lower case by the frozen table. It leaves bytes that
// are not UTF-8 unchanged, so that the following check rejects them.
func appendFold(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, s[i])
		} else {
			dst = utf8.AppendRune(dst, foldRune(r))
		}
		i += size
	}
	return dst
}

// foldRune returns the simple lower case of r, which is r itself for most.
func foldRune(r rune) rune {
	i := sort.Search(len(foldTable), func(i int) bool { return foldTable[i].hi >= r })
	if i == len(foldTable) {
		return r
	}
	if f := foldTable[i]; r >= f.lo && (r-f.lo)%f.stride == 0 {
		return r + f.delta
	}
	return r
}
