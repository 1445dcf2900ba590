package search

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/singletable-go/ddb/ddbstream"
)

// positionsFile is beside the files of a generation.
const positionsFile = "positions.json"

// Positions returns the store for the positions of the reader that feeds the index. They are a part of the index: in its
// directory, or in memory. A new index has none, and is fed from the oldest record of the stream on.
func (x *Index) Positions(ctx context.Context) (ddbstream.Store, error) {
	x.reading.RLock()
	defer x.reading.RUnlock()
	p := &positions{index: x}
	if x.dir == "" {
		return &p.MemoryStore, nil
	}
	if x.now == nil {
		return nil, errClosed
	}
	b, err := os.ReadFile(filepath.Join(x.now.path, positionsFile))
	if errors.Is(err, os.ErrNotExist) {
		return p, nil
	}
	var leases []ddbstream.Lease
	if err == nil {
		err = json.Unmarshal(b, &leases)
	}
	for _, l := range leases {
		err = errors.Join(err, p.MemoryStore.Swap(ctx, l, 0))
	}
	if err != nil {
		return nil, fmt.Errorf("search index: positions: %w", err)
	}
	return p, nil
}

// positions are in memory, and in a file of the generation that is current when they change.
type positions struct {
	ddbstream.MemoryStore
	index *Index

	saving sync.Mutex
	saved  []byte
}

// Swap writes a lease if the stored counter equals was.
func (p *positions) Swap(ctx context.Context, l ddbstream.Lease, was int64) error {
	if err := p.MemoryStore.Swap(ctx, l, was); err != nil {
		return err
	}
	if err := p.save(ctx); err != nil {
		return fmt.Errorf("search index: positions: %w", err)
	}
	return nil
}

// save writes how far each shard was read. Who reads it is of no use to the next process.
func (p *positions) save(ctx context.Context) error {
	p.saving.Lock()
	defer p.saving.Unlock()
	leases, err := p.Leases(ctx)
	if err != nil {
		return err
	}
	for i, l := range leases {
		leases[i] = ddbstream.Lease{Stream: l.Stream, Shard: l.Shard, Parent: l.Parent, Checkpoint: l.Checkpoint, Done: l.Done, Counter: 1}
	}
	b, err := json.Marshal(leases)
	if err != nil || bytes.Equal(b, p.saved) {
		return err
	}
	p.index.reading.RLock()
	defer p.index.reading.RUnlock()
	if p.index.now == nil {
		return errClosed
	}
	file := filepath.Join(p.index.now.path, positionsFile)
	if err := os.WriteFile(file+".new", b, 0o644); err != nil {
		return err
	}
	if err := os.Rename(file+".new", file); err != nil {
		return err
	}
	p.saved = b
	return nil
}
