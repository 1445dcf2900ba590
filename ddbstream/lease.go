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
	// Latest makes a shard without a checkpoint begin behind its newest record, not before its oldest.
	Latest bool
	// Done says that the shard is closed and was read to its end.
	Done bool

	// Owner is the worker that reads the shard, "" if none does.
	Owner string
	// Counter grows with each write. An owner that lets it stand still for a lease's time has lost the shard.
	Counter int64
}

// ErrLeaseLost says that a lease was written by another worker meanwhile.
var ErrLeaseLost = errors.New("ddbstream: lease lost to another worker")

// Store keeps the leases of the workers that share one stream. It must be safe for concurrent use by all of them.
// Methods may be added to it in minor versions: wrap a store of this package where you can.
type Store interface {
	// Leases returns all leases, strongly consistently.
	Leases(ctx context.Context) ([]Lease, error)
	// Swap writes l if the stored counter is was, 0 meaning that there is no such lease; else the error matches
	// ErrLeaseLost. It is the only write, so that a worker that has lost a shard cannot move its checkpoint.
	Swap(ctx context.Context, l Lease, was int64) error
	// Delete removes l if the stored counter is l's; that there is none is no error.
	Delete(ctx context.Context, l Lease) error
}

// MemoryStore keeps leases in memory, for one process: a reader that starts anew with it reads everything that the
// stream keeps. The zero value is empty and ready to use.
type MemoryStore struct {
	mu     sync.Mutex
	leases []Lease
}

// Leases returns all leases.
func (s *MemoryStore) Leases(context.Context) ([]Lease, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.leases), nil
}

// Swap writes l if the stored counter is was.
func (s *MemoryStore) Swap(_ context.Context, l Lease, was int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
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
