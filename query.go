package ddb

import (
	"reflect"
	"slices"

	"github.com/singletable-go/ddb/internal/read"
)

// Query describes one read of many items of one partition. It is a value: each method returns a changed copy, so that
// an access pattern can be a function that returns one. It does no I/O and can be printed; what is wrong with it is
// reported when it runs, before any request, by an error that matches [ErrModel] or, for a value, [ErrKey].
type Query[T any] struct{ q read.Query }

// Query returns the query for the primary partition that example's partition fields name. Any other field of example
// that is not zero is a fault, so that a condition is never dropped in silence.
func (e *Entity[T]) Query(example T) Query[T] {
	return e.On(indexOf(e.e.Table.Primary), example)
}

// On returns the query for a partition of ix, whose fields example holds, and nothing else.
func (e *Entity[T]) On(ix *Index, example T) Query[T] {
	return Query[T]{read.Query{E: e.e, Ix: ix.below(), Example: reflect.ValueOf(&example).Elem()}}
}

// SortKey narrows the query by the parts of the sort key: equalities for the leading parts, then at most one range on
// the part that follows: one bound, or a lower and an upper one such as Ge(&f.At, from), Lt(&f.At, until). It is the key
// condition: what it leaves out is neither read nor paid for. Further calls add bounds.
//
// A range of which the lower bound is above the upper has no items, and makes no request. A range that the part cannot answer is [ErrModel]: of a
// [Str], [Fold] or [Text] before a literal, whose keys do not sort as the values do.
//
// A value that can stand in no key is [ErrKey]: in Eq what a key refuses, in a range what is empty, not valid UTF-8 or no number, in StartsWith also
// a prefix that ends in a beginning of the literal behind the part, which shorter values would match too. A number or an instant beyond
// what the part holds is no such value in a range, but a bound beyond all keys: nothing is above it, and everything below.
func (q Query[T]) SortKey(bounds ...Bound) Query[T] {
	q.q.Bounds = clauses(slices.Clip(q.q.Bounds), bounds)
	return q
}

// Filter drops items after they were read: each costs what it would have cost anyway. A filter on the part of the sort
// key that SortKey would take next is refused.
func (q Query[T]) Filter(conds ...Cond) Query[T] {
	q.q.Filters = clauses(slices.Clip(q.q.Filters), conds)
	return q
}

// Select reads the named fields, given by their addresses, and those of the primary key; the others stay zero, an embedded
// struct being the fields that it promotes. It saves transfer, not capacity, except on an index that projects all of them,
// or of which the primary key holds them: then nothing is hydrated. Items of an older [Definition.Schema] are fetched whole.
func (q Query[T]) Select(fields ...any) Query[T] {
	q.q.Selected = append(slices.Clip(q.q.Selected), fields...)
	return q
}

// Desc reads from the last sort key to the first.
func (q Query[T]) Desc() Query[T] {
	q.q.Desc = true
	return q
}

// Limit is how many items the caller gets at most; 0 is all. If a filter drops some, or some cannot be read, more are read.
func (q Query[T]) Limit(n int) Query[T] {
	q.q.Limit = n
	return q
}

// Examine caps the items that one request reads, before the filter; 0 is 1 MB of them. A [Page] with Examine is one
// request, and may come back short.
func (q Query[T]) Examine(n int) Query[T] {
	q.q.Examine = n
	return q
}

// IgnoreUnknown skips items that no entity claims, or another one than this; by default each is an [ItemError] that matches
// [ErrUnknown].
func (q Query[T]) IgnoreUnknown() Query[T] {
	q.q.IgnoreUnknown = true
	return q
}

// Consistent reads strongly consistently, at twice the capacity; not on a global secondary index.
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
