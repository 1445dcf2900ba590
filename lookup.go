package ddb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/fault"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/wire"
)

// Outcome says what became of one key of a batch, or of one row of an index that does not project whole items.
type Outcome uint8

const (
	// Found says that the item is there.
	Found Outcome = iota + 1
	// Gone says that there is no such item, or that its TTL has passed.
	Gone
	// Stale says that the item is there, but no longer matches the index row that named it, or the query's filter: the
	// index lags behind.
	Stale
	// Throttled says that DynamoDB left the key unprocessed in every attempt: whether the item is there is not known.
	Throttled
	// Unreadable says that the item is there, but cannot be read; an [ItemError] says why.
	Unreadable
)

// String returns the outcome in lower case.
func (o Outcome) String() string {
	switch o {
	case Found:
		return "found"
	case Gone:
		return "gone"
	case Stale:
		return "stale"
	case Throttled:
		return "throttled"
	case Unreadable:
		return "unreadable"
	}
	return "unknown"
}

// Lookup is the outcome of one key: the item where it was [Found], else the key's own fields alone.
type Lookup[T any] struct {
	Item    T
	Outcome Outcome
}

// Found reports whether the item is there.
func (l Lookup[T]) Found() bool { return l.Outcome == Found }

// batchGetLimit is the number of keys of one BatchGetItem.
const batchGetLimit = 100

// batch is what a batch of keys found, in the order of the keys.
type batch struct {
	found     []attr.Stored // none where there is no item
	throttled []bool        // the keys that stayed unprocessed
	held      []*wire.Page
}

// release says that nobody looks at the items anymore.
func (b *batch) release() {
	for _, p := range b.held {
		p.Release()
	}
}

// batchGet reads the items with the given keys, which may be looked at until the batch is released. Each key is asked for
// once, however often it is given.
func (db *DB) batchGet(ctx context.Context, keys []attr.Item, consistent bool) (*batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var (
		b      = &batch{found: make([]attr.Stored, len(keys)), throttled: make([]bool, len(keys))}
		index  = make(map[string]int, len(keys)) // the first of the keys that are alike
		unique = make([]attr.Item, 0, len(keys))
		again  [][2]int
		id     []byte
	)
	for i, key := range keys {
		id = db.table.AppendKey(id[:0], model.Loaded(key))
		if n, ok := index[string(id)]; ok {
			again = append(again, [2]int{i, n})
			continue
		}
		index[string(id)] = i
		unique = append(unique, key)
	}
	for chunk := range slices.Chunk(unique, batchGetLimit) {
		left, err := db.batchGetChunk(ctx, b, chunk, consistent, func(s attr.Stored) {
			id = db.table.AppendKey(id[:0], s)
			if n, ok := index[string(id)]; ok {
				b.found[n] = s
			}
		})
		if err != nil {
			return nil, err
		}
		for _, key := range left {
			id = db.table.AppendKey(id[:0], model.Loaded(key))
			b.throttled[index[string(id)]] = true
		}
	}
	for _, at := range again {
		b.found[at[0]], b.throttled[at[0]] = b.found[at[1]], b.throttled[at[1]]
	}
	return b, nil
}

// batchGetChunk asks for up to 100 keys until all are processed or the attempts are used up, and returns what is left.
func (db *DB) batchGetChunk(ctx context.Context, b *batch, keys []attr.Item, consistent bool, add func(attr.Stored)) ([]attr.Item, error) {
	for attempt := range db.opts.MaxAttempts {
		if attempt > 0 {
			if err := pause(ctx, attempt); err != nil {
				return nil, err
			}
		}
		m := db.answered(ctx, "BatchGetItem")
		request := types.KeysAndAttributes{Keys: keys}
		if consistent {
			request.ConsistentRead = new(true)
		}
		out, err := db.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems:           map[string]types.KeysAndAttributes{db.name: request},
			ReturnConsumedCapacity: m.want(),
		}, m.opts()...)
		if err != nil {
			m.done()
			if throttled(err) {
				continue // nothing was processed
			}
			return nil, err
		}
		m.done(out.ConsumedCapacity...)
		b.held = append(b.held, m.answer.Page())
		for _, s := range attr.StoredItems(m.answer.Page(), out.Responses[db.name]) {
			add(s)
		}
		if keys = out.UnprocessedKeys[db.name].Keys; len(keys) == 0 {
			return nil, nil
		}
	}
	return keys, nil
}

// pause waits before attempt n > 0: exponential from 25 ms to 5 s, with full jitter.
func pause(ctx context.Context, n int) error {
	ceiling := min(25*time.Millisecond<<min(n-1, 16), 5*time.Second)
	return sleep(ctx, rand.N(ceiling)+time.Millisecond)
}

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
			return nil, err
		}
	}
	b, err := r.db.batchGet(ctx, raw, r.db.consistent)
	if err != nil {
		return nil, r.db.fail("batch get", e, nil, err)
	}
	defer b.release()
	out := make([]Lookup[T], len(keys))
	missed := 0
	var bad []error
	for i := range out {
		switch found := b.found[i]; {
		case b.throttled[i]:
			out[i] = Lookup[T]{r.e.Key(keys[i]), Throttled}
			missed++
		case found.None() || r.db.past(found):
			out[i] = Lookup[T]{r.e.Key(keys[i]), Gone}
		default:
			out[i].Outcome = Found
			if err := r.decode("batch get", found, &out[i].Item); err != nil {
				out[i] = Lookup[T]{r.e.Key(keys[i]), Unreadable}
				bad = append(bad, err)
			}
		}
	}
	if missed > 0 {
		bad = append(bad, fmt.Errorf("ddb: batch get %s: %w: %d of %d keys unprocessed after %d attempts", e.Name, fault.ErrThrottled, missed, len(keys), r.db.opts.MaxAttempts))
	}
	return out, errors.Join(bad...)
}
