package ddbmem

import (
	"slices"
	"strings"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

const oneOnline = "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"

func updateTable(e *Engine, in *wire.Node) (*out, error) {
	if failed := checkUpdate(in); failed != nil {
		return nil, failed
	}
	t, failed := e.forChange(in)
	if failed != nil {
		return nil, failed
	}
	t.settle()
	e.mu.Lock()
	defer e.mu.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dropped {
		return nil, noNamedTable(t.name)
	}
	now := e.clock.Now()
	u := tableUpdate{t: t, in: in, now: now, def: t.def, indexes: slices.Clone(t.indexes)}
	u.def.attrs = slices.Clone(t.def.attrs)
	if failed := u.all(); failed != nil {
		return nil, failed
	}
	u.commit(e)
	o := &out{}
	o.open()
	t.describe(o, "TableDescription", "UPDATING")
	o.close()
	return o, nil
}

// checkUpdate checks a request before its table is looked at.
func checkUpdate(in *wire.Node) *apiError {
	some := false
	for _, name := range []string{
		"ProvisionedThroughput", "BillingMode", "StreamSpecification", "SSESpecification", "TableClass",
		"DeletionProtectionEnabled", "OnDemandThroughput", "WarmThroughput", "ReplicaUpdates",
	} {
		some = some || in.Has(name)
	}
	updates := in.List("GlobalSecondaryIndexUpdates")
	if !some && len(updates) == 0 {
		return invalid("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or " +
			"SSESpecification or ReplicaUpdates is required")
	}
	if in.Has("ReplicaUpdates") {
		return invalid("ddbmem does not support global tables")
	}
	if in.Text("BillingMode") == "PROVISIONED" && !in.Has("ProvisionedThroughput") {
		return parameter("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
	}
	if p := in.Get("ProvisionedThroughput"); p != nil {
		if _, failed := readThroughput(p); failed != nil {
			return failed
		}
	}
	var names []string
	online := 0
	for i := range updates {
		if len(present(&updates[i], []string{"Update", "Create", "Delete"})) > 1 {
			return parameter("Only one of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, " +
				"GlobalSecondaryIndexUpdate.Delete may be specified")
		}
		if updates[i].Has("Create") || updates[i].Has("Delete") {
			online++
		}
		part := indexUpdate(&updates[i])
		if part == nil {
			return parameter("One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, " +
				"GlobalSecondaryIndexUpdate.Delete must not be null")
		}
		name := part.Text("IndexName")
		if slices.Contains(names, name) {
			return parameter("Only one global secondary index update per index is allowed simultaneously. Index: %s", name)
		}
		names = append(names, name)
	}
	if online > 1 {
		return limitExceeded(oneOnline)
	}
	return nil
}

func indexUpdate(n *wire.Node) *wire.Node {
	for _, name := range []string{"Update", "Create", "Delete"} {
		if part := n.Get(name); part != nil {
			return part
		}
	}
	return nil
}

// tableUpdate collects the changes of a table, which are applied all or not at all.
type tableUpdate struct {
	t       *table
	in      *wire.Node
	now     time.Time
	def     tableDefinition
	indexes []*index
	created *index
	deleted *index
	changed map[*index]indexSettings
	view    *string // of the stream to enable; empty to disable
}

// indexSettings are what an update of an index changes.
type indexSettings struct {
	throughput capacityPair
	onDemand   *capacityPair
}

func (u *tableUpdate) all() *apiError {
	for _, step := range []func() *apiError{u.billing, u.stream, u.globalIndexes, u.provisioned, u.checkDecreases, u.warmth, u.rest} {
		if failed := step(); failed != nil {
			return failed
		}
	}
	return nil
}

func (u *tableUpdate) billing() *apiError {
	mode := u.in.Text("BillingMode")
	if mode == "PAY_PER_REQUEST" && u.def.billing != mode {
		u.def.billedAt = at(u.now)
		u.def.throughput = capacityPair{}
		for _, x := range u.indexes {
			if !x.local {
				u.change(x, indexSettings{capacityPair{}, x.onDemand})
			}
		}
	}
	u.def.billing = orDefault(mode, u.def.billing)
	if p := u.in.Get("ProvisionedThroughput"); p != nil {
		if u.def.billing == "PAY_PER_REQUEST" {
			return parameter("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
		}
		next, failed := readThroughput(p)
		if failed != nil {
			return failed
		}
		if next == u.t.def.throughput && u.def.billing == u.t.def.billing && !u.in.Has("GlobalSecondaryIndexUpdates") {
			return invalid("The provisioned throughput for the table will not change. The requested value equals the current value. "+
				"Current ReadCapacityUnits provisioned for the table: %d. Requested ReadCapacityUnits: %d. "+
				"Current WriteCapacityUnits provisioned for the table: %d. Requested WriteCapacityUnits: %d. "+
				"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
				next.read, next.read, next.write, next.write)
		}
		u.def.throughput = next
	}
	if c := readOnDemand(u.in); c != nil {
		u.def.onDemand = c
	}
	return nil
}

func (u *tableUpdate) stream() *apiError {
	spec := u.in.Get("StreamSpecification")
	if spec == nil {
		return nil
	}
	view, failed := streamView(spec)
	if failed != nil {
		return failed
	}
	enabled := u.t.stream != nil && !u.t.stream.disabled()
	if view != "" && enabled {
		return invalid("Table already has an enabled stream: TableName: %s", u.t.name)
	}
	if view == "" && !enabled {
		return invalid("Table has no stream to disable: TableName: %s", u.t.name)
	}
	u.view = &view
	return nil
}

func (u *tableUpdate) globalIndexes() *apiError {
	updates := u.in.List("GlobalSecondaryIndexUpdates")
	for i := range updates {
		n := &updates[i]
		var failed *apiError
		switch {
		case n.Has("Create"):
			failed = u.createIndex(n.Get("Create"))
		case n.Has("Delete"):
			failed = u.deleteIndex(n.Get("Delete").Text("IndexName"))
		default:
			failed = u.updateIndex(n.Get("Update"))
		}
		if failed != nil {
			return failed
		}
	}
	return nil
}

// provisioned rejects an update that gives the table throughput but not its index.
func (u *tableUpdate) provisioned() *apiError {
	if u.def.billing != "PROVISIONED" || u.t.def.billing == "PROVISIONED" {
		return nil
	}
	var without []string
	for _, x := range u.indexes {
		s, changed := u.changed[x]
		if !changed {
			s.throughput = x.throughput
		}
		if !x.local && x != u.deleted && s.throughput == (capacityPair{}) {
			without = append(without, x.name)
		}
	}
	if len(without) > 0 {
		return parameter("ProvisionedThroughput must be specified for index: %s", strings.Join(without, ","))
	}
	return nil
}

func (u *tableUpdate) find(name string) *index {
	for _, x := range u.indexes {
		if x.name == name && !x.local {
			return x
		}
	}
	return nil
}

func (u *tableUpdate) createIndex(n *wire.Node) *apiError {
	name := n.Text("IndexName")
	if u.t.find(name) != nil {
		return invalid("Attempting to create an index which already exists")
	}
	for _, x := range u.indexes {
		if x.activeAt.ahead(u.now) || x.goneAt.set {
			return limitExceeded(oneOnline)
		}
	}
	probe := &table{def: u.def, schema: u.t.schema, engine: u.t.engine}
	probe.def.attrs = nil // the request must define the keys of the index, even if the table knows them
	if failed := probe.def.readAttributes(u.in); failed != nil {
		return failed
	}
	x, failed := probe.globalIndex(n, "must be")
	if failed != nil {
		return failed
	}
	for _, k := range x.all() {
		kind, known := u.t.def.kindOf(k.name)
		if known && kind != k.kind {
			return parameter("Attributes cannot be redefined. Please check that your attribute has the same type as previously defined. "+
				"Existing schema: Schema:[SchemaElement: key{%s:%s:%s}] New schema: Schema:[SchemaElement: key{%[1]s:%[4]s:%[3]s}]",
				k.name, kind, x.keyType(k.name), k.kind)
		}
		if !known {
			u.def.attrs = append(u.def.attrs, attrDef{k.name, k.kind.String()})
		}
	}
	global := 0
	for _, other := range u.indexes {
		if !other.local {
			global++
		}
	}
	if global >= maxGlobal {
		return limitExceeded("Subscriber limit exceeded: The number of GlobalSecondaryIndexes exceeds the per-table limit of 20")
	}
	u.created = x
	u.indexes = append(u.indexes, x)
	if failed := checkIncluded(u.indexes); failed != nil {
		return failed
	}
	// Definitions that are in no key are not kept.
	kept := &table{schema: u.t.schema, indexes: u.indexes, def: u.def}
	kept.keepUsed()
	u.def.attrs = kept.def.attrs
	return nil
}

func (u *tableUpdate) deleteIndex(name string) *apiError {
	x := u.find(name)
	if x == nil && u.t.find(name) != nil {
		return invalid("Cannot delete an index that is not a GlobalSecondaryIndex")
	}
	if x == nil {
		return notFound("Requested resource not found")
	}
	if x.activeAt.ahead(u.now) || x.goneAt.set {
		return inUse("Attempt to change a resource which is still in use: Index is being updated: " + name)
	}
	u.deleted = x
	return nil
}

func (u *tableUpdate) updateIndex(n *wire.Node) *apiError {
	x := u.find(n.Text("IndexName"))
	if x == nil {
		return notFound("Requested resource not found")
	}
	next := indexSettings{x.throughput, x.onDemand}
	if p := n.Get("ProvisionedThroughput"); p != nil {
		if u.def.billing == "PAY_PER_REQUEST" {
			return parameter("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: %s when BillingMode is PAY_PER_REQUEST", x.name)
		}
		c, failed := readThroughput(p)
		if failed != nil {
			return failed
		}
		if c == x.throughput && u.t.def.billing == u.def.billing {
			return invalid("The provisioned throughput for the index %s will not change. The requested value equals the current value. "+
				"Current ReadCapacityUnits provisioned for the index: %d. Requested ReadCapacityUnits: %d. "+
				"Current WriteCapacityUnits provisioned for the index: %d. Requested WriteCapacityUnits: %d. "+
				"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
				x.name, c.read, c.read, c.write, c.write)
		}
		next.throughput = c
	}
	if c := readOnDemand(n); c != nil {
		next.onDemand = c
	}
	u.change(x, next)
	return nil
}

func (u *tableUpdate) change(x *index, next indexSettings) {
	if u.changed == nil {
		u.changed = map[*index]indexSettings{}
	}
	u.changed[x] = next
}

func (u *tableUpdate) rest() *apiError {
	u.def.readEncryption(u.in)
	if class := u.in.Text("TableClass"); class != "" {
		u.def.class, u.def.classAt = class, at(u.now)
	}
	if u.in.Has("DeletionProtectionEnabled") {
		u.def.protected = u.in.Flag("DeletionProtectionEnabled", false)
	}
	return nil
}

// commit applies the changes. The caller holds the locks of the engine and the table.
func (u *tableUpdate) commit(e *Engine) {
	t := u.t
	delay := e.opts.TableDelay
	u.noteUnits()
	t.def = u.def
	t.indexes = u.indexes
	if delay > 0 {
		t.def.updatedAt = at(u.now.Add(delay))
	}
	for x, s := range u.changed {
		x.throughput, x.onDemand = s.throughput, s.onDemand
	}
	if x := u.created; x != nil {
		if delay > 0 {
			x.activeAt = at(u.now.Add(delay))
		}
		t.addIndexThroughput(x, u.now)
		// Backfill: an item that does not fit the index is left out of it.
		for _, r := range t.rows.Ascend("") {
			x.change(&t.schema, nil, r, u.now)
		}
	}
	u.commitThroughput()
	if x := u.deleted; x != nil {
		if delay > 0 {
			x.goneAt = at(u.now.Add(delay))
		} else {
			t.dropIndex(slices.Index(t.indexes, x))
		}
	}
	if u.view == nil {
		return
	}
	if *u.view == "" {
		t.stream.closeAll(u.now)
		return
	}
	t.stream = newStream(t, *u.view)
	t.stream.open(e)
}
