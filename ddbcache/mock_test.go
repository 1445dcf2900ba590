package ddbcache_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbcache"
	"github.com/singletable-go/ddb/ddbmem"
)

// mock is a client of a test, which returns what it is told.
type mock struct {
	ddb.Client
	get   func() (*dynamodb.GetItemOutput, error)
	batch func() *dynamodb.BatchGetItemOutput
}

func (m mock) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return m.get()
}

func (m mock) BatchGetItem(context.Context, *dynamodb.BatchGetItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return m.batch(), nil
}

func (mock) Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return nil, nil
}

func (mock) Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return nil, nil
}

func (mock) UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return nil, nil
}

func (mock) BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	return nil, nil
}

// A client that returns nothing at all makes a read fail, and no caller panic.
func TestAClientThatReturnsNothing(t *testing.T) {
	t.Parallel()
	cache := ddbcache.New(mock{get: func() (*dynamodb.GetItemOutput, error) { return nil, nil }, batch: func() *dynamodb.BatchGetItemOutput { return nil }}, nil)
	const nothing = "neither an output nor an error"
	_, err := cache.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(name), Key: key("a")})
	require.ErrorContains(t, err, nothing)
	_, err = cache.BatchGetItem(t.Context(), batchOf(key("a")))
	require.ErrorContains(t, err, nothing)
	_, err = cache.Query(t.Context(), &dynamodb.QueryInput{TableName: aws.String(name)})
	require.ErrorContains(t, err, nothing)
	_, err = cache.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(name)})
	require.ErrorContains(t, err, nothing)
	assert.NotPanics(t, func() {
		_, _ = cache.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String(name), Key: key("a"), ReturnValues: types.ReturnValueAllNew})
		_, _ = cache.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{name: {{DeleteRequest: &types.DeleteRequest{Key: key("a")}}}}})
	})
	assert.Zero(t, cache.Stats().Items.Entries)
}

// The maps of an output may be nil, in the first request of a batch and in another that it makes for a key that the caller
// it waited for did not read.
func TestABatchWhoseOutputsHaveNoMaps(t *testing.T) {
	t.Parallel()
	for what, second := range map[string]*dynamodb.BatchGetItemOutput{
		"found": {Responses: map[string][]item{name: {key("b")}}},
		"left":  {UnprocessedKeys: map[string]types.KeysAndAttributes{name: {Keys: []item{key("b")}}}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			began, requests := make(chan bool), 0
			cache := ddbcache.New(mock{
				get: func() (*dynamodb.GetItemOutput, error) {
					close(began)
					<-ctx.Done()
					return nil, ctx.Err()
				},
				batch: func() *dynamodb.BatchGetItemOutput {
					if requests++; requests == 1 {
						cancel()
						return &dynamodb.BatchGetItemOutput{}
					}
					return second
				},
			}, nil)
			go func() {
				_, _ = cache.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(name), Key: key("b")})
			}()
			<-began
			out, err := cache.BatchGetItem(t.Context(), batchOf(key("a"), key("b")))
			require.NoError(t, err)
			assert.Equal(t, 1, len(out.Responses[name])+len(out.UnprocessedKeys[name].Keys))
		})
	}
}

// An option of a call finds the client's own transport, whether a request is made or not.
func TestAnOptionFindsTheTransportOfTheClient(t *testing.T) {
	t.Parallel()
	below := ddbmem.New().Client().Options()
	client := dynamodb.New(dynamodb.Options{
		Region: "x", Credentials: below.Credentials, HTTPClient: awshttp.NewBuildableClient(), RetryMaxAttempts: 1, BaseEndpoint: aws.String("http://127.0.0.1:1"),
	})
	looked := 0
	look := func(o *dynamodb.Options) {
		assert.IsType(t, &awshttp.BuildableClient{}, o.HTTPClient)
		looked++
	}
	in := &dynamodb.GetItemInput{TableName: aws.String(name), Key: key("a")}
	_, err := ddbcache.New(client, nil).GetItem(t.Context(), in, look)
	require.Error(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = ddbcache.New(client, nil).GetItem(ctx, in, look)
	require.ErrorIs(t, err, context.Canceled)
	_, err = ddbcache.New(mock{}, nil).GetItem(ctx, in, look)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 3, looked)
}
