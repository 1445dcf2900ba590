package ddbmem

import (
	"errors"
	"fmt"
)

// Check verifies the engine's data: it reads all tables and indexes and returns every inconsistency. Examples are a row
// under the wrong key, an index entry without its item or an item without its index entry, and a wrong size or expiry
// time. Delayed index entries become visible. Call it at the end of a test; it costs a walk over all data.
func (e *Engine) Check() error {
	var problems []error
	for _, name := range e.names() {
		if t := e.lookup(name); t != nil {
			problems = append(problems, t.check()...)
		}
	}
	return errors.Join(problems...)
}

func (t *table) check() []error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.catchUpAll()
	var problems []error
	report := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("ddbmem: table %s: "+format, append([]any{t.name}, args...)...))
	}
	bytes, expiring := int64(0), 0
	for key, r := range t.rows.Ascend("") {
		if r.key != key || t.rowKey(r.item) != key {
			report("row %x is stored under %x", t.rowKey(r.item), key)
		}
		if r.size != r.item.Size() {
			report("row %x has size %d, not %d", key, r.item.Size(), r.size)
		}
		if at, ok := t.ttl.at(r); ok {
			expiring++
			_, due := t.ttl.expiry.Get(expiryKey(at, key))
			_, kept := t.ttl.kept.Get(expiryKey(at, key))
			if due == kept {
				report("row %x is not known to expire at %d", key, at)
			}
		}
		bytes += int64(r.size)
	}
	if bytes != t.bytes {
		report("holds %d bytes, not %d", bytes, t.bytes)
	}
	if n := t.ttl.expiry.Len() + t.ttl.kept.Len(); n != expiring {
		report("%d rows expire, not %d", expiring, n)
	}
	for _, x := range t.indexes {
		x.check(t, report)
	}
	for r := range t.resources() {
		r.check(report)
	}
	return problems
}

// check compares an index with the rows of the table.
func (x *index) check(t *table, report func(string, ...any)) {
	want, bytes := 0, int64(0)
	for _, r := range t.rows.Ascend("") {
		key, in := x.keyFor(r)
		if !in {
			continue
		}
		want++
		bytes += int64(x.viewSize(&t.schema, r))
		got, found := x.tree.Get(key)
		switch {
		case !found:
			report("index %s lacks the row %x", x.name, r.key)
		case !x.sameView(&t.schema, got.item, r.item):
			report("index %s has another version of row %x", x.name, r.key)
		}
	}
	if x.tree.Len() != want {
		report("index %s has %d rows, not %d", x.name, x.tree.Len(), want)
	}
	if x.bytes != bytes {
		report("index %s holds %d bytes, not %d", x.name, bytes, x.bytes)
	}
}
