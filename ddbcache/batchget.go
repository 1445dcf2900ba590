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
	t     *table
	key   item
	text  string
	s     shape
	f     *flight // that this call leads or waits for
	e     *entry  // found in the cache, or by another caller
	read  bool    // by this call
	alone bool    // it is not read by others
}

// batch is a BatchGetItem under way.
type batch struct {
	c      *Cache
	in     *dynamodb.BatchGetItemInput
	opts   []func(*dynamodb.Options)
	wanted []*wanted
	passed map[string]types.KeysAndAttributes // tables that are read past the cache
	out    *dynamodb.BatchGetItemOutput       // of the requests, nil before the first
	sent   bool                               // a request was made
	a      Access
}

// BatchGetItem returns the items that are in the cache, and reads and keeps the others in one request; more, if the request
// of another caller, which it waited for, brought nothing. It keeps too that there is none. Tables that are read strongly
// consistently or with a projection, or of which a key cannot be told, pass by, in the same request. If all items are in the cache it makes no request and
// consumes nothing. Errors are those of the client below. If what it waited for failed after its own request was done, the
// output has what that brought, and the others as unprocessed.
func (c *Cache) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	b := &batch{c: c, in: in, opts: opts, passed: map[string]types.KeysAndAttributes{}}
	if in == nil {
		return c.client.BatchGetItem(ctx, in, opts...)
	}
	defer func() { c.note(ctx, b.a) }()
	if !b.sort() {
		b.a.Passed = 0
		for _, keys := range in.RequestItems {
			b.a.Passed += len(keys.Keys)
		}
		return c.client.BatchGetItem(ctx, in, opts...)
	}
	for {
		again, err := b.round(ctx)
		switch {
		case err != nil && b.out == nil:
			if !b.sent {
				c.unsent(opts)
			}
			return nil, err
		case err != nil:
			b.leave()
		}
		if !again {
			return b.result(), nil
		}
	}
}

// round makes one request at most, and waits for those of others. again says that some of these brought nothing.
func (b *batch) round(ctx context.Context) (again bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, ended("BatchGetItem", err)
	}
	if err := b.read(ctx); err != nil {
		return false, err
	}
	return b.wait(ctx)
}

// leave leaves what is still wanted unprocessed: a request of this call was done, and its caller gets what it brought.
func (b *batch) leave() {
	for _, w := range b.wanted {
		if w.e == nil && !w.read {
			left := b.in.RequestItems[w.t.name]
			left.Keys = append(b.out.UnprocessedKeys[w.t.name].Keys, w.key)
			b.out.UnprocessedKeys[w.t.name] = left
		}
	}
}

// sort finds out what may be in the cache. It returns false for a request that passes by as a whole, as one does that
// DynamoDB may refuse.
func (b *batch) sort() bool {
	b.a.Operation = "BatchGetItem"
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
		if passes(name, keys) {
			b.passed[name] = b.settled(t, keys)
			b.a.Passed += len(keys.Keys)
			continue
		}
		seen := map[string]bool{}
		for _, key := range keys.Keys {
			text, s, _ := keyText(key)
			if seen[text] {
				return false
			}
			seen[text] = true
			b.wanted = append(b.wanted, &wanted{t: t, key: key, text: text, s: s})
		}
	}
	return n > 0 && b.c.items.keeps()
}

// passes reports whether the reads of a table pass by: those that are not of whole items or strongly consistent, and those
// of a key that cannot be told.
func passes(name string, keys types.KeysAndAttributes) bool {
	return aws.ToBool(keys.ConsistentRead) || keys.ProjectionExpression != nil || keys.AttributesToGet != nil || keys.ExpressionAttributeNames != nil || nameOf(name) != name ||
		slices.ContainsFunc(keys.Keys, func(key item) bool {
			_, _, ok := keyText(key)
			return !ok
		})
}

// settled makes the reads of a table that pass by strongly consistent, if one has to see a write through the cache.
func (b *batch) settled(t *table, keys types.KeysAndAttributes) types.KeysAndAttributes {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range keys.Keys {
		text, s, _ := keyText(key)
		if settle, _ := b.c.has(t, text, s); settle {
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
			w.e, w.f, w.read = b.c.enter(w.t, w.text, w.s, w.alone)
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
	b.a.Misses += len(leading)
	b.sent = true
	out, err := given(b.c.client.BatchGetItem(ctx, &in, new(sending).around(b.opts)...))
	if err != nil {
		for i, w := range leading {
			landing[i].fails(ctx, err)
			w.read = false
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
			landing[i].finds(entryOf(found[at]))
		}
	}
}

// wait waits for the flights of others. again says that some brought nothing.
func (b *batch) wait(ctx context.Context) (again bool, err error) {
	for _, w := range b.wanted {
		if w.read || w.e != nil {
			continue
		}
		if err := w.f.wait(ctx, "BatchGetItem"); err != nil {
			return false, err
		}
		if w.e = w.f.found; w.e == nil {
			again, w.alone = true, w.alone || w.f.alone
			continue
		}
		b.a.Shared++
		b.a.Saved += w.e.units
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
		if out.Responses == nil {
			out.Responses = map[string][]item{}
		}
		if out.UnprocessedKeys == nil {
			out.UnprocessedKeys = map[string]types.KeysAndAttributes{}
		}
		return
	}
	for name, items := range out.Responses {
		b.out.Responses[name] = append(b.out.Responses[name], items...)
	}
	for name, keys := range out.UnprocessedKeys {
		keys.Keys = append(keys.Keys, b.out.UnprocessedKeys[name].Keys...)
		b.out.UnprocessedKeys[name] = keys
	}
	if n := hitsOf(out.ResultMetadata) + hitsOf(b.out.ResultMetadata); n > 0 {
		b.out.ResultMetadata.Set(hitsKey, n)
	}
	b.out.ConsumedCapacity = append(b.out.ConsumedCapacity, out.ConsumedCapacity...)
}

// result adds what came without a request.
func (b *batch) result() *dynamodb.BatchGetItemOutput {
	out := b.out
	if out == nil {
		out = &dynamodb.BatchGetItemOutput{Responses: map[string][]item{}, UnprocessedKeys: map[string]types.KeysAndAttributes{}}
		for name := range b.in.RequestItems {
			if free := b.c.free(&name, b.in.ReturnConsumedCapacity, nil, &out.ResultMetadata); free != nil {
				out.ConsumedCapacity = append(out.ConsumedCapacity, *free)
			}
		}
		if asks(b.in.ReturnConsumedCapacity) {
			b.c.unsent(b.opts)
		}
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
		if b.out != nil {
			n += hitsOf(out.ResultMetadata) // of a cache below
		}
		out.ResultMetadata.Set(hitsKey, n)
	}
	return out
}
