package graph

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
)

// bounded is the client of a service. It is where the requests of an operation are bounded, because each passes here:
// also the second page of a list, and the pages of a collection whose items are mostly of types that were not selected.
type bounded struct{ ddb.Client }

// send sends a request, unless its operation has ended or has no requests left.
func send[I, O any](ctx context.Context, in I, call func(context.Context, I, ...func(*dynamodb.Options)) (O, error), opts []func(*dynamodb.Options)) (out O, err error) {
	if err := of(ctx).sending(ctx); err != nil {
		return out, err
	}
	return call(ctx, in, opts...)
}

func (b bounded) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return send(ctx, in, b.Client.GetItem, opts)
}

func (b bounded) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return send(ctx, in, b.Client.Query, opts)
}

func (b bounded) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return send(ctx, in, b.Client.BatchGetItem, opts)
}

func (b bounded) PutItem(ctx context.Context, in *dynamodb.PutItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return send(ctx, in, b.Client.PutItem, opts)
}

func (b bounded) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return send(ctx, in, b.Client.UpdateItem, opts)
}

func (b bounded) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return send(ctx, in, b.Client.DeleteItem, opts)
}

func (b bounded) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return send(ctx, in, b.Client.TransactWriteItems, opts)
}

func (b bounded) Scan(ctx context.Context, in *dynamodb.ScanInput, opts ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return send(ctx, in, b.Client.Scan, opts)
}

func (b bounded) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	return send(ctx, in, b.Client.BatchWriteItem, opts)
}

func (b bounded) TransactGetItems(ctx context.Context, in *dynamodb.TransactGetItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error) {
	return send(ctx, in, b.Client.TransactGetItems, opts)
}
