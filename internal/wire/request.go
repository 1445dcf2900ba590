package wire

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/schemas"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/document"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// SerializeRequest writes the request. It writes the items of PutItem and BatchWriteItem itself, if they are in order;
// the SDK writes all else.
func (c *Call) SerializeRequest(ctx context.Context, schema *smithy.OperationSchema, in smithy.Serializable, req *smithyhttp.Request) error {
	if c.ChecksumOnly {
		return c.ClientProtocol.SerializeRequest(ctx, schema, in, req)
	}
	switch v := in.(type) {
	case *dynamodb.PutItemInput:
		if c.Item != nil {
			if done, err := c.put(v, req); done || err != nil {
				return err
			}
			in = &putItem{v, c.Item}
			break
		}
		w := NewWriter()
		defer w.Release()
		if w.item(v.Item) {
			in = &putItem{v, w}
		}
	case *dynamodb.BatchWriteItemInput:
		w := NewWriter()
		defer w.Release()
		if w.batch(v.RequestItems) {
			in = &batchWrite{v, w}
		}
	}
	return c.ClientProtocol.SerializeRequest(ctx, schema, in, req)
}

// putItem is the request with its item in JSON.
type putItem struct {
	in   *dynamodb.PutItemInput
	item *Writer
}

func (p *putItem) Serialize(s smithy.ShapeSerializer) {
	rest := *p.in
	rest.Item = nil
	s.WriteStruct(schemas.PutItemInput)
	rest.SerializeMembers(s)
	s.WriteDocument(schemas.PutItemInput_Item, document.Opaque{Value: p.item})
	s.CloseStruct()
}

// batchWrite is the request with its items in JSON.
type batchWrite struct {
	in    *dynamodb.BatchWriteItemInput
	items *Writer
}

func (b *batchWrite) Serialize(s smithy.ShapeSerializer) {
	rest := *b.in
	rest.RequestItems = nil
	s.WriteStruct(schemas.BatchWriteItemInput)
	rest.SerializeMembers(s)
	s.WriteDocument(schemas.BatchWriteItemInput_RequestItems, document.Opaque{Value: b.items})
	s.CloseStruct()
}

// batch appends the requests of one table, and returns false for what the SDK must write.
func (w *Writer) batch(tables map[string][]types.WriteRequest) bool {
	if len(tables) != 1 {
		return false
	}
	for table, requests := range tables {
		w.Text = append(w.Text, '{')
		if !w.Quote(table) {
			return false
		}
		w.Text = append(w.Text, ":["...)
		for i, req := range requests {
			if i > 0 {
				w.Text = append(w.Text, ',')
			}
			ok := false
			switch {
			case req.PutRequest != nil && req.DeleteRequest == nil:
				w.Text = append(w.Text, `{"PutRequest":{"Item":`...)
				ok = w.item(req.PutRequest.Item)
			case req.PutRequest == nil && req.DeleteRequest != nil:
				w.Text = append(w.Text, `{"DeleteRequest":{"Key":`...)
				ok = w.item(req.DeleteRequest.Key)
			}
			if !ok {
				return false
			}
			w.Text = append(w.Text, "}}"...)
		}
		w.Text = append(w.Text, "]}"...)
	}
	return true
}
