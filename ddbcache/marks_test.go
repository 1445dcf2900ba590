package ddbcache

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// in returns how long a mark is in force that is not unsure.
func in(until int64) mark { return mark{settle: until} }

func TestMarksAreForgottenWithTime(t *testing.T) {
	t.Parallel()
	ms := newMarks()
	for i := range int64(100) {
		ms.add(fmt.Sprint(i%10), in(i+20), i)
		assert.LessOrEqual(t, len(ms.next), 11)
	}
	assert.Len(t, ms.of, 10)
	ms.add("last", mark{settle: 1020, unsure: 1010}, 1000)
	assert.Len(t, ms.of, 1, "keys with marks that are over")
	for now, want := range map[int64][2]bool{1009: {true, true}, 1010: {true, false}, 1019: {true, false}, 1020: {false, false}} {
		settle, unsure := ms.has("last", now)
		assert.Equal(t, want, [2]bool{settle, unsure}, now)
	}
	ms.tidy(1020)
	assert.Empty(t, ms.of, "a read forgets them too")
	assert.Empty(t, ms.next)
}

// A key that is written all the time does not keep the marks of others.
func TestAMarkThatIsRenewedIsLookedAtLater(t *testing.T) {
	t.Parallel()
	ms := newMarks()
	for i := range int64(1000) {
		ms.add("often", in(i+20), i)
		ms.add(fmt.Sprint("once ", i), in(i+20), i)
		assert.LessOrEqual(t, len(ms.of), 50)
		assert.Len(t, ms.next, len(ms.of), "each is in the order once")
	}
	settle, _ := ms.has("often", 1010)
	assert.True(t, settle)
}

// A program that writes more keys than there is room for marks reads strongly consistently for a while, and misses none.
func TestTooManyMarksAreOfTheWholeTable(t *testing.T) {
	t.Parallel()
	ms := newMarks()
	for i := range maxMarks + 100 {
		ms.add(fmt.Sprint(i), mark{settle: 1000, unsure: int64(1000 * max(1-i, 0))}, 1)
	}
	assert.Len(t, ms.of, maxMarks)
	assert.Len(t, ms.next, maxMarks)
	for now, want := range map[int64]bool{999: true, 1000: false} {
		settle, unsure := ms.has("another", now)
		assert.Equal(t, [2]bool{want, want}, [2]bool{settle, unsure})
	}
}

// No call looks at more than a few marks, however many have been renewed.
func TestACallLooksAtFewMarks(t *testing.T) {
	t.Parallel()
	ms := newMarks()
	for until := range int64(2) {
		for i := range 1000 {
			ms.add(fmt.Sprint(i), in(10+10*until), until)
		}
	}
	ms.add("0", in(30), 15)
	looked := 0
	for _, d := range ms.next {
		if d.at > 15 {
			looked++
		}
	}
	assert.LessOrEqual(t, looked, maxTidied)
}
