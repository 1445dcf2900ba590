package graph_test

import (
	"context"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb/ddbmem"
)

// gate is a client that counts its requests and calls before before each, once that is set.
type gate struct {
	*dynamodb.Client
	requests atomic.Int64
	before   atomic.Pointer[func(context.Context) error]
}

func newGate() *gate { return &gate{Client: ddbmem.New().Client()} }

func (g *gate) set(before func(context.Context) error) { g.before.Store(&before) }

func (g *gate) enter(ctx context.Context) error {
	g.requests.Add(1)
	if before := g.before.Load(); before != nil {
		return (*before)(ctx)
	}
	return nil
}

// pass calls a method of the client, if before allows it.
func pass[I, O any](ctx context.Context, g *gate, in I, call func(context.Context, I, ...func(*dynamodb.Options)) (O, error), opts []func(*dynamodb.Options)) (out O, err error) {
	if err := g.enter(ctx); err != nil {
		return out, err
	}
	return call(ctx, in, opts...)
}

func (g *gate) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return pass(ctx, g, in, g.Client.GetItem, opts)
}

func (g *gate) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return pass(ctx, g, in, g.Client.Query, opts)
}

func (g *gate) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return pass(ctx, g, in, g.Client.BatchGetItem, opts)
}

func (g *gate) PutItem(ctx context.Context, in *dynamodb.PutItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return pass(ctx, g, in, g.Client.PutItem, opts)
}

func (g *gate) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return pass(ctx, g, in, g.Client.UpdateItem, opts)
}

func (g *gate) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return pass(ctx, g, in, g.Client.TransactWriteItems, opts)
}
