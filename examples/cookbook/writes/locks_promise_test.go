package writes_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	. "github.com/singletable-go/ddb/examples/cookbook/writes"
)

// Eight workers want one lock. They lose responses, and pause for so long that their leases end, also between a check and a
// write. Each adds stops to what it read. Then no stop that was saved is lost, and the stops of a holder are together.
func TestTwoHoldersOfALockDoNotInterleave(t *testing.T) {
	t.Parallel()
	db, clock := unreliable(t, DepotTable)
	d := &depot{db: db, pause: func() { clock.Advance(rand.N(4 * time.Second)) }, stops: map[string]bool{}}
	d.locks = Locker{DB: db, Lease: 10 * time.Second, Skew: time.Second, Now: clock.Now}
	var lost atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 40 {
				switch err := d.work(t.Context()); {
				case errors.Is(err, ErrHeld):
					d.pause()
				case errors.Is(err, ErrLost):
					lost.Add(1)
				case !errors.Is(err, ddb.ErrOutcomeUnknown):
					assert.NoError(t, err)
				}
			}
		})
	}
	all.Wait()

	route, err := ddb.NewRepository(db, Routes).Consistent().Get(t.Context(), Route{ID: "truck-1"})
	require.NoError(t, err)
	holders := map[string]bool{}
	last := ""
	for _, stop := range route.Stops {
		_, known := d.stops[stop]
		assert.True(t, known, "stop %s was never written, or is there twice", stop)
		delete(d.stops, stop)
		if token, _, _ := strings.Cut(stop, "/"); token != last {
			assert.False(t, holders[token], "stops of holder %s are in two places", token)
			holders[token], last = true, token
		}
	}
	for stop, saved := range d.stops {
		assert.False(t, saved, "stop %s was saved and is lost", stop)
	}
	assert.Greater(t, len(holders), 5, "the test has several holders")
	assert.Positive(t, lost.Load(), "the test loses locks")
}

// depot is where workers work, and what they wrote.
type depot struct {
	db    *ddb.DB
	locks Locker
	pause func()
	mu    sync.Mutex
	stops map[string]bool // that were written, and whether this is known
}

// work acquires the lock and adds up to five stops to the route, with pauses.
func (d *depot) work(ctx context.Context) error {
	lock, err := d.locks.Acquire(ctx, "truck-1")
	if err != nil {
		return err
	}
	d.pause()
	route, err := OpenRoute(ctx, d.db, lock, "truck-1")
	if err != nil {
		return err
	}
	stops := route.Stops
	for i := range 5 {
		d.pause()
		if i == 3 {
			if lock, err = d.locks.Renew(ctx, lock); err != nil {
				return err
			}
			d.pause()
		}
		stop := fmt.Sprintf("%d/%d", lock.Token, i)
		stops = append(stops, stop)
		d.wrote(stop, false)
		if err := SaveRoute(ctx, d.db, lock, "truck-1", stops); err != nil {
			return err
		}
		d.wrote(stop, true)
	}
	return d.locks.Release(ctx, lock)
}

func (d *depot) wrote(stop string, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stops[stop] = known
}

// A lock is one holder's until its lease ends, and the next token is higher, also after a release.
func TestALockHasOneHolderAtATime(t *testing.T) {
	t.Parallel()
	db, clock := unreliable(t, DepotTable)
	locks := Locker{DB: db, Lease: 10 * time.Second, Skew: time.Second, Now: clock.Now}
	acquire := func() (Lock, error) { return locks.Acquire(t.Context(), "truck-1") }
	first, err := acquire()
	require.NoError(t, err)
	for _, after := range []time.Duration{0, 10 * time.Second, time.Second} { // to the end of the lease, and of the skew
		clock.Advance(after)
		_, err = acquire()
		require.ErrorIs(t, err, ErrHeld)
	}
	clock.Advance(time.Millisecond)
	second, err := acquire()
	require.NoError(t, err)
	assert.Greater(t, second.Token, first.Token)
	_, err = locks.Renew(t.Context(), first)
	require.ErrorIs(t, err, ErrLost)
	require.NoError(t, locks.Release(t.Context(), first))
	_, err = acquire()
	require.ErrorIs(t, err, ErrHeld, "the release of a lost lock does not release another's")
	require.NoError(t, locks.Release(t.Context(), second))
	third, err := acquire()
	require.NoError(t, err)
	assert.Greater(t, third.Token, second.Token)
}
