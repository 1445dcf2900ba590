package value

import (
	"bytes"
	"cmp"
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// The limits of a number: significant digits, and the exponents of the
// smallest and the largest magnitude in scientific notation.
const (
	maxDigits   = 38
	minExponent = -130
	maxExponent = 125
)

// Decimal is a number taken apart: d₁.d₂d₃… × 10^exponent, with up to 38
// significant digits, neither leading nor trailing ones zero. The zero Decimal
// is the number 0.
type Decimal struct {
	negative bool
	exponent int
	count    int
	digits   [maxDigits]byte // 0 to 9, not characters
}

// ParseDecimal reads a number as DynamoDB does: an optional sign, digits with
// an optional point, an optional exponent. The error is a ValidationException.
func ParseDecimal(text string) (Decimal, error) {
	d, err := parseDecimal(text)
	switch {
	case err == nil:
		return d, nil
	case err != errNotNumber:
		return Decimal{}, err
	case text == "":
		e := Invalid(msgEmptyNumber)
		e.Newer = Invalid(msgNotNumber, "").Message
		return Decimal{}, e
	default:
		return Decimal{}, Invalid(msgNotNumber, text)
	}
}

// Decimal returns the number that v holds; v must be of kind N.
func (v Value) Decimal() Decimal {
	d, _ := parseDecimal(v.text)
	return d
}

// errNotNumber represents the message that quotes the text.
var errNotNumber = &Error{Code: ValidationException, Message: msgEmptyNumber}

func parseDecimal(text string) (Decimal, *Error) {
	var d Decimal
	rest := text
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		d.negative = rest[0] == '-'
		rest = rest[1:]
	}
	mantissa, exponent := rest, int64(0)
	if i := strings.IndexAny(rest, "eE"); i >= 0 {
		n, err := strconv.ParseInt(rest[i+1:], 10, 64)
		if err != nil {
			return d, errNotNumber
		}
		mantissa, exponent = rest[:i], n
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole == "" && fraction == "" {
		return d, errNotNumber
	}
	leading, total, overlong := true, 0, false
	zeros := 0 // before the first digit that is not
	for _, part := range [2]string{whole, fraction} {
		for i := range len(part) {
			c := part[i]
			if c < '0' || c > '9' {
				return d, errNotNumber
			}
			if leading {
				if c == '0' {
					zeros++
					continue
				}
				leading = false
			}
			if total < maxDigits {
				d.digits[total] = c - '0'
			} else if c != '0' {
				overlong = true
			}
			total++
		}
	}
	first := len(whole) - zeros - 1 // exponent of the first digit as far as the mantissa goes
	if leading {                    // zero counts as one digit, the last
		first++
	}
	if err := checkExponent(exponent, first); err != nil {
		return d, err
	}
	if leading {
		return Decimal{}, nil
	}
	d.exponent = int(exponent) + first
	d.count = min(total, maxDigits)
	d.trim()
	if overlong {
		return d, Invalid(msgPrecision)
	}
	return d, nil
}

// checkExponent reports the exponent of a first digit beyond the range of
// numbers: the one that was written, and what the place of the digit adds to it.
// The service's older layer lets its sum wrap around at 32 bits.
func checkExponent(written int64, first int) *Error {
	switch {
	case written > math.MaxInt32:
		return Invalid(msgOverflow)
	case written < math.MinInt32:
		return Invalid(msgUnderflow)
	}
	switch exponent := written + int64(first); {
	case exponent >= math.MaxInt32:
		return &Error{Code: ValidationException, Message: msgUnderflow, Newer: msgOverflow}
	case exponent > maxExponent:
		return Invalid(msgOverflow)
	case exponent < minExponent:
		return Invalid(msgUnderflow)
	}
	return nil
}

// Wide reports whether the exponent of a number, or the place of its last digit,
// takes more than 32 bits. The service reads no such number in a statement.
func Wide(text string) bool {
	mantissa, exponent := text, int64(0)
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		n, err := strconv.ParseInt(text[i+1:], 10, 32)
		if errors.Is(err, strconv.ErrRange) {
			return true
		}
		mantissa, exponent = text[:i], n
	}
	_, fraction, _ := strings.Cut(mantissa, ".")
	scale := int64(len(fraction)) - exponent
	return scale < math.MinInt32 || scale > math.MaxInt32
}

