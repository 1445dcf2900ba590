package ddb

import (
	"fmt"
	"slices"
)

// mIndex is one way to read a table: its primary key, a global or a local secondary index. Made by [NewTable],
// [Table.GSI], [Table.MultiGSI] and [Table.LSI]; immutable once an entity is defined in it.
type mIndex struct {
	table      *mTable
	name       string
	partition  []string // key attributes
	sort       []string
	kind       indexKind
	projection projection
	include    []string
	twice      bool     // the projection was declared more than once
	names      []string // of the key attributes, once it is part of its table
	face       any      // the public Index
}

type indexKind uint8

const (
	primaryIndex indexKind = iota
	globalIndex
	localIndex
)

type projection uint8

const (
	projectAll projection = iota
	projectKeys
	projectInclude
)

// KeysOnly makes the index project keys only: cheap to write; reads fetch the rest of each item with BatchGet
// ("hydrate"), one more request for each 100 items. A query that Selects fields of the keys alone does not, unless the
// entity has a TTL.
func (ix *mIndex) KeysOnly() *mIndex {
	ix.table.mutable("KeysOnly")
	ix.project(projectKeys)
	return ix
}

// Include makes the index project keys and the named attributes. Reads that need more hydrate, as with
// [Index.KeysOnly]; a query that Selects projected fields alone does not. What reads need beside fields is to be named
// too: the TTL attribute of entities that expire, and "~s" of those that have a [Definition.Schema]. The type attribute
// need not be: where it is not projected, the shape of its key alone says what an item is. A name that no entity stores is taken:
// an index keeps the projection that it was made with, whatever entities stop to store.
func (ix *mIndex) Include(attrs ...string) *mIndex {
	ix.table.mutable("Include")
	ix.project(projectInclude)
	ix.include = slices.Clone(attrs)
	return ix
}

func (ix *mIndex) project(p projection) {
	ix.twice = ix.projection != projectAll
	ix.projection = p
}

// String returns the index's name and key attributes.
func (ix *mIndex) String() string { return fmt.Sprintf("%s %v %v", ix.name, ix.partition, ix.sort) }

// attrs returns the key attributes, the partition's first.
func (ix *mIndex) attrs() []string {
	if ix.names == nil {
		return slices.Concat(ix.partition, ix.sort)
	}
	return slices.Clip(ix.names)
}

// projects reports whether rows of the index hold attr.
func (ix *mIndex) projects(attr string) bool {
	return ix.projection == projectAll || slices.Contains(ix.partition, attr) || slices.Contains(ix.sort, attr) ||
		slices.Contains(ix.table.primary.partition, attr) || slices.Contains(ix.table.primary.sort, attr) ||
		ix.projection == projectInclude && slices.Contains(ix.include, attr)
}

func (ix *mIndex) isKey(attr string) bool {
	return slices.Contains(ix.partition, attr) || slices.Contains(ix.sort, attr)
}
