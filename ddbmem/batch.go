package ddbmem

import (
	"encoding/json"
	"slices"

	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// Limits of batches.
const (
	maxBatchWrite = 25
	maxBatchGet   = 100
	maxBatchBytes = 16 << 20
)

const duplicateKeys = "Provided list of item keys contains duplicates"

// batchWrite is one request of a BatchWriteItem.
type batchWrite struct {
	*write
	name string // the table's name in the request
	node *wire.Node
}

func batchWriteItem(e *Engine, in *wire.Node) (*out, error) {
	requests := in.Get("RequestItems")
	if requests == nil || len(requests.Keys) == 0 {
		return nil, invalid("The requestItems parameter is required for BatchWriteItem")
	}
	var all []batchWrite
	for i, name := range requests.Keys {
		for j := range requests.Elems[i].Elems {
			n := &requests.Elems[i].Elems[j]
			put, del := n.Get("PutRequest"), n.Get("DeleteRequest")
			if (put == nil) == (del == nil) {
				return nil, invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
			}
			kind, part := putWrite, put
			if put == nil {
				kind, part = deleteWrite, del
			}
			w, err := newWrite(kind, part)
			if err != nil {
				return nil, err
			}
			if failed := w.checkSize(); failed != nil {
				return nil, failed
			}
			all = append(all, batchWrite{w, name, n})
		}
	}
	if len(all) > maxBatchWrite {
		return nil, invalid("Too many items requested for the BatchWriteItem call")
	}
	if failed := e.bindBatch(all); failed != nil {
		return nil, failed
	}
	return e.applyBatch(in, all)
}

// bindBatch finds the tables and keys of a batch; one invalid request rejects the whole batch.
func (e *Engine) bindBatch(all []batchWrite) *apiError {
	tables := map[string]*table{}
	for _, w := range all {
		if tables[w.name] == nil {
			t, failed := e.open(w.name)
			if failed != nil {
				return failed
			}
			tables[w.name] = t
		}
	}
	seen := map[string]bool{}
	for _, w := range all {
		t := tables[w.name]
		if failed := w.bind(t); failed != nil {
			if w.kind == putWrite && !t.keyed(w.attrs) { // the message differs from PutItem's
				return invalid("The provided key element does not match the schema")
			}
			return failed
		}
		if at := t.name + "\x00" + w.key; seen[at] {
			return invalid(duplicateKeys)
		} else {
			seen[at] = true
		}
		if w.kind == putWrite {
			t.mu.RLock()
			failed := t.checkIndexKeys(w.attrs, nil, nil)
			t.mu.RUnlock()
			if failed != nil {
				return failed
			}
		}
	}
	return nil
}

func (e *Engine) applyBatch(in *wire.Node, all []batchWrite) (*out, error) {
	o := &out{}
	o.open()
	var used []*usage
	left := map[string][]*wire.Node{}
	metrics := map[string][]batchWrite{}
	var throttles batchThrottles
	for _, w := range all {
		if e.unprocessed(w.table.name, "BatchWriteItem") {
			left[w.name] = append(left[w.name], w.node)
			continue
		}
		w.table.settle()
		w.table.mu.Lock()
		if w.table.dropped {
			w.table.mu.Unlock()
			return nil, noTable()
		}
		c, failed := w.plan()
		if failed != nil {
			w.table.mu.Unlock()
			return nil, failed
		}
		if throttled := w.pay(c, nil); throttled != nil {
			w.table.mu.Unlock()
			throttles.note(throttled)
			left[w.name] = append(left[w.name], w.node)
			continue
		}
		u := usageOf(&used, w.table)
		u.add(c.baseUnits(), w.table.apply(c))
		w.table.mu.Unlock()
		if w.table.local {
			metrics[w.name] = append(metrics[w.name], w)
		}
	}
	if throttles.of(len(all)) {
		return nil, throttles.failure()
	}
	o.key("UnprocessedItems")
	o.open()
	for _, name := range sortedKeys(left) {
		o.key(name)
		o.list(len(left[name]), func(i int) { writeRequest(o, left[name][i]) })
	}
	o.close()
	if in.Text("ReturnItemCollectionMetrics") == "SIZE" && len(metrics) > 0 {
		o.key("ItemCollectionMetrics")
		o.open()
		for _, name := range sortedKeys(metrics) {
			o.key(name)
			o.list(len(metrics[name]), func(i int) { metrics[name][i].collection(o) })
		}
		o.close()
	}
	wantedCapacity(in).many(o, used, false)
	o.close()
	return o, nil
}

// writeRequest repeats an unprocessed request.
func writeRequest(o *out, n *wire.Node) {
	o.open()
	if put := n.Get("PutRequest"); put != nil {
		o.key("PutRequest")
		o.open()
		o.item("Item", put.Values("Item").Item)
	} else {
		o.key("DeleteRequest")
		o.open()
		o.item("Key", n.Get("DeleteRequest").Values("Key").Item)
	}
	o.close()
	o.close()
}

func usageOf(all *[]*usage, t *table) *usage {
	for _, u := range *all {
		if u.table == t {
			return u
		}
	}
	u := &usage{table: t}
	*all = append(*all, u)
	return u
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// batchGet is what a BatchGetItem reads of one table.
type batchGet struct {
	name       string
	node       *wire.Node
	table      *table
	keys       []value.Item
	raw        [][]byte // the keys as in the request
	projection *expr.Projection
	consistent bool
}

func batchGetItem(e *Engine, in *wire.Node) (*out, error) {
	requests := in.Get("RequestItems")
	if requests == nil || len(requests.Keys) == 0 {
		failed := invalid("The requestItems parameter is required for BatchGetItem")
		failed.newer = oneError + "Value at 'RequestItems' failed to satisfy constraint: Member must have length greater than or equal to 1"
		return nil, failed
	}
	total := 0
	gets := make([]*batchGet, len(requests.Keys))
	for i, name := range requests.Keys {
		g := &batchGet{name: name, node: &requests.Elems[i]}
		gets[i] = g
		keys := g.node.List("Keys")
		if len(keys) > maxBatchGet {
			return nil, invalid("1 validation error detected: Value at 'RequestItems.%s.member.Keys' failed to satisfy constraint: "+
				"Member must have length less than or equal to %d", name, maxBatchGet)
		}
		if total += len(keys); total > maxBatchGet {
			return nil, invalid("Too many items requested for the BatchGetItem call")
		}
	}
	for _, g := range gets {
		if err := g.read(e); err != nil {
			return nil, err
		}
	}
	for _, g := range gets {
		if failed := g.bind(e); failed != nil {
			return nil, failed
		}
	}
	return e.answerBatch(in, gets)
}

func (g *batchGet) read(e *Engine) error {
	if err := e.checkLegacy(g.node); err != nil {
		return err
	}
	ex, err := expressions(g.node)
	if err != nil {
		return err
	}
	g.projection = ex.Projection
	g.consistent = g.node.Flag("ConsistentRead", false)
	for _, k := range g.node.List("Keys") {
		if k.Input == nil {
			return parameter("Keys must not contain null")
		}
		if _, err := k.Input.Fault(); err != nil {
			return err
		}
		g.keys = append(g.keys, k.Input.Item)
		g.raw = append(g.raw, k.Raw)
	}
	return nil
}

// spelling returns the text of a key, independent of the order of its attributes.
func spelling(raw []byte) string {
	var key map[string]map[string]string
	if json.Unmarshal(raw, &key) != nil {
		return string(raw)
	}
	text, err := json.Marshal(key)
	if err != nil {
		return string(raw)
	}
	return string(text)
}

func (g *batchGet) bind(e *Engine) *apiError {
	var failed *apiError
	if g.table, failed = e.open(g.name); failed != nil {
		return failed
	}
	seen := map[string]string{}
	keys := g.keys[:0]
	for i, k := range g.keys {
		if failed := g.table.checkKey(k); failed != nil {
			return failed
		}
		at, written := g.table.rowKey(k), spelling(g.raw[i])
		switch before, twice := seen[at]; {
		case twice && before == written:
			return invalid(duplicateKeys)
		case twice: // another spelling of the same number: the item is returned once
			continue
		}
		seen[at] = written
		keys = append(keys, k)
	}
	g.keys = keys
	if g.projection != nil {
		g.table.mu.RLock()
		defer g.table.mu.RUnlock()
		return g.table.scalarKeys(g.projection.NestedHeads())
	}
	return nil
}

func (e *Engine) answerBatch(in *wire.Node, gets []*batchGet) (*out, error) {
	o := &out{}
	var used []*usage
	left := map[*batchGet][]value.Item{}
	bytes, asked := 0, 0
	var throttles batchThrottles
	o.open()
	o.key("Responses")
	o.open()
	for _, g := range gets {
		g.table.settle()
		g.table.mu.RLock()
		if g.table.dropped {
			g.table.mu.RUnlock()
			return nil, noTable()
		}
		var found []value.Item
		u := usageOf(&used, g.table)
		u.read = true
		asked += len(g.keys)
		for _, k := range g.keys {
			at := g.table.rowKey(k)
			r := g.table.read(at, g.consistent)
			size := 0
			if r != nil {
				size = r.size
			}
			if bytes+size > maxBatchBytes || e.unprocessed(g.table.name, "BatchGetItem") {
				left[g] = append(left[g], k)
				continue
			}
			units := readUnits(size, g.consistent)
			if throttled := g.table.payRead(at, units); throttled != nil {
				throttles.note(throttled)
				left[g] = append(left[g], k)
				continue
			}
			bytes += size
			u.add(units, nil)
			if r == nil {
				continue
			}
			it := r.item
			if g.projection != nil {
				it = g.projection.Apply(it)
			}
			found = append(found, it)
		}
		g.table.mu.RUnlock()
		o.items(g.name, found)
	}
	o.close()
	if throttles.of(asked) {
		return nil, throttles.failure()
	}
	o.key("UnprocessedKeys")
	o.open()
	for _, g := range gets {
		if keys := left[g]; keys != nil {
			o.key(g.name)
			g.repeat(o, keys)
		}
	}
	o.close()
	wantedCapacity(in).many(o, used, false)
	o.close()
	return o, nil
}

// repeat writes the request for the unprocessed keys.
func (g *batchGet) repeat(o *out, keys []value.Item) {
	o.open()
	o.items("Keys", keys)
	if names := g.node.Strings("AttributesToGet"); names != nil {
		o.any("AttributesToGet", names)
	}
	if p := g.node.Get("ProjectionExpression"); p != nil {
		o.str("ProjectionExpression", p.Str)
	}
	if names := g.node.StringMap("ExpressionAttributeNames"); names != nil {
		o.any("ExpressionAttributeNames", names)
	}
	if g.consistent {
		o.any("ConsistentRead", true)
	}
	o.close()
}
