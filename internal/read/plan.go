package read

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/ddbblob"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/template"
)

// Plan is a query ready to run.
type Plan struct {
	Q          Query
	table      string // the physical table's name, "" for a plan that is only printed
	blobs      ddbblob.Store
	keys       *model.IndexKeys
	ix         *model.Index
	partition  []types.AttributeValue // values of the partition key's attributes
	Shards     []types.AttributeValue // partition keys of a query that reads all shards, merged
	sort       template.Range         // the range of a sort key that is not Native
	native     []nativeBound          // the bounds of a Native sort key
	Crossed    bool                   // no item can match the bounds of native, or pass the filter
	selected   []*field.Field         // nil for all fields
	kept       []*field.Field         // the fields to fill, with a selection
	keyAlone   bool                   // the primary key holds all selected fields
	consistent bool
	live       bool              // DynamoDB filters out expired items
	undated    bool              // the index entry does not show whether the item has expired
	partial    bool              // an item of an older schema has to be fetched: an upgrade needs all attributes
	hydrate    bool              // each item has to be fetched
	recheck    []model.Predicate // the filter, for items that were fetched
	Outcomes   bool              // an index entry whose item stayed unprocessed is a hit, not an error
}

// Plan checks q and prepares its request; db is nil for a plan that is only printed.
func (q Query) Plan(db *DB) (*Plan, error) {
	if q.E == nil {
		return nil, fault.Model("ddb: query: no entity: make the query with Entity.Query or Entity.On")
	}
	b := &planner{q: q, p: &Plan{Q: q, ix: q.Ix, consistent: q.Consistent || db != nil && db.Strong}}
	if db != nil {
		b.p.table, b.p.blobs = db.Name, db.Opts.Blobs
	}
	if db != nil && db.Table != q.E.Table {
		b.fault("the entity belongs to another table: use the DB of that table")
		return b.done()
	}
	if q.Ix == nil || q.Ix.Table != q.E.Table {
		b.fault("the index is nil or belongs to another table")
		return b.done()
	}
	if b.p.keys = q.E.KeysIn(q.Ix); b.p.keys == nil {
		b.fault("the entity has no keys in this index: declare them with Index")
		return b.done()
	}
	if b.p.keys.Mixed {
		b.fault("the entity is in the index by AlsoIn, and a text key is among the key attributes: query an entity that declares the index with Native parts")
		return b.done()
	}
	if b.p.consistent && q.Ix.Kind == model.GlobalIndex {
		b.fault("DynamoDB has no consistent reads of a global secondary index: remove Consistent")
	}
	if q.Limit < 0 || q.Examine < 0 {
		b.fault("Limit and Examine must not be negative")
	}
	b.partition()
	b.example()
	next := b.sortKey()
	b.family()
	b.filters(next)
	b.selection()
	if len(b.faults) == 0 {
		b.impossible()
		b.projection(db != nil && db.Opts.WithExpired)
		b.rechecks()
	}
	return b.done()
}

// partition renders the partition key from the example.
func (b *planner) partition() {
	k := b.p.keys.Keys()[0]
	if !k.Template.Native() {
		if b.shards(k) {
			return
		}
		s, err := b.p.keys.Render("query", k, b.q.Example)
		if err != nil {
			b.faults = append(b.faults, err)
			return
		}
		b.p.partition = []types.AttributeValue{&types.AttributeValueMemberS{Value: s}}
		return
	}
	for i, f := range k.Template.Fields() {
		av, err := b.p.keys.Native("query", k, i, f.Get(b.q.Example))
		if err != nil {
			b.faults = append(b.faults, err)
			return
		}
		b.p.partition = append(b.p.partition, av)
	}
}

// example reports fields of the example that are not in the partition key.
func (b *planner) example() {
	for _, f := range b.p.keys.Others() {
		if !f.Get(b.q.Example).IsZero() {
			b.fault("%s is not part of partition key %q: %s", f.Name, b.p.keys.Partition, b.instead(f))
		}
	}
}

