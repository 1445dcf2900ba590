package ddb

import (
	"context"
	"reflect"

	"github.com/singletable-go/ddb/internal/read"
)

// Outcome is the result of reading one key of a batch, or of fetching the item behind one index entry.
type Outcome uint8

const (
	// LookupFound means that the item exists and was read.
	LookupFound = Outcome(read.Found)
	// LookupGone means that there is no such item, or that its TTL has passed.
	LookupGone = Outcome(read.Gone)
	// LookupStale means that the item exists, but no longer matches the index entry that led to it, or the query's filter:
	// the index lags behind.
	LookupStale = Outcome(read.Stale)
	// LookupThrottled means that DynamoDB left the key unprocessed in every attempt: it is unknown whether the item exists.
	LookupThrottled = Outcome(read.Throttled)
	// LookupUnreadable means that the item exists, but cannot be read; an [ItemError] has the cause.
	LookupUnreadable = Outcome(read.Unreadable)
)

// String returns the outcome in lower case.
func (o Outcome) String() string { return read.Outcome(o).String() }

// Lookup is the outcome of one key. Item is the whole item if it was [LookupFound], else it has the key fields only.
type Lookup[T any] struct {
	Item    T
	Outcome Outcome
}

// Found reports whether the item exists and was read.
func (l Lookup[T]) Found() bool { return l.Outcome == LookupFound }

// BatchGet reads many items and returns one [Lookup] for each key, in the order of keys, duplicates included. It is no
// snapshot; see [DB.TransactGet].
//
// It makes one BatchGetItem for each 100 different keys, one after the other. Keys that DynamoDB leaves unprocessed,
// and requests that it throttles, are sent again with backoff, up to [Options].MaxAttempts. Each item costs as much as
// with [Repository.Get]; a missing one costs as much as one of up to 4 KB. Without keys it makes no request.
//
// The error is nil if every key is [LookupFound] or [LookupGone]. It matches [ErrThrottled] if keys stayed unprocessed, and joins
// an [ItemError] for each item that cannot be read; the lookups are returned with it. With any other error they are
// nil.
func (r *Repository[T]) BatchGet(ctx context.Context, keys []T) ([]Lookup[T], error) {
	out := make([]Lookup[T], len(keys))
	whole, err := r.db.LookUp(ctx, r.e.e, len(keys),
		func(i int) reflect.Value { return reflect.ValueOf(&keys[i]).Elem() },
		func(i int, o read.Outcome) reflect.Value {
			out[i] = Lookup[T]{Outcome: Outcome(o)}
			if o != read.Found {
				out[i].Item = r.e.Key(keys[i])
			}
			return reflect.ValueOf(&out[i].Item).Elem()
		})
	if whole {
		return nil, public(err)
	}
	return out, public(err)
}
