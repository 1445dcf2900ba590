package ddbmem

import (
	"slices"
	"strings"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
	"github.com/singletable-go/ddb/ddbmem/internal/wire"
)

// Limits on tables.
const (
	maxLocal      = 5
	maxGlobal     = 20
	maxProjected  = 100
	maxThroughput = 1000000000000
	maxKeyParts   = 4
)

func createTable(e *Engine, in *wire.Node) (*out, error) {
	e.reap()
	e.forgetStreams(e.clock.Now())
	t, failed := e.define(in)
	if failed != nil {
		return nil, failed
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.tables[t.name] != nil {
		return nil, inUse("Table already exists: " + t.name)
	}
	e.tables[t.name] = t
	if t.stream != nil {
		t.stream.open(e)
	}
	o := &out{}
	o.open()
	t.describe(o, "TableDescription", "CREATING")
	o.close()
	return o, nil
}

// nameRunes are the characters of table names.
const nameRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

// define checks a CreateTable request and returns the table, before the engine knows it.
func (e *Engine) define(in *wire.Node) (*table, *apiError) {
	now := e.clock.Now()
	t := &table{
		name: e.localName(in.Text("TableName")), id: e.rand.uuid(), created: now, engine: e,
	}
	if len(t.name) < 3 || len(t.name) > 255 || strings.Trim(t.name, nameRunes) != "" {
		return nil, invalid("TableName must be at least 3 characters long and at most 255 characters long")
	}
	t.arn = e.arn(t.name)
	t.ttl.delay = e.opts.TTLDelay
	d := &t.def
	if failed := d.readBilling(in, now); failed != nil {
		return nil, failed
	}
	if failed := d.readAttributes(in); failed != nil {
		return nil, failed
	}
	t.order = readSchema(in.List("KeySchema"))
	s, failed := d.schemaOf(t.order, false)
	if failed != nil {
		return nil, failed
	}
	t.schema = *s
	if !in.Has("LocalSecondaryIndexes") && !in.Has("GlobalSecondaryIndexes") && len(t.order) != len(d.attrs) {
		return nil, parameter("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	if failed := t.readIndexes(in); failed != nil {
		return nil, failed
	}
	if failed := t.checkUsed(); failed != nil {
		return nil, failed
	}
	if e.opts.Capacity != nil {
		if failed := checkNewWarm(in, "table", d.billing, d.throughput); failed != nil {
			return nil, failed
		}
		d.warm = readWarm(in)
	}
	t.local = in.Has("LocalSecondaryIndexes")
	d.class = in.Text("TableClass")
	d.protected = in.Flag("DeletionProtectionEnabled", false)
	d.readEncryption(in)
	if failed := d.addTags(in.List("Tags")); failed != nil {
		return nil, failed
	}
	if spec := in.Get("StreamSpecification"); spec != nil {
		view, failed := streamView(spec)
		if failed != nil {
			return nil, failed
		}
		if view != "" {
			t.stream = newStream(t, view)
		}
	}
	if delay := e.opts.TableDelay; delay > 0 {
		ready := now.Add(delay)
		t.readyAt.Store(&ready)
		for _, x := range t.indexes {
			x.activeAt = at(now.Add(delay))
		}
	}
	t.startThroughput(now)
	return t, nil
}

func (d *tableDefinition) readBilling(in *wire.Node, now time.Time) *apiError {
	d.billing = orDefault(in.Text("BillingMode"), "PROVISIONED")
	p := in.Get("ProvisionedThroughput")
	if d.billing == "PAY_PER_REQUEST" {
		if p != nil {
			return parameter("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
		}
		d.billedAt = at(now)
		d.onDemand = readOnDemand(in)
		return nil
	}
	if p == nil {
		return parameter("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	var failed *apiError
	d.throughput, failed = readThroughput(p)
	return failed
}

func readThroughput(p *wire.Node) (capacityPair, *apiError) {
	c := capacityPair{p.Int("ReadCapacityUnits", 0), p.Int("WriteCapacityUnits", 0)}
	if c.read > maxThroughput {
		return c, invalid("Given value %d for ReadCapacityUnits is out of bounds", c.read)
	}
	if c.write > maxThroughput {
		return c, invalid("Given value %d for WriteCapacityUnits is out of bounds", c.write)
	}
	return c, nil
}

func readOnDemand(in *wire.Node) *capacityPair {
	p := in.Get("OnDemandThroughput")
	if p == nil {
		return nil
	}
	return &capacityPair{p.Int("MaxReadRequestUnits", -1), p.Int("MaxWriteRequestUnits", -1)}
}

func (d *tableDefinition) readAttributes(in *wire.Node) *apiError {
	for _, a := range in.List("AttributeDefinitions") {
		def := attrDef{a.Text("AttributeName"), a.Text("AttributeType")}
		for _, b := range d.attrs {
			if b.Name == def.Name {
				return invalid("Attribute Name is duplicated: %s", def.Name)
			}
		}
		d.attrs = append(d.attrs, def)
	}
	return nil
}

func (d *tableDefinition) kindOf(name string) (value.Kind, bool) {
	for _, a := range d.attrs {
		if a.Name == name {
			return value.KindOf(a.Type)
		}
	}
	return value.None, false
}

func readSchema(elems []wire.Node) []schemaElement {
	order := make([]schemaElement, len(elems))
	for i := range elems {
		order[i] = schemaElement{elems[i].Text("AttributeName"), elems[i].Text("KeyType")}
	}
	return order
}

// schemaOf checks the elements of a key schema; a global index may have several of each type.
func (d *tableDefinition) schemaOf(order []schemaElement, global bool) (*schema, *apiError) {
	keys := make([]string, len(order))
	for i, k := range order {
		keys[i] = k.Name
	}
	if !global && len(keys) > len(d.attrs) {
		return nil, invalid("Invalid KeySchema: Some index key attribute have no definition")
	}
	for _, k := range keys {
		if _, ok := d.kindOf(k); !ok {
			return nil, parameter("Some index key attributes are not defined in AttributeDefinitions. Keys: [%s], AttributeDefinitions: [%s]",
				strings.Join(keys, ", "), strings.Join(d.names(), ", "))
		}
	}
	if len(keys) == 2 && keys[0] == keys[1] {
		return nil, invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	}
	s := &schema{}
	for i, k := range order {
		kind, _ := d.kindOf(k.Name)
		switch {
		case i == 0 && k.Type != "HASH":
			return nil, invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
		case k.Type == "HASH" && len(s.rng) > 0:
			return nil, invalid("Invalid KeySchema: All HASH key elements must come before RANGE key elements")
		case i == 1 && !global && k.Type != "RANGE":
			return nil, invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
		case slices.Contains(keys[:i], k.Name):
			return nil, invalid("Invalid KeySchema: Duplicate attribute name in KeySchema: %s", k.Name)
		}
		if k.Type == "HASH" {
			s.hash = append(s.hash, keyAttr{k.Name, kind})
		} else {
			s.rng = append(s.rng, keyAttr{k.Name, kind})
		}
	}
	if len(s.hash) > maxKeyParts {
		return nil, invalid("Too many partition keys. GSI can have at most %d partition keys", maxKeyParts)
	}
	if len(s.rng) > maxKeyParts {
		return nil, invalid("Too many sort keys. GSI can have at most %d sort keys", maxKeyParts)
	}
	return s, nil
}

func (d *tableDefinition) names() []string {
	names := make([]string, len(d.attrs))
	for i, a := range d.attrs {
		names[i] = a.Name
	}
	return names
}

// readIndexes reads the local, then the global indexes of a new table.
func (t *table) readIndexes(in *wire.Node) *apiError {
	if in.Has("LocalSecondaryIndexes") {
		list := in.List("LocalSecondaryIndexes")
		if len(list) == 0 {
			return parameter("List of LocalSecondaryIndexes is empty")
		}
		if len(t.rng) == 0 {
			return parameter("Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex")
		}
		for i := range list {
			if failed := t.addLocal(&list[i]); failed != nil {
				return failed
			}
		}
		if len(list) > maxLocal {
			return parameter("Number of LocalSecondaryIndexes exceeds per-table limit of %d", maxLocal)
		}
	}
	if in.Has("GlobalSecondaryIndexes") {
		list := in.List("GlobalSecondaryIndexes")
		if len(list) == 0 {
			return parameter("List of GlobalSecondaryIndexes is empty")
		}
		for i := range list {
			x, failed := t.globalIndex(&list[i], "is not")
			if failed != nil {
				return failed
			}
			t.indexes = append(t.indexes, x)
		}
		if len(list) > maxGlobal {
			return parameter("GlobalSecondaryIndex count exceeds the per-table limit of %d", maxGlobal)
		}
	}
	return checkIncluded(t.indexes)
}

// checkIncluded rejects indexes that list too many attributes in total.
func checkIncluded(indexes []*index) *apiError {
	projected := 0
	for _, x := range indexes {
		projected += len(x.include)
	}
	if projected > maxProjected {
		return parameter("Total number of NonKeyAttributes projected in all secondary indexes exceeds the limit of %d", maxProjected)
	}
	return nil
}

func (t *table) addLocal(n *wire.Node) *apiError {
	x := &index{name: n.Text("IndexName"), local: true, order: readSchema(n.List("KeySchema"))}
	s, failed := t.def.schemaOf(x.order, false)
	if failed != nil {
		return failed
	}
	x.schema = *s
	if len(s.rng) == 0 {
		return parameter("Index KeySchema does not have a range key for index: %s", x.name)
	}
	if s.hash[0].name != t.hash[0].name {
		return parameter("Index KeySchema does not have the same leading hash key as table KeySchema for index: %s. "+
			"index hash key: %s, table hash key: %s", x.name, s.hash[0].name, t.hash[0].name)
	}
	if failed := x.readProjection(n); failed != nil {
		return failed
	}
	if t.find(x.name) != nil {
		return parameter("Duplicate index name: %s", x.name)
	}
	t.indexes = append(t.indexes, x)
	return nil
}

// globalIndex reads a global index, of a new table or of an update. The two have different messages for missing
// throughput.
func (t *table) globalIndex(n *wire.Node, missing string) (*index, *apiError) {
	x := &index{name: n.Text("IndexName"), order: readSchema(n.List("KeySchema"))}
	s, failed := t.def.schemaOf(x.order, true)
	if failed != nil {
		return nil, failed
	}
	x.schema = *s
	if failed := x.readProjection(n); failed != nil {
		return nil, failed
	}
	p := n.Get("ProvisionedThroughput")
	switch {
	case t.def.billing == "PAY_PER_REQUEST" && p != nil:
		return nil, parameter("ProvisionedThroughput should not be specified for index: %s when BillingMode is PAY_PER_REQUEST", x.name)
	case t.def.billing == "PROVISIONED" && p == nil:
		return nil, parameter("ProvisionedThroughput %s specified for index: %s", missing, x.name)
	case p != nil:
		if x.throughput, failed = readThroughput(p); failed != nil {
			return nil, failed
		}
	}
	x.onDemand = readOnDemand(n)
	if t.engine != nil && t.engine.opts.Capacity != nil {
		if failed := checkNewWarm(n, "index "+x.name, t.def.billing, x.throughput); failed != nil {
			return nil, failed
		}
		x.warm = readWarm(n)
	}
	if t.find(x.name) != nil {
		return nil, parameter("Duplicate index name: %s", x.name)
	}
	return x, nil
}

func (x *index) readProjection(n *wire.Node) *apiError {
	p := n.Get("Projection")
	x.kind = p.Text("ProjectionType")
	if x.kind == "" {
		return parameter("Unknown ProjectionType: null")
	}
	x.extra = p.Strings("NonKeyAttributes")
	if x.extra != nil && x.kind != "INCLUDE" {
		return parameter("ProjectionType is %s, but NonKeyAttributes is specified", x.kind)
	}
	if x.extra == nil && x.kind == "INCLUDE" {
		return parameter("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
	}
	x.include = slices.Clone(x.extra)
	slices.Sort(x.include)
	if len(slices.Compact(slices.Clone(x.include))) != len(x.include) {
		return parameter("Duplicate NonKeyAttributes in index: %s", x.name)
	}
	return nil
}

// checkUsed rejects definitions of attributes that are in no key.
func (t *table) checkUsed() *apiError {
	used := []string{}
	note := func(order []schemaElement) {
		for _, k := range order {
			if !slices.Contains(used, k.Name) {
				used = append(used, k.Name)
			}
		}
	}
	note(t.order)
	for _, x := range t.indexes {
		note(x.order)
	}
	if len(used) != len(t.def.attrs) {
		return parameter("Some AttributeDefinitions are not used. AttributeDefinitions: [%s], keys used: [%s]",
			strings.Join(t.def.names(), ", "), strings.Join(used, ", "))
	}
	return nil
}

func (d *tableDefinition) readEncryption(in *wire.Node) {
	s := in.Get("SSESpecification")
	if s == nil {
		return
	}
	d.sse = nil
	if s.Flag("Enabled", false) {
		d.sse = &sseDefinition{kind: orDefault(s.Text("SSEType"), "KMS"), key: s.Text("KMSMasterKeyId")}
	}
}
