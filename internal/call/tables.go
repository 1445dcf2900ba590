package call

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb/internal/fault"
)

// TableClient is what the methods on the table itself call beside Client; *dynamodb.Client has them.
type TableClient interface {
	CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
	DeleteTable(context.Context, *dynamodb.DeleteTableInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error)
	DescribeTimeToLive(context.Context, *dynamodb.DescribeTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error)
	UpdateTimeToLive(context.Context, *dynamodb.UpdateTimeToLiveInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error)
}

var _ TableClient = (*dynamodb.Client)(nil)

// Tables returns the client's calls for tables, metered.
func (c *Conn) Tables(op string) (TableClient, error) {
	tables, ok := c.Client.(TableClient)
	if !ok {
		return nil, fault.Model("ddb: %s %q: the client, a %T, has no calls for tables: use a *dynamodb.Client", op, c.Name, c.Client)
	}
	return meteredTables{tables}, nil
}

// meteredTables counts the calls of a TableClient in the meter of their context. They consume no capacity.
type meteredTables struct{ TableClient }

type tableCall[I, O any] func(context.Context, I, ...func(*dynamodb.Options)) (O, error)

func countCall[I, O any](ctx context.Context, operation string, call tableCall[I, O], in I, opts []func(*dynamodb.Options)) (O, error) {
	m := meterOf(ctx, operation, false)
	out, err := call(ctx, in, append(opts, m.options)...)
	m.done(ctx, err)
	return out, err
}

func (c meteredTables) CreateTable(ctx context.Context, in *dynamodb.CreateTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	return countCall(ctx, "CreateTable", c.TableClient.CreateTable, in, opts)
}

func (c meteredTables) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return countCall(ctx, "DescribeTable", c.TableClient.DescribeTable, in, opts)
}

func (c meteredTables) DeleteTable(ctx context.Context, in *dynamodb.DeleteTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error) {
	return countCall(ctx, "DeleteTable", c.TableClient.DeleteTable, in, opts)
}

func (c meteredTables) DescribeTimeToLive(ctx context.Context, in *dynamodb.DescribeTimeToLiveInput, opts ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error) {
	return countCall(ctx, "DescribeTimeToLive", c.TableClient.DescribeTimeToLive, in, opts)
}

func (c meteredTables) UpdateTimeToLive(ctx context.Context, in *dynamodb.UpdateTimeToLiveInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error) {
	return countCall(ctx, "UpdateTimeToLive", c.TableClient.UpdateTimeToLive, in, opts)
}

// Describe returns the live table. If there is none the error matches ErrNotFound.
func (c *Conn) Describe(ctx context.Context, tables TableClient) (*types.TableDescription, error) {
	out, err := tables.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &c.Name})
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); ok {
		return nil, fmt.Errorf("%w: %w", fault.ErrNotFound, err)
	}
	if err != nil {
		return nil, err
	}
	if out.Table == nil {
		return nil, misfit("DescribeTable", "it describes no table")
	}
	return out.Table, nil
}
