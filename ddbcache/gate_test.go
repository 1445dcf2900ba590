package ddbcache

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

// gate is the client of the table in a simulation.
type gate struct{ s *simulation }

var _ ddb.Client = (*gate)(nil)

// hold waits until the simulation lets a call go on.
func (g *gate) hold(ctx context.Context, h *heldCall) (simFault, error) {
	g.s.mu.Lock()
	g.s.held = append(g.s.held, h)
	g.s.mu.Unlock()
	select {
	case f := <-h.goes:
		return f, nil
	case <-ctx.Done():
		g.s.mu.Lock()
		defer g.s.mu.Unlock()
		g.s.held = slices.DeleteFunc(g.s.held, func(o *heldCall) bool { return o == h })
		return arrivesLate, ctx.Err()
	}
}

// read makes a request that reads.
func read[O any](ctx context.Context, g *gate, call func() (*O, error)) (*O, error) {
	f, err := g.hold(ctx, &heldCall{goes: make(chan simFault)})
	switch {
	case err != nil:
		return nil, err
	case f == throttled:
		return nil, &types.ProvisionedThroughputExceededException{}
	case f == failsBefore:
		return nil, &types.InternalServerError{}
	}
	out, err := call()
	if _, gone := g.hold(ctx, &heldCall{sent: true, goes: make(chan simFault)}); gone != nil {
		return nil, gone
	}
	return out, err
}

// writes makes a request that writes, to keys.
func writes[O any](ctx context.Context, g *gate, keys []string, call func() (*O, error)) (*O, error) {
	apply := func() (*O, error) {
		out, err := call()
		for _, k := range keys {
			g.record(k)
		}
		return out, err
	}
	f, err := g.hold(ctx, &heldCall{write: true, goes: make(chan simFault)})
	switch f {
	case arrivesLate:
		g.s.mu.Lock()
		g.s.late = append(g.s.late, lateWrite{func() { _, _ = apply() }, time.Now().Add(simLag)})
		g.s.mu.Unlock()
		if err == nil {
			err = errLost
		}
		return nil, err
	case throttled:
		return nil, &types.ProvisionedThroughputExceededException{}
	case failsBefore:
		return nil, &types.InternalServerError{}
	}
	out, err := apply()
	if f == failsAfter {
		return nil, errLost
	}
	if _, gone := g.hold(ctx, &heldCall{sent: true, goes: make(chan simFault)}); gone != nil {
		return nil, gone
	}
	return out, err
}

// record notes what the table has now.
func (g *gate) record(k string) {
	out, err := g.s.client.GetItem(context.Background(), &dynamodb.GetItemInput{TableName: aws.String(simTable), Key: g.s.key(k), ConsistentRead: aws.Bool(true)})
	if err != nil {
		panic(err)
	}
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	h := g.s.history[k]
	was, is := h[len(h)-1].value, valueOf(out.Item)
	if was == is {
		return
	}
	simTrace("%v table %s = %q", time.Now().Format("05.000"), k, is)
	g.s.history[k] = append(h, state{is, time.Now()})
	r := ddb.Record{Kind: ddb.Modified, Keys: g.s.key(k), New: out.Item}
	if is == "" {
		r.Kind = ddb.Removed
	}
	g.s.records = append(g.s.records, simRecord{r, k, len(h)})
}

// old makes an eventually consistent read return what may be old.
func (g *gate) old(k string, it item) item {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	h := g.s.history[k]
	var may []state
	for i, st := range h {
		if i == len(h)-1 || h[i+1].at.After(time.Now().Add(-simLag)) {
			may = append(may, st)
		}
	}
	switch st := may[len(may)-1-g.s.choose(len(may))]; {
	case st.value == "":
		return nil
	case st.value == valueOf(it):
		return it
	default:
		it = g.s.key(k)
		it["v"] = &types.AttributeValueMemberS{Value: st.value}
		return it
	}
}

func keyOf(it item) string { return it["pk"].(*types.AttributeValueMemberS).Value }

func (g *gate) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return read(ctx, g, func() (*dynamodb.GetItemOutput, error) {
		out, err := g.s.client.GetItem(context.Background(), in)
		if err == nil && !aws.ToBool(in.ConsistentRead) {
			out.Item = g.old(keyOf(in.Key), out.Item)
		}
		return out, err
	})
}

func (g *gate) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return read(ctx, g, func() (*dynamodb.BatchGetItemOutput, error) {
		out, err := g.s.client.BatchGetItem(context.Background(), in)
		if err != nil || aws.ToBool(in.RequestItems[simTable].ConsistentRead) {
			return out, err
		}
		var items []item
		for _, key := range in.RequestItems[simTable].Keys {
			var found item
			for _, it := range out.Responses[simTable] {
				if keyOf(it) == keyOf(key) {
					found = it
				}
			}
			if it := g.old(keyOf(key), found); it != nil {
				items = append(items, it)
			}
		}
		out.Responses[simTable] = items
		return out, nil
	})
}

func (g *gate) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return writes(ctx, g, []string{keyOf(in.Item)}, func() (*dynamodb.PutItemOutput, error) {
		return g.s.client.PutItem(context.Background(), in)
	})
}

func (g *gate) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return writes(ctx, g, []string{keyOf(in.Key)}, func() (*dynamodb.UpdateItemOutput, error) {
		return g.s.client.UpdateItem(context.Background(), in)
	})
}

func (g *gate) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return writes(ctx, g, []string{keyOf(in.Key)}, func() (*dynamodb.DeleteItemOutput, error) {
		return g.s.client.DeleteItem(context.Background(), in)
	})
}

func (g *gate) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	return writes(ctx, g, simKeys, func() (*dynamodb.BatchWriteItemOutput, error) {
		return g.s.client.BatchWriteItem(context.Background(), in)
	})
}

func (g *gate) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return writes(ctx, g, simKeys, func() (*dynamodb.TransactWriteItemsOutput, error) {
		return g.s.client.TransactWriteItems(context.Background(), in)
	})
}

func (g *gate) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return g.s.client.Query(ctx, in, opts...)
}

func (g *gate) Scan(ctx context.Context, in *dynamodb.ScanInput, opts ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return g.s.client.Scan(ctx, in, opts...)
}

func (g *gate) TransactGetItems(ctx context.Context, in *dynamodb.TransactGetItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error) {
	return g.s.client.TransactGetItems(ctx, in, opts...)
}

var simTrace = func(string, ...any) {}
