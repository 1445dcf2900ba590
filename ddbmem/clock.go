package ddbmem

import (
	"fmt"
	"reflect"
	"sync"
	"time"
)

// Clock tells the engine the time: it decides when items expire, when a client token is forgotten, when a table
// becomes active and when an index row becomes visible.
type Clock interface {
	Now() time.Time
}

// ManualClock is a [Clock] that moves only when told to. The zero ManualClock stands at the zero time. It is safe for
// concurrent use.
type ManualClock struct {
	mu  sync.Mutex
	now time.Time
}

// NewManualClock returns a clock that stands at now.
func NewManualClock(now time.Time) *ManualClock { return &ManualClock{now: now} }

// Now returns the time the clock stands at.
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

// moment is a time that may not be set. Unlike in a [time.Time], every time can be: a clock may stand at the zero time.
type moment struct {
	time.Time
	set bool
}

func at(t time.Time) moment { return moment{t, true} }

// ahead reports whether the moment is set and still to come.
func (m moment) ahead(now time.Time) bool { return m.set && m.After(now) }

// past reports whether the moment is set and has come.
func (m moment) past(now time.Time) bool { return m.set && !m.After(now) }

// engineClock returns the clock that an engine goes by. It panics where a clock cannot tell the time.
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
