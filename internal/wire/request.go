package wire

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/schemas"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/document"
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
	if put, ok := in.(*dynamodb.PutItemInput); ok && c.Item != nil {
		in = &putItem{put, c.Item}
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
