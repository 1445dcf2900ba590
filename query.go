package ddb

import (
	"reflect"
	"slices"

	"github.com/singletable-go/ddb/internal/read"
)

// Query describes one read of many items of one partition. It is a value: each method returns a changed copy, so an
// access pattern can be a function that returns one. It does no I/O and can be printed. What is wrong with it is
// reported when it runs, before any request, by an error that matches [ErrModel] or, for a value, [ErrKey] or
// [ErrValue].
type Query[T any] struct{ q read.Query }

// Query returns the query for the partition of the primary index whose key fields are set in example. Any other field
// of example that is not zero is a fault, so that no condition is dropped silently.
func (e *Entity[T]) Query(example T) Query[T] {
	return e.On(indexOf(e.e.Table.Primary), example)
}

// On returns the query for the partition of ix whose key fields are set in example. Any other field that is not zero is
// a fault.
func (e *Entity[T]) On(ix *Index, example T) Query[T] {
	return Query[T]{read.Query{E: e.e, Ix: ix.below(), Example: reflect.ValueOf(&example).Elem()}}
}

// Entity returns the entity that the query is of, nil for the zero Query.
func (q Query[T]) Entity() *Entity[T] {
	if q.q.E == nil {
		return nil
	}
	return q.q.E.Face.(*Entity[T])
}

// SortKey narrows the query by the parts of the sort key: equalities for the leading parts, then at most one range on
// the next part. A range is one bound, or a lower and an upper one such as Ge(&f.At, from), Lt(&f.At, until). SortKey
// is the key condition: what it excludes is neither read nor paid for. Further calls add bounds.
//
// A range whose lower bound is above the upper one has no items, and makes no request. A range that the part cannot
// express is [ErrModel]: one on a [Str], [Fold] or [Text] part before a literal, where keys do not sort as the values
// do.
//
// A value that no key can hold is [ErrKey]. In Eq that is what a write of the key refuses. In a range it is an empty
// value, one that is not valid UTF-8, or NaN. In StartsWith it is also a prefix that ends with the beginning of the
// literal after the part, since shorter values would match too. A number or a time beyond what the part can hold is
// valid in a range: it is a bound beyond all keys.
func (q Query[T]) SortKey(bounds ...Bound) Query[T] {
	q.q.Bounds = clauses(slices.Clip(q.q.Bounds), bounds)
	return q
}

// Filter drops items after DynamoDB has read them: they are paid for. A filter on the part of the sort key that SortKey
// would take next is refused.
func (q Query[T]) Filter(conds ...Cond) Query[T] {
	q.q.Filters = clauses(slices.Clip(q.q.Filters), conds)
	return q
}

// Select reads only the named fields, given by their addresses, and those of the primary key; other fields stay zero.
// An embedded struct stands for the fields that it promotes. Select saves transfer, not capacity, except where the
// index projects all selected fields or the primary key holds them: then no item is fetched from the table. Items of an
// older [Definition.Schema] are fetched whole.
func (q Query[T]) Select(fields ...any) Query[T] {
	q.q.Selected = append(slices.Clip(q.q.Selected), fields...)
	return q
}

// Desc reads in descending order of the sort key.
func (q Query[T]) Desc() Query[T] {
	q.q.Desc = true
	return q
}

// Limit sets how many items the caller gets at most; 0 means all. If a filter drops items, or some cannot be read, or a
// collection has items of types that are skipped, more are read, with more requests.
func (q Query[T]) Limit(n int) Query[T] {
	q.q.Limit = n
	return q
}

// Examine bounds the items that one request reads, before the filter; 0 means up to 1 MB. A [Page] with Examine is one
// request, and may have fewer items than the limit.
func (q Query[T]) Examine(n int) Query[T] {
	q.q.Examine = n
	return q
}

// IgnoreUnknown skips items that no entity, or another entity, claims. By default each is an [ItemError] that matches
// [ErrUnknown].
func (q Query[T]) IgnoreUnknown() Query[T] {
	q.q.IgnoreUnknown = true
	return q
}

// Consistent makes the reads strongly consistent, at twice the capacity. It is refused on a global secondary index.
func (q Query[T]) Consistent() Query[T] {
	q.q.Consistent = true
	return q
}

// Collection widens the query to items of every type in its partition, within the SortKey bounds if there are any.
func (q Query[T]) Collection() Collection {
	q.q.Collection = true
	return Collection(q)
}

// String explains how the query would run, or why it cannot:
//
//	Query gsi1: gsi1_pk = "t#1" AND begins_with(gsi1_sk, "c#")
func (q Query[T]) String() string { return q.q.String() }
