package ddbaccess_test

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
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

// slow is a client whose table takes its time: it is in use for so many requests that delete it.
type slow struct {
	*dynamodb.Client

	creating, created func() // during and after the request that creates the table
	busy              int
	lost              func() // creates the table whose request was given up
}

func (c *slow) CreateTable(ctx context.Context, in *dynamodb.CreateTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	if c.creating != nil {
		c.creating()
		select {
		case <-ctx.Done():
			c.lost = func() { _, _ = c.Client.CreateTable(context.WithoutCancel(ctx), in, opts...) }
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	out, err := c.Client.CreateTable(ctx, in, opts...)
	if c.created != nil {
		c.created()
	}
	return out, err
}

func (c *slow) DeleteTable(ctx context.Context, in *dynamodb.DeleteTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error) {
	if c.busy--; c.busy >= 0 {
		return nil, &types.ResourceInUseException{}
	}
	return c.Client.DeleteTable(ctx, in, opts...)
}
