package ddbmem

import (
	"fmt"
	"reflect"
	"sync"
	"time"
)

// Clock provides the engine's time. It decides when items expire, idempotency tokens are forgotten, tables become
// active and index entries become visible.
type Clock interface {
	Now() time.Time
}

// ManualClock is a [Clock] that moves only when it is told to. The zero ManualClock is at the zero time. It is safe for
// concurrent use.
type ManualClock struct {
	mu  sync.Mutex
	now time.Time
}

// NewManualClock returns a clock that is at now.
func NewManualClock(now time.Time) *ManualClock { return &ManualClock{now: now} }

// Now returns the time of the clock.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d and returns the new time.
func (c *ManualClock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// Set moves the clock to now.
func (c *ManualClock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

// moment is an optional time. Unlike in a [time.Time], every time can be set: a clock may be at the zero time.
type moment struct {
	time.Time
	set bool
}

func at(t time.Time) moment { return moment{t, true} }

// ahead reports whether the moment is set and in the future.
func (m moment) ahead(now time.Time) bool { return m.set && m.After(now) }

// past reports whether the moment is set and not in the future.
func (m moment) past(now time.Time) bool { return m.set && !m.After(now) }

// engineClock returns the clock of an engine. It panics if c cannot tell the time.
func engineClock(c Clock) Clock {
	if c == nil {
		return systemClock{}
	}
	if v := reflect.ValueOf(c); v.Kind() == reflect.Pointer && v.IsNil() {
		defer func() {
			if recover() != nil {
				panic(fmt.Sprintf("ddbmem: Options.Clock is a nil %T: leave it out for the system's clock", c))
			}
		}()
	}
	_ = c.Now()
	return c
}
