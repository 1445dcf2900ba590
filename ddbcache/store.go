package ddbcache

import (
	"math"
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
const overhead = 180

// weight is about what an entry needs.
func weight(p place, e *entry) int64 { return int64(overhead + len(p.key) + len(e.text)) }

// store keeps entries for a while, within a number of bytes. What is too old leaves when it is looked for, or for want of
// room: so there is no goroutine that would have to end.
type store struct {
	ttl     time.Duration
	bytes   int64
	now     func() int64
	cache   *otter.Cache[place, *entry]
	evicted atomic.Int64
}

func newStore(bytes int64, ttl time.Duration, now func() int64) *store {
	s := &store{ttl: ttl, bytes: bytes, now: now}
	if ttl < 0 {
		return s
	}
	s.cache = otter.Must(&otter.Options[place, *entry]{
		MaximumWeight: uint64(bytes),
		Weigher:       func(p place, e *entry) uint32 { return uint32(weight(p, e)) },
		OnAtomicDeletion: func(e otter.DeletionEvent[place, *entry]) {
			if e.Cause == otter.CauseOverflow {
				s.evicted.Add(1)
			}
		},
	})
	return s
}

// keeps reports whether s keeps anything.
func (s *store) keeps() bool { return s.cache != nil }

// get returns the entry at p, nil if there is none.
func (s *store) get(p place) *entry {
	e, ok := s.cache.GetIfPresent(p)
	switch {
	case !ok:
		return nil
	case e.deadline <= s.now():
		s.remove(p)
		return nil
	}
	return e
}

// put keeps what was read or written at a time, until its time to live is over, and reports whether it did.
func (s *store) put(p place, e *entry, at int64) (kept bool) {
	if !s.keeps() {
		return false
	}
	if e.deadline = after(at, s.ttl); e.deadline <= s.now() || weight(p, e) > s.bytes {
		s.remove(p)
		return false
	}
	s.cache.Set(p, e)
	return true
}

func (s *store) remove(p place) {
	if s.keeps() {
		s.cache.Invalidate(p)
	}
}

// sweep removes the entries of a table from before a generation. Nothing finds them, but they would need room.
func (s *store) sweep(table string, generation uint64) {
	if !s.keeps() {
		return
	}
	var dead []place
	for p := range s.cache.Keys() {
		if p.generation < generation && nameOf(p.table) == table {
			dead = append(dead, p)
		}
	}
	for _, p := range dead {
		s.remove(p)
	}
}

// after returns the time d after at; the last there is, if it would be later.
func after(at int64, d time.Duration) int64 {
	if int64(d) > math.MaxInt64-at {
		return math.MaxInt64
	}
	return at + int64(d)
}

// clock returns the time in nanoseconds, from now if it is not nil.
func clock(now func() time.Time) func() int64 {
	if now != nil {
		return func() int64 { return now().UnixNano() }
	}
	start := time.Now()
	return func() int64 { return int64(time.Since(start)) + 1 }
}
