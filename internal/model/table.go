package model

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/field"
)

// Table describes one DynamoDB table: its keys, its indexes and the entities in it.
type Table struct {
	Primary  *Index
	Indexes  []*Index
	Entities []*Entity
	refused  []refusedDefinition
	views    []declaredView
	doc      string
	byName   map[string]*Entity // aliases included
	shapes   map[*Index]*shapes // of the entities, versions included
	versions bool               // an entity has a History
	TypeAttr string
	TTL      string
	ages     int                                  // an upgrade may set a TTL in items with a lower schema number
	KeyTypes map[string]types.ScalarAttributeType // of every key attribute that an entity fills
	checking sync.Mutex                           // tests run in parallel, each with a DB, and each New checks
	own      *tableFaults                         // nil since its own declarations changed
	revised  int                                  // counts these changes
	reported map[string]bool                      // faults of its own, by a Define
	Frozen   atomic.Bool
	names    sync.Map // of the physical tables that a DB was made for
	Face     any      // the public Table
}

// PrimaryName is the name of the index that is the table itself.
const PrimaryName = "primary"

// NewTable returns a table with the given key attributes; sort is "" for a table without a sort key.
func NewTable(partition, sort string) *Table {
	t := &Table{TypeAttr: "entityType", byName: map[string]*Entity{}, shapes: map[*Index]*shapes{}, reported: map[string]bool{}, KeyTypes: map[string]types.ScalarAttributeType{}}
	t.Primary = &Index{Table: t, Name: PrimaryName, Partition: []string{partition}, Sort: nonEmpty(sort)}
	t.Primary.names = t.Primary.Attrs()
	t.shapes[t.Primary] = &shapes{} // which reads look into
	return t
}

// SetType names the attribute that holds the entity's name in each item, "entityType" by default. With "" there is none: then
// the shape of the primary key alone identifies the entity.
func (t *Table) SetType(name string) *Table {
	t.Mutable("TypeAttribute")
	t.TypeAttr = name
	t.updateCodecs()
	return t
}

// SetTTL names the attribute that DynamoDB expires items by.
func (t *Table) SetTTL(attr string) *Table {
	t.Mutable("TTL")
	t.TTL = attr
	t.updateCodecs()
	return t
}

// GSI declares a global secondary index; sort is "" for an index without a sort key.
func (t *Table) GSI(name, partition, sort string) *Index {
	return t.add(&Index{Name: name, Kind: GlobalIndex, Partition: []string{partition}, Sort: nonEmpty(sort)})
}

// MultiGSI declares a global secondary index with up to four partition and four sort attributes, each of them a Native
// field.
func (t *Table) MultiGSI(name string, partition, sort []string) *Index {
	return t.add(&Index{Name: name, Kind: GlobalIndex, Partition: slices.Clone(partition), Sort: slices.Clone(sort)})
}

// LSI declares a local secondary index: the table's partition key with another sort key. Item collections of a table
// with an LSI are limited to 10 GB.
func (t *Table) LSI(name, sort string) *Index {
	return t.add(&Index{Name: name, Kind: LocalIndex, Partition: t.Primary.Partition, Sort: []string{sort}})
}

func (t *Table) add(ix *Index) *Index {
	t.Mutable("index " + ix.Name)
	ix.Table, ix.names = t, ix.Attrs()
	t.Indexes = append(t.Indexes, ix)
	t.updateCodecs()
	return ix
}

// InUse checks the model and freezes it, since a DB is made for the physical table called name. Declarations after the last
// Define were not checked before.
func (t *Table) InUse(name string) {
	if !t.Frozen.Load() {
		if err := joinFaults(t.currentFaults()); err != nil {
			panic("ddb: New: " + err.Error())
		}
	}
	if !utf8.ValidString(name) {
		panic(fmt.Sprintf("ddb: New: table name %q is not valid UTF-8", name))
	}
	t.Frozen.Store(true)
	t.names.Store(name, nil)
}

// Called reports whether a DB was made for the physical table called name. It is true for "": some engines do not return the
// name of the table that consumed capacity.
func (t *Table) Called(name string) bool {
	_, ok := t.names.Load(name)
	return ok || name == ""
}

// updateCodecs tells the entities that the table's own attributes are others.
func (t *Table) updateCodecs() {
	for _, e := range t.Entities {
		e.updateCodec()
	}
}

// updateCodec tells the entity which attributes the library fills, so that none of them is read into a field whose name differs
// in case, and which of its fields stand in an index.
func (e *Entity) updateCodec() {
	e.plain = codec.For(e.Proto.Type()).Beside(append(e.Table.ownNames(), e.filledNames()...)...)
	e.Codec = e.plain.Packed(e.packings)
	e.IndexFields = e.findIndexFields()
}

// filledNames returns the attributes of the fields that the library sets.
func (e *Entity) filledNames() (names []string) {
	for _, f := range []*field.Field{e.Version, e.TTL, e.Created, e.Updated} {
		if f != nil {
			names = append(names, f.Attr())
		}
	}
	return names
}

// ownNames returns the attributes that the library sets beside those of fields.
func (t *Table) ownNames() (names []string) {
	for _, ix := range t.All() {
		names = append(names, ix.Attrs()...)
	}
	if t.TypeAttr != "" {
		names = append(names, t.TypeAttr)
	}
	if t.TTL != "" {
		names = append(names, t.TTL)
	}
	return append(names, SchemaAttr, WriteStampAttr)
}

// All returns the primary index and the others, in the order of their declaration.
func (t *Table) All() []*Index { return append([]*Index{t.Primary}, t.Indexes...) }

// Mutable begins a change of the table itself. It panics if the table is in use: existing DBs would have another model.
func (t *Table) Mutable(what string) {
	if t.Frozen.Load() {
		panic("ddb: " + what + ": the table is in use by a DB; declare indexes and entities before New, in package variables")
	}
	t.own = nil
	t.revised++
}

// isIndexName reports a name that an index may have.
func isIndexName(name string) bool {
	return 3 <= len(name) && len(name) <= 255 && !strings.ContainsFunc(name, func(c rune) bool {
		return (c < '0' || '9' < c) && (c < 'A' || 'Z' < c) && (c < 'a' || 'z' < c) && c != '_' && c != '.' && c != '-'
	})
}

func nonEmpty(attr string) []string {
	if attr == "" {
		return nil
	}
	return []string{attr}
}
