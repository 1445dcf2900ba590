package recipe

import (
	"sync"
	"time"
)

// Begin is the time at which each recipe begins.
var Begin = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// Clock is the time of a recipe. It goes on when the recipe says so, so that what is printed is always the same. It is safe
// for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Pass makes it later.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
