package ddbmem

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var bucketStart = time.Unix(1_700_000_000, 0)

func TestBucketNeverGivesMoreThanFlowedIn(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(rt *rapid.T) {
		rate := rapid.Float64Range(1, 1000).Draw(rt, "rate")
		seconds := rapid.Float64Range(1, 300).Draw(rt, "seconds")
		var b bucket
		now := bucketStart
		b.limit(rate, seconds, now)
		given := 0.0
		for range rapid.IntRange(1, 100).Draw(rt, "requests") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(rt, "wait")) * time.Millisecond)
			units := rapid.Float64Range(0.5, 2*rate).Draw(rt, "units")
			before := given
			if !b.lacks(units, now) {
				b.take(units)
				given += units
			}
			// One request may leave a debt of what it costs beyond a second's worth; none passes on top of a debt.
			flowed := rate + rate*now.Sub(bucketStart).Seconds()
			require.LessOrEqual(rt, before, flowed+rate+rounding)
			require.LessOrEqual(rt, given, flowed+max(units-rate, 0)+rate+rounding)
		}
	})
}

func TestBucketRefusesNothingBelowItsRate(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(rt *rapid.T) {
		rate := rapid.Float64Range(1, 1000).Draw(rt, "rate")
		steps := rapid.IntRange(1, 200).Draw(rt, "requests a second")
		var b bucket
		now := bucketStart
		b.limit(rate, 1, now)
		for range 3 * steps {
			require.False(rt, b.lacks(rate/float64(steps), now))
			b.take(rate / float64(steps))
			now = now.Add(time.Second / time.Duration(steps))
		}
	})
}

func TestBucketKeepsWhatIsUnusedForAsLongAsItIsToldTo(t *testing.T) {
	t.Parallel()

	var b bucket
	b.limit(150, burstSeconds, bucketStart)
	require.InDelta(t, 150, b.units, rounding, "a new one has the units of a second")
	b.fill(bucketStart.Add(10 * time.Second))
	require.InDelta(t, 1650, b.units, rounding)
	b.fill(bucketStart.Add(time.Hour))
	require.InDelta(t, 45_000, b.units, rounding)
	b.fill(bucketStart)
	require.InDelta(t, 45_000, b.units, rounding, "a clock that is set back takes nothing away")
	b.limit(50, burstSeconds, bucketStart.Add(time.Hour))
	require.InDelta(t, 15_000, b.units, rounding, "less fits in")
	b.limit(0, 1, bucketStart)
	require.False(t, b.lacks(1e9, bucketStart), "no limit")
}

func TestBucketLetsALargeRequestPassOnCredit(t *testing.T) {
	t.Parallel()

	var b bucket
	b.limit(5, 1, bucketStart)
	require.False(t, b.lacks(400, bucketStart))
	b.take(400)
	require.True(t, b.lacks(0.5, bucketStart.Add(78*time.Second)), "395 units take 79 seconds")
	require.False(t, b.lacks(5, bucketStart.Add(80*time.Second)))
}
