package decimal

import "math/big"

// The numbers that DynamoDB stores: up to 38 digits, from 1E-130 to 9.99…E+125 to both sides of 0.
//
// AWS: "Supported data types and naming rules in Amazon DynamoDB", number.
const (
	precision = 38
	leastExp  = -130
	mostExp   = 125
)

// Above returns the least number that DynamoDB stores above n, which must be storable too; ok is false if there is
// none.
func (n Number) Above() (next Number, ok bool) { return n.neighbour(1) }

// Below returns the greatest number that DynamoDB stores below n, under the same condition.
func (n Number) Below() (next Number, ok bool) { return n.neighbour(-1) }

func (n Number) neighbour(step int64) (Number, bool) {
	if n.digits == nil {
		return Number{big.NewInt(step), leastExp}, true
	}
	n = n.normal()
	lead := len(new(big.Int).Abs(n.digits).String()) + n.exp - 1 // the exponent of the first digit
	if lead > mostExp {
		return Number{}, false
	}
	unit := lead - precision + 1
	if int64(n.digits.Sign()) != step && n.first() { // from a power of ten towards 0 the digits are finer
		unit--
	}
	next := n.Add(Number{big.NewInt(step), unit})
	switch lead = len(new(big.Int).Abs(next.scaled(unit)).String()) + unit - 1; {
	case lead > mostExp:
		return Number{}, false
	case lead < leastExp:
		return Number{}, true
	}
	return next, true
}

// first reports whether n is a power of ten.
func (n Number) first() bool { return new(big.Int).Abs(n.digits).Cmp(big.NewInt(1)) == 0 }

// Digits returns the number of digits from the first to the last that is not 0.
func (n Number) Digits() int {
	if n.digits == nil {
		return 0
	}
	return len(new(big.Int).Abs(n.digits).String())
}

// Fits reports whether DynamoDB stores n.
func (n Number) Fits() bool {
	if n.digits == nil {
		return true
	}
	digits := n.Digits()
	first := n.exp + digits - 1 // the power of ten of the first digit
	return digits <= precision && first <= mostExp && first >= leastExp
}
