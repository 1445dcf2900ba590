package ddbmem

import "time"

// bucket is a token bucket: units flow in at a rate, and those that nobody uses are kept for a while.
type bucket struct {
	rate   float64 // units a second; 0 is no limit
	size   float64 // units that fit in
	units  float64 // less than nothing while a debt is paid
	filled time.Time
}

// rounding is what sums of fractions may be off by.
const rounding = 1e-6

// limit sets the rate, and how many seconds of unused units are kept. What is in the bucket stays, as far as it fits; one
// that had no limit begins with the units of a second.
func (b *bucket) limit(rate, seconds float64, now time.Time) {
	b.fill(now)
	if b.rate == 0 {
		b.units, b.filled = rate, now
	}
	b.rate, b.size = rate, rate*seconds
	b.units = min(b.units, b.size)
}

// fill lets in what has flowed since the last time.
func (b *bucket) fill(now time.Time) {
	if passed := now.Sub(b.filled); passed > 0 {
		b.units = min(b.units+b.rate*passed.Seconds(), b.size)
		b.filled = now
	}
}

// lacks reports whether the bucket has too little for a request. One that costs more than flows in during a second passes
// when that much is there; it leaves a debt, and nothing passes until the debt is paid.
func (b *bucket) lacks(units float64, now time.Time) bool {
	b.fill(now)
	return b.rate > 0 && b.units+rounding < min(units, b.rate)
}

// take takes units out; a negative number puts them back.
func (b *bucket) take(units float64) {
	if b.rate > 0 {
		b.units -= units
	}
}
