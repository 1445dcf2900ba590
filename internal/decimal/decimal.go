package decimal

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Number is a decimal number: digits times a power of ten. The zero value is 0. A Number is immutable.
type Number struct {
	digits *big.Int // nil is 0
	exp    int
}

// maxExp bounds exponents, far outside what DynamoDB stores (1E-130 to 9.9E125), so that a short text cannot become a
// number of gigabytes.
const maxExp = 1000

// Parse reads a number as DynamoDB writes it: "-1.5", "12", "3E+5".
func Parse(s string) (Number, error) {
	mantissa, exponent, hasExp := strings.Cut(strings.ToLower(s), "e")
	exp := 0
	if hasExp {
		var err error
		if exp, err = strconv.Atoi(exponent); err != nil {
			return Number{}, fmt.Errorf("%q is not a number", s)
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits, ok := new(big.Int).SetString(whole+fraction, 10)
	exp -= len(fraction)
	if !ok || len(s) > maxExp || exp > maxExp || exp < -maxExp || strings.ContainsAny(fraction, "+-_") || strings.Contains(whole, "_") {
		return Number{}, fmt.Errorf("%q is not a number", s)
	}
	return Number{digits, exp}.normal(), nil
}

// Int returns the number n.
func Int(n int64) Number { return Number{big.NewInt(n), 0}.normal() }

// normal is the number with the fewest digits.
func (n Number) normal() Number {
	if n.digits == nil || n.digits.Sign() == 0 {
		return Number{}
	}
	text := n.digits.String()
	trimmed := strings.TrimRight(text, "0")
	if zeros := len(text) - len(trimmed); zeros > 0 {
		d, _ := new(big.Int).SetString(trimmed, 10)
		return Number{d, n.exp + zeros}
	}
	return n
}

// IsZero reports whether n is 0.
func (n Number) IsZero() bool { return n.digits == nil }

// Sign is -1, 0 or 1.
func (n Number) Sign() int {
	if n.digits == nil {
		return 0
	}
	return n.digits.Sign()
}

// Add returns n+m.
func (n Number) Add(m Number) Number {
	if n.digits == nil {
		return m
	}
	if m.digits == nil {
		return n
	}
	exp := min(n.exp, m.exp)
	return Number{new(big.Int).Add(n.scaled(exp), m.scaled(exp)), exp}.normal()
}

// Sub returns n-m.
func (n Number) Sub(m Number) Number {
	if m.digits == nil {
		return n
	}
	return n.Add(Number{new(big.Int).Neg(m.digits), m.exp})
}

func (n Number) scaled(exp int) *big.Int {
	if n.exp == exp {
		return n.digits
	}
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n.exp-exp)), nil)
	return p.Mul(p, n.digits)
}

// String returns the number in a form that DynamoDB accepts: without an exponent if that is short.
func (n Number) String() string {
	if n.digits == nil {
		return "0"
	}
	text, sign := n.digits.String(), ""
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	point := len(text) + n.exp // digits before the point
	switch {
	case n.exp >= 0 && point <= 38:
		return sign + text + strings.Repeat("0", n.exp)
	case n.exp < 0 && point > 0:
		return sign + text[:point] + "." + text[point:]
	case n.exp < 0 && point > -38:
		return sign + "0." + strings.Repeat("0", -point) + text
	}
	return sign + text + "E" + strconv.Itoa(n.exp)
}

// Plain returns the number as DynamoDB returns it: all digits, and no exponent. n must fit.
func (n Number) Plain() string {
	if n.digits == nil {
		return "0"
	}
	text, sign := n.digits.String(), ""
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	if n.exp >= 0 {
		return sign + text + strings.Repeat("0", n.exp)
	}
	if point := len(text) + n.exp; point > 0 {
		return sign + text[:point] + "." + text[point:]
	} else {
		return sign + "0." + strings.Repeat("0", -point) + text
	}
}

// Order returns text that sorts by bytes as the numbers do. Two numbers have different texts, and none is a prefix of
// another. It is a sign, the magnitude in three digits, and the digits; for negative numbers, the nines' complement of
// both:
//
//	-20    0497 7~
//	0      1
//	15     2502 15!
//
// Magnitudes are those that DynamoDB stores.
func (n Number) Order() string {
	if n.digits == nil {
		return "1"
	}
	text := n.digits.String()
	if text[0] != '-' {
		return fmt.Sprintf("2%03d%s!", 500+len(text)+n.exp, text)
	}
	text = text[1:]
	b := fmt.Appendf(nil, "%03d%s", 500+len(text)+n.exp, text)
	for i := range b {
		b[i] = '9' - b[i] + '0'
	}
	return "0" + string(b) + "~"
}