// instead says which method takes a condition on the field.
func (b *planner) instead(f *field.Field) string {
	switch {
	case b.p.keys.Partition.Holds(f):
		return "it is part of the partition key, so put it into the example"
	case b.p.keys.Sort.Holds(f):
		return "use SortKey"
	case !f.Stored():
		return "it lives only in another key, so no query on " + b.p.ix.Name + " can use it"
	}
	return "use Filter"
}

// family reports a read of one entity that would also read its parent or children.
func (b *planner) family() {
	if b.q.Collection || len(b.faults) > 0 {
		return
	}
	ix := b.p.ix
	if below := b.q.E.ChildrenIn(ix); len(below) > 0 && b.p.sort.Form != template.Exact {
		b.fault("the range also contains %s, declared Under it: use Collection, or Get for one item", strings.Join(below, ", "))
	}
	parent := b.q.E.ParentIn(ix)
	if parent == nil {
		return
	}
	for i, f := range b.p.keys.Sort.Fields() {
		if i >= len(parent.Sort.Fields()) {
			return
		}
		if i >= b.fixed {
			b.fault("the range also contains %s: fix %s with SortKey(Eq(…)), or use Collection", parent.Entity.Name, f.Name)
			return
		}
	}
}

// filters reports conditions that belong in SortKey, and conditions on attributes that the index does not project.
func (b *planner) filters(next *field.Field) {
	keys := b.p.ix.Attrs()
	for _, c := range b.q.Filters {
		b.eachField(c, func(f *field.Field) {
			switch {
			case next != nil && f == next && c.Bounds():
				b.fault("Filter: %s is the next part of sort key %q: use SortKey, which reads fewer items", f.Name, b.p.keys.Sort)
			case f.Stored() && slices.Contains(keys, f.Attr()) && !f.Nested():
				b.fault("Filter: %s is a key attribute of the index, and DynamoDB refuses a filter on it: use SortKey", f.Name)
			case f.Stored() && !b.p.ix.Projects(f.Attr()):
				b.fault("Filter: %s does not project %s: add it with Include, or filter in the program", b.p.ix.Name, f.Name)
			}
		})
	}
}

// impossible detects filters that no item can pass.
func (b *planner) impossible() {
	for _, c := range b.q.Filters {
		if op := c.Op; op != model.OpBetween && op != model.OpAnd {
			continue
		}
		if cc, err := b.q.E.CompileCond(c); err == nil && cc.Never() {
			b.p.Crossed = true
		}
	}
}

// eachField calls f for each field that a condition names, and reports those that cannot be resolved.
func (b *planner) eachField(cl model.Clause, visit func(*field.Field)) {
	if cl.Op == model.OpNil {
		b.fault("Filter: a condition is nil: remove it")
		return
	}
	for _, k := range cl.Kids {
		b.eachField(k, visit)
	}
	if cl.Ptr == nil {
		return
	}
	f, err := b.q.E.Resolve(cl.Ptr)
	if err != nil {
		b.fault("Filter: %w", err)
		return
	}
	before := len(b.faults)
	if visit(f); len(b.faults) > before {
		return
	}
	switch _, _, err := b.q.E.Operands(cl); {
	case errors.Is(err, fault.ErrValue): // an invalid value is no mistake of the program
		b.faults = append(b.faults, b.p.fail(fmt.Errorf("Filter: %w", err))) //nolint:staticcheck // Filter is the name of the option
	case err != nil:
		b.fault("Filter: %w", err)
	}
}

// fail adds the query to an error.
func (p *Plan) fail(err error) error {
	what := "query"
	if p.Q.Collection {
		what = "collection"
	}
	name := "?"
	if p.ix != nil {
		name = p.ix.Name
	}
	return fmt.Errorf("ddb: %s %s on %s: %w", what, p.Q.E.Name, name, err)
}
