package call

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/attr"
	"github.com/singletable-go/ddb/internal/model"
	"github.com/singletable-go/ddb/internal/wire"
)

// BatchGetLimit is the number of keys of one BatchGetItem.
const BatchGetLimit = 100

// Batch is what a batch of keys found, in the order of the keys.
type Batch struct {
	Found     []attr.Stored // none where there is no item
	Throttled []bool        // the keys that stayed unprocessed
	Held      []*wire.Page  // to be released
}

// Release says that the items are no longer looked at.
func (b *Batch) Release() {
	for _, p := range b.Held {
		p.Release()
	}
}

// BatchGet reads the items with the given keys, which may be looked at until the batch is released. Each key is asked for
// once, however often it is given.
func (c *Conn) BatchGet(ctx context.Context, keys []attr.Item, consistent bool) (*Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var (
		b      = &Batch{Found: make([]attr.Stored, len(keys)), Throttled: make([]bool, len(keys))}
		index  = make(map[string]int, len(keys)) // the first of the keys that are alike
		unique = make([]attr.Item, 0, len(keys))
		again  [][2]int
		id     []byte
	)
	for i, key := range keys {
		id = c.Table.AppendKey(id[:0], model.Loaded(key))
		if n, ok := index[string(id)]; ok {
			again = append(again, [2]int{i, n})
			continue
		}
		index[string(id)] = i
		unique = append(unique, key)
	}
	for chunk := range slices.Chunk(unique, BatchGetLimit) {
		left, err := c.batchGetChunk(ctx, b, chunk, consistent, func(s attr.Stored) bool {
			id = c.Table.AppendKey(id[:0], s)
			n, ok := index[string(id)]
			if ok {
				b.Found[n] = s
			}
			return ok
		})
		if err != nil {
			return nil, err
		}
		for _, key := range left {
			id = c.Table.AppendKey(id[:0], model.Loaded(key))
			b.Throttled[index[string(id)]] = true
		}
	}
	for _, at := range again {
		b.Found[at[0]], b.Throttled[at[0]] = b.Found[at[1]], b.Throttled[at[1]]
	}
	return b, nil
}

// batchGetChunk asks for up to 100 keys until all are processed or the attempts are used up, and returns what is left. add takes an
// item, and returns false if none of the keys is its.
func (c *Conn) batchGetChunk(ctx context.Context, b *Batch, keys []attr.Item, consistent bool, add func(attr.Stored) bool) ([]attr.Item, error) {
	for attempt := range c.Attempts {
		if attempt > 0 {
			if err := Pause(ctx, attempt); err != nil {
				return nil, err
			}
		}
		m := c.meterOfItems(ctx, "BatchGetItem", true)
		request := types.KeysAndAttributes{Keys: keys}
		if consistent {
			request.ConsistentRead = new(true)
		}
		out, err := c.Client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems:           map[string]types.KeysAndAttributes{c.Name: request},
			ReturnConsumedCapacity: m.want(),
		}, m.asOptions()...)
		if x := m.seen; x != nil {
			x.reads(keys...)
			x.Consistent = consistent
			if err == nil {
				x.Unprocessed = len(out.UnprocessedKeys[c.Name].Keys)
				x.items(m.itemCall.Page(), out.Responses[c.Name]...)
			}
		}
		if err != nil {
			m.done(ctx, err)
			if throttled(err) {
				continue // nothing was processed
			}
			return nil, err
		}
		m.cached(out.ResultMetadata)
		m.done(ctx, nil, out.ConsumedCapacity...)
		b.Held = append(b.Held, m.itemCall.Page())
		for _, s := range attr.StoredItems(m.itemCall.Page(), out.Responses[c.Name]) {
			if !add(s) {
				return nil, misfit("BatchGetItem", "it has the item %s, which was not asked for", c.Table.KeyText(c.Table.KeyOf(s)))
			}
		}
		if keys, err = c.unprocessed(keys, out.UnprocessedKeys[c.Name].Keys); err != nil || len(keys) == 0 {
			return nil, err
		}
	}
	return keys, nil
}

// unprocessed returns those of the keys that a response lists as left, which are to be among them.
func (c *Conn) unprocessed(keys, left []attr.Item) ([]attr.Item, error) {
	if len(left) == 0 {
		return nil, nil
	}
	ids := make(map[string]bool, len(keys))
	for _, key := range keys {
		ids[string(c.Table.AppendKey(nil, model.Loaded(key)))] = true
	}
	for _, key := range left {
		if !ids[string(c.Table.AppendKey(nil, model.Loaded(key)))] {
			return nil, misfit("BatchGetItem", "it has the unprocessed key %s, which was not asked for", c.Table.KeyText(key))
		}
	}
	return left, nil
}
