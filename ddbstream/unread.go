package ddbstream

import "time"

// saw keeps the leases that were read, for Status.
func (r *Reader) saw(leases []Lease) {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leases, r.sawAt = leases, now
	for _, l := range leases {
		_ = r.unreadSince(l, now)
	}
}

// unreadSince is when this worker first saw that no worker reads a shard that is due; zero if one does, as far as this
// worker knows. r.mu is held.
func (r *Reader) unreadSince(l Lease, now time.Time) time.Time {
	id := l.Stream + "#" + l.Shard
	if l.Done || r.running == nil || r.running[id] != nil || r.waits(l) || !r.alone(l) {
		delete(r.unread, id)
		return time.Time{}
	}
	if r.unread[id].IsZero() {
		if r.unread == nil {
			r.unread = map[string]time.Time{}
		}
		r.unread[id] = now
	}
	return r.unread[id]
}

// alone reports whether a lease has no owner, or one that had been silent for its time when the leases were last read.
func (r *Reader) alone(l Lease) bool {
	if l.Owner == "" || l.Owner == r.opts.Worker {
		return true
	}
	s, ok := r.seen[l.Stream+"#"+l.Shard]
	return ok && s.counter == l.Counter && r.sawAt.Sub(s.at) >= r.opts.Lease
}

// waits reports whether a shard must not be read yet, because its parent is not done.
func (r *Reader) waits(l Lease) bool {
	for _, p := range r.leases {
		if p.Stream == l.Stream && p.Shard == l.Parent {
			return !p.Done
		}
	}
	return false
}
