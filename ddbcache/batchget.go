package ddbcache

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// wanted is a key of a BatchGetItem that the cache may have.
type wanted struct {
	t    *table
	key  item
	text string
	s    shape
	f    *flight // that this call leads or waits for
	e    *entry  // found in the cache, or by another caller
	read bool    // by this call
}

// batch is a BatchGetItem under way.
type batch struct {
	c      *Cache
	in     *dynamodb.BatchGetItemInput
	opts   []func(*dynamodb.Options)
	wanted []*wanted
	passed map[string]types.KeysAndAttributes // tables that are read past the cache
	out    *dynamodb.BatchGetItemOutput       // of the requests, nil before the first
	a      Access
}

// BatchGetItem returns the items that are in the cache, and reads and keeps the others in one request; more, if the request
// of another caller, which it waited for, brought nothing. It keeps too that there is none. Tables that are read strongly
// consistently or with a projection pass by, in the same request. If all items are in the cache it makes no request and
// consumes nothing. Errors are those of the client below.
func (c *Cache) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	b := &batch{c: c, in: in, opts: opts, passed: map[string]types.KeysAndAttributes{}}
	if in == nil || !c.items.keeps() || !b.sort() {
		return c.client.BatchGetItem(ctx, in, opts...)
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, ended("BatchGetItem", err)
		}
		if err := b.read(ctx); err != nil {
			return nil, err
		}
		again, err := b.wait(ctx)
		if err != nil {
			return nil, err
		}
		if !again {
			return b.result(ctx), nil
		}
	}
}

// sort finds out what may be in the cache. It returns false for a request that DynamoDB may refuse as a whole.
func (b *batch) sort() bool {
	n := 0
	for _, name := range slices.Sorted(maps.Keys(b.in.RequestItems)) {
		keys := b.in.RequestItems[name]
		if n += len(keys.Keys); n > 100 || len(keys.Keys) == 0 {
			return false
		}
		t := b.c.table(nameOf(name))
		if b.a.Table == "" {
			b.a.Table = t.name
		}
		if aws.ToBool(keys.ConsistentRead) || keys.ProjectionExpression != nil || keys.AttributesToGet != nil || keys.ExpressionAttributeNames != nil || nameOf(name) != name {
			b.passed[name] = b.settled(t, keys)
			continue
		}
		seen := map[string]bool{}
		for _, key := range keys.Keys {
			text, s, ok := keyText(key)
			if !ok || seen[text] {
				return false
			}
			seen[text] = true
			b.wanted = append(b.wanted, &wanted{t: t, key: key, text: text, s: s})
		}
	}
	b.a.Operation = "BatchGetItem"
	for _, keys := range b.passed {
		b.a.Passed += len(keys.Keys)
	}
	return n > 0
}

// settled makes the reads of a table that pass by strongly consistent, if one has to see a write through the cache.
func (b *batch) settled(t *table, keys types.KeysAndAttributes) types.KeysAndAttributes {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range keys.Keys {
		text, _, _ := keyText(key)
		if settle, _ := t.has(t.keys[text], b.c.now()); settle {
			keys.ConsistentRead = aws.Bool(true)
		}
	}
	return keys
}

// read looks for what is still wanted, and makes one request for what this call has to read.
func (b *batch) read(ctx context.Context) error {
	request := map[string]types.KeysAndAttributes{}
	if b.out == nil {
		maps.Copy(request, b.passed)
	}
	var leading []*wanted
	for _, w := range b.wanted {
		if w.e != nil || w.read {
			continue
		}
		if w.e = b.c.items.get(w.t.place(w.text)); w.e == nil {
			w.e, w.f, w.read = b.c.enter(w.t, w.text)
		}
		switch {
		case w.e != nil:
			b.a.Hits++
			b.a.Saved += w.e.units
		case w.read:
			leading = append(leading, w)
			keys := request[w.t.name]
			keys.Keys = append(keys.Keys, w.key)
			if w.f.strong {
				keys.ConsistentRead = aws.Bool(true)
			}
			request[w.t.name] = keys
		}
	}
	if len(request) == 0 {
		return nil
	}
	landing := make([]landed, len(leading)) // nothing, if the client panics
	defer func() {
		for i, w := range leading {
			b.c.leave(w.t, w.text, w.s, w.f, landing[i])
		}
	}()
	in := *b.in
	in.RequestItems = request
	out, err := b.c.client.BatchGetItem(ctx, &in, new(sending).before(b.opts)...)
	b.a.Misses += len(leading)
	if err != nil {
		for i := range leading {
			if ctx.Err() == nil {
				landing[i].err = err
			}
		}
		return err
	}
	b.land(leading, landing, out)
	b.add(out)
	return nil
}

