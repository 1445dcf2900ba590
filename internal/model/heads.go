package model

import (
	"slices"
	"strings"
)

// heads finds values by what their keys begin with. The zero heads is empty.
type heads[T any] struct {
	at      map[string][]T
	sorted  []string // the heads, each once
	lengths []int    // likewise
}

func (h *heads[T]) add(head string, v T) {
	if h.at == nil {
		h.at = map[string][]T{}
	}
	if i, ok := slices.BinarySearch(h.sorted, head); !ok {
		h.sorted = slices.Insert(h.sorted, i, head)
	}
	if i, ok := slices.BinarySearch(h.lengths, len(head)); !ok {
		h.lengths = slices.Insert(h.lengths, i, len(head))
	}
	h.at[head] = append(h.at[head], v)
}

// of calls yield for the values with a head that text begins with, until it returns false.
func (h *heads[T]) of(text string, yield func(T) bool) bool {
	for _, n := range h.lengths {
		if n > len(text) {
			break
		}
		for _, v := range h.at[text[:n]] {
			if !yield(v) {
				return false
			}
		}
	}
	return true
}

// near calls yield for the values with a head that text begins with, or that begins with text, until it returns false.
func (h *heads[T]) near(text string, yield func(T) bool) bool {
	if !h.of(text, yield) {
		return false
	}
	from, found := slices.BinarySearch(h.sorted, text)
	if found {
		from++ // of came to it
	}
	for _, head := range h.sorted[from:] {
		if !strings.HasPrefix(head, text) {
			break
		}
		for _, v := range h.at[head] {
			if !yield(v) {
				return false
			}
		}
	}
	return true
}

// shapesIn returns the keys of the entities in an index.
func (t *Table) shapesIn(ix *Index) *shapes {
	if t.shapes[ix] == nil {
		t.shapes[ix] = &shapes{}
	}
	return t.shapes[ix]
}

// shapes finds the keys of an index by what partition key and sort key begin with. The zero shapes is empty.
type shapes struct {
	partitions heads[*heads[*IndexKeys]]
}

func (s *shapes) add(k *IndexKeys) {
	partition := k.Partition.Head()
	sorts := s.partitions.at[partition]
	if sorts == nil {
		sorts = []*heads[*IndexKeys]{{}}
		s.partitions.add(partition, sorts[0])
	}
	sorts[0].add(k.Sort.Head(), k)
}

// find returns the first keys for which is holds, of those that an item's may be.
func (s *shapes) find(partition, sort string, is func(*IndexKeys) bool) (found *IndexKeys) {
	s.partitions.of(partition, func(sorts *heads[*IndexKeys]) bool {
		return sorts.of(sort, func(k *IndexKeys) bool {
			if is(k) {
				found = k
			}
			return found == nil
		})
	})
	return found
}

// near calls yield for the keys that may stand in one partition with k and that a read of k's may meet, or one of theirs k.
func (s *shapes) near(k *IndexKeys, yield func(*IndexKeys)) {
	s.partitions.near(k.Partition.Head(), func(sorts *heads[*IndexKeys]) bool {
		return sorts.near(k.Sort.Head(), func(other *IndexKeys) bool {
			yield(other)
			return true
		})
	})
}
