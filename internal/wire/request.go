package wire

import (
	"context"
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
