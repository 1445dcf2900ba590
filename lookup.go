package ddb

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/read"
)

// Outcome says what became of one key of a batch, or of one row of an index that does not project whole items.
type Outcome uint8

const (
	// Found says that the item is there.
	Found = Outcome(read.Found)
	// Gone says that there is no such item, or that its TTL has passed.
	Gone = Outcome(read.Gone)
	// Stale says that the item is there, but no longer matches the index row that named it, or the query's filter: the
	// index lags behind.
	Stale = Outcome(read.Stale)
	// Throttled says that DynamoDB left the key unprocessed in every attempt: whether the item is there is not known.
	Throttled = Outcome(read.Throttled)
	// Unreadable says that the item is there, but cannot be read; an [ItemError] says why.
	Unreadable = Outcome(read.Unreadable)
)

// String returns the outcome in lower case.
func (o Outcome) String() string { return read.Outcome(o).String() }

// Lookup is the outcome of one key: the item where it was [Found], else the key's own fields alone.
type Lookup[T any] struct {
	Item    T
	Outcome Outcome
}

// Found reports whether the item is there.
func (l Lookup[T]) Found() bool { return l.Outcome == Found }

// BatchGet reads many items: one [Lookup] for each key, in the order of keys, duplicates included. It costs one
// request for each 100 different keys, plus one for each time that DynamoDB leaves some unprocessed: those are asked
// for again, with backoff, up to [Options].MaxAttempts. It is no snapshot; see [DB.TransactGet] for one.
//
// The error is nil if every key is [Found] or [Gone]. If some stayed unprocessed it matches [ErrThrottled]; for each item
// that cannot be read there is an [ItemError] in it. The lookups are returned all the same.
func (r *Repository[T]) BatchGet(ctx context.Context, keys []T) ([]Lookup[T], error) {
	e := r.e.e
	raw := make([]attr.Item, len(keys))
	for i := range keys {
		var err error
		if raw[i], err = e.Key("batch get", reflect.ValueOf(&keys[i]).Elem()); err != nil {
			return nil, public(err)
		}
	}
	b, err := r.db.BatchGet(ctx, raw, r.db.Strong)
	if err != nil {
		return nil, r.db.Fail("batch get", e, nil, err)
	}
	defer b.Release()
	out := make([]Lookup[T], len(keys))
	missed := 0
	var bad []error
	for i := range out {
		switch found := b.Found[i]; {
		case b.Throttled[i]:
			out[i] = Lookup[T]{r.e.Key(keys[i]), Throttled}
			missed++
		case found.None() || r.db.Past(found):
			out[i] = Lookup[T]{r.e.Key(keys[i]), Gone}
		default:
			out[i].Outcome = Found
			if err := r.decode("batch get", found, &out[i].Item); err != nil {
				out[i] = Lookup[T]{r.e.Key(keys[i]), Unreadable}
				bad = append(bad, public(err))
			}
		}
	}
	if missed > 0 {
		bad = append(bad, fmt.Errorf("ddb: batch get %s: %w: %d of %d keys unprocessed after %d attempts", e.Name, fault.ErrThrottled, missed, len(keys), r.db.Attempts))
	}
	return out, errors.Join(bad...)
}
