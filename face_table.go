package ddb

import (
	"io"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb/internal/model"
)

// Table describes one DynamoDB table: its keys, its indexes and the entities in it. It holds no client and no
// physical name: [New] joins the three. Build it in package variables; it must not change once a [DB] uses it.
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

// TypeAttribute names the attribute that carries the entity's name in each item, "entityType" by default. "" switches
// it off: then the shape of its primary key alone says what an item is.
func (t *Table) TypeAttribute(name string) *Table {
	t.m.SetType(name)
	return t
}

// TTL names the attribute that DynamoDB expires items by. Entities say with [Definition.TTL] which field it is.
func (t *Table) TTL(attr string) *Table {
	t.m.SetTTL(attr)
	return t
}

// GSI declares a global secondary index; sort is "" for an index without a sort key. It projects whole items unless
// [Index.KeysOnly] or [Index.Include] say otherwise. What is wrong with it is a fault of the next [Define], and of [New].
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

// Indexes returns the primary index and then the secondary ones, as declared.
func (t *Table) Indexes() []*Index {
	all := t.m.All()
	out := make([]*Index, len(all))
	for i, ix := range all {
		out[i] = indexOf(ix)
	}
	return out
}

// Check returns every fault of the model, joined: of the table and its indexes, of definitions that [Define] refused, and of
// what was declared behind an entity and does not fit it. It makes no request. [New] panics on faults of a table and of the
// entities in it; call Check in a test to see them all, definitions that failed included:
//
//	func TestModel(t *testing.T) {
//		if err := model.Platform.Check(); err != nil {
//			t.Fatal(err)
//		}
//	}
func (t *Table) Check() error { return t.m.Check() }

// Describe writes the design page: each entity's keys in each index, and what the library keeps for it. Its text is
// stable, so that it can stand in a README and be compared by a test.
func (t *Table) Describe(w io.Writer) error { return t.m.Describe(w) }

// CreateTableInput returns the request that creates the table under name: on demand, with every index of the model
// and a stream of new and old images. Change it as you like, or print it for your infrastructure code. TTL is not part
// of it; see [DB.CreateTable].
func (t *Table) CreateTableInput(name string) *dynamodb.CreateTableInput {
	return t.m.CreateTableInput(name)
}

// StreamFilter returns the pattern for the event source mapping of a Lambda function that keeps records of the
// library's own items from it, as JSON: give it as the Pattern of a FilterCriteria's filter. It needs a table whose
// partition key is a string; for others, which have no such items, it is "{}".
func (t *Table) StreamFilter() string { return t.m.StreamFilter() }
