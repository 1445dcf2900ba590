package ddbmem

import (
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/partiql"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// transactGet is one item of a TransactGetItems.
type transactGet struct {
	table      *table
	key        string
	attrs      value.Item
	projection *expr.Projection
	statement  *partiql.Statement // nil for a Get
}

func transactGetItems(e *Engine, in *wire.Node) (*out, error) {
	nodes := in.List("TransactItems")
	all := make([]*transactGet, len(nodes))
	for i := range nodes {
		part := nodes[i].Get("Get")
		key, err := attributes(part, "Key")
		if err != nil {
			return nil, err
		}
		ex, err := expressions(part)
		if err != nil {
			return nil, err
		}
		all[i] = &transactGet{attrs: key, projection: ex.Projection}
	}
	for i, g := range all {
		var failed *apiError
		if g.table, failed = e.open(nodes[i].Get("Get").Text("TableName")); failed != nil {
			return nil, failed
		}
	}
	return e.transactRead(in, all)
}

// transactRead reads the items of a transaction.
func (e *Engine) transactRead(in *wire.Node, all []*transactGet) (*out, error) {
	reasons := make([]reason, len(all))
	keys := make([]itemKey, len(all))
	seen := map[itemKey]bool{}
	for i, g := range all {
		if failed := g.table.checkKey(g.attrs); failed != nil {
			if failed.atOnce {
				return nil, failed
			}
			note(reasons, i, reasonFor(failed))
			continue
		}
		g.key = g.table.rowKey(g.attrs)
		keys[i] = itemKey{g.table, g.key}
		if seen[keys[i]] {
			return nil, invalid(repeatedItem)
		}
		seen[keys[i]] = true
	}
	if hasReason(reasons) {
		return nil, cancelled(reasons)
	}
	if conflicts := e.readConflicts(keys); conflicts != nil {
		return nil, cancelled(conflicts)
	}
	return e.snapshotOf(in, all)
}

// snapshotOf reads all items at the same moment.
func (e *Engine) snapshotOf(in *wire.Node, all []*transactGet) (*out, error) {
	tables := []*table{}
	for _, g := range all {
		if !slices.Contains(tables, g.table) {
			tables = append(tables, g.table)
		}
	}
	slices.SortFunc(tables, func(a, b *table) int { return strings.Compare(a.name, b.name) })
	for _, t := range tables {
		t.settle()
		t.mu.RLock()
		defer t.mu.RUnlock()
	}
	if failed := payReads(all); failed != nil {
		return nil, failed
	}
	var used []*usage
	items := make([]value.Item, len(all))
	size := 0
	for i, g := range all {
		if g.table.dropped {
			return nil, noTable()
		}
		if g.projection != nil {
			if failed := g.table.scalarKeys(g.projection.NestedHeads()); failed != nil {
				return nil, failed
			}
		}
		u := usageOf(&used, g.table)
		u.read = true
		r := g.table.get(g.key)
		if r == nil {
			u.add(2*readUnits(0, true), nil)
			continue
		}
		size += r.size
		u.add(2*readUnits(r.size, true), nil)
		switch {
		case g.statement != nil:
			var failed *apiError
			if items[i], failed = projected(g.statement, r.item); failed != nil {
				return nil, failed
			}
		case g.projection != nil:
			items[i] = g.projection.Apply(r.item)
		default:
			items[i] = r.item
		}
	}
	if size > maxTransaction {
		return nil, invalid("Aggregated size of items in the transaction exceeds the maximum allowed size of 4 MB")
	}
	o := &out{}
	o.open()
	wantedCapacity(in).many(o, used, true)
	o.key("Responses")
	o.list(len(items), func(i int) {
		o.open()
		if items[i] != nil {
			o.item("Item", items[i])
		}
		o.close()
	})
	o.close()
	return o, nil
}
