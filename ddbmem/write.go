package ddbmem

import (
	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

type writeKind uint8

const (
	putWrite writeKind = iota
	deleteWrite
	updateWrite
	checkWrite
)

// write is a write to one item: single, or part of a batch or a transaction.
type write struct {
	kind      writeKind
	table     *table
	key       string     // of the row
	attrs     value.Item // the key attributes, or the item of a put
	size      int        // of the item of a put
	condition *expr.Condition
	update    *expr.Update
	returnOld bool // the failed condition returns the item
	charged   bool // the size limit applies also to the update as a request
	inserts   bool // the condition is that the item does not exist, as for an INSERT
}

// newWrite reads a write from its request, or from its part of a transaction, as far as possible without the table.
func newWrite(kind writeKind, in *wire.Node) (*write, error) {
	w := &write{kind: kind, returnOld: in.Text("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"}
	if kind == putWrite {
		return w, w.read(in, "Item", "ConditionExpression")
	}
	if kind == updateWrite {
		return w, w.read(in, "Key", "UpdateExpression", "ConditionExpression")
	}
	return w, w.read(in, "Key", "ConditionExpression")
}

// read reads the attributes of a write and its expressions; users are the parameters that may use values. Errors of the
// attributes come first, except too deep nesting.
func (w *write) read(in *wire.Node, member string, users ...string) error {
	attrs := in.Values(member)
	_, fault := attrs.Fault()
	if fault != nil && !attrs.Deep() {
		return fault
	}
	e, err := expressions(in, users...)
	if err != nil {
		return err
	}
	if fault != nil {
		return fault
	}
	w.attrs, w.condition, w.update = attrs.Item, e.Condition, e.Update
	if w.kind == putWrite {
		w.size = w.attrs.Size()
	}
	return nil
}

// checkSize rejects an item above the maximum size.
func (w *write) checkSize() *apiError {
	if w.size > maxItem {
		return invalid("Item size has exceeded the maximum allowed size")
	}
	return nil
}

// bind finds the row of the write in its table and checks what depends on the schema.
func (w *write) bind(t *table) *apiError {
	w.table = t
	if w.kind == putWrite {
		if failed := t.checkItem(w.attrs); failed != nil {
			return failed
		}
	} else if failed := t.checkKey(w.attrs); failed != nil {
		return failed
	}
	w.key = t.rowKey(w.attrs)
	return nil
}

// checkPaths rejects expressions on key attributes. The caller holds the lock.
func (w *write) checkPaths() *apiError {
	if w.update != nil {
		for _, name := range w.update.Heads() {
			if w.table.has(name) {
				return parameter("Cannot update attribute %s. This attribute is part of the key", name)
			}
		}
		if failed := w.table.checkKinds(w.update.Kinds()); failed != nil {
			return failed
		}
		if failed := w.table.scalarKeys(w.update.NestedHeads()); failed != nil {
			return failed
		}
	}
	if w.condition != nil {
		return w.table.scalarKeys(w.condition.NestedHeads())
	}
	return nil
}

// plan computes the effect of the write on the current item, without applying it. The caller holds the lock.
func (w *write) plan() (change, *apiError) {
	t := w.table
	if failed := w.checkPaths(); failed != nil {
		return change{}, failed
	}
	if w.kind == putWrite {
		if failed := t.checkIndexKeys(w.attrs, nil, nil); failed != nil {
			return change{}, failed
		}
	}
	if w.charged && w.update != nil && w.update.Cost() > maxItem {
		return change{}, updateTooLarge()
	}
	c := change{before: t.get(w.key), key: w.key}
	var old value.Item
	if c.before != nil {
		old = c.before.item
	}
	if w.condition != nil && !w.condition.Holds(old) {
		if !w.returnOld {
			old = nil
		}
		return c, conditionFailed(old)
	}
	switch w.kind {
	case putWrite:
		c.after = newRow(w.key, w.attrs, w.size)
	case updateWrite:
		next, failed := w.updated(old)
		if failed != nil {
			return c, failed
		}
		if old != nil || w.update == nil || w.update.Creates() {
			c.after = next
		}
	case checkWrite:
		c.after = c.before
	}
	return c, nil
}

// updated returns the next version of an item under an update; old may be nil.
func (w *write) updated(old value.Item) (*row, *apiError) {
	next, err := old, error(nil)
	switch {
	case old == nil && w.update != nil:
		next, err = w.update.Create(w.attrs) // without an item the update sees the key
	case old == nil:
		next = w.attrs
	case w.update != nil:
		next, err = w.update.Apply(old)
	}
	if err != nil {
		return nil, asError(err)
	}
	size := next.Size()
	if size > maxItem {
		return nil, updateTooLarge()
	}
	if failed := w.table.checkIndexKeys(next, old, w.update); failed != nil {
		return nil, failed
	}
	return newRow(w.key, next, size), nil
}

func updateTooLarge() *apiError {
	return invalid("Item size to update has exceeded the maximum allowed size")
}

// checkKinds rejects an update that gives an index key a wrong type for any item.
func (t *table) checkKinds(attributes []expr.KeyAttribute) *apiError {
	return t.firstByName(func(x *index) *apiError {
		for _, k := range x.all() {
			for _, a := range attributes {
				if k.name == a.Name && k.kind != a.Kind {
					return parameter("Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", k.name, k.kind, a.Kind, x.name)
				}
			}
		}
		return nil
	})
}

// firstByName returns the error of the first index, by name, that a check rejects.
func (t *table) firstByName(check func(*index) *apiError) *apiError {
	var first *apiError
	name := ""
	for _, x := range t.indexes {
		if x.goneAt.set || first != nil && x.name > name {
			continue
		}
		if failed := check(x); failed != nil {
			first, name = failed, x.name
		}
	}
	return first
}

// checkIndexKeys rejects an item whose attributes cannot be keys of an index: of a wrong type, empty or too long. An
// update has its own messages, and is rejected only for what it changes: an item that is older than the index may not
// fit it.
func (t *table) checkIndexKeys(it, old value.Item, update *expr.Update) *apiError {
	return t.firstByName(func(x *index) *apiError {
		for i, keys := range [2][]keyAttr{x.hash, x.rng} {
			for _, k := range keys {
				v := it.Get(k.name)
				if v.IsZero() || update != nil && value.Equal(v, old.Get(k.name)) {
					continue
				}
				if v.Kind() != k.kind {
					if update != nil {
						return invalid("The update expression attempted to update the secondary index key to unsupported type")
					}
					return parameter("Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", k.name, k.kind, v.Kind(), x.name)
				}
				if k.kind != value.N && v.Text() == "" {
					if update != nil {
						return atOnce(invalid("One or more parameter values are not valid. The update expression attempted to update a "+
							"secondary index key to a value that is not supported. The AttributeValue for a key attribute "+
							"cannot contain an empty %s value.", kindWord(k.kind)))
					}
					return atOnce(invalid("One or more parameter values are not valid. A value specified for a secondary index key is "+
						"not supported. The AttributeValue for a key attribute cannot contain an empty %s value. "+
						"IndexName: %s, IndexKey: %s", kindWord(k.kind), x.name, k.name))
				}
				if i == 0 && v.Size() > maxHashKey {
					return parameter("Size of hashkey has exceeded the maximum size limit of%d bytes", maxHashKey)
				}
				if i == 1 && v.Size() > maxRangeKey {
					return parameter("Aggregated size of all range keys has exceeded the size limit of %d bytes", maxRangeKey)
				}
			}
		}
		return nil
	})
}

// atOnce marks an error that rejects a whole transaction.
func atOnce(failed *apiError) *apiError {
	failed.atOnce = true
	return failed
}

// baseUnits returns the write units of a change to the table itself.
func (c change) baseUnits() float64 {
	size := 0
	if c.before != nil {
		size = c.before.size
	}
	if c.after != nil {
		size = max(size, c.after.size)
	}
	return writeUnits(size)
}

// single runs a single write and returns the change and its consumption.
func (e *Engine) single(w *write, name string) (change, *usage, *apiError) {
	t, failed := e.open(name)
	if failed != nil {
		return change{}, nil, failed
	}
	if failed := w.bind(t); failed != nil {
		return change{}, nil, failed
	}
	if e.flight.busy(t, w.key) {
		return change{}, nil, ongoing()
	}
	t.settle()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dropped {
		return change{}, nil, noTable()
	}
	c, failed := w.plan()
	if throttled := w.pay(c, failed); throttled != nil {
		return change{}, nil, throttled
	}
	if failed != nil {
		return change{}, nil, failed
	}
	u := &usage{table: t}
	u.add(c.baseUnits(), t.apply(c))
	return c, u, nil
}
