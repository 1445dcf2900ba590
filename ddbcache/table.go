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
	marks  marks
	filled bool // this generation may have entries
	dead   bool // an earlier one may have
}

// key is what is known of one key. It is forgotten when nothing of it is under way.
type key struct {
	flight  *flight // the read under way that others may join, and that may fill the cache
	writes  int     // under way
	overlap bool    // with each other, or with a record of the stream
}

func newTable(name string) *table {
	return &table{name: name, keys: map[string]*key{}, marks: newMarks()}
}

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

// tidy forgets a key of which nothing is under way. The table is locked.
func (t *table) tidy(text string) {
	if k := t.keys[text]; k != nil && k.flight == nil && k.writes == 0 {
		delete(t.keys, text)
	}
}

// detach forgets everything that is cached of the table, and whatever is on its way. The table is locked.
func (t *table) detach() {
	t.generation.Add(1)
	t.dead, t.filled = t.dead || t.filled, false
	for text, k := range t.keys {
		k.flight = nil
		k.overlap = k.overlap || k.writes > 0
		t.tidy(text)
	}
}
