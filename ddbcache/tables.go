package ddbcache

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
)

// tableClient has the calls for tables that a [ddb.DB] makes.
type tableClient interface {
	CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
	DeleteTable(context.Context, *dynamodb.DeleteTableInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error)
	DescribeTimeToLive(context.Context, *dynamodb.DescribeTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error)
	UpdateTimeToLive(context.Context, *dynamodb.UpdateTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error)
}

// CreateTable passes the call on, and forgets the table. As with the other calls for tables, the error matches
// [ddb.ErrModel] if the client below has none.
func (c *Cache) CreateTable(ctx context.Context, in *dynamodb.CreateTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	if in != nil {
		defer c.remade(c.table(nameOf(aws.ToString(in.TableName))))
	}
	return passed(ctx, c, "CreateTable", tableClient.CreateTable, in, opts)
}

// DeleteTable passes the call on, and forgets the table.
func (c *Cache) DeleteTable(ctx context.Context, in *dynamodb.DeleteTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error) {
	if in != nil {
		defer c.remade(c.table(nameOf(aws.ToString(in.TableName))))
	}
	return passed(ctx, c, "DeleteTable", tableClient.DeleteTable, in, opts)
}

// DescribeTable passes the call on.
func (c *Cache) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return passed(ctx, c, "DescribeTable", tableClient.DescribeTable, in, opts)
}

// DescribeTimeToLive passes the call on.
func (c *Cache) DescribeTimeToLive(ctx context.Context, in *dynamodb.DescribeTimeToLiveInput, opts ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error) {
	return passed(ctx, c, "DescribeTimeToLive", tableClient.DescribeTimeToLive, in, opts)
}

// UpdateTimeToLive passes the call on.
func (c *Cache) UpdateTimeToLive(ctx context.Context, in *dynamodb.UpdateTimeToLiveInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error) {
	return passed(ctx, c, "UpdateTimeToLive", tableClient.UpdateTimeToLive, in, opts)
}

// passed makes a call for a table.
func passed[I, O any](ctx context.Context, c *Cache, operation string, call func(tableClient, context.Context, *I, ...func(*dynamodb.Options)) (*O, error), in *I, opts []func(*dynamodb.Options)) (*O, error) {
	below, ok := c.client.(tableClient)
	if !ok {
		return nil, fmt.Errorf("ddbcache: %s: %w: the client below, a %T, has no calls for tables: use a *dynamodb.Client", operation, ddb.ErrModel, c.client)
	}
	return call(below, ctx, in, opts...)
}
