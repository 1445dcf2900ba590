package writes_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	. "github.com/singletable-go/ddb/examples/cookbook/writes"
)

// burst makes many requests of a client at once, and returns how many pass. A lost response may leave it open whether one
// may: it does not pass then.
func burst(t *testing.T, l Limiter) int {
	var passed atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 15 {
				ok, err := l.Allow(t.Context(), "ann")
				if err != nil {
					assert.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
					assert.False(t, ok)
				}
				if ok {
					passed.Add(1)
				}
			}
		})
	}
	all.Wait()
	return int(passed.Load())
}

// In each window no more pass than the limit, on one shard and on several, also when responses are lost.
func TestNoMoreRequestsPassThanTheLimit(t *testing.T) {
	t.Parallel()
	for _, shards := range []int{0, 1, 3, 7} {
		db, clock := unreliable(t, LimitTable)
		l := Limiter{DB: db, Limit: 50, Window: time.Minute, Shards: shards, Now: clock.Now}
		for range 3 {
			passed := burst(t, l)
			assert.LessOrEqual(t, passed, 50)
			assert.Greater(t, passed, 25)
			clock.Advance(time.Minute)
		}
	}
}

// Where no response is lost, as many pass as may.
func TestAsManyRequestsPassAsTheLimit(t *testing.T) {
	t.Parallel()
	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	db := ddb.New(ddbmem.New(ddbmem.Options{Clock: clock}).Client(), "limits", LimitTable, &ddb.Options{Now: clock.Now})
	require.NoError(t, db.CreateTable(t.Context()))
	l := Limiter{DB: db, Limit: 50, Window: time.Minute, Now: clock.Now}
	for range 3 {
		assert.Equal(t, 50, burst(t, l))
		clock.Advance(time.Minute)
	}
	var next atomic.Int64
	l.Shards, l.Pick = 7, func(n int) int { return int(next.Add(1)) % n }
	assert.Equal(t, 50, burst(t, l), "seven shards, each with its share")
	_, err := Limiter{DB: db, Limit: 2, Window: time.Minute, Shards: 3}.Allow(t.Context(), "ann")
	assert.ErrorContains(t, err, "each shard needs one request at least")
}

// A client has a limit for a minute and one for a day, in one table. At midnight both windows begin, and count apart.
func TestWindowsOfTwoLengthsThatBeginTogetherCountApart(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	clock := ddbmem.NewManualClock(midnight)
	db := ddb.New(ddbmem.New(ddbmem.Options{Clock: clock}).Client(), "limits", LimitTable, &ddb.Options{Now: clock.Now})
	require.NoError(t, db.CreateTable(t.Context()))
	minute := Limiter{DB: db, Limit: 3, Window: time.Minute, Now: clock.Now}
	day := Limiter{DB: db, Limit: 5, Window: 24 * time.Hour, Now: clock.Now}
	for _, l := range []Limiter{minute, day} {
		require.Equal(t, midnight, clock.Now().Truncate(l.Window))
	}
	assert.Equal(t, 3, burst(t, minute))
	assert.Equal(t, 5, burst(t, day))
	clock.Advance(time.Minute)
	assert.Equal(t, 3, burst(t, minute))
	assert.Equal(t, 0, burst(t, day), "the day goes on")
	clock.Advance(24 * time.Hour)
	assert.Equal(t, 5, burst(t, day))
	assert.Equal(t, 3, burst(t, minute))
}

// The first request of a window, which finds no count, is one of the limit.
func TestTheFirstRequestOfAWindowCounts(t *testing.T) {
	t.Parallel()
	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	db := ddb.New(ddbmem.New(ddbmem.Options{Clock: clock}).Client(), "limits", LimitTable, &ddb.Options{Now: clock.Now})
	require.NoError(t, db.CreateTable(t.Context()))
	for _, shards := range []int{1, 4} { // each shard has a share of one
		var next atomic.Int64
		l := Limiter{DB: db, Limit: shards, Window: time.Second, Shards: shards, Now: clock.Now, Pick: func(n int) int { return int(next.Add(1)) % n }}
		for range 3 {
			clock.Advance(time.Second)
			assert.Equal(t, shards, burst(t, l))
		}
	}
}
