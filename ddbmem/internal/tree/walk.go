package tree

import (
	"iter"
	"sort"
)

// Ascend yields the entries from the first key at or after start, upwards. The tree must not change during the
// iteration.
func (t *Tree[V]) Ascend(start string) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		if t.root == nil {
			return
		}
		l := t.root.find(start)
		i := sort.SearchStrings(l.keys, start)
		for l != nil {
			for ; i < len(l.keys); i++ {
				if !yield(l.keys[i], l.vals[i]) {
					return
				}
			}
			l, i = l.next, 0
		}
	}
}

// Descend yields the entries from the last key before end, downwards; an empty end means from the last key of all. The
// tree must not change during the iteration.
func (t *Tree[V]) Descend(end string) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		if t.root == nil {
			return
		}
		l := t.last
		i := len(l.keys) - 1
		if end != "" {
			l = t.root.find(end)
			i = sort.SearchStrings(l.keys, end) - 1
		}
		for l != nil {
			for ; i >= 0; i-- {
				if !yield(l.keys[i], l.vals[i]) {
					return
				}
			}
			if l = l.prev; l != nil {
				i = len(l.keys) - 1
			}
		}
	}
}
