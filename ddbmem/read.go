package ddbmem

import (
	"iter"
	"slices"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/expr"
	"github.com/singletable-go/ddb/ddbmem/internal/tree"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// maxPage is how many bytes of items a page of a Query or a Scan reads.
const maxPage = 1 << 20

// reader is what Query and Scan have in common: a walk along a table or an index that filters and projects.
type reader struct {
	table      *table
	index      *index // nil to read the table itself
	filter     *expr.Condition
	projection *expr.Projection
	selects    string
	query      bool // rather than a scan
	limit      int
	consistent bool
	start      value.Item // ExclusiveStartKey, nil at the beginning
	from       string     // a key of what is read, in the tree
	fetch      bool       // a local index lacks what is asked for, and the table has it
	filteredBy string     // what the service calls the filter in messages
	spread     *spread    // of a scan
	statement  bool       // of PartiQL, which has words of its own for indexes
}

// page is the answer of a reader.
type page struct {
	items     []value.Item
	count     int
	scanned   int
	bytes     int     // read from the index or the table
	fetched   float64 // read units of items fetched behind a local index
	last      value.Item
	exhausted bool
	shares    []share // of the partitions, where they count
}

// newReader reads the parameters of a request that do not need the table.
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

// startFault is the answer to an attribute value of a starting key that is not allowed; only some messages say where
// they come from.
func startFault(err error) *apiError {
	e := asError(err)
	for _, part := range []string{"contains duplicates", "number set", "numeric value", "significant digits", "number with magnitude"} {
		if strings.Contains(e.msg, part) {
			return e
		}
	}
	e.msg = "The provided starting key is invalid: " + e.msg
	return e
}

func (rd *reader) checkSelect(in *wire.Node) error {
	parameter := "ProjectionExpression"
	if in.Has("AttributesToGet") {
		parameter = "AttributesToGet"
	}
	var failed *apiError
	switch {
	case rd.selects == "SPECIFIC_ATTRIBUTES" && rd.projection == nil:
		failed = invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case rd.selects == "COUNT" && rd.projection != nil:
		failed = invalid("Cannot specify the %s when choosing to get only the Count", parameter)
	case rd.selects == "ALL_ATTRIBUTES" && rd.projection != nil:
		failed = invalid("Cannot specify the %s when choosing to get ALL_ATTRIBUTES", parameter)
	case rd.selects == "ALL_PROJECTED_ATTRIBUTES" && rd.projection != nil:
		failed = invalid("Cannot specify the %s when choosing to get ALL_PROJECTED_ATTRIBUTES", parameter)
	case rd.selects == "ALL_PROJECTED_ATTRIBUTES" && !in.Has("IndexName"):
		failed = invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	default:
		return nil
	}
	failed.newer = oneError + failed.msg // the one envelope of Query
	return failed
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

// schema returns the key schema of what is read.
func (rd *reader) schema() *schema {
	if rd.index != nil {
		return &rd.index.schema
	}
	return &rd.table.schema
}

// checkProjected refuses a projection of a part of a key attribute.
func (rd *reader) checkProjected() *apiError {
	if rd.projection == nil {
		return nil
	}
	return rd.table.scalarKeys(rd.projection.NestedHeads())
}

// checkFiltered refuses a filter that looks into a key attribute.
func (rd *reader) checkFiltered() *apiError {
	if rd.filter == nil {
		return nil
	}
	return rd.table.scalarKeys(rd.filter.NestedHeads())
}

// checkFilter refuses a filter of a query that tests keys, or attributes that the index lacks.
func (rd *reader) checkFilter() *apiError {
	if rd.filter == nil {
		return nil
	}
	for _, k := range rd.schema().all() {
		if slices.Contains(rd.filter.Heads(), k.name) {
			return invalid("%s can only contain non-primary key attributes: Primary key attribute: %s", rd.filteredBy, k.name)
		}
	}
	return rd.checkFilterProjected()
}

// checkFilterProjected refuses a filter by attributes that the index lacks.
func (rd *reader) checkFilterProjected() *apiError {
	if rd.filter == nil {
		return nil
	}
	if missing := rd.unprojected(rd.filter.Heads()); len(missing) > 0 {
		return parameter("Secondary index %s does not project one or more filter attributes: [%s]", rd.index.name, strings.Join(missing, ", "))
	}
	return nil
}

// checkSelected refuses what a global index cannot give, and finds out whether a local one has to fetch from the table.
func (rd *reader) checkSelected() *apiError {
	x := rd.index
	if x == nil || x.kind == "ALL" {
		return nil
	}
	if rd.selects == "ALL_ATTRIBUTES" {
		if !x.local {
			return parameter("Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type is not ALL", x.name)
		}
		rd.fetch = true
	}
	if rd.projection == nil {
		return nil
	}
	missing := rd.unprojected(rd.projection.Heads())
	if len(missing) > 0 && !x.local {
		return parameter("Global secondary index %s does not project [%s]", x.name, strings.Join(missing, ", "))
	}
	rd.fetch = rd.fetch || len(missing) > 0
	return nil
}

// unprojected returns those of the names that the index lacks, sorted.
func (rd *reader) unprojected(names []string) []string {
	if rd.index == nil || rd.index.kind == "ALL" {
		return nil
	}
	var missing []string
	for _, name := range names {
		if !rd.index.projects(&rd.table.schema, name) {
			missing = append(missing, name)
		}
	}
	slices.Sort(missing)
	return missing
}

// startKey checks the starting key and returns where in the tree it stands.
func (rd *reader) startKey() (string, *apiError) {
	t, x := rd.table, rd.index
	size := len(t.hash) + len(t.rng)
	if x != nil {
		for _, k := range x.all() {
			if !t.has(k.name) {
				size++
			}
		}
	}
	if len(rd.start) != size {
		if x != nil || rd.query {
			return "", invalid("The provided starting key is invalid")
		}
		return "", invalid("The provided starting key is invalid: The provided key element does not match the schema")
	}
	if x != nil || rd.query {
		for _, k := range rd.schema().all() {
			switch v := rd.start.Get(k.name); {
			case v.IsZero():
				return "", invalid("The provided starting key is invalid")
			case v.Kind() != k.kind:
				return "", invalid("The provided key element does not match the schema")
			}
		}
		if failed := rd.schema().checkValues(rd.start); failed != nil {
			return "", failed
		}
	}
	for _, k := range t.all() {
		if rd.start.Get(k.name).Kind() != k.kind {
			return "", invalid("The provided starting key is invalid: The provided key element does not match the schema")
		}
	}
	if failed := t.checkValues(rd.start); failed != nil {
		failed.msg = "The provided starting key is invalid: " + failed.msg
		return "", failed
	}
	if x == nil {
		return t.rowKey(rd.start), nil
	}
	return string(x.appendKey(nil, rd.start)) + t.rowKey(rd.start), nil
}

// between yields the rows that the reader sees with low <= key < high, in either direction; an empty high is no bound.
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

// scanning says that what is read is all from low up to high. With [Options.Capacity] a scan is charged as a whole, as in
// the examples of the documentation: where its partitions begin and end changes under it.
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

// read walks along rows until the page is full.
func (rd *reader) read(rows iter.Seq2[string, *row]) *page {
	p := &page{exhausted: true}
	var last *row
	for key, r := range rows {
		if p.bytes >= maxPage {
			p.exhausted = false // there is more, unlike where the last item fills the page
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

// used returns what reading the page has consumed.
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
