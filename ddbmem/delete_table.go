package ddbmem

import (
	"slices"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

func deleteTable(e *Engine, in *wire.Node) (*out, error) {
	name := e.localName(in.Text("TableName"))
	e.reap()
	e.forgetStreams(e.clock.Now())
	e.mu.Lock()
	defer e.mu.Unlock()
	t := e.tables[name]
	if t == nil {
		return nil, noNamedTable(name)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := e.clock.Now()
	switch t.status(now) {
	case "DELETING":
		return nil, inUse("Attempt to change a resource which is still in use: Table is being deleted: " + name)
	case "CREATING":
		return nil, inUse("Attempt to change a resource which is still in use: Table is being created: " + name)
	case "UPDATING":
		return nil, inUse("Attempt to change a resource which is still in use: Table is being updated: " + name)
	}
	if t.def.protected {
		return nil, invalid("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	o := &out{}
	o.open()
	t.describe(o, "TableDescription", "DELETING")
	o.close()
	if e.opts.TableDelay > 0 {
		t.def.goneAt = at(now.Add(e.opts.TableDelay))
		t.readyAt.Store(never) // items cannot be reached from now on
		return o, nil
	}
	e.remove(t, now)
	return o, nil
}

// remove removes a table; its stream can still be read. The caller holds both locks.
func (e *Engine) remove(t *table, now time.Time) {
	delete(e.tables, t.name)
	t.dropped = true
	if t.stream != nil {
		t.stream.closeAll(now)
	}
	t.empty()
}

// reap removes the tables and indexes whose deletion is due.
func (e *Engine) reap() {
	if e.opts.TableDelay == 0 {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.clock.Now()
	for _, t := range e.tables {
		t.mu.Lock()
		if t.def.goneAt.past(now) {
			e.remove(t, now)
		}
		for i := len(t.indexes) - 1; i >= 0; i-- {
			if t.indexes[i].goneAt.past(now) {
				t.dropIndex(i)
			}
		}
		t.mu.Unlock()
	}
}

// dropIndex removes an index and the attribute definitions that are no longer in any key.
func (t *table) dropIndex(i int) {
	t.indexes = append(t.indexes[:i:i], t.indexes[i+1:]...)
	t.keepUsed()
}

// keepUsed removes the attribute definitions that are in no key.
func (t *table) keepUsed() { t.def.attrs = t.usedAttrs(func(*index) bool { return true }) }

// usedAttrs returns the definitions of the key attributes of the table and of the selected indexes.
func (t *table) usedAttrs(of func(*index) bool) []attrDef {
	var kept []attrDef
	for _, a := range t.def.attrs {
		if t.has(a.Name) || slices.ContainsFunc(t.indexes, func(x *index) bool { return of(x) && x.has(a.Name) }) {
			kept = append(kept, a)
		}
	}
	return kept
}
