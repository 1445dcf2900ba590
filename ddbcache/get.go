package ddbcache

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// GetItem returns the item from the cache, or reads and keeps it; that there is none is kept too. A strongly consistent
// read and a read with a projection pass by, and keep nothing. A hit makes no request and consumes nothing. Errors are those
// of the client below; several callers may get the same throttle or internal error.
func (c *Cache) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	if in == nil {
		return c.client.GetItem(ctx, in, opts...)
	}
	a := Access{Operation: "GetItem", Table: nameOf(aws.ToString(in.TableName))}
	defer func() { c.note(ctx, a) }()
	if in.TableName == nil || !c.items.keeps() || aws.ToBool(in.ConsistentRead) {
		a.Passed = 1
		return c.client.GetItem(ctx, in, opts...)
	}
	text, s, ok := keyText(in.Key)
	t := c.table(a.Table)
	if !ok || t.name != *in.TableName || in.ProjectionExpression != nil || in.AttributesToGet != nil || in.ExpressionAttributeNames != nil {
		a.Passed = 1
		return c.client.GetItem(ctx, c.settled(t, text, s, in), opts...)
	}
	for alone := false; ; {
		if err := ctx.Err(); err != nil {
			c.unsent(opts)
			return nil, ended(a.Operation, err)
		}
		e := c.items.get(t.place(text))
		if e == nil {
			var f *flight
			var lead bool
			if e, f, lead = c.enter(t, text, s, alone); lead {
				a.Misses = 1
				return c.leadItem(ctx, t, text, s, f, in, opts)
			}
			if f != nil {
				if err := f.wait(ctx, a.Operation); err != nil {
					c.unsent(opts)
					return nil, err
				}
				if e = f.found; e == nil {
					alone = alone || f.alone
					continue
				}
				a.Shared = 1
			}
		}
		a.Hits, a.Saved = 1-a.Shared, e.units
		out := &dynamodb.GetItemOutput{Item: e.item()}
		out.ConsumedCapacity = c.free(in.TableName, in.ReturnConsumedCapacity, opts, &out.ResultMetadata)
		return out, nil
	}
}

// leadItem reads an item for this caller and for those who wait for it.
func (c *Cache) leadItem(ctx context.Context, t *table, text string, s shape, f *flight, in *dynamodb.GetItemInput, opts []func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	var l landed // nothing, if the client panics
	defer func() { c.leave(t, text, s, f, l) }()
	if f.strong {
		in = strongly(in)
	}
	out, err := given(c.client.GetItem(ctx, in, new(sending).around(opts)...))
	if err != nil {
		l.fails(ctx, err)
		return nil, err
	}
	l.finds(entryOf(out.Item))
	return out, nil
}

// given is what a client below returned, which has to be an output or an error.
func given[O any](out *O, err error) (*O, error) {
	if out == nil && err == nil {
		return nil, errors.New("ddbcache: the client below returned neither an output nor an error: let it return one of them")
	}
	return out, err
}

// settled is a read that passes by, strongly consistent if that is needed to see a write through the cache.
func (c *Cache) settled(t *table, text string, s shape, in *dynamodb.GetItemInput) *dynamodb.GetItemInput {
	t.mu.Lock()
	settle, _ := c.has(t, text, s)
	t.mu.Unlock()
	if settle {
		return strongly(in)
	}
	return in
}

func strongly(in *dynamodb.GetItemInput) *dynamodb.GetItemInput {
	strong := *in
	strong.ConsistentRead = aws.Bool(true)
	return &strong
}
