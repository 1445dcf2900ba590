package ddbstream

import "context"

// Pause makes the reader hand over no further batch until [Reader.Resume]; a batch under way is finished. It keeps its
// shards, and its place in them, for as long as it runs, and still gives them up to workers that ask for them. A reader may be
// paused before it runs.
func (r *Reader) Pause() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.resumed == nil {
		r.resumed = make(chan struct{})
	}
}

// Resume ends a Pause.
func (r *Reader) Resume() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.resumed != nil {
		close(r.resumed)
		r.resumed = nil
	}
}

// paused returns what is closed when the reader goes on, nil where it is not paused.
func (r *Reader) paused() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.resumed
}

// hold waits while the reader is paused, unless the shard is asked for.
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
