package ddbstream

import "context"

// Pause stops delivery after the current batch, until [Reader.Resume]. A running reader keeps its shards and their
// positions while paused, and still hands shards over to workers that ask for them. A reader may be paused before it
// runs. Pause makes no request and is safe for concurrent use.
func (r *Reader) Pause() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.resumed == nil {
		r.resumed = make(chan struct{})
	}
}

// Resume ends a Pause. It makes no request and is safe for concurrent use.
func (r *Reader) Resume() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.resumed != nil {
		close(r.resumed)
		r.resumed = nil
	}
}

// paused returns a channel that is closed when the reader resumes, nil if it is not paused.
func (r *Reader) paused() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.resumed
}

// hold waits while the reader is paused, unless another worker asks for the shard.
func (s *shard) hold(ctx context.Context) {
	for ctx.Err() == nil && s.wantedBy() == "" {
		resumed := s.r.paused()
		if resumed == nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-s.signal():
		case <-resumed:
		}
	}
}
