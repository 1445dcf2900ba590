package ddb

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"

	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/read"
	"github.com/singletable-go/ddb/internal/write"
)

// Repository reads and writes the items of one entity. Safe for concurrent use.
//
// A key is given by example: a T whose primary key fields are set. Reads ignore its other fields. Reads are eventually
// consistent unless [Repository.Consistent] says otherwise.
//
// # Capacity
//
// A read consumes half a unit for each 4 KB, a strongly consistent read one unit. A single item is rounded up to 4 KB;
// the items of one Query or Scan request are added first.
//
// A write consumes one unit for each KB of the item, before or after the write, whichever is larger. Each index entry
// that changes consumes as much again. A transaction consumes twice that. Each method states its requests, and where
// its capacity differs.
//
// # Errors
//
// The methods do not repeat the errors that all of them can return. Before any request these are [ErrKey], for a value
// that a key cannot hold, and [ErrModel], for a call that does not fit the model. After a request they are
// [ErrThrottled], once the SDK's retries are used up; an [ItemError], for a stored item that cannot be read; and the
// context's error, when the context ends.
//
// Writes also return [ErrValue] and [ErrTooLarge], for an item that cannot be stored, and [ErrOutcomeUnknown], if a
// response was lost. They return [ErrConflict] if another writer's transaction holds the item in every attempt, or if
// the item has a newer [Definition.Schema].
//
// With an error, a method that returns a T returns the zero T.
type Repository[T any] struct {
	db *write.DB
	e  *Entity[T]
}

// NewRepository returns the repository of e in db. It makes no request. It panics if e belongs to another table than
// db's: that is a mistake in the program, found when it starts.
func NewRepository[T any](db *DB, e *Entity[T]) *Repository[T] {
	if db == nil || e == nil {
		panic("ddb: NewRepository: a nil DB or Entity; package variables are set in the order of their use")
	}
	if db.db.Table != e.e.Table {
		panic(fmt.Sprintf("ddb: entity %s is not of the table that DB %q uses", e.e.Name, db.Name()))
	}
	return &Repository[T]{db.db, e}
}

// Consistent returns a view of r whose reads are strongly consistent, at twice the capacity. Queries of a global
// secondary index through it are refused: DynamoDB has no consistent reads there.
func (r *Repository[T]) Consistent() *Repository[T] { return &Repository[T]{r.db.Consistently(), r.e} }

// Get reads the item whose primary key fields are set in key. It is one GetItem. If there is no such item, or its TTL
// has passed, the error matches [ErrNotFound].
func (r *Repository[T]) Get(ctx context.Context, key T) (T, error) {
	var out T
	err := r.db.Get(ctx, r.e.e, reflect.ValueOf(&key).Elem(), reflect.ValueOf(&out).Elem())
	return out, public(err)
}

// One returns the only item of q. If there is none the error matches [ErrNotFound]; if there are more, [ErrTooMany].
// With Limit(1) it returns the first item instead: q.Desc().Limit(1) is the newest.
//
// It is one Query that reads at most two items, or one with Limit(1). If a filter, the TTL or an outdated index entry
// drops some of them, it reads on until it has enough or there are no more. An index that does not project whole items
// adds a BatchGetItem to each request.
func (r *Repository[T]) One(ctx context.Context, q Query[T]) (T, error) {
	var found T
	n, two := 0, q
	if q.q.Limit == 0 || q.q.Limit > 2 {
		two = q.Limit(2)
	}
	for it, err := range r.Query(ctx, two) {
		if err != nil {
			return it, err
		}
		if n++; n > 1 {
			var zero T
			return zero, fmt.Errorf("ddb: one %s: %w: %s", r.e.e.Name, fault.ErrTooMany, q)
		}
		found = it
	}
	if n == 0 {
		return found, fmt.Errorf("ddb: one %s: %w: %s", r.e.e.Name, fault.ErrNotFound, q)
	}
	return found, nil
}

