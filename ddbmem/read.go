package ddbmem

import (
	"iter"
	"slices"

	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/tree"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// maxPage is the maximum size of the items that a page of a Query or a Scan reads, in bytes.
const maxPage = 1 << 20

// reader is the common part of Query and Scan: a walk along a table or an index with a filter and a projection.
type reader struct {
	table      *table
	index      *index // nil to read the table itself
	filter     *expr.Condition
	projection *expr.Projection
	selects    string
	query      bool // not a scan
	limit      int
	consistent bool
	start      value.Item // ExclusiveStartKey, nil at the beginning
	from       string     // a key in the tree that is read
	fetch      bool       // a local index lacks requested attributes, which the table has
	filteredBy string     // the filter's name in the service's messages
	spread     *spread    // of a scan
	statement  bool       // of PartiQL, whose messages about indexes differ
}

// page is the result of a reader.
type page struct {
	items     []value.Item
	count     int
	scanned   int
	bytes     int     // read from the index or the table
	fetched   float64 // read units of items fetched through a local index
	last      value.Item
	exhausted bool
	shares    []share // of the partitions, if they count
}

// newReader reads the request parameters that do not depend on the table.
func newReader(in *wire.Node, users ...string) (*reader, *expr.Expressions, error) {
	rd := &reader{filteredBy: "Filter Expression", selects: in.Text("Select"), limit: int(in.Int("Limit", 0)), consistent: in.Flag("ConsistentRead", false)}
	start := in.Values("ExclusiveStartKey")
	if _, err := start.Fault(); err != nil {
		return nil, nil, startFault(err)
	}
	if start.Present {
		rd.start = start.Item
		if rd.start == nil {
			rd.start = value.Item{}
		}
	}
	if slices.Contains(users, "KeyConditionExpression") && !in.Has("KeyConditionExpression") && !in.Has("KeyConditions") {
		return nil, nil, invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	ex, err := expressions(in, users...)
	if err != nil {
		return nil, nil, err
	}
	if in.Has("QueryFilter") {
		rd.filteredBy = "QueryFilter"
	}
	rd.filter, rd.projection = ex.Filter, ex.Projection
	return rd, ex, rd.checkSelect(in)
}

// bind finds the index. The caller holds the lock.
func (rd *reader) bind(t *table, name string) *apiError {
	rd.table = t
	if name == "" {
		return nil
	}
	x := t.find(name)
	switch gone := x == nil || x.goneAt.set; {
	case gone && rd.statement:
		return invalid("The table does not have the specified index")
	case gone:
		return invalid("The table does not have the specified index: %s", name)
	}
	if rd.statement && x.several() {
		return unreadByStatements()
	}
	if x.activeAt.ahead(t.engine.clock.Now()) {
		return invalid("Cannot read from backfilling global secondary index: %s", name)
	}
	if rd.consistent && !x.local {
		if rd.statement {
			return invalid("Strongly consistent read is not supported on Global Secondary Indexes")
		}
		return invalid("Consistent reads are not supported on global secondary indexes")
	}
	rd.index = x
	return nil
}

// schema returns the key schema of the table or the index.
func (rd *reader) schema() *schema {
	if rd.index != nil {
		return &rd.index.schema
	}
	return &rd.table.schema
}

// between yields the visible rows with low <= key < high, in either direction; an empty high is no bound.
func (rd *reader) between(low, high string, forward bool) iter.Seq2[string, *row] {
	return func(yield func(string, *row) bool) { rd.walk(low, high, forward, yield) }
}

func (rd *reader) walk(low, high string, forward bool, yield func(string, *row) bool) {
	rows, seen := &rd.table.rows, &rd.table.replica
	if rd.index != nil {
		rows, seen = &rd.index.tree, &rd.index.replica
	}
	if rd.consistent || !seen.lags() {
		walk(rows, low, high, forward, yield)
		return
	}
	seen.walk(rows, low, high, forward, yield)
}

// walk yields the entries of a tree with low <= key < high, in either direction; an empty high is no bound.
func walk[V any](t *tree.Tree[V], low, high string, forward bool, yield func(string, V) bool) {
	if forward {
		for key, r := range t.Ascend(low) {
			if (high != "" && key >= high) || !yield(key, r) {
				return
			}
		}
		return
	}
	for key, r := range t.Descend(high) {
		if key < low || !yield(key, r) {
			return
		}
	}
}

// page reads a page and charges it.
func (rd *reader) page(rows iter.Seq2[string, *row]) (*page, *apiError) {
	p := rd.read(rows)
	return p, rd.pay(p)
}

// scanning notes that the scan reads everything from low up to high. With [Options.Capacity] a scan is charged as a
// whole, as in the guide's examples, because its partitions change while it runs.
func (rd *reader) scanning(low, high string) {
	if rd.table.res != nil {
		return
	}
	total := rd.table.def.partitions(rd.table.def.throughput)
	if rd.index != nil && !rd.index.local {
		total = rd.table.def.partitions(rd.index.throughput)
	}
	rd.spread = newSpread(total, low, high)
}

// read reads rows until the page is full.
func (rd *reader) read(rows iter.Seq2[string, *row]) *page {
	p := &page{exhausted: true}
	var last *row
	for key, r := range rows {
		if p.bytes >= maxPage {
			p.exhausted = false // there is more: if the last item just fills the page, there is not
			break
		}
		it, size := r.item, r.size
		if rd.index != nil {
			if rd.index.kind != "ALL" {
				it = rd.index.view(&rd.table.schema, r.item)
				size = it.Size()
			}
			if rd.fetch {
				it = r.item
				p.fetched += readUnits(r.size, rd.consistent)
			}
		}
		last = r
		p.scanned++
		p.bytes += size
		p.note(rd, r, size)
		if rd.spread != nil {
			rd.spread.read(key, size, rd.consistent)
		}
		if rd.filter == nil || rd.filter.Holds(it) {
			p.count++
			if rd.selects != "COUNT" {
				if rd.projection != nil {
					it = rd.projection.Apply(it)
				}
				p.items = append(p.items, it)
			}
		}
		if p.scanned == rd.limit {
			p.exhausted = false
			break
		}
	}
	if !p.exhausted {
		p.last = rd.position(last.item)
	}
	return p
}

// position returns the LastEvaluatedKey of an item: its index key and its table key.
func (rd *reader) position(it value.Item) value.Item {
	last := rd.table.only(it)
	if rd.index != nil {
		for _, f := range rd.index.only(it) {
			last = last.With(f.Name, f.Value)
		}
	}
	return last
}

// answer writes the page.
func (rd *reader) answer(in *wire.Node, p *page) *out {
	o := &out{b: make([]byte, 0, 256+p.bytes+p.bytes/2)}
	o.open()
	if rd.selects != "COUNT" {
		o.items("Items", p.items)
	}
	o.int("Count", p.count)
	o.int("ScannedCount", p.scanned)
	if p.last != nil {
		o.item("LastEvaluatedKey", p.last)
	}
	wantedCapacity(in).one(o, rd.used(p))
	o.close()
	return o
}

// used returns what the page has consumed.
func (rd *reader) used(p *page) *usage {
	u := &usage{table: rd.table, read: true}
	units := readUnits(p.bytes, rd.consistent)
	if rd.spread != nil {
		units = rd.spread.end(p.exhausted, rd.consistent)
	}
	if rd.index == nil {
		u.add(units, nil)
	} else {
		at := make([]float64, len(rd.table.indexes))
		at[slices.Index(rd.table.indexes, rd.index)] = units
		u.add(p.fetched, at)
	}
	return u
}
