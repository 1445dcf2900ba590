package ddbblob

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"
)

// Memory returns an empty store in memory, for tests.
func Memory() Store { return &memory{objects: map[string]inMemory{}} }

type memory struct {
	mu      sync.Mutex
	objects map[string]inMemory
}

type inMemory struct {
	content []byte
	time    time.Time
}

func (m *memory) Put(ctx context.Context, key string, content *io.SectionReader) error {
	var all bytes.Buffer
	if err := copyAll(ctx, &all, content); err != nil {
		return fmt.Errorf("ddbblob: put %q: %w", key, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.objects[key] = inMemory{all.Bytes(), time.Now()}
	return nil
}

func (m *memory) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.objects[key]
	if !ok {
		return nil, ErrNoObject
	}
	return io.NopCloser(bytes.NewReader(o.content)), nil
}

// Copy implements [Copier].
func (m *memory) Copy(ctx context.Context, from, to string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.objects[from]
	if !ok {
		return ErrNoObject
	}
	m.objects[to] = inMemory{o.content, time.Now()}
	return nil
}

func (m *memory) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.objects, key)
	return nil
}

func (m *memory) List(ctx context.Context, prefix, after string) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		m.mu.Lock()
		var found []Object
		for key, o := range m.objects {
			if strings.HasPrefix(key, prefix) && key > after {
				found = append(found, Object{key, int64(len(o.content)), o.time})
			}
		}
		m.mu.Unlock()
		yieldSorted(ctx, found, yield)
	}
}

// yieldSorted yields objects by their keys, until ctx ends.
func yieldSorted(ctx context.Context, found []Object, yield func(Object, error) bool) {
	slices.SortFunc(found, func(a, b Object) int { return strings.Compare(a.Key, b.Key) })
	for _, o := range found {
		if err := ctx.Err(); err != nil {
			yield(Object{}, err)
			return
		}
		if !yield(o, nil) {
			return
		}
	}
}
