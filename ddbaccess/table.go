package ddbaccess

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

// The times of the table of a measurement.
const (
	activeTime = 10 * time.Minute      // until it is active
	createTime = 5 * time.Second       // for the request that creates it, after the context has ended
	dropTime   = 2 * time.Minute       // until it is gone, whether the context has ended or not
	pollTime   = 50 * time.Millisecond // between two looks at it
)

// tables is what creates and deletes the table of a measurement.
type tables interface {
	dynamodb.DescribeTableAPIClient
	CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	DeleteTable(context.Context, *dynamodb.DeleteTableInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error)
}

// table is the table of a measurement.
type table struct {
	client tables
	name   string
}

func newTable(client ddb.Client, name string) (table, error) {
	c, ok := client.(tables)
	if !ok {
		return table{}, fmt.Errorf("ddbaccess: create the table of the measurement: %w: a client of type %T has no calls for tables: use a *dynamodb.Client", ddb.ErrModel, client)
	}
	return table{c, name}, nil
}

// create creates the table, and waits until it is active. It does not enable TTL: an engine would delete items by its own clock,
// and the patterns see them by that of the catalog. So an item of the sample expires by the catalog's clock alone, whatever the day.
func (t table) create(ctx context.Context, model *ddb.Table) error {
	fail := func(err error) error { return fmt.Errorf("ddbaccess: create the table of the measurement: %w", err) }
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	late, cancel := outlive(ctx, createTime)
	defer cancel()
	if _, err := t.client.CreateTable(late, model.CreateTableInput(t.name)); err != nil {
		return fail(err)
	}
	exists := dynamodb.NewTableExistsWaiter(t.client, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay, o.MaxDelay = pollTime, time.Second })
	if err := exists.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &t.name}, activeTime); err != nil {
		return fail(err)
	}
	return nil
}

// outlive returns a context that ends some time after ctx, so that the outcome of a request is known.
func outlive(ctx context.Context, later time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(later, cancel) })
	return out, func() { stop(); cancel() }
}

// drop deletes the table, also if ctx has ended, and waits until it is gone. If it was not created there is nothing to delete.
// DynamoDB refuses to delete a table that is still being created, so drop tries again.
func (t table) drop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropTime)
	defer cancel()
	fail := func(err error) error {
		return fmt.Errorf("ddbaccess: delete the table %s of the measurement: %w", t.name, err)
	}
	for {
		_, err := t.client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &t.name})
		if _, gone := errors.AsType[*types.ResourceNotFoundException](err); gone {
			return nil
		}
		if err == nil {
			break
		}
		if _, busy := errors.AsType[*types.ResourceInUseException](err); !busy {
			return fail(err)
		}
		select {
		case <-ctx.Done():
			return fail(err)
		case <-time.After(pollTime):
		}
	}
	gone := dynamodb.NewTableNotExistsWaiter(t.client, func(o *dynamodb.TableNotExistsWaiterOptions) { o.MinDelay, o.MaxDelay = pollTime, time.Second })
	if err := gone.Wait(ctx, &dynamodb.DescribeTableInput{TableName: &t.name}, dropTime); err != nil {
		return fail(err)
	}
	return nil
}
