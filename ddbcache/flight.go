package ddbcache

import (
	"context"
	"sync"
)

// flight is a read that one caller makes and that others may wait for.
type flight struct {
	done chan struct{}

	strong bool  // it is strongly consistent
	keep   bool  // what it finds is kept, unless a write detaches it
	begun  int64 // when

	// When it is done:
	found *entry // what the others get; nil without an error if they have to read themselves
	err   error
}

// landed is what a read of one key found.
type landed struct {
	found *entry
	err   error
}

// enter finds out how to read a key that is not in the cache: an entry if it has come meanwhile; the flight of another
// caller; or one that this caller leads, and must end with leave.
func (c *Cache) enter(t *table, text string) (e *entry, f *flight, lead bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e = c.items.get(t.place(text)); e != nil {
		return e, nil, false
	}
	k := t.key(text)
	if k.flight != nil {
		return nil, k.flight, false
	}
	now := c.now()
	settle, unsure := t.has(k, now)
	f = &flight{done: make(chan struct{}), strong: settle, keep: !unsure || c.without.unsure, begun: now}
	k.flight = f
	return nil, f, true
}

// leave ends a flight. What it found is kept if no write came between.
func (c *Cache) leave(t *table, text string, s shape, f *flight, l landed) {
	t.mu.Lock()
	k := t.keys[text]
	if l.found != nil && l.err == nil {
		t.learn(s)
	}
	attached := k != nil && k.flight == f
	if attached {
		k.flight = nil
	}
	if l.found != nil && l.err == nil && f.keep && (attached || c.without.detach) {
		c.items.put(t.place(text), l.found, f.begun)
	}
	t.tidy(text)
	t.mu.Unlock()
	f.found, f.err = l.found, l.err
	close(f.done)
}

// wait waits for a flight of another caller. again says that it brought nothing, and that this caller has to read.
func (f *flight) wait(ctx context.Context, operation string) (e *entry, again bool, err error) {
	select {
	case <-f.done:
		return f.found, f.found == nil && f.err == nil, f.err
	case <-ctx.Done():
		return nil, false, ended(operation, ctx.Err())
	}
}

// flights are the reads of pages that are under way.
type flights struct {
	mu sync.Mutex
	of map[place]*flight
}

// enter returns the flight to a page, which this caller may have to lead.
func (fs *flights) enter(p place, now int64) (f *flight, lead bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if f := fs.of[p]; f != nil {
		return f, false
	}
	if fs.of == nil {
		fs.of = map[place]*flight{}
	}
	f = &flight{done: make(chan struct{}), begun: now}
	fs.of[p] = f
	return f, true
}

// leave ends a flight.
func (fs *flights) leave(p place, f *flight, l landed) {
	fs.mu.Lock()
	delete(fs.of, p)
	fs.mu.Unlock()
	f.found, f.err = l.found, l.err
	close(f.done)
}
