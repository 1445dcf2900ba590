// Package trace records the requests that go to DynamoDB, as they are on the wire: what the examples print and their tests
// count is what was sent, not what the library says that it would send.
package trace

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Request is one read request.
type Request struct {
	Operation string // "GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"
	Index     string // "primary" for the table itself
	Key       string // the key, or the key condition with its names and values filled in
	Filter    string // the filter expression
}

// Client passes requests on and remembers the reads. Safe for concurrent use.
type Client struct {
	*dynamodb.Client

	mu   sync.Mutex
	seen []Request
}

// Wrap returns a recording client over c.
func Wrap(c *dynamodb.Client) *Client { return &Client{Client: c} }

// Take returns the requests recorded since the last call, in order.
func (c *Client) Take() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := c.seen
	c.seen = nil
	return seen
}

func (c *Client) record(r Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, r)
}

// GetItem records a key.
func (c *Client) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	c.record(Request{Operation: "GetItem", Index: "primary", Key: key(in.Key)})
	return c.Client.GetItem(ctx, in, opts...)
}

// Query records an index, a key condition and a filter.
func (c *Client) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	c.record(Request{
		Operation: "Query",
		Index:     index(in.IndexName),
		Key:       fill(in.KeyConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues),
		Filter:    fill(in.FilterExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues),
	})
	return c.Client.Query(ctx, in, opts...)
}

// Scan records an index and a filter.
func (c *Client) Scan(ctx context.Context, in *dynamodb.ScanInput, opts ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	c.record(Request{
		Operation: "Scan",
		Index:     index(in.IndexName),
		Filter:    fill(in.FilterExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues),
	})
	return c.Client.Scan(ctx, in, opts...)
}

// BatchGetItem records the keys, sorted: a batch has no order.
func (c *Client) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	var keys []string
	for _, t := range in.RequestItems {
		for _, k := range t.Keys {
			keys = append(keys, key(k))
		}
	}
	slices.Sort(keys)
	c.record(Request{Operation: "BatchGetItem", Index: "primary", Key: strings.Join(keys, "; ")})
	return c.Client.BatchGetItem(ctx, in, opts...)
}

// TransactGetItems records the keys.
func (c *Client) TransactGetItems(ctx context.Context, in *dynamodb.TransactGetItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error) {
	keys := make([]string, len(in.TransactItems))
	for i, t := range in.TransactItems {
		keys[i] = key(t.Get.Key)
	}
	c.record(Request{Operation: "TransactGetItems", Index: "primary", Key: strings.Join(keys, "; ")})
	return c.Client.TransactGetItems(ctx, in, opts...)
}

func index(name *string) string {
	if name == nil {
		return "primary"
	}
	return *name
}

func key(k map[string]types.AttributeValue) string {
	parts := make([]string, 0, len(k))
	for _, name := range slices.Sorted(maps.Keys(k)) {
		parts = append(parts, name+" = "+text(k[name]))
	}
	return strings.Join(parts, " AND ")
}

var placeholder = regexp.MustCompile(`[#:][A-Za-z0-9_]+`)

// fill replaces the placeholders of an expression by what they stand for.
func fill(expression *string, names map[string]string, values map[string]types.AttributeValue) string {
	if expression == nil {
		return ""
	}
	return placeholder.ReplaceAllStringFunc(*expression, func(p string) string {
		if name, ok := names[p]; ok {
			return name
		}
		if v, ok := values[p]; ok {
			return text(v)
		}
		return p
	})
}

func text(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return strconv.Quote(v.Value)
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberB:
		return base64.StdEncoding.EncodeToString(v.Value)
	default:
		return fmt.Sprintf("%v", v)
	}
}
