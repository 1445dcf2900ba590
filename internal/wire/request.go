package wire

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// SerializeRequest writes the requests of most operations itself. The SDK writes the others, and whatever it may refuse.
func (c *Call) SerializeRequest(ctx context.Context, schema *smithy.OperationSchema, in smithy.Serializable, req *smithyhttp.Request) error {
	if c.ChecksumOnly {
		return c.ClientProtocol.SerializeRequest(ctx, schema, in, req)
	}
	if done, err := c.whole(in, req); done || err != nil {
		return err
	}
	in, err := c.filled(in)
	if err != nil {
		return err
	}
	return c.ClientProtocol.SerializeRequest(ctx, schema, in, req)
}

// item returns the JSON of the item of put i, nil if it is in the input.
func (c *Call) item(i int) *Writer {
	if i >= len(c.Items) {
		return nil
	}
	return c.Items[i]
}

// filled returns the input with the attributes of all its items.
func (c *Call) filled(in smithy.Serializable) (smithy.Serializable, error) {
	if len(c.Items) == 0 {
		return in, nil
	}
	var err error
	fill := func(i int, attrs map[string]types.AttributeValue) map[string]types.AttributeValue {
		if item := c.item(i); item != nil && err == nil {
			attrs, err = item.Attributes()
		}
		return attrs
	}
	switch all := in.(type) {
	case *dynamodb.PutItemInput:
		put := *all
		put.Item = fill(0, put.Item)
		in = &put
	case *dynamodb.TransactWriteItemsInput:
		transact := *all
		transact.TransactItems = slices.Clone(all.TransactItems)
		for i, t := range transact.TransactItems {
			if t.Put != nil {
				put := *t.Put
				put.Item = fill(i, put.Item)
				transact.TransactItems[i].Put = &put
			}
		}
		in = &transact
	case *dynamodb.BatchWriteItemInput:
		batch := *all
		batch.RequestItems = make(map[string][]types.WriteRequest, len(all.RequestItems))
		for table, requests := range all.RequestItems {
			requests = slices.Clone(requests)
			for i, r := range requests {
				if r.PutRequest != nil {
					requests[i].PutRequest = &types.PutRequest{Item: fill(i, r.PutRequest.Item)}
				}
			}
			batch.RequestItems[table] = requests
		}
		in = &batch
	}
	return in, err
}

// Attributes reads the item that was written.
func (w *Writer) Attributes() (map[string]types.AttributeValue, error) {
	var item map[string]map[string]any
	if err := json.Unmarshal(w.Text, &item); err != nil {
		return nil, fmt.Errorf("the JSON of an item: %w", err)
	}
	attrs := make(map[string]types.AttributeValue, len(item))
	for name, v := range item {
		attrs[name] = attributeOf(v)
	}
	return attrs, nil
}

// attributeOf returns the value that a Writer wrote.
func attributeOf(v map[string]any) types.AttributeValue {
	for kind, v := range v {
		switch v := v.(type) {
		case bool:
			if kind == "NULL" {
				return &types.AttributeValueMemberNULL{Value: v}
			}
			return &types.AttributeValueMemberBOOL{Value: v}
		case string:
			switch kind {
			case "N":
				return &types.AttributeValueMemberN{Value: v}
			case "B":
				return &types.AttributeValueMemberB{Value: bytesOf(v)}
			}
			return &types.AttributeValueMemberS{Value: v}
		case map[string]any:
			m := make(map[string]types.AttributeValue, len(v))
			for name, v := range v {
				m[name] = attributeOf(v.(map[string]any))
			}
			return &types.AttributeValueMemberM{Value: m}
		case []any:
			switch kind {
			case "SS":
				return &types.AttributeValueMemberSS{Value: elements(v, func(s any) string { return s.(string) })}
			case "NS":
				return &types.AttributeValueMemberNS{Value: elements(v, func(s any) string { return s.(string) })}
			case "BS":
				return &types.AttributeValueMemberBS{Value: elements(v, func(s any) []byte { return bytesOf(s.(string)) })}
			}
			return &types.AttributeValueMemberL{Value: elements(v, func(v any) types.AttributeValue { return attributeOf(v.(map[string]any)) })}
		}
	}
	return nil
}

func elements[E any](vs []any, of func(any) E) []E {
	out := make([]E, len(vs))
	for i, v := range vs {
		out[i] = of(v)
	}
	return out
}

func bytesOf(text string) []byte {
	b, _ := base64.StdEncoding.DecodeString(text) // as it was encoded
	return b
}
