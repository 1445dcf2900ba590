package ddbcache

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// GetItem returns the item from the cache, or reads and keeps it; that there is none is kept too. A strongly consistent
// read and a read with a projection pass by, and keep nothing. A hit makes no request and consumes nothing. Errors are those
// of the client below; several callers may get the same one.
func (c *Cache) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	if in == nil || in.TableName == nil || !c.items.keeps() || aws.ToBool(in.ConsistentRead) {
		return c.passItem(ctx, in, opts)
	}
	text, s, ok := keyText(in.Key)
	t := c.table(nameOf(*in.TableName))
	if !ok || t.name != *in.TableName || in.ProjectionExpression != nil || in.AttributesToGet != nil || in.ExpressionAttributeNames != nil {
		return c.passItem(ctx, c.settled(t, text, in), opts)
	}
	a := Access{Operation: "GetItem", Table: t.name}
	for {
		if err := ctx.Err(); err != nil {
			return nil, ended(a.Operation, err)
		}
		e := c.items.get(t.place(text))
		if e == nil {
			var f *flight
			var lead, again bool
			var err error
			if e, f, lead = c.enter(t, text); lead {
				return c.leadItem(ctx, t, text, s, f, in, opts)
			}
			if f != nil {
				if e, again, err = f.wait(ctx, a.Operation); again {
					continue
				}
				a.Shared = 1
			}
			if err != nil {
				c.unsent(opts)
				return nil, err
			}
		}
		a.Hits, a.Saved = 1-a.Shared, e.units
		c.note(ctx, a)
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
	out, err := c.client.GetItem(ctx, in, new(sending).before(opts)...)
	c.note(ctx, Access{Operation: "GetItem", Table: t.name, Misses: 1})
	switch {
	case err == nil:
		l.found = entryOf(out.Item)
	case ctx.Err() == nil:
		l.err = err
	}
	return out, err
}

// passItem reads past the cache.
func (c *Cache) passItem(ctx context.Context, in *dynamodb.GetItemInput, opts []func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	out, err := c.client.GetItem(ctx, in, opts...)
	if in != nil {
		c.note(ctx, Access{Operation: "GetItem", Table: aws.ToString(in.TableName), Passed: 1})
	}
	return out, err
}

// settled is a read that passes by, strongly consistent if that is needed to see a write through the cache.
func (c *Cache) settled(t *table, text string, in *dynamodb.GetItemInput) *dynamodb.GetItemInput {
	t.mu.Lock()
	settle, _ := t.has(t.keys[text], c.now())
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