// Query reads the items of q, page by page as they are consumed; break stops the paging. Each range over the sequence
// is a new query.
//
// The sequence yields values with nil errors. For an item that cannot be read it yields a zero T and an [ItemError],
// and continues if the loop does. Any other error is the last thing that it yields.
//
// It costs one Query for each 1 MB read, before the filter. A Limit makes the request ask for no more items than that.
// A query over all shards costs one request for each shard and page. What a filter drops is paid for.
//
// If the index does not project whole items, they are fetched with one BatchGetItem for each 100 items, as consistently
// as the query. Items that are [LookupGone] or [LookupStale] by then are left out. A [LookupThrottled] item ends the sequence with an
// error that matches [ErrThrottled].
func (r *Repository[T]) Query(ctx context.Context, q Query[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var it, zero T // it is for all items: what is yielded is a copy
		place := func(*model.Entity) reflect.Value {
			it = zero
			return reflect.ValueOf(&it).Elem()
		}
		r.db.Range(ctx, q.q, place, func(err error) bool {
			if err != nil {
				return yield(zero, public(err))
			}
			return yield(it, nil)
		})
	}
}

// Lookups is [Repository.Query] for an index that does not project whole items, with the [Outcome] of each index entry.
// An entry that Query leaves out is reported, with the fields of its primary key, and counts for the query's limit; a
// [LookupThrottled] one does not end the sequence. Requests, capacity and other errors are those of Query.
func (r *Repository[T]) Lookups(ctx context.Context, q Query[T]) iter.Seq2[Lookup[T], error] {
	return func(yield func(Lookup[T], error) bool) {
		var it, zero T
		place := func(*model.Entity) reflect.Value {
			it = zero
			return reflect.ValueOf(&it).Elem()
		}
		r.db.Lookups(ctx, q.q, place, func(o read.Outcome, err error) bool {
			if err != nil {
				return yield(Lookup[T]{}, public(err))
			}
			return yield(Lookup[T]{it, Outcome(o)}, nil)
		})
	}
}

// Page is a bounded part of a query's result. Next is "" on the last page. The page before the last may be followed by
// an empty one, since DynamoDB does not look ahead.
type Page[T any] struct {
	Items []T
	Next  Cursor
}

// Page reads up to q's limit of items after a cursor; "" is the first page. Without a limit it returns what one request
// reads (up to 1 MB). A cursor that is malformed, or of another query, matches [ErrCursor].
//
// It is one Query. If a filter drops items, it is as many as fill the page, or one if [Query.Examine] is set. Shards
// and indexes that do not project whole items add requests, as in [Repository.Query].
//
// Items that cannot be read do not count for the limit: the page has the other items and Next, and the error joins an
// [ItemError] for each. With any other error the page is empty.
func (r *Repository[T]) Page(ctx context.Context, q Query[T], after Cursor) (Page[T], error) {
	var items []T
	begin := func(ahead int) reflect.Value {
		n := len(items)
		if n == cap(items) {
			items = slices.Grow(items, ahead)
		}
		items = items[:n+1]
		return reflect.ValueOf(&items[n]).Elem()
	}
	drop := func() { items = items[:len(items)-1] } // which is zero again
	next, bad, err := r.db.Page(ctx, q.q, string(after), begin, drop)
	if err != nil {
		return Page[T]{}, public(err)
	}
	return Page[T]{Items: items, Next: Cursor(next)}, public(errors.Join(bad...))
}

// Count returns the number of items of q, up to its limit, without returning them. Requests and capacity are those of
// [Repository.Query]: DynamoDB charges what it reads.
//
// It counts index entries, including those of items that cannot be read, and those that an index still has because it
// lags behind. With [Query.IgnoreUnknown] it leaves out items that no entity or another entity claims, as far as the
// index shows. If the index does not show which items have expired, the items are fetched. With an error the count is
// 0.
func (r *Repository[T]) Count(ctx context.Context, q Query[T]) (int, error) {
	n, err := r.db.CountOf(ctx, q.q)
	return n, public(err)
}

// Collect returns the values of a sequence as a slice. It stops at the first error, also at an [ItemError], and returns
// the values before it; see [CollectAll].
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var out []T
	for v, err := range seq {
		if err != nil {
			return out, err
		}
		out = append(out, v)
	}
	return out, nil
}

// CollectAll is [Collect] that skips items that cannot be read: it returns the other values, and an error that joins an
// [ItemError] for each skipped item. Any other error ends it and is joined too.
func CollectAll[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var out []T
	var bad []error
	for v, err := range seq {
		_, unread := errors.AsType[*ItemError](err)
		switch {
		case err == nil:
			out = append(out, v)
		case unread:
			bad = append(bad, err)
		default:
			return out, errors.Join(append(bad, err)...)
		}
	}
	return out, errors.Join(bad...)
}