// trim drops trailing zeros.
func (d *Decimal) trim() {
	for d.count > 0 && d.digits[d.count-1] == 0 {
		d.count--
	}
	if d.count == 0 {
		*d = Decimal{}
	}
}

// Value returns the number value of d.
func (d Decimal) Value() Value { return Value{kind: N, text: d.String()} }

// String returns the number in plain notation, never with an exponent, as
// DynamoDB prints it.
func (d Decimal) String() string {
	if d.count == 0 {
		return "0"
	}
	b := make([]byte, 0, 48)
	if d.negative {
		b = append(b, '-')
	}
	point := d.exponent + 1 // digits before the point
	if point <= 0 {
		b = append(b, '0', '.')
		b = appendZeros(b, -point)
	}
	for i := range d.count {
		if i == point && i > 0 {
			b = append(b, '.')
		}
		b = append(b, '0'+d.digits[i])
	}
	return string(appendZeros(b, point-d.count))
}

func appendZeros(b []byte, n int) []byte {
	for range max(n, 0) {
		b = append(b, '0')
	}
	return b
}

// Compare returns -1, 0 or +1 as d is less than, equal to or greater than e.
func (d Decimal) Compare(e Decimal) int {
	if s, t := d.sign(), e.sign(); s != t || s == 0 {
		return cmp.Compare(s, t)
	}
	order := cmp.Compare(d.exponent, e.exponent)
	if order == 0 {
		order = bytes.Compare(d.digits[:d.count], e.digits[:e.count])
	}
	return order * d.sign()
}

func (d Decimal) sign() int {
	switch {
	case d.count == 0:
		return 0
	case d.negative:
		return -1
	default:
		return 1
	}
}

// Neg returns -d.
func (d Decimal) Neg() Decimal {
	if d.count > 0 {
		d.negative = !d.negative
	}
	return d
}

// Add returns d + e, exactly. A sum beyond the range of magnitudes or with
// more than 38 significant digits is a ValidationException.
func (d Decimal) Add(e Decimal) (Decimal, error) {
	scale := min(d.scale(), e.scale())
	sum := d.coefficient(scale)
	sum.Add(sum, e.coefficient(scale))
	if sum.Sign() == 0 {
		return Decimal{}, nil
	}
	result, err := parseDecimal(sum.String() + "e" + strconv.Itoa(scale))
	switch {
	case err == nil:
		return result, nil
	case err.Message == msgPrecision: // the service calls this an overflow too
		return Decimal{}, Invalid(msgOverflow)
	}
	return Decimal{}, err
}

// Sub returns d - e, under the rules of [Decimal.Add].
func (d Decimal) Sub(e Decimal) (Decimal, error) { return d.Add(e.Neg()) }

// scale returns the exponent of the last digit.
func (d Decimal) scale() int { return d.exponent - max(d.count-1, 0) }

// coefficient returns d / 10^scale, which must be whole.
func (d Decimal) coefficient(scale int) *big.Int {
	b := make([]byte, 0, 48)
	if d.negative {
		b = append(b, '-')
	}
	for _, digit := range d.digits[:d.count] {
		b = append(b, '0'+digit)
	}
	if d.count == 0 {
		return new(big.Int)
	}
	b = appendZeros(b, d.scale()-scale)
	n, _ := new(big.Int).SetString(string(b), 10)
	return n
}

func decimalOfInt(n int64) (Decimal, *Error) { return parseDecimal(strconv.FormatInt(n, 10)) }

func compareNumberText(a, b string) int {
	x, _ := parseDecimal(a)
	y, _ := parseDecimal(b)
	return x.Compare(y)
}
