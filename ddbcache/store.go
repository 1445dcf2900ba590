package ddbcache

import (
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// place is where an entry is kept. A table that is forgotten has another generation from then on.
type place struct {
	table      string
	generation uint64
	key        string
}

// entry is what a read returned. It never changes.
type entry struct {
	text     string // of the item or the page; shared by the strings of all that is made of it
	absent   bool   // there is no such item
	units    float64
	deadline int64
}

// overhead is about what an entry needs beside its texts: the node, its place in the map, and the queues that know its age.
const overhead = 260

// store keeps entries for a while, within a number of bytes.
type store struct {
	ttl     time.Duration
	cache   *otter.Cache[place, *entry]
	evicted atomic.Int64
}

func newStore(bytes int64, ttl time.Duration, clock *clock) *store {
	s := &store{ttl: ttl}
	if ttl < 0 {
		return s
	}
	s.cache = otter.Must(&otter.Options[place, *entry]{
		MaximumWeight: uint64(bytes),
		Weigher:       func(p place, e *entry) uint32 { return uint32(overhead + len(p.key) + len(e.text)) },
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[place, *entry]) time.Duration {
			return time.Duration(e.Value.deadline - e.SnapshotAtNano)
		}),
		OnAtomicDeletion: func(e otter.DeletionEvent[place, *entry]) {
			if e.Cause == otter.CauseOverflow {
				s.evicted.Add(1)
			}
		},
		Clock: clock,
	})
	return s
}

// keeps reports whether s keeps anything.
func (s *store) keeps() bool { return s.cache != nil }

// get returns the entry at p, nil if there is none.
func (s *store) get(p place) *entry {
	if e, ok := s.cache.GetIfPresent(p); ok {
		return e
	}
	return nil
}

// put keeps what was read or written at a time, until its time to live is over.
func (s *store) put(p place, e *entry, at, now int64) {
	if e.deadline = at + int64(s.ttl); e.deadline > now {
		s.cache.Set(p, e)
	}
}

func (s *store) remove(p place) { s.cache.Invalidate(p) }

// clock is the time of the cache, in nanoseconds.
type clock struct {
	now  func() int64
	real bool
}

func newClock(now func() time.Time) *clock {
	if now != nil {
		return &clock{now: func() int64 { return now().UnixNano() }}
	}
	start := time.Now()
	return &clock{now: func() int64 { return int64(time.Since(start)) + 1 }, real: true}
}

// NowNano returns the time.
func (c *clock) NowNano() int64 { return c.now() }

// Tick says when to look for expired entries: with a clock of the program's, only when the cache is used.
func (c *clock) Tick(d time.Duration) <-chan time.Time {
	if !c.real {
		return nil
	}
	return time.Tick(d)
}
