package ddbobserve

import (
	"context"
	"sync"
)

// Recorder keeps requests, for tests and tools: its method Observe is an Options.Observe. The zero Recorder is ready for use. It is
// safe for concurrent use, and must not be copied after its first use. It keeps every request until Take: a program that runs
// for long uses a function of its own.
type Recorder struct {
	mu   sync.Mutex
	seen []Request
}

// Observe keeps a request.
func (r *Recorder) Observe(_ context.Context, request *Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, *request)
}

// Take returns the requests since its last call, in the order in which they ended; nil if there are none.
func (r *Recorder) Take() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := r.seen
	r.seen = nil
	return seen
}
