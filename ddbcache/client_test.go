package ddbcache_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

type item = map[string]types.AttributeValue

func s(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
func n(v string) types.AttributeValue { return &types.AttributeValueMemberN{Value: v} }

// key returns the key of an item of the tests' table, and with more attributes the item.
func key(pk string, more ...item) item {
	it := item{"pk": s(pk), "n": n("1")}
	for _, m := range more {
		maps.Copy(it, m)
	}
	return it
}

const name = "things"

var (
	keyAttributes = []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: "S"}, {AttributeName: aws.String("n"), AttributeType: "N"}}
	keySchema     = []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: "HASH"}, {AttributeName: aws.String("n"), KeyType: "RANGE"}}
)

// counted is the transport of a client that counts its requests.
type counted struct {
	next  dynamodb.HTTPClient
	mu    sync.Mutex
	of    map[string]int
	delay func(operation string) // called before each request
}

func (c *counted) Do(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	c.mu.Lock()
	c.of[operation]++
	delay := c.delay
	c.mu.Unlock()
	if delay != nil {
		delay(operation)
	}
	return c.next.Do(r)
}

// requests returns the number of requests of an operation since it was called last.
func (c *counted) requests(operation string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.of[operation]
	delete(c.of, operation)
	return n
}

// open returns an engine with a table, and a client whose requests are counted.
func open(t *testing.T, opts ...ddbmem.Options) (*ddbmem.Engine, *dynamodb.Client, *counted) {
	t.Helper()
	engine := ddbmem.New(opts...)
	_, err := engine.Client().CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String(name), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: keyAttributes, KeySchema: keySchema,
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: "NEW_AND_OLD_IMAGES"},
	})
	require.NoError(t, err)
	c := &counted{of: map[string]int{}}
	return engine, engine.Client(func(o *dynamodb.Options) {
		o.Retryer = aws.NopRetryer{}
		c.next, o.HTTPClient = o.HTTPClient, c
	}), c
}

// get reads an item.
func get(t *testing.T, c ddb.Client, k item) item {
	t.Helper()
	out, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(name), Key: k})
	require.NoError(t, err)
	return out.Item
}

// put writes an item.
func put(t *testing.T, c ddb.Client, it item) {
	t.Helper()
	_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(name), Item: it})
	require.NoError(t, err)
}

// manual is a clock that a test sets.
type manual struct {
	mu sync.Mutex
	t  time.Time
}

func newManual() *manual { return &manual{t: time.Unix(1_700_000_000, 0)} }

func (m *manual) now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.t
}

func (m *manual) advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.t = m.t.Add(d)
}

// shaped is a client of the shape of DAX's: it ignores the options of a call, its outputs have no metadata, and its errors
// are those of the service alone.
type shaped struct{ below ddb.Client }

// call makes a call as such a client does.
func call[I, O any](ctx context.Context, in *I, send func(context.Context, *I, ...func(*dynamodb.Options)) (*O, error), metadata func(*O) *middleware.Metadata) (*O, error) {
	out, err := send(ctx, in)
	if err == nil {
		*metadata(out) = middleware.Metadata{}
		return out, nil
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return nil, api
	}
	return nil, err
}

func (c shaped) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return call(ctx, in, c.below.GetItem, func(o *dynamodb.GetItemOutput) *middleware.Metadata { return &o.ResultMetadata })
}

func (c shaped) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return call(ctx, in, c.below.PutItem, func(o *dynamodb.PutItemOutput) *middleware.Metadata { return &o.ResultMetadata })
}

func (c shaped) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return call(ctx, in, c.below.UpdateItem, func(o *dynamodb.UpdateItemOutput) *middleware.Metadata { return &o.ResultMetadata })
}

func (c shaped) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return call(ctx, in, c.below.DeleteItem, func(o *dynamodb.DeleteItemOutput) *middleware.Metadata { return &o.ResultMetadata })
}

func (c shaped) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return call(ctx, in, c.below.Query, func(o *dynamodb.QueryOutput) *middleware.Metadata { return &o.ResultMetadata })
}

func (c shaped) Scan(ctx context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return call(ctx, in, c.below.Scan, func(o *dynamodb.ScanOutput) *middleware.Metadata { return &o.ResultMetadata })
}

func (c shaped) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return call(ctx, in, c.below.BatchGetItem, func(o *dynamodb.BatchGetItemOutput) *middleware.Metadata { return &o.ResultMetadata })
}

func (c shaped) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	return call(ctx, in, c.below.BatchWriteItem, func(o *dynamodb.BatchWriteItemOutput) *middleware.Metadata { return &o.ResultMetadata })
}

func (c shaped) TransactGetItems(ctx context.Context, in *dynamodb.TransactGetItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error) {
	return call(ctx, in, c.below.TransactGetItems, func(o *dynamodb.TransactGetItemsOutput) *middleware.Metadata { return &o.ResultMetadata })
}

func (c shaped) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return call(ctx, in, c.below.TransactWriteItems, func(o *dynamodb.TransactWriteItemsOutput) *middleware.Metadata { return &o.ResultMetadata })
}
