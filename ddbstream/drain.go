package ddbstream

import (
	"context"
	"errors"
)

// errDrained ends a drain that is finished.
var errDrained = errors.New("ddbstream: drained")

// drain is the state of a reader that drains.
type drain struct {
	empty   map[string]int64 // shards without new records, and the number of batches at that time
	pending bool             // work was in progress since the plan began
}

// Drain hands over the records after the checkpoints of the store and returns. It reads closed shards to their end, and
// each open shard until it has nothing new. It is for tests, which can then check what their handlers did, and for jobs
// that run from time to time:
//
//	err := reader.Drain(ctx) // every earlier change is handled, and the changes that handlers wrote
//
// Shards that another worker reads are left to it. A worker that has not written its lease for [Options].Lease does not
// count as one, though Drain waits that long to know. DynamoDB may return pages without records before the end of a
// shard, so on DynamoDB Drain may leave some of the newest records. An in-memory engine has no such pages.
//
// Drain returns nil when it is finished, and ctx's error if ctx ends first. Other errors and the requests are those of
// Run.
func (r *Reader) Drain(ctx context.Context) error {
	return r.read(ctx, &drain{empty: map[string]int64{}})
}

// begin notes whether work is in progress when a plan begins.
func (r *Reader) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.drain != nil {
		r.drain.pending = len(r.running) > 0
	}
}

// through reports whether a drain is finished: the plan found nothing to read, and nothing was read since.
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

// empty reports whether a drain is finished with a shard: it had nothing new since the last batch of any shard was
// handled. Handlers may write records to all shards.
func (r *Reader) empty(stream, shard string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.drain == nil {
		return false
	}
	batches, ok := r.drain.empty[stream+"#"+shard]
	return ok && batches == r.batches.Load()
}

// held notes that another worker holds a shard, and that this worker may be gone.
func (r *Reader) held(l Lease) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.drain != nil && !r.seen[l.Stream+"#"+l.Shard].moved {
		r.drain.pending = true
	}
}
