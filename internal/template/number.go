package template

import (
	"reflect"
	"strconv"
	"strings"
)

// maxDigits is the width for every integer: the 20 digits of the greatest uint64, and 19 after a sign.
const maxDigits = 20

// powers of ten that fit a uint64.
var powers = func() (p [maxDigits]uint64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = 10 * p[i-1]
	}
	return p
}()

// span is the range of numbers that a part of the width holds: "-99 to 999".
func span(width int, signed bool) string {
	least := "0"
	if signed && width > 1 {
		least = "-" + strings.Repeat("9", width-1)
	}
	return least + " to " + strings.Repeat("9", width)
}

// fits reports whether u has at most width digits.
func fits(u uint64, width int) bool { return width >= maxDigits || u < powers[width] }

func appendNum(dst []byte, v reflect.Value, width int) ([]byte, error) {
	var out []byte
	var ok bool
	if v.CanInt() {
		out, ok = appendInt(dst, v.Int(), width)
	} else {
		out, ok = appendUint(dst, v.Uint(), width)
	}
	if !ok {
		return dst, &detail{"does not fit width " + strconv.Itoa(width) + ", which holds " + span(width, v.CanInt()), ErrOverflow}
	}
	return out, nil
}

func appendUint(dst []byte, u uint64, width int) ([]byte, bool) {
	if !fits(u, width) {
		return dst, false
	}
	return appendPadded(dst, u, width), true
}

func appendInt(dst []byte, n int64, width int) ([]byte, bool) {
	if n >= 0 {
		return appendUint(dst, uint64(n), width)
	}
	u := -uint64(n) // the magnitude, also for the least int64
	if !fits(u, width-1) {
		return dst, false
	}
	return appendPadded(append(dst, '-'), powers[width-1]-1-u, width-1), true
}

// appendPadded appends u as width digits, which must suffice.
func appendPadded(dst []byte, u uint64, width int) []byte {
	at := len(dst)
	for range width {
		dst = append(dst, '0')
	}
	for i := len(dst) - 1; u > 0 && i >= at; i-- {
		dst[i] = byte('0' + u%10)
		u /= 10
	}
	return dst
}

// setNum sets v to the number of text, which has the right shape; it reports whether there is one and v holds it.
func setNum(v reflect.Value, text string) bool {
	negative := text[0] == '-'
	if negative {
		text = text[1:]
	}
	u, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return false
	}
	switch {
	case negative:
		u = powers[len(text)] - 1 - u
		if u == 0 || u > 1<<63 || v.OverflowInt(int64(-u)) {
			return false
		}
		v.SetInt(int64(-u))
	case v.CanInt():
		if u > 1<<63-1 || v.OverflowInt(int64(u)) {
			return false
		}
		v.SetInt(int64(u))
	default:
		if v.OverflowUint(u) {
			return false
		}
		v.SetUint(u)
	}
	return true
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// signed reports whether an integer kind has negative values.
func signed(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Int64 }
