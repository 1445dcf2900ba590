// Package trace records the requests to DynamoDB as they are sent. The examples print them and the tests count them, so
// neither depends on what the library says about them.
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

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Request is one request for items.
type Request struct {
	Operation string // "GetItem", "Query", "TransactWriteItems"
	Index     string // "primary" for the table itself
	Key       string // the key, or the key condition with names and values filled in; for a transaction also the action
	Filter    string // the filter expression of a read

	Limit      int  // of a Query or Scan, 0 for none
	Consistent bool // a strongly consistent read
	Items      int  // the items that a batch or a transaction names
}

// Client passes requests on and records them. It is safe for concurrent use.
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
	c.record(Request{Operation: "GetItem", Index: "primary", Key: key(in.Key), Consistent: aws.ToBool(in.ConsistentRead)})
	return c.Client.GetItem(ctx, in, opts...)
}

// Query records an index, a key condition and a filter.
func (c *Client) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	c.record(Request{
		Operation: "Query",
		Limit:     int(aws.ToInt32(in.Limit)), Consistent: aws.ToBool(in.ConsistentRead),
		Index:  index(in.IndexName),
		Key:    fill(in.KeyConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues),
		Filter: fill(in.FilterExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues),
	})
	return c.Client.Query(ctx, in, opts...)
}

// Scan records an index and a filter.
func (c *Client) Scan(ctx context.Context, in *dynamodb.ScanInput, opts ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	c.record(Request{
		Operation: "Scan",
		Limit:     int(aws.ToInt32(in.Limit)), Consistent: aws.ToBool(in.ConsistentRead),
		Index:  index(in.IndexName),
		Filter: fill(in.FilterExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues),
	})
	return c.Client.Scan(ctx, in, opts...)
}

// BatchGetItem records the keys, sorted: a batch has no order.
func (c *Client) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	var keys []string
	consistent := false
	for _, t := range in.RequestItems {
		consistent = consistent || aws.ToBool(t.ConsistentRead)
		for _, k := range t.Keys {
			keys = append(keys, key(k))
		}
	}
	slices.Sort(keys)
	c.record(Request{Operation: "BatchGetItem", Index: "primary", Key: strings.Join(keys, "; "), Consistent: consistent, Items: len(keys)})
	return c.Client.BatchGetItem(ctx, in, opts...)
}

// TransactGetItems records the keys.
func (c *Client) TransactGetItems(ctx context.Context, in *dynamodb.TransactGetItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error) {
	keys := make([]string, len(in.TransactItems))
	for i, t := range in.TransactItems {
		keys[i] = key(t.Get.Key)
	}
	c.record(Request{Operation: "TransactGetItems", Index: "primary", Key: strings.Join(keys, "; "), Items: len(keys)})
	return c.Client.TransactGetItems(ctx, in, opts...)
}

// PutItem records the key of the item.
func (c *Client) PutItem(ctx context.Context, in *dynamodb.PutItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	c.record(Request{Operation: "PutItem", Index: "primary", Key: itemKey(in.Item)})
	return c.Client.PutItem(ctx, in, opts...)
}

// UpdateItem records the key.
func (c *Client) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	c.record(Request{Operation: "UpdateItem", Index: "primary", Key: key(in.Key)})
	return c.Client.UpdateItem(ctx, in, opts...)
}

// DeleteItem records the key.
func (c *Client) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	c.record(Request{Operation: "DeleteItem", Index: "primary", Key: key(in.Key)})
	return c.Client.DeleteItem(ctx, in, opts...)
}

// BatchWriteItem records the keys.
func (c *Client) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	var writes []string
	for _, requests := range in.RequestItems {
		for _, w := range requests {
			switch {
			case w.PutRequest != nil:
				writes = append(writes, "put "+itemKey(w.PutRequest.Item))
			case w.DeleteRequest != nil:
				writes = append(writes, "delete "+key(w.DeleteRequest.Key))
			}
		}
	}
	c.record(Request{Operation: "BatchWriteItem", Index: "primary", Key: strings.Join(writes, "\n"), Items: len(writes)})
	return c.Client.BatchWriteItem(ctx, in, opts...)
}

// TransactWriteItems records the keys and what is done to each.
func (c *Client) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	writes := make([]string, len(in.TransactItems))
	for i, t := range in.TransactItems {
		switch {
		case t.Put != nil:
			writes[i] = "put " + itemKey(t.Put.Item)
		case t.Update != nil:
			writes[i] = "update " + key(t.Update.Key)
		case t.Delete != nil:
			writes[i] = "delete " + key(t.Delete.Key)
		case t.ConditionCheck != nil:
			writes[i] = "check " + key(t.ConditionCheck.Key)
		}
	}
	c.record(Request{Operation: "TransactWriteItems", Index: "primary", Key: strings.Join(writes, "\n"), Items: len(writes)})
	return c.Client.TransactWriteItems(ctx, in, opts...)
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

// itemKey is the key in a whole item: the tables of the examples have pk and sk.
func itemKey(item map[string]types.AttributeValue) string {
	k := map[string]types.AttributeValue{}
	for _, name := range []string{"pk", "sk"} {
		if v, ok := item[name]; ok {
			k[name] = v
		}
	}
	return key(k)
}

var placeholder = regexp.MustCompile(`[#:][A-Za-z0-9_]+`)

// fill replaces the placeholders of an expression by their names and values.
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
