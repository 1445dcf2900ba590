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
