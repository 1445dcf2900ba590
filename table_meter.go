package ddb

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// meteredTables counts the calls of a tableClient in the meter of their context. They consume no capacity.
type meteredTables struct{ tableClient }

type tableCall[I, O any] func(context.Context, I, ...func(*dynamodb.Options)) (O, error)

func countCall[I, O any](ctx context.Context, operation string, call tableCall[I, O], in I, opts []func(*dynamodb.Options)) (O, error) {
	m := meterOf(ctx, operation, false)
	out, err := call(ctx, in, append(opts, m.options)...)
	m.done()
	return out, err
}

func (c meteredTables) CreateTable(ctx context.Context, in *dynamodb.CreateTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	return countCall(ctx, "CreateTable", c.tableClient.CreateTable, in, opts)
}

func (c meteredTables) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return countCall(ctx, "DescribeTable", c.tableClient.DescribeTable, in, opts)
}

func (c meteredTables) DeleteTable(ctx context.Context, in *dynamodb.DeleteTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error) {
	return countCall(ctx, "DeleteTable", c.tableClient.DeleteTable, in, opts)
}

func (c meteredTables) DescribeTimeToLive(ctx context.Context, in *dynamodb.DescribeTimeToLiveInput, opts ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error) {
	return countCall(ctx, "DescribeTimeToLive", c.tableClient.DescribeTimeToLive, in, opts)
}

func (c meteredTables) UpdateTimeToLive(ctx context.Context, in *dynamodb.UpdateTimeToLiveInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error) {
	return countCall(ctx, "UpdateTimeToLive", c.tableClient.UpdateTimeToLive, in, opts)
}
