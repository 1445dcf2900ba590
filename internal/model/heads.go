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
