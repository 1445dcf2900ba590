package ddbstream

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Lease is what a store keeps for one shard: how far it has been read, and which worker reads it.
type Lease struct {
	Stream string // ARN
	Shard  string
	Parent string // "" if it has none

	// Checkpoint is the sequence number of the last handled record, "" before the first.
	Checkpoint string
	// Latest was written by releases before [Start]: a shard without a checkpoint begins at the present. It is still
	// read; new leases do not set it.
	Latest bool
	// Done says that the shard is closed and has been read to its end.
	Done bool

	// Owner is the worker that reads the shard, "" if none does.
	Owner string
	// Counter grows with each write. An owner that does not change it for a lease's time has lost the shard.
	Counter int64
	// Since is the counter with which the owner took the shard. It is 0 before the owner has begun, and for an owner of
	// a release that cannot be asked for a shard.
	Since int64
	// Wanted is the worker that asks the owner for the shard, "" if none does; see Store.Want.
	Wanted string
}

// ErrLeaseLost says that another worker has written the lease in between.
var ErrLeaseLost = errors.New("ddbstream: lease lost to another worker")

// Store keeps the leases of the workers that share one stream. It must be safe for concurrent use by all of them.
// Methods may be added in minor versions: wrap a store of this package where you can.
type Store interface {
	// Leases returns all leases, strongly consistent.
	Leases(ctx context.Context) ([]Lease, error)
	// Swap writes l, except Wanted, if the stored counter equals was; 0 means that the lease must not exist. Otherwise
	// the error matches ErrLeaseLost. No other method writes a checkpoint, so a worker that has lost a shard cannot
	// move it.
	Swap(ctx context.Context, l Lease, was int64) error
	// Want notes that worker asks the owner of l for the shard; "" withdraws the request. The request ends when the
	// owner changes, which Since shows: if the stored Since differs, the error matches ErrLeaseLost. Want does not
	// change the counter, which shows that the owner is alive.
	Want(ctx context.Context, l Lease, worker string) error
	// Delete removes l if the stored counter equals l's; a missing lease is no error.
	Delete(ctx context.Context, l Lease) error
	// Start returns where the group begins in a stream, or in one of its shards, strongly consistent. ok is false
	// before that is decided.
	Start(ctx context.Context, stream, shard string) (s Start, ok bool, err error)
	// Begin stores s unless there is one already, and returns the stored one.
	Begin(ctx context.Context, s Start) (Start, error)
}

// MemoryStore keeps leases in memory, for one process. A reader that starts with a new one reads everything that the
// stream keeps. The zero value is empty and ready to use. It is safe for concurrent use, makes no request, and returns
// no error but [ErrLeaseLost].
type MemoryStore struct {
	mu     sync.Mutex
	leases []Lease
	wanted map[string]request
	starts map[string]Start
}

// request is a worker's request for a shard.
type request struct {
	worker string
	since  int64 // of the owner that is asked
}

// Leases returns all leases.
func (s *MemoryStore) Leases(context.Context) ([]Lease, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.leases)
	for i, l := range out {
		if w, ok := s.wanted[l.Stream+"#"+l.Shard]; ok && w.since == l.Since {
			out[i].Wanted = w.worker
		}
	}
	return out, nil
}

// Swap writes l if the stored counter equals was. Otherwise the error matches [ErrLeaseLost].
func (s *MemoryStore) Swap(_ context.Context, l Lease, was int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.Wanted = ""
	i := s.find(l)
	switch {
	case i < 0 && was == 0:
		s.leases = append(s.leases, l)
	case i >= 0 && s.leases[i].Counter == was:
		s.leases[i] = l
	default:
		return ErrLeaseLost
	}
	return nil
}

// Want notes that worker asks the owner of l for the shard. The error matches [ErrLeaseLost] if the owner has changed.
func (s *MemoryStore) Want(_ context.Context, l Lease, worker string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.find(l); i < 0 || s.leases[i].Since != l.Since {
		return ErrLeaseLost
	}
	if s.wanted == nil {
		s.wanted = map[string]request{}
	}
	s.wanted[l.Stream+"#"+l.Shard] = request{worker, l.Since}
	return nil
}

// Start returns where the group begins.
func (s *MemoryStore) Start(_ context.Context, stream, shard string) (Start, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.starts[stream+"#"+shard]
	return at, ok, nil
}

// Begin stores at unless there is one already, and returns the stored one.
func (s *MemoryStore) Begin(_ context.Context, at Start) (Start, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := at.Stream + "#" + at.Shard
	if have, ok := s.starts[id]; ok {
		return have, nil
	}
	if s.starts == nil {
		s.starts = map[string]Start{}
	}
	s.starts[id] = at
	return at, nil
}

// Delete removes l if the stored counter equals l's. Otherwise the error matches [ErrLeaseLost].
func (s *MemoryStore) Delete(_ context.Context, l Lease) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch i := s.find(l); {
	case i < 0:
	case s.leases[i].Counter != l.Counter:
		return ErrLeaseLost
	default:
		s.leases = slices.Delete(s.leases, i, i+1)
	}
	return nil
}

func (s *MemoryStore) find(l Lease) int {
	return slices.IndexFunc(s.leases, func(o Lease) bool { return o.Stream == l.Stream && o.Shard == l.Shard })
}
