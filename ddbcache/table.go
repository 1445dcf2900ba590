package ddbcache

import (
	"sync"
	"sync/atomic"
)

// table is what is known of the keys of a table: which reads and writes are under way, and which were written a moment ago.
type table struct {
	name       string
	generation atomic.Uint64 // of its items
	pages      atomic.Uint64 // the generation of its pages

	mu     sync.Mutex
	shape  shape // of its primary key; empty before the first read
	keys   map[string]*key
	marked []mark // in the order of their times
	all    marks  // of every key
}

// key is what is known of one key. It is forgotten when there is nothing to know.
type key struct {
	flight  *flight // the read under way that others may join, and that may fill the cache
	writes  int     // under way
	overlap bool    // with each other, or with a record of the stream
	marked  bool    // it is in the table's list
	marks
}

// marks follow a write.
type marks struct {
	settle int64 // until then a read has to be strongly consistent, to see the write
	unsure int64 // until then what is read is not kept: the write may yet arrive
}

// mark is a key with marks.
type mark struct {
	key   string
	until int64
}

// maxMarks is the number of keys of a table with marks. Beyond it, the oldest marks are of every key.
const maxMarks = 1 << 15

func newTable(name string) *table { return &table{name: name, keys: map[string]*key{}} }

// place is where the entry of a key is.
func (t *table) place(text string) place { return place{t.name, t.generation.Load(), text} }

// key returns what is known of a key. The table is locked.
func (t *table) key(text string) *key {
	k := t.keys[text]
	if k == nil {
		k = &key{}
		t.keys[text] = k
	}
	return k
}

// tidy forgets a key of which there is nothing to know. The table is locked.
func (t *table) tidy(text string) {
	if k := t.keys[text]; k != nil && k.flight == nil && k.writes == 0 && !k.marked {
		delete(t.keys, text)
	}
}

// mark says that a key was written now, or may have been. The table is locked.
func (t *table) mark(text string, k *key, now, until int64, unsure bool) {
	k.settle = max(k.settle, until)
	if unsure {
		k.unsure = max(k.unsure, until)
	}
	if !k.marked {
		k.marked = true
		t.marked = append(t.marked, mark{text, until})
	}
	for len(t.marked) > 0 && (t.marked[0].until <= now || len(t.marked) > maxMarks) {
		oldest := t.marked[0]
		t.marked = t.marked[1:]
		t.unmark(oldest.key, now)
	}
}

// unmark takes the marks of a key that are over; those that are not are of every key from now on, unless there is room to
// look at them again later. The table is locked.
func (t *table) unmark(text string, now int64) {
	k := t.keys[text]
	switch {
	case k.settle <= now:
	case len(t.marked) < maxMarks:
		t.marked = append(t.marked, mark{text, k.settle})
		return
	default:
		t.all.settle, t.all.unsure = max(t.all.settle, k.settle), max(t.all.unsure, k.unsure)
	}
	k.marked, k.marks = false, marks{}
	t.tidy(text)
}

// learn takes the shape of the primary key from a request that succeeded. Another shape is another table of that name. The
// table is locked.
func (t *table) learn(s shape) {
	if t.shape != s && t.shape != (shape{}) {
		t.detach()
	}
	t.shape = s
}

// detach forgets everything that is cached of the table, and whatever is on its way. The table is locked.
func (t *table) detach() {
	t.generation.Add(1)
	for _, k := range t.keys {
		k.flight = nil
		k.overlap = k.overlap || k.writes > 0
	}
}

// has reports whether marks are in force for a key, which may be nil. The table is locked.
func (t *table) has(k *key, now int64) (settle, unsure bool) {
	m := t.all
	if k != nil {
		m.settle, m.unsure = max(m.settle, k.settle), max(m.unsure, k.unsure)
	}
	return m.settle > now, m.unsure > now
}
