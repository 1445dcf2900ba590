package ddb

import (
	"io"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/internal/model"
)

// Table describes one DynamoDB table: its keys, its indexes and the entities in it. It holds no client and no physical
// name: [New] joins the three. Build it in package variables; it must not change once a [DB] uses it. Then it is safe
// for concurrent use.
type Table struct {
	m *model.Table
}

// NewTable returns a table with the given key attributes; sort is "" for a table without a sort key.
func NewTable(partition, sort string) *Table {
	t := &Table{m: model.NewTable(partition, sort)}
	t.m.Face = t
	newIndex(t.m.Primary)
	return t
}

// below returns the model of t, nil for a table that is nil or not made by NewTable.
func (t *Table) below() *model.Table {
	if t == nil {
		return nil
	}
	return t.m
}

// TypeAttribute names the attribute that holds the entity's name in each item; the default is "entityType". "" switches
// it off: then only the shape of its primary key shows the type of an item.
func (t *Table) TypeAttribute(name string) *Table {
	t.m.SetType(name)
	return t
}

// TTL names the attribute by which DynamoDB expires items. Entities name the field with [Definition.TTL].
func (t *Table) TTL(attr string) *Table {
	t.m.SetTTL(attr)
	return t
}

// GSI declares a global secondary index; sort is "" for an index without a sort key. It projects whole items unless
// [Index.KeysOnly] or [Index.Include] change that. A mistake in it is a fault of the next [Define], and of [New].
func (t *Table) GSI(name, partition, sort string) *Index {
	return newIndex(t.m.GSI(name, partition, sort))
}

// MultiGSI declares a global secondary index with up to four partition and four sort attributes, each of them a
// [Native] field. A query gives all partition attributes, and sort attributes from the left without a gap.
func (t *Table) MultiGSI(name string, partition, sort []string) *Index {
	return newIndex(t.m.MultiGSI(name, partition, sort))
}

// LSI declares a local secondary index: the table's partition key with another sort key. Item collections of a table
// with an LSI are limited to 10 GB.
func (t *Table) LSI(name, sort string) *Index { return newIndex(t.m.LSI(name, sort)) }

// Primary returns the table's own key as an index, for [Meter.Capacity].
func (t *Table) Primary() *Index { return indexOf(t.m.Primary) }

// Indexes returns the primary index and then the secondary ones, in the order of their declaration.
func (t *Table) Indexes() []*Index {
	all := t.m.All()
	out := make([]*Index, len(all))
	for i, ix := range all {
		out[i] = indexOf(ix)
	}
	return out
}

// Check returns every fault of the model, joined: faults of the table and its indexes, of definitions that [Define]
// refused, and of declarations after an entity that do not fit it. It makes no request. [New] panics on faults of a
// table and of the entities in it. Call Check in a test to see all of them, including those of definitions that failed:
//
//	func TestModel(t *testing.T) {
//		if err := model.Platform.Check(); err != nil {
//			t.Fatal(err)
//		}
//	}
func (t *Table) Check() error { return t.m.Check() }

// Doc describes the table in its design, in a sentence or two.
func (t *Table) Doc(text string) *Table {
	t.m.SetDoc(text)
	return t
}

// Design returns the table's design as data: indexes, entities with their keys, fields and constraints, and views. Use it
// to store the design as JSON, to draw it, or to compare it with another; see package ddbdesign. It is a deep copy in a
// stable order, and holds no functions: of an upgrade or a fan-out it says only that there is one.
//
// It makes no request. Each call builds the whole design, which takes some hundred bytes for each field and each part of
// a key: do not call it in each request of a service. Call it when the model is complete. It does not show entities and
// views that are defined later, and must not run while they are defined.
func (t *Table) Design() ddbdesign.Table { return t.m.Design() }

// Describe writes the design page: each entity's keys in each index, and what the library keeps for it. The text is
// stable, so it can stand in a README and be compared by a test. It is the Describe of [Table.Design].
func (t *Table) Describe(w io.Writer) error { return t.Design().Describe(w) }

// CreateTableInput returns the request that creates the table under name: on demand, with every index of the model and
// a stream of new and old images. Change it as needed, or print it for infrastructure code. It does not include TTL;
// see [DB.CreateTable].
func (t *Table) CreateTableInput(name string) *dynamodb.CreateTableInput {
	return t.m.CreateTableInput(name)
}

// StreamFilter returns a filter pattern, as JSON, for the event source mapping of a Lambda function: it excludes
// records of the library's own items. Use it as the Pattern of a filter in FilterCriteria. It needs a table whose
// partition key is a string; for other tables, which have no such items, it is "{}".
func (t *Table) StreamFilter() string { return t.m.StreamFilter() }
