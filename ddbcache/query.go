package ddbcache

import (
	"context"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// page is what Query and Scan return.
type page struct {
	items          []item
	count, scanned int32
	last           item
	consumed       *types.ConsumedCapacity
	metadata       middleware.Metadata
}

// Query returns the page that a query with the same parameters read before, or reads and keeps it. No write removes it: it
// may be old until its time to live is over. A strongly consistent query, and one with legacy parameters, passes by. A hit
// makes no request and consumes nothing. Errors are those of the client below; several callers may get the same throttle or
// internal error.
func (c *Cache) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	if in == nil || !c.queries.keeps() || aws.ToBool(in.ConsistentRead) || in.AttributesToGet != nil || in.KeyConditions != nil || in.QueryFilter != nil || in.ConditionalOperator != "" {
		if in != nil {
			defer c.note(ctx, Access{Operation: "Query", Table: nameOf(aws.ToString(in.TableName)), Passed: 1})
		}
		return c.client.Query(ctx, in, opts...)
	}
	text, ok := parameters{
		operation: "Query", index: in.IndexName, keys: in.KeyConditionExpression, filter: in.FilterExpression, projection: in.ProjectionExpression,
		names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues, from: in.ExclusiveStartKey,
		limit: in.Limit, backward: in.ScanIndexForward, what: in.Select,
	}.text()
	p, err := c.page(ctx, request{"Query", in.TableName, text, ok, in.ReturnConsumedCapacity, opts}, func(s *sending) (page, error) {
		asking := *in
		asking.ReturnConsumedCapacity = asked(in.ReturnConsumedCapacity)
		out, err := given(c.client.Query(ctx, &asking, s.around(opts)...))
		if err != nil {
			return page{}, err
		}
		return page{out.Items, out.Count, out.ScannedCount, out.LastEvaluatedKey, out.ConsumedCapacity, out.ResultMetadata}, nil
	})
	if err != nil {
		return nil, err
	}
	return &dynamodb.QueryOutput{
		Items: p.items, Count: p.count, ScannedCount: p.scanned, LastEvaluatedKey: p.last, ConsumedCapacity: p.consumed, ResultMetadata: p.metadata,
	}, nil
}

// Scan is [Cache.Query] for a scan. What reads a whole table, such as [ddb.DB.Purge], should not read old pages: give it a
// DB on the client below.
func (c *Cache) Scan(ctx context.Context, in *dynamodb.ScanInput, opts ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	if in == nil || !c.queries.keeps() || aws.ToBool(in.ConsistentRead) || in.AttributesToGet != nil || in.ScanFilter != nil || in.ConditionalOperator != "" {
		if in != nil {
			defer c.note(ctx, Access{Operation: "Scan", Table: nameOf(aws.ToString(in.TableName)), Passed: 1})
		}
		return c.client.Scan(ctx, in, opts...)
	}
	text, ok := parameters{
		operation: "Scan", index: in.IndexName, filter: in.FilterExpression, projection: in.ProjectionExpression,
		names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues, from: in.ExclusiveStartKey,
		limit: in.Limit, what: in.Select, segment: in.Segment, segments: in.TotalSegments,
	}.text()
	p, err := c.page(ctx, request{"Scan", in.TableName, text, ok, in.ReturnConsumedCapacity, opts}, func(s *sending) (page, error) {
		asking := *in
		asking.ReturnConsumedCapacity = asked(in.ReturnConsumedCapacity)
		out, err := given(c.client.Scan(ctx, &asking, s.around(opts)...))
		if err != nil {
			return page{}, err
		}
		return page{out.Items, out.Count, out.ScannedCount, out.LastEvaluatedKey, out.ConsumedCapacity, out.ResultMetadata}, nil
	})
	if err != nil {
		return nil, err
	}
	return &dynamodb.ScanOutput{
		Items: p.items, Count: p.count, ScannedCount: p.scanned, LastEvaluatedKey: p.last, ConsumedCapacity: p.consumed, ResultMetadata: p.metadata,
	}, nil
}

// asked makes a request say what it consumed, which a hit then saves.
func asked(want types.ReturnConsumedCapacity) types.ReturnConsumedCapacity {
	if asks(want) {
		return want
	}
	return types.ReturnConsumedCapacityTotal
}

// parameters are all that decides what a Query or a Scan returns.
type parameters struct {
	operation                       string
	index, keys, filter, projection *string
	names                           map[string]string
	values, from                    item
	limit, segment, segments        *int32
	backward                        *bool
	what                            types.Select
}

// text returns a text that only the same parameters have; ok is false for values of an unknown kind.
func (p parameters) text() (text string, ok bool) {
	b := make([]byte, 0, 256)
	for _, s := range []*string{&p.operation, p.index, p.keys, p.filter, p.projection, (*string)(&p.what)} {
		b = appendOptional(b, s != nil)
		b = appendText(b, aws.ToString(s))
	}
	for _, n := range []*int32{p.limit, p.segment, p.segments} {
		b = appendOptional(b, n != nil)
		b = binary.AppendVarint(b, int64(aws.ToInt32(n)))
	}
	b = appendOptional(b, p.backward == nil || *p.backward)
	b = binary.AppendUvarint(b, uint64(len(p.names)))
	for _, name := range slices.Sorted(maps.Keys(p.names)) {
		b = appendText(appendText(b, name), p.names[name])
	}
	if b, ok = appendItem(b, p.values); ok {
		b, ok = appendItem(appendOptional(b, p.from != nil), p.from)
	}
	return string(b), ok
}

func appendOptional(b []byte, given bool) []byte {
	if given {
		return append(b, 1)
	}
	return append(b, 0)
}

// entry returns an entry for p, nil if it cannot be kept.
func (p page) entry() *entry {
	b, ok := appendItems(make([]byte, 0, 1024), p.items)
	if !ok {
		return nil
	}
	b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(p.count)), uint64(p.scanned))
	if b, ok = appendItem(appendOptional(b, p.last != nil), p.last); !ok {
		return nil
	}
	e := &entry{text: string(b)}
	if p.consumed != nil {
		e.units = aws.ToFloat64(p.consumed.CapacityUnits)
	}
	return e
}

// page returns what is in e, for the caller to keep and to change.
func (e *entry) page() page {
	d := newDecoder(e.text)
	p := page{items: d.items(), count: int32(d.number()), scanned: int32(d.number())}
	given := d.number() == 1
	if p.last = d.item(); !given {
		p.last = nil
	}
	return p
}
