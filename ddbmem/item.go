package ddbmem

import (
	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

func putItem(e *Engine, in *wire.Node) (*out, error) {
	return e.writeItem(in, putWrite)
}

func deleteItem(e *Engine, in *wire.Node) (*out, error) {
	return e.writeItem(in, deleteWrite)
}

func updateItem(e *Engine, in *wire.Node) (*out, error) {
	return e.writeItem(in, updateWrite)
}

func (e *Engine) writeItem(in *wire.Node, kind writeKind) (*out, error) {
	if err := e.checkLegacy(in); err != nil {
		return nil, err
	}
	want := orDefault(in.Text("ReturnValues"), "NONE")
	if kind != updateWrite && want != "NONE" && want != "ALL_OLD" {
		return nil, early(invalid("ReturnValues can only be ALL_OLD or NONE"))
	}
	w, err := newWrite(kind, in)
	if err != nil {
		return nil, early(err)
	}
	if failed := w.checkSize(); failed != nil {
		return nil, failed
	}
	w.charged = true // but not in a transaction or a statement
	c, u, failed := e.single(w, in.Text("TableName"))
	if failed != nil {
		return nil, failed
	}
	o := &out{}
	o.open()
	if attrs := w.returned(want, c); attrs != nil {
		o.item("Attributes", attrs)
	}
	if in.Text("ReturnItemCollectionMetrics") == "SIZE" && w.table.local {
		o.key("ItemCollectionMetrics")
		w.collection(o)
	}
	wantedCapacity(in).one(o, u)
	o.close()
	return o, nil
}

// returned returns the attributes for the ReturnValues of a write, nil for none.
func (w *write) returned(want string, c change) value.Item {
	var from *row
	switch want {
	case "ALL_OLD", "UPDATED_OLD":
		from = c.before
	case "ALL_NEW", "UPDATED_NEW":
		from = c.after
	}
	if from == nil {
		return nil
	}
	if want == "ALL_OLD" || want == "ALL_NEW" {
		return from.item
	}
	if w.update == nil {
		return nil
	}
	if changed := w.update.Changed(from.item); len(changed) > 0 {
		return changed
	}
	return nil
}

// collection appends the ItemCollectionMetrics of the partition of a write.
func (w *write) collection(o *out) {
	t := w.table
	t.mu.RLock()
	defer t.mu.RUnlock()
	prefix := string(t.appendPartition(nil, w.attrs))
	size := 0
	for key, r := range t.rows.Ascend(prefix) {
		if len(key) < len(prefix) || key[:len(prefix)] != prefix {
			break
		}
		size += r.size
		for _, x := range t.indexes {
			if _, in := x.keyFor(r); in && x.local {
				size += x.viewSize(&t.schema, r)
			}
		}
	}
	gigabytes := float64(size) / (1 << 30)
	o.open()
	o.item("ItemCollectionKey", w.attrs.Only(t.hash[0].name))
	o.key("SizeEstimateRangeGB")
	o.between(float64(int(gigabytes)), float64(int(gigabytes)+1))
	o.close()
}

func getItem(e *Engine, in *wire.Node) (*out, error) {
	if err := e.checkLegacy(in); err != nil {
		return nil, err
	}
	key, err := attributes(in, "Key")
	if err != nil {
		return nil, err
	}
	ex, err := expressions(in)
	if err != nil {
		return nil, err
	}
	t, failed := e.openToRead(in.Text("TableName"))
	if failed != nil {
		return nil, failed
	}
	defer t.mu.RUnlock()
	if failed := t.checkKey(key); failed != nil {
		return nil, failed
	}
	if ex.Projection != nil {
		if failed := t.scalarKeys(ex.Projection.NestedHeads()); failed != nil {
			return nil, failed
		}
	}
	o := &out{b: make([]byte, 0, 512)}
	o.open()
	size := 0
	at, consistent := t.rowKey(key), in.Flag("ConsistentRead", false)
	if r := t.read(at, consistent); r != nil {
		size = r.size
		it := r.item
		if ex.Projection != nil {
			it = ex.Projection.Apply(it)
		}
		o.item("Item", it)
	}
	u := &usage{table: t, read: true}
	u.add(readUnits(size, consistent), nil)
	if failed := t.payRead(at, u.base); failed != nil {
		return nil, failed
	}
	wantedCapacity(in).one(o, u)
	o.close()
	return o, nil
}
