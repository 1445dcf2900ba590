package ddbstream

import (
	"context"
	"errors"
)

// errDrained ends a drain that is through.
var errDrained = errors.New("ddbstream: drained")

// drain is what a reader that drains keeps.
type drain struct {
	empty   map[string]int64 // shards that had nothing new after so many batches of all
	pending bool             // something was under way since the plan began
}

// Drain hands over what the stream holds behind the checkpoints of the store, and returns: it reads the shards that have
// ended to their end, and each open one until it has nothing new. It is for tests, which can look at what their handlers
// did then, and for jobs that run now and then:
//
//	err := reader.Drain(ctx) // every change that was written before is handled, and those that handlers wrote
//
// Shards that another worker is reading are left to it; one that has not been heard of for the time of a lease is no
// obstacle, though Drain waits that long to know. DynamoDB may answer without records before the end of a shard, so that
// there, unlike on an engine of a test, what Drain leaves is a little more than what was written meanwhile. It returns nil
// when it is through, ctx's error if that ends first, and otherwise ends as Run does.
func (r *Reader) Drain(ctx context.Context) error {
	return r.read(ctx, &drain{empty: map[string]int64{}})
}

// begin notes whether anything is under way when a plan begins.
func (r *Reader) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.drain != nil {
		r.drain.pending = len(r.running) > 0
	}
}

// through reports whether a drain is: the plan found nothing to read, and nothing was read meanwhile.
func (r *Reader) through() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.drain != nil && !r.drain.pending
}

// drained notes that a shard had nothing new after so many batches, and reports whether the reader drains.
func (r *Reader) drained(s *shard, batches int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.drain == nil {
		return false
	}
	r.drain.empty[s.stream+"#"+s.id] = batches
	return true
}

// empty reports whether a drain is done with a shard: it had nothing new since the last batch of any shard was handled,
// since what handlers write may be on all of them.
func (r *Reader) empty(stream, shard string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.drain == nil {
		return false
	}
	batches, ok := r.drain.empty[stream+"#"+shard]
	return ok && batches == r.batches.Load()
}

// held notes that another worker holds a shard, who may be no more.
func (r *Reader) held(l Lease) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.drain != nil && !r.seen[l.Stream+"#"+l.Shard].moved {
		r.drain.pending = true
	}
}