// land gives each key that was read what the response has of it.
func (b *batch) land(leading []*wanted, landing []landed, out *dynamodb.BatchGetItemOutput) {
	type id struct{ table, key string }
	found := map[id]item{}
	left := map[id]bool{}
	shapes := map[string]shape{}
	for _, w := range leading {
		shapes[w.t.name] = w.s
	}
	for name, s := range shapes {
		for _, it := range out.Responses[name] {
			text, _ := s.text(it)
			found[id{name, text}] = it
		}
		for _, key := range out.UnprocessedKeys[name].Keys {
			text, _ := s.text(key)
			left[id{name, text}] = true
		}
	}
	for i, w := range leading {
		if at := (id{w.t.name, w.text}); !left[at] {
			landing[i].found = entryOf(found[at])
		}
	}
}

// wait waits for the flights of others. again says that some brought nothing.
func (b *batch) wait(ctx context.Context) (again bool, err error) {
	for _, w := range b.wanted {
		if w.read || w.e != nil {
			continue
		}
		e, more, err := w.f.wait(ctx, "BatchGetItem")
		if err != nil {
			return false, err
		}
		again = again || more
		if w.e = e; e != nil {
			b.a.Shared++
			b.a.Saved += e.units
		}
	}
	return again, nil
}

// add adds the response of a request to the output. It is the caller's to change, since the cache keeps texts.
func (b *batch) add(out *dynamodb.BatchGetItemOutput) {
	for name, keys := range out.UnprocessedKeys { // as the caller would have them
		keys.ConsistentRead = b.in.RequestItems[name].ConsistentRead
		out.UnprocessedKeys[name] = keys
	}
	if b.out == nil {
		b.out = out
		return
	}
	for name, items := range out.Responses {
		b.out.Responses[name] = append(b.out.Responses[name], items...)
	}
	for name, keys := range out.UnprocessedKeys {
		keys.Keys = append(keys.Keys, b.out.UnprocessedKeys[name].Keys...)
		b.out.UnprocessedKeys[name] = keys
	}
	b.out.ConsumedCapacity = append(b.out.ConsumedCapacity, out.ConsumedCapacity...)
}

// result adds what came without a request.
func (b *batch) result(ctx context.Context) *dynamodb.BatchGetItemOutput {
	b.c.note(ctx, b.a)
	out := b.out
	if out == nil {
		out = &dynamodb.BatchGetItemOutput{UnprocessedKeys: map[string]types.KeysAndAttributes{}}
		for name := range b.in.RequestItems {
			if free := b.c.free(&name, b.in.ReturnConsumedCapacity, nil, &out.ResultMetadata); free != nil {
				out.ConsumedCapacity = append(out.ConsumedCapacity, *free)
			}
		}
		if asks(b.in.ReturnConsumedCapacity) {
			b.c.unsent(b.opts)
		}
	}
	if out.Responses == nil {
		out.Responses = map[string][]item{}
	}
	for name := range b.in.RequestItems {
		if out.Responses[name] == nil {
			out.Responses[name] = []item{}
		}
	}
	for _, w := range b.wanted {
		if w.e != nil && !w.e.absent {
			out.Responses[w.t.name] = append(out.Responses[w.t.name], w.e.item())
		}
	}
	if n := b.a.Hits + b.a.Shared; n > 0 && asks(b.in.ReturnConsumedCapacity) {
		out.ResultMetadata.Set(hitsKey, n)
	}
	return out
}
