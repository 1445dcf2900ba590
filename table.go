package ddb

import (
	"fmt"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/codec"
	"github.com/singletable-go/ddb/internal/field"
)

// mTable describes one DynamoDB table: its keys, its indexes and the entities in it. It holds no client and no
// physical name: [New] joins the three. Build it in package variables; it must not change once a [DB] uses it.
type mTable struct {
	primary  *mIndex
	indexes  []*mIndex
	entities []*mEntity
	refused  []refusedDefinition
	views    []string            // that are declared for it
	byName   map[string]*mEntity // aliases included
	typeAttr string
	ttl      string
	ages     int                                  // items of schemas below it may be given a TTL by their upgrade
	keyTypes map[string]types.ScalarAttributeType // of every key attribute that an entity fills
	told     map[string]bool                      // faults of its own, by a Define
	frozen   atomic.Bool
	names    sync.Map // of the physical tables that a DB was made for
	face     any      // the public Table
}

// primaryName is the name of the index that is the table itself.
const primaryName = "primary"

// newTable returns a table with the given key attributes; sort is "" for a table without a sort key.
func newTable(partition, sort string) *mTable {
	t := &mTable{typeAttr: "entityType", byName: map[string]*mEntity{}, told: map[string]bool{}, keyTypes: map[string]types.ScalarAttributeType{}}
	t.primary = &mIndex{table: t, name: primaryName, partition: []string{partition}, sort: nonEmpty(sort)}
	t.primary.names = t.primary.attrs()
	return t
}

// TypeAttribute names the attribute that carries the entity's name in each item, "entityType" by default. "" switches
// it off: then the shape of its primary key alone says what an item is.
func (t *mTable) TypeAttribute(name string) *mTable {
	t.mutable("TypeAttribute")
	t.typeAttr = name
	t.renamed()
	return t
}

// TTL names the attribute that DynamoDB expires items by. Entities say with [Definition.TTL] which field it is.
func (t *mTable) TTL(attr string) *mTable {
	t.mutable("TTL")
	t.ttl = attr
	t.renamed()
	return t
}

// GSI declares a global secondary index; sort is "" for an index without a sort key. It projects whole items unless
// [Index.KeysOnly] or [Index.Include] say otherwise. What is wrong with it is a fault of the next [Define], and of [New].
func (t *mTable) GSI(name, partition, sort string) *mIndex {
	return t.add(&mIndex{name: name, kind: globalIndex, partition: []string{partition}, sort: nonEmpty(sort)})
}

// MultiGSI declares a global secondary index with up to four partition and four sort attributes, each of them a
// [Native] field. A query gives all partition attributes, and sort attributes from the left without a gap.
func (t *mTable) MultiGSI(name string, partition, sort []string) *mIndex {
	return t.add(&mIndex{name: name, kind: globalIndex, partition: slices.Clone(partition), sort: slices.Clone(sort)})
}

// LSI declares a local secondary index: the table's partition key with another sort key. Item collections of a table
// with an LSI are limited to 10 GB.
func (t *mTable) LSI(name, sort string) *mIndex {
	return t.add(&mIndex{name: name, kind: localIndex, partition: t.primary.partition, sort: []string{sort}})
}

func (t *mTable) add(ix *mIndex) *mIndex {
	t.mutable("index " + ix.name)
	ix.table, ix.names = t, ix.attrs()
	t.indexes = append(t.indexes, ix)
	t.renamed()
	return ix
}

// inUse says that a DB is made for the physical table called name. From then on the model stays as it is, so that it is
// checked as a whole first: what was declared after the last Define was not yet.
func (t *mTable) inUse(name string) {
	if !t.frozen.Load() {
		if err := joinFaults(t.stands()); err != nil {
			panic("ddb: New: " + err.Error())
		}
	}
	if !utf8.ValidString(name) {
		panic(fmt.Sprintf("ddb: New: table name %q is not valid UTF-8", name))
	}
	t.frozen.Store(true)
	t.names.Store(name, nil)
}

// called reports whether a DB was made for the physical table called name. An engine that does not say which table consumed
// capacity says "": that is every table.
func (t *mTable) called(name string) bool {
	_, ok := t.names.Load(name)
	return ok || name == ""
}

// renamed tells the entities which attributes the library fills, so that none of them is read into a field whose name differs
// in case, and which of their fields stand in an index.
func (t *mTable) renamed() {
	for _, e := range t.entities {
		e.codec = codec.For(e.proto.Type()).Beside(append(t.ownNames(), e.filledNames()...)...)
		e.lone = e.indexFields()
	}
}

// filledNames returns the attributes of the fields that the library fills.
func (e *mEntity) filledNames() (names []string) {
	for _, f := range []*field.Field{e.version, e.ttl, e.created, e.updated} {
		if f != nil {
			names = append(names, f.Attr())
		}
	}
	return names
}

// ownNames returns the attributes that the library fills beside those of fields.
func (t *mTable) ownNames() (names []string) {
	for _, ix := range t.all() {
		names = append(names, ix.attrs()...)
	}
	if t.typeAttr != "" {
		names = append(names, t.typeAttr)
	}
	if t.ttl != "" {
		names = append(names, t.ttl)
	}
	return append(names, schemaAttr, writeStampAttr)
}

func (t *mTable) all() []*mIndex { return append([]*mIndex{t.primary}, t.indexes...) }

// mutable panics when the table is in use: a change would leave DBs with half a model.
func (t *mTable) mutable(what string) {
	if t.frozen.Load() {
		panic("ddb: " + what + ": the table is in use by a DB; declare indexes and entities before New, in package variables")
	}
}

var indexName = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

func nonEmpty(attr string) []string {
	if attr == "" {
		return nil
	}
	return []string{attr}
}
