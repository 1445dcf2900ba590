package model

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
)

// KeyValues returns the values of a position in ix, in the order of [Index.Position].
func (ix *Index) KeyValues(attrs attr.Item) []types.AttributeValue {
	names := ix.Position()
	out := make([]types.AttributeValue, len(names))
	for i, name := range names {
		out[i] = attrs[name]
	}
	return out
}

// Position returns the attributes of a position in ix: its key attributes, then the other key attributes of the table.
func (ix *Index) Position() []string {
	names := ix.Attrs()
	for _, attr := range ix.Table.Primary.Attrs() {
		if !ix.IsKey(attr) {
			names = append(names, attr)
		}
	}
	return names
}

// Index is one way to read a table: its primary key, a global or a local secondary index.
type Index struct {
	Table      *Table
	Name       string
	Partition  []string // key attributes
	Sort       []string
	Kind       IndexKind
	Projection projection
	include    []string
	twice      bool     // the projection was declared more than once
	names      []string // of the key attributes, once it is part of its table
	Face       any      // the public Index
}

// IndexKind says which kind of index an [Index] is.
type IndexKind uint8

// The kinds of indexes; PrimaryIndex is the table itself.
const (
	PrimaryIndex IndexKind = iota
	GlobalIndex
	LocalIndex
)

type projection uint8

// What an index projects; ProjectAll is the default.
const (
	ProjectAll projection = iota
	projectKeys
	projectInclude
)

// SetKeysOnly makes the index project keys only. Writes are cheaper; reads fetch the complete items with BatchGetItem, one more
// request for each 100 items.
func (ix *Index) SetKeysOnly() *Index {
	ix.Table.Mutable("KeysOnly")
	ix.project(projectKeys)
	return ix
}

// SetInclude makes the index project keys and the named attributes.
func (ix *Index) SetInclude(attrs ...string) *Index {
	ix.Table.Mutable("Include")
	ix.project(projectInclude)
	ix.include = slices.Clone(attrs)
	return ix
}

func (ix *Index) project(p projection) {
	ix.twice = ix.Projection != ProjectAll
	ix.Projection = p
}

// String returns the index's name and key attributes.
func (ix *Index) String() string { return fmt.Sprintf("%s %v %v", ix.Name, ix.Partition, ix.Sort) }

// noun is what a message calls ix: keys of the primary index are those of the table.
func (ix *Index) noun() string {
	if ix.Kind == PrimaryIndex {
		return "table"
	}
	return "index"
}

// Attrs returns the key attributes, the partition's first.
func (ix *Index) Attrs() []string {
	if ix.names == nil {
		return slices.Concat(ix.Partition, ix.Sort)
	}
	return slices.Clip(ix.names)
}

// Projects reports whether entries of the index hold attr.
func (ix *Index) Projects(attr string) bool {
	return ix.Projection == ProjectAll || slices.Contains(ix.Partition, attr) || slices.Contains(ix.Sort, attr) ||
		slices.Contains(ix.Table.Primary.Partition, attr) || slices.Contains(ix.Table.Primary.Sort, attr) ||
		ix.Projection == projectInclude && slices.Contains(ix.include, attr)
}

// IsKey reports whether attr is a key attribute of the index.
func (ix *Index) IsKey(attr string) bool {
	return slices.Contains(ix.Partition, attr) || slices.Contains(ix.Sort, attr)
}
