package ddbcache

import (
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// flight is a read that one caller makes and that others may wait for.
type flight struct {
	done chan struct{}

	strong bool  // it is strongly consistent
	keep   bool  // what it finds is kept, unless a write detaches it
	begun  int64 // when

	landed // when it is done
}

// landed is what a read found for those who wait for it. Without an entry and an error, one of them has to read.
type landed struct {
	found *entry
	err   error
	alone bool // each of them has to read for itself
}

// fails says that a read failed. What is wrong may be the request of its caller, or its options, or another key of its
// batch: only an error that any other request would have got is that of others.
func (l *landed) fails(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	if l.alone = !busy(err); !l.alone {
		l.err = err
	}
}

// finds says what a read found; nil, if it cannot be kept.
func (l *landed) finds(e *entry) { l.found, l.alone = e, e == nil }

// busy reports an error that says that the service has too much to do.
func busy(err error) bool {
	for _, target := range []any{
		new(*types.ProvisionedThroughputExceededException), new(*types.RequestLimitExceeded), new(*types.ThrottlingException), new(*types.InternalServerError),
	} {
		if errors.As(err, target) {
			return true
		}
	}
	return false
}

// enter finds out how to read a key that is not in the cache: an entry if it has come meanwhile; the flight of another
// caller; or one that this caller leads, and must end with leave. One that is alone leads one of its own.
func (c *Cache) enter(t *table, text string, s shape, alone bool) (e *entry, f *flight, lead bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e = c.items.get(t.place(text)); e != nil {
		return e, nil, false
	}
	k := t.key(text)
	if k.flight != nil && !alone {
		return nil, k.flight, false
	}
	settle, unsure := c.has(t, text, s)
	f = &flight{done: make(chan struct{}), strong: settle, keep: !unsure || c.without.unsure, begun: c.now()}
	if k.flight == nil {
		k.flight = f
	}
	return nil, f, true
}

// leave ends a flight. What it found is kept if no write came between.
func (c *Cache) leave(t *table, text string, s shape, f *flight, l landed) {
	t.mu.Lock()
	if l.found != nil {
		c.learn(t, s)
	}
	k := t.keys[text]
	attached := k != nil && k.flight == f
	if attached {
		k.flight = nil
	}
	if l.found != nil && f.keep && (attached || c.without.detach) {
		c.keep(t, text, l.found, f.begun)
	}
	t.tidy(text)
	c.unlock(t)
	f.landed = l
	close(f.done)
}

// wait waits for a flight of another caller.
func (f *flight) wait(ctx context.Context, operation string) error {
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return ended(operation, ctx.Err())
	}
}

// flights are the reads of pages that are under way.
type flights struct {
	mu sync.Mutex
	of map[place]*flight
}

// enter returns the flight to a page, which this caller may have to lead; one that is alone leads one of its own.
func (fs *flights) enter(p place, now int64, alone bool) (f *flight, lead bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	under := fs.of[p]
	if under != nil && !alone {
		return under, false
	}
	if fs.of == nil {
		fs.of = map[place]*flight{}
	}
	f = &flight{done: make(chan struct{}), begun: now}
	if under == nil {
		fs.of[p] = f
	}
	return f, true
}

// leave ends a flight.
func (fs *flights) leave(p place, f *flight, l landed) {
	fs.mu.Lock()
	if fs.of[p] == f {
		delete(fs.of, p)
	}
	fs.mu.Unlock()
	f.landed = l
	close(f.done)
}
