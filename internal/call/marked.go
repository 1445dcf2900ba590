package call

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb/internal/apierror"
)

// calls marks the errors of a client as errors of calls, whatever their type.
type calls struct{ Client }

func called[I, O any](ctx context.Context, in *I, opts []func(*dynamodb.Options), call func(context.Context, *I, ...func(*dynamodb.Options)) (*O, error)) (*O, error) {
	out, err := call(ctx, in, opts...)
	if err != nil {
		err = &apierror.CallError{Err: err}
	}
	return out, err
}

func (c calls) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return called(ctx, in, opts, c.Client.GetItem)
}

func (c calls) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return called(ctx, in, opts, c.Client.UpdateItem)
}

func (c calls) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return called(ctx, in, opts, c.Client.Query)
}

func (c calls) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return called(ctx, in, opts, c.Client.BatchGetItem)
}

func (c calls) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return called(ctx, in, opts, c.Client.TransactWriteItems)
}
