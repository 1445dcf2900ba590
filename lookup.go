package ddb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Outcome says what became of one key of a batch, or of one row of an index that does not project whole items.
type Outcome uint8

const (
	// Found says that the item is there.
	Found Outcome = iota + 1
	// Gone says that there is no such item, or that its TTL has passed.
	Gone
	// Stale says that the item is there, but no longer matches the index row that named it: the index lags behind.
	Stale
	// Throttled says that DynamoDB left the key unprocessed in every attempt: whether the item is there is not known.
	Throttled
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

// batchGet reads the items with the given keys. The answer has an item for each key, nil where there is none, and
// says which keys stayed unprocessed. Each key is asked for once, however often it is given.
func (db *DB) batchGet(ctx context.Context, keys []item, consistent bool) (found []item, throttled []bool, err error) {
	index := map[string]int{}
	var unique []item
	at := make([]int, len(keys))
	for i, key := range keys {
		id := db.table.keyText(key)
		n, ok := index[id]
		if !ok {
			n = len(unique)
			index[id] = n
			unique = append(unique, key)
		}
		at[i] = n
	}
	got := make([]item, len(unique))
	missed := make([]bool, len(unique))
	for first := 0; first < len(unique); first += batchGetLimit {
		last := min(first+batchGetLimit, len(unique))
		left, err := db.batchGetChunk(ctx, unique[first:last], consistent, func(attrs item) {
			if n, ok := index[db.table.keyText(attrs)]; ok {
				got[n] = attrs
			}
		})
		if err != nil {
			return nil, nil, err
		}
		for _, key := range left {
			missed[index[db.table.keyText(key)]] = true
		}
	}
	found, throttled = make([]item, len(keys)), make([]bool, len(keys))
	for i, n := range at {
		found[i], throttled[i] = got[n], missed[n]
	}
	return found, throttled, nil
}

// batchGetChunk asks for up to 100 keys until all are processed or the attempts are used up, and returns what is left.
func (db *DB) batchGetChunk(ctx context.Context, keys []item, consistent bool, add func(item)) ([]item, error) {
	for attempt := range db.opts.MaxAttempts {
		if attempt > 0 {
			if err := pause(ctx, attempt); err != nil {
				return nil, err
			}
		}
		m := meterOf(ctx, "BatchGetItem", true)
		request := types.KeysAndAttributes{Keys: keys}
		if consistent {
			request.ConsistentRead = new(true)
		}
		out, err := db.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems:           map[string]types.KeysAndAttributes{db.name: request},
			ReturnConsumedCapacity: m.want(),
		}, m.options)
		if err != nil {
			m.done()
			if throttled(err) {
				continue // nothing was processed
			}
			return nil, err
		}
		m.done(out.ConsumedCapacity...)
		for _, attrs := range out.Responses[db.name] {
			add(attrs)
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

// hydrate fetches the whole items behind rows of an index that does not project them, in their order.
func (db *DB) hydrate(ctx context.Context, p *readPlan, rows []row) error {
	keys := make([]item, len(rows))
	for i, r := range rows {
		keys[i] = db.table.keyOf(r.found)
	}
	found, throttled, err := db.batchGet(ctx, keys, false)
	if err != nil {
		return p.fail(fmt.Errorf("fetching what %s does not project: %w", p.ix.name, db.explain(err)))
	}
	for i := range rows {
		switch {
		case throttled[i]:
			rows[i].outcome, rows[i].item = Throttled, nil
		case found[i] == nil || db.expired(found[i]):
			rows[i].outcome, rows[i].item = Gone, nil
		case !p.matches(rows[i].found, found[i]):
			rows[i].outcome, rows[i].item = Stale, nil
		default:
			rows[i].outcome, rows[i].item = Found, found[i]
		}
	}
	return nil
}

// matches reports whether the whole item still has the index key of the row that named it.
func (p *readPlan) matches(found, whole item) bool {
	return !slices.ContainsFunc(p.ix.attrs(), func(attr string) bool {
		return whole[attr] == nil || !equalValues(found[attr], whole[attr])
	})
}

// BatchGet reads many items: one [Lookup] for each key, in the order of keys, duplicates included. It costs one
// request for each 100 different keys, plus one for each time that DynamoDB leaves some unprocessed: those are asked
// for again, with backoff, up to [Options].MaxAttempts. It is no snapshot; see [DB.TransactGet] for one.
//
// The error is nil if every key is [Found] or [Gone]. If some stayed unprocessed it matches [ErrThrottled], and the
// lookups are returned all the same.
func (r *Repository[T]) BatchGet(ctx context.Context, keys []T) ([]Lookup[T], error) {
	e := r.e.e
	raw := make([]item, len(keys))
	for i := range keys {
		var err error
		if raw[i], err = e.key("batch get", reflect.ValueOf(&keys[i]).Elem()); err != nil {
			return nil, err
		}
	}
	found, throttled, err := r.db.batchGet(ctx, raw, r.db.consistent)
	if err != nil {
		return nil, r.db.fail("batch get", e, nil, err)
	}
	out := make([]Lookup[T], len(keys))
	missed := 0
	for i := range out {
		out[i].Item = r.e.Key(keys[i])
		switch {
		case throttled[i]:
			out[i].Outcome = Throttled
			missed++
		case found[i] == nil || r.db.expired(found[i]):
			out[i].Outcome = Gone
		default:
			out[i].Outcome = Found
			if out[i].Item, err = r.decode("batch get", found[i]); err != nil {
				return nil, err
			}
		}
	}
	if missed > 0 {
		return out, fmt.Errorf("ddb: batch get %s: %w: %d of %d keys unprocessed after %d attempts", e.name, ErrThrottled, missed, len(keys), r.db.opts.MaxAttempts)
	}
	return out, nil
}
