// Package tree is an ordered map from byte strings to values.
//
// It is a B+ tree: values live in leaves that are chained both ways, so a range is a descent of logarithmic cost
// followed by a walk. A tree is not safe for concurrent use; its owner locks.
package tree

import "sort"

// fan is the number of entries of a full node.
const fan = 64

// Tree maps keys, ordered by their bytes, to values of type V. The zero Tree is empty and ready to use.
type Tree[V any] struct {
	root  node[V]
	first *leaf[V]
	last  *leaf[V]
	size  int
}

type node[V any] interface {
	// set stores a value and returns the right half when the node had to split, with the smallest key of it.
	set(t *Tree[V], key string, val V) (old V, replaced bool, right node[V], sep string)
	// del removes a key and reports whether the node is now empty.
	del(t *Tree[V], key string) (old V, found, empty bool)
	find(key string) *leaf[V]
}

type leaf[V any] struct {
	keys       []string
	vals       []V
	prev, next *leaf[V]
}

type inner[V any] struct {
	seps []string // seps[i] is a lower bound of kids[i+1] and above everything in kids[i]
	kids []node[V]
}

// Len returns the number of keys.
func (t *Tree[V]) Len() int { return t.size }

// Get returns the value of key, and whether it is there.
func (t *Tree[V]) Get(key string) (V, bool) {
	var zero V
	if t.root == nil {
		return zero, false
	}
	l := t.root.find(key)
	i := sort.SearchStrings(l.keys, key)
	if i < len(l.keys) && l.keys[i] == key {
		return l.vals[i], true
	}
	return zero, false
}

// Set stores val under key and returns the previous value.
func (t *Tree[V]) Set(key string, val V) (old V, replaced bool) {
	if t.root == nil {
		l := &leaf[V]{}
		t.root, t.first, t.last = l, l, l
	}
	old, replaced, right, sep := t.root.set(t, key, val)
	if right != nil {
		t.root = &inner[V]{seps: []string{sep}, kids: []node[V]{t.root, right}}
	}
	if !replaced {
		t.size++
	}
	return old, replaced
}

// Delete removes key and returns its value.
func (t *Tree[V]) Delete(key string) (old V, found bool) {
	if t.root == nil {
		return old, false
	}
	old, found, empty := t.root.del(t, key)
	if found {
		t.size--
	}
	if empty {
		t.root, t.first, t.last = nil, nil, nil
		return old, found
	}
	for {
		in, ok := t.root.(*inner[V])
		if !ok || len(in.kids) > 1 {
			return old, found
		}
		t.root = in.kids[0]
	}
}

func (l *leaf[V]) find(string) *leaf[V] { return l }

func (l *leaf[V]) set(t *Tree[V], key string, val V) (old V, replaced bool, right node[V], sep string) {
	i := sort.SearchStrings(l.keys, key)
	if i < len(l.keys) && l.keys[i] == key {
		old, l.vals[i] = l.vals[i], val
		return old, true, nil, ""
	}
	if len(l.keys) < fan {
		l.insert(i, key, val)
		return old, false, nil, ""
	}
	// Ascending inserts leave full leaves.
	cut := fan / 2
	if i == fan && l.next == nil {
		cut = fan
	}
	r := &leaf[V]{prev: l, next: l.next}
	r.keys = append(make([]string, 0, max(fan-cut, 8)), l.keys[cut:]...)
	r.vals = append(make([]V, 0, max(fan-cut, 8)), l.vals[cut:]...)
	clear(l.keys[cut:])
	clear(l.vals[cut:])
	l.keys, l.vals = l.keys[:cut], l.vals[:cut]
	if l.next != nil {
		l.next.prev = r
	} else {
		t.last = r
	}
	l.next = r
	if i > cut || cut == fan {
		r.insert(i-cut, key, val)
	} else {
		l.insert(i, key, val)
	}
	return old, false, r, r.keys[0]
}

func (l *leaf[V]) insert(i int, key string, val V) {
	var zero V
	l.keys = append(l.keys, "")
	copy(l.keys[i+1:], l.keys[i:])
	l.keys[i] = key
	l.vals = append(l.vals, zero)
	copy(l.vals[i+1:], l.vals[i:])
	l.vals[i] = val
}

func (l *leaf[V]) del(t *Tree[V], key string) (old V, found, empty bool) {
	i := sort.SearchStrings(l.keys, key)
	if i == len(l.keys) || l.keys[i] != key {
		return old, false, false
	}
	old = l.vals[i]
	l.keys = append(l.keys[:i], l.keys[i+1:]...)
	l.vals = append(l.vals[:i], l.vals[i+1:]...)
	clear(l.keys[len(l.keys):cap(l.keys)][:1])
	clear(l.vals[len(l.vals):cap(l.vals)][:1])
	if len(l.keys) > 0 {
		return old, true, false
	}
	if l.prev != nil {
		l.prev.next = l.next
	} else {
		t.first = l.next
	}
	if l.next != nil {
		l.next.prev = l.prev
	} else {
		t.last = l.prev
	}
	return old, true, true
}

// child returns the position of the child that holds key.
func (n *inner[V]) child(key string) int {
	return sort.Search(len(n.seps), func(i int) bool { return n.seps[i] > key })
}

func (n *inner[V]) find(key string) *leaf[V] { return n.kids[n.child(key)].find(key) }

func (n *inner[V]) set(t *Tree[V], key string, val V) (old V, replaced bool, right node[V], sep string) {
	i := n.child(key)
	old, replaced, grown, gsep := n.kids[i].set(t, key, val)
	if grown == nil {
		return old, replaced, nil, ""
	}
	n.seps = append(n.seps, "")
	copy(n.seps[i+1:], n.seps[i:])
	n.seps[i] = gsep
	n.kids = append(n.kids, nil)
	copy(n.kids[i+2:], n.kids[i+1:])
	n.kids[i+1] = grown
	if len(n.kids) <= fan {
		return old, replaced, nil, ""
	}
	cut := len(n.kids) / 2
	if i == len(n.kids)-2 {
		cut = len(n.kids) - 2
	}
	r := &inner[V]{
		seps: append([]string(nil), n.seps[cut:]...),
		kids: append([]node[V](nil), n.kids[cut:]...),
	}
	sep = n.seps[cut-1]
	clear(n.seps[cut-1:])
	clear(n.kids[cut:])
	n.seps, n.kids = n.seps[:cut-1], n.kids[:cut]
	return old, replaced, r, sep
}

func (n *inner[V]) del(t *Tree[V], key string) (old V, found, empty bool) {
	i := n.child(key)
	old, found, gone := n.kids[i].del(t, key)
	if !gone {
		return old, found, false
	}
	n.kids = append(n.kids[:i], n.kids[i+1:]...)
	if len(n.seps) > 0 {
		s := max(i-1, 0)
		n.seps = append(n.seps[:s], n.seps[s+1:]...)
	}
	return old, found, len(n.kids) == 0
}
