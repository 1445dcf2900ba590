package value

import "strings"

// AppendKey appends an encoding of v, which must be a string, a number or a binary value. Comparing encodings of one
// kind bytewise compares the values: strings and binary by their bytes, numbers by magnitude. The encoding of a string
// or binary value is its bytes, so nothing may follow it; see [AppendKeyPart] for keys of several parts.
func AppendKey(dst []byte, v Value) []byte {
	if v.kind == N {
		return appendNumberKey(dst, v.Decimal())
	}
	return append(dst, v.text...)
}

// AppendKeyPart is like [AppendKey], but ends the encoding such that other
// parts can follow: the order of the whole is that of the first part, then of
// the second, and so on.
func AppendKeyPart(dst []byte, v Value) []byte {
	if v.kind == N {
		return appendNumberKey(dst, v.Decimal())
	}
	rest := v.text
	for {
		i := strings.IndexByte(rest, 0)
		if i < 0 {
			break
		}
		dst = append(append(dst, rest[:i]...), 0, 0xff)
		rest = rest[i+1:]
	}
	return append(append(dst, rest...), 0, 1)
}

// Key returns [AppendKey] as a string.
func Key(v Value) string {
	if v.kind == N {
		return string(appendNumberKey(make([]byte, 0, 24), v.Decimal()))
	}
	return v.text
}

// The first byte of an encoded number.
const (
	keyNegative = 1
	keyZero     = 2
	keyPositive = 3
)

// appendNumberKey encodes sign, exponent and digits, two digits a byte, and a
// final byte below all digits. Of a negative number all but the sign is
// complemented. The encoding ends itself: none is a prefix of another.
func appendNumberKey(dst []byte, d Decimal) []byte {
	switch d.sign() {
	case 0:
		return append(dst, keyZero)
	case 1:
		return appendMagnitude(append(dst, keyPositive), d)
	}
	dst = append(dst, keyNegative)
	start := len(dst)
	dst = appendMagnitude(dst, d)
	for i := start; i < len(dst); i++ {
		dst[i] = ^dst[i]
	}
	return dst
}

func appendMagnitude(dst []byte, d Decimal) []byte {
	dst = append(dst, byte(d.exponent-minExponent))
	for i := 0; i < d.count; i += 2 {
		pair := d.digits[i] * 10
		if i+1 < d.count {
			pair += d.digits[i+1]
		}
		dst = append(dst, pair+1)
	}
	return append(dst, 0)
}

// PrefixEnd returns the smallest key that follows every key with that prefix,
// and false when there is none because the prefix is empty or all 0xff.
func PrefixEnd(prefix []byte) ([]byte, bool) {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xff {
			end := append([]byte(nil), prefix[:i+1]...)
			end[i]++
			return end, true
		}
	}
	return nil, false
}

// KeyPartLen returns how long the part of a key is that [AppendKeyPart] made of a value of that kind, and that the key
// begins with.
func KeyPartLen(kind Kind, key string) int {
	if kind == N {
		return numberKeyLen(key)
	}
	for i := 0; ; i += 2 {
		i += strings.IndexByte(key[i:], 0)
		if key[i+1] == 1 {
			return i + 2
		}
	}
}

// numberKeyLen returns the length of a number's encoding: its sign and exponent, and what comes up to the end.
func numberKeyLen(key string) int {
	end := byte(0)
	switch key[0] {
	case keyZero:
		return 1
	case keyNegative:
		end = 0xff
	}
	return 3 + strings.IndexByte(key[2:], end)
}
