package ddbaccess_test

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// counting is a client that counts the calls for tables and remembers their names.
type counting struct {
	*dynamodb.Client

	calls   atomic.Int64
	mu      sync.Mutex
	created []string
	dropped []string
}

func (c *counting) CreateTable(ctx context.Context, in *dynamodb.CreateTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	c.calls.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.created = append(c.created, *in.TableName)
	return c.Client.CreateTable(ctx, in, opts...)
}

func (c *counting) DeleteTable(ctx context.Context, in *dynamodb.DeleteTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error) {
	c.calls.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropped = append(c.dropped, *in.TableName)
	return c.Client.DeleteTable(ctx, in, opts...)
}
