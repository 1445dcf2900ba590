package ddbstream

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Lease is what a store keeps of one shard: how far it has been read, and who reads it.
type Lease struct {
	Stream string // ARN
	Shard  string
	Parent string // "" if it has none

	// Checkpoint is the sequence number of the last record that was handled, "" before the first.
	Checkpoint string
	// Latest is of releases before [Start]: a shard without a checkpoint begins with what is written from now on. It is
	// still read; new leases do not have it.
	Latest bool
	// Done says that the shard is closed and was read to its end.
	Done bool

	// Owner is the worker that reads the shard, "" if none does.
	Owner string
	// Counter grows with each write. An owner that lets it stand still for a lease's time has lost the shard.
	Counter int64
	// Since is the counter with which the owner took the shard, 0 where it has not begun yet, or is of a release that
	// cannot be asked for a shard.
	Since int64
	// Wanted is the worker that asks this owner for the shard, "" if none does; see Store.Want.
	Wanted string
}

// ErrLeaseLost says that a lease was written by another worker meanwhile.
var ErrLeaseLost = errors.New("ddbstream: lease lost to another worker")

// Store keeps the leases of the workers that share one stream. It must be safe for concurrent use by all of them.
// Methods may be added to it in minor versions: wrap a store of this package where you can.
type Store interface {
	// Leases returns all leases, strongly consistently.
	Leases(ctx context.Context) ([]Lease, error)
	// Swap writes l, all but Wanted, if the stored counter is was, 0 meaning that there is no such lease; else the error
	// matches ErrLeaseLost. It is the only such write, so that a worker that has lost a shard cannot move its checkpoint.
	Swap(ctx context.Context, l Lease, was int64) error
	// Want notes that worker asks the owner of l for the shard, "" that none does any more. The request ends with the ownership, which Since tells
	// apart: where the stored lease has another Since, the error matches ErrLeaseLost. It does not change the counter,
	// which is the owner's sign of life.
	Want(ctx context.Context, l Lease, worker string) error
	// Delete removes l if the stored counter is l's; that there is none is no error.
	Delete(ctx context.Context, l Lease) error
	// Start returns where the group begins in a stream, or in a shard of it, strongly consistently; ok is false where that
	// was not decided.
	Start(ctx context.Context, stream, shard string) (s Start, ok bool, err error)
	// Begin stores s unless there is one already, and returns the one that is stored.
	Begin(ctx context.Context, s Start) (Start, error)
}

// MemoryStore keeps leases in memory, for one process: a reader that starts anew with it reads everything that the
// stream keeps. The zero value is empty and ready to use.
type MemoryStore struct {
	mu     sync.Mutex
	leases []Lease
	wanted map[string]request
	starts map[string]Start
}

// request is that a worker asks for a shard.
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

// Swap writes l if the stored counter is was.
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

// Want notes that worker asks the owner of l for the shard.
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

// Begin stores at unless there is one already.
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

// Delete removes l if the stored counter is l's.
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
