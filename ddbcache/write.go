package ddbcache

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// PutItem writes to the table, and then keeps the item. Where the table would return it in another form (a set, an unusual
// number), or where another write overlapped, the cache forgets it instead. Requests, capacity and errors are those of the
// client below; after an error the cache forgets the item.
func (c *Cache) PutItem(ctx context.Context, in *dynamodb.PutItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	if in == nil {
		return c.client.PutItem(ctx, in, opts...)
	}
	return write(c, aws.ToString(in.TableName), in.Item, false, func(s *sending) (*dynamodb.PutItemOutput, error) {
		return c.client.PutItem(ctx, in, s.around(opts)...)
	}, func(*dynamodb.PutItemOutput) *entry {
		return putEntry(in.Item)
	})
}

// UpdateItem writes to the table. It then keeps the item if all its new attributes were returned, and else forgets it.
// Requests, capacity and errors are those of the client below; after an error the cache forgets the item.
func (c *Cache) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if in == nil {
		return c.client.UpdateItem(ctx, in, opts...)
	}
	return write(c, aws.ToString(in.TableName), in.Key, true, func(s *sending) (*dynamodb.UpdateItemOutput, error) {
		return c.client.UpdateItem(ctx, in, s.around(opts)...)
	}, func(out *dynamodb.UpdateItemOutput) *entry {
		if in.ReturnValues != types.ReturnValueAllNew || len(out.Attributes) == 0 {
			return nil
		}
		return entryOf(out.Attributes)
	})
}

// DeleteItem writes to the table, and then keeps that there is no item. Requests, capacity and errors are those of the
// client below; after an error the cache forgets the item.
func (c *Cache) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	if in == nil {
		return c.client.DeleteItem(ctx, in, opts...)
	}
	return write(c, aws.ToString(in.TableName), in.Key, true, func(s *sending) (*dynamodb.DeleteItemOutput, error) {
		return c.client.DeleteItem(ctx, in, s.around(opts)...)
	}, func(*dynamodb.DeleteItemOutput) *entry {
		return entryOf(nil)
	})
}

// write writes one item. written says what the table then has, nil if that is not known.
func write[O any](c *Cache, table string, it item, isKey bool, send func(*sending) (*O, error), written func(*O) *entry) (out *O, err error) {
	w := c.begin(table, it, isKey)
	how, is := unknown, (*entry)(nil) // if the client panics
	if c.without.last {
		if how = done; it != nil && !isKey {
			is = putEntry(it)
		}
		c.end(w, how, is)
		return send(new(sending))
	}
	defer func() { c.end(w, how, is) }()
	s := new(sending)
	out, err = send(s)
	if how = s.outcome(out != nil, err); how == done && w.text != "" {
		is = written(out)
	}
	return out, err
}

// putEntry returns an entry for an item that was put, nil if the table may return it in another form.
func putEntry(it item) *entry {
	if !plain(it) {
		return nil
	}
	return entryOf(it)
}

// BatchWriteItem writes to the table, and then keeps the items that it put and that it deleted, as [Cache.PutItem] and
// [Cache.DeleteItem] do; it forgets those that stayed unprocessed. Requests, capacity and errors are those of the client
// below; after an error the cache forgets all items of the request.
func (c *Cache) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	if in == nil {
		return c.client.BatchWriteItem(ctx, in, opts...)
	}
	var all writings
	how := unknown // if the client panics
	defer func() { all.end(c, how) }()
	for name, requests := range in.RequestItems {
		for _, r := range requests {
			switch {
			case r.PutRequest != nil:
				all.begin(c, name, r.PutRequest.Item, false, putEntry(r.PutRequest.Item))
			case r.DeleteRequest != nil:
				all.begin(c, name, r.DeleteRequest.Key, true, entryOf(nil))
			}
		}
	}
	s := new(sending)
	out, err := c.client.BatchWriteItem(ctx, in, s.around(opts)...)
	if how = s.outcome(out != nil, err); how == done && len(out.UnprocessedItems) > 0 {
		all.notWritten(out.UnprocessedItems)
	}
	return out, err
}

// TransactWriteItems writes to the table, and then forgets the items: the response does not have them, and an earlier
// request with the same token may have written them, after which others may have. After an error it forgets the items that
// were only to be checked too. Requests, capacity and errors are those of the client below.
func (c *Cache) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	if in == nil {
		return c.client.TransactWriteItems(ctx, in, opts...)
	}
	var all writings
	var checked []*types.ConditionCheck
	how := unknown // if the client panics
	defer func() { all.end(c, how) }()
	for _, t := range in.TransactItems {
		switch {
		case t.Put != nil:
			all.begin(c, aws.ToString(t.Put.TableName), t.Put.Item, false, nil)
		case t.Update != nil:
			all.begin(c, aws.ToString(t.Update.TableName), t.Update.Key, true, nil)
		case t.Delete != nil:
			all.begin(c, aws.ToString(t.Delete.TableName), t.Delete.Key, true, nil)
		case t.ConditionCheck != nil:
			checked = append(checked, t.ConditionCheck)
		}
	}
	s := new(sending)
	out, err := c.client.TransactWriteItems(ctx, in, s.around(opts)...)
	if how = s.outcome(out != nil, err); err != nil {
		for _, check := range checked {
			c.Forget(aws.ToString(check.TableName), check.Key)
		}
	}
	return out, err
}

// TransactGetItems passes by, and keeps nothing.
func (c *Cache) TransactGetItems(ctx context.Context, in *dynamodb.TransactGetItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error) {
	return c.client.TransactGetItems(ctx, in, opts...)
}

// writings are the writes of one request.
type writings struct {
	of []writing
	is []*entry // that the table has if they are done
}

func (ws *writings) begin(c *Cache, table string, it item, isKey bool, is *entry) {
	ws.of = append(ws.of, c.begin(table, it, isKey))
	ws.is = append(ws.is, is)
}

func (ws *writings) end(c *Cache, how outcome) {
	for i, w := range ws.of {
		c.end(w, how, ws.is[i])
	}
}

// notWritten says which of the writes stayed unprocessed.
func (ws *writings) notWritten(left map[string][]types.WriteRequest) {
	unprocessed := map[place]bool{}
	for name, requests := range left {
		for _, r := range requests {
			for _, w := range ws.of {
				if w.t == nil || w.t.name != nameOf(name) {
					continue
				}
				it := item(nil)
				if r.PutRequest != nil {
					it = r.PutRequest.Item
				} else if r.DeleteRequest != nil {
					it = r.DeleteRequest.Key
				}
				text, _ := w.s.text(it)
				unprocessed[place{table: w.t.name, key: text}] = true
				break
			}
		}
	}
	for i, w := range ws.of {
		if w.t != nil && unprocessed[place{table: w.t.name, key: w.text}] {
			ws.is[i] = nil
		}
	}
}
