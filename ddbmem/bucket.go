package ddbmem

import "time"

// bucket is a token bucket: units arrive at a rate, and unused ones are kept for a while.
type bucket struct {
	rate   float64 // units per second; 0 means no limit
	size   float64 // capacity in units
	units  float64 // negative while a debt is paid
	filled time.Time
}

// rounding is the tolerance for sums of fractions.
const rounding = 1e-6

// limit sets the rate, and for how many seconds unused units are kept. The units in the bucket stay, up to its size. A
// bucket without a limit begins with the units of one second.
func (b *bucket) limit(rate, seconds float64, now time.Time) {
	b.fill(now)
	if b.rate == 0 {
		b.units, b.filled = rate, now
	}
	b.rate, b.size = rate, rate*seconds
	b.units = min(b.units, b.size)
}

// fill adds the units that have arrived since the last time.
func (b *bucket) fill(now time.Time) {
	if passed := now.Sub(b.filled); passed > 0 {
		b.units = min(b.units+b.rate*passed.Seconds(), b.size)
		b.filled = now
	}
}

// lacks reports whether the bucket has too little for a request. A request that costs more than the units of one second
// succeeds when those are available. It leaves a debt, and nothing succeeds until the debt is paid.
func (b *bucket) lacks(units float64, now time.Time) bool {
	b.fill(now)
	return b.rate > 0 && b.units+rounding < min(units, b.rate)
}

// take takes units; a negative number returns them.
func (b *bucket) take(units float64) {
	if b.rate > 0 {
		b.units -= units
	}
}
