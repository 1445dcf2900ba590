package wire

import (
	"context"
	"encoding/base64"
	"sync"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/schemas"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/document"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// buffers hold the JSON of items on its way into a request.
var buffers = sync.Pool{New: func() any { return new(raw) }}

// raw is JSON as the SDK takes it: it is copied into the request.
type raw struct{ text []byte }

// MarshalSmithyDocument returns the JSON.
func (r *raw) MarshalSmithyDocument() ([]byte, error) { return r.text, nil }

// SerializeRequest writes the request. The items of PutItem and BatchWriteItem are written here, all else by the SDK, and those too if there is something
// in them that is not in order.
func (c *Call) SerializeRequest(ctx context.Context, schema *smithy.OperationSchema, in smithy.Serializable, req *smithyhttp.Request) error {
	r := buffers.Get().(*raw)
	defer buffers.Put(r)
	r.text = r.text[:0]
	switch v := in.(type) {
	case *dynamodb.PutItemInput:
		if r.item(v.Item) {
			in = &putItem{v, r}
		}
	case *dynamodb.BatchWriteItemInput:
		if r.batch(v.RequestItems) {
			in = &batchWrite{v, r}
		}
	}
	return c.ClientProtocol.SerializeRequest(ctx, schema, in, req)
}

// putItem is the request with its item in JSON.
type putItem struct {
	in   *dynamodb.PutItemInput
	item *raw
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
	items *raw
}

func (b *batchWrite) Serialize(s smithy.ShapeSerializer) {
	rest := *b.in
	rest.RequestItems = nil
	s.WriteStruct(schemas.BatchWriteItemInput)
	rest.SerializeMembers(s)
	s.WriteDocument(schemas.BatchWriteItemInput_RequestItems, document.Opaque{Value: b.items})
	s.CloseStruct()
}

// item appends an item, and reports false for one that the SDK is to write. So do the methods below.
func (r *raw) item(attrs map[string]types.AttributeValue) bool {
	if attrs == nil {
		return false
	}
	r.text = append(r.text, '{')
	first := true
	for name, av := range attrs {
		if !first {
			r.text = append(r.text, ',')
		}
		first = false
		if !r.string(name) {
			return false
		}
		r.text = append(r.text, ':')
		if !r.value(av) {
			return false
		}
	}
	r.text = append(r.text, '}')
	return true
}

func (r *raw) batch(tables map[string][]types.WriteRequest) bool {
	if len(tables) != 1 {
		return false
	}
	for table, requests := range tables {
		r.text = append(r.text, '{')
		if !r.string(table) {
			return false
		}
		r.text = append(r.text, ":["...)
		for i, req := range requests {
			if i > 0 {
				r.text = append(r.text, ',')
			}
			ok := false
			switch {
			case req.PutRequest != nil && req.DeleteRequest == nil:
				r.text = append(r.text, `{"PutRequest":{"Item":`...)
				ok = r.item(req.PutRequest.Item)
			case req.PutRequest == nil && req.DeleteRequest != nil:
				r.text = append(r.text, `{"DeleteRequest":{"Key":`...)
				ok = r.item(req.DeleteRequest.Key)
			}
			if !ok {
				return false
			}
			r.text = append(r.text, "}}"...)
		}
		r.text = append(r.text, "]}"...)
	}
	return true
}

func (r *raw) value(av types.AttributeValue) bool {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		if av == nil {
			return false
		}
		r.text = append(r.text, `{"S":`...)
		if !r.string(av.Value) {
			return false
		}
	case *types.AttributeValueMemberN:
		if av == nil {
			return false
		}
		r.text = append(r.text, `{"N":`...)
		if !r.string(av.Value) {
			return false
		}
	case *types.AttributeValueMemberB:
		if av == nil || av.Value == nil {
			return false
		}
		r.text = append(r.text, `{"B":`...)
		r.binary(av.Value)
	case *types.AttributeValueMemberBOOL:
		switch {
		case av == nil:
			return false
		case av.Value:
			r.text = append(r.text, `{"BOOL":true`...)
		default:
			r.text = append(r.text, `{"BOOL":false`...)
		}
	case *types.AttributeValueMemberNULL:
		if av == nil || !av.Value {
			return false
		}
		r.text = append(r.text, `{"NULL":true`...)
	case *types.AttributeValueMemberM:
		if av == nil {
			return false
		}
		r.text = append(r.text, `{"M":`...)
		if !r.item(av.Value) {
			return false
		}
	case *types.AttributeValueMemberL:
		if av == nil || !list(r, "L", av.Value, r.value) {
			return false
		}
	case *types.AttributeValueMemberSS:
		if av == nil || !list(r, "SS", av.Value, r.string) {
			return false
		}
	case *types.AttributeValueMemberNS:
		if av == nil || !list(r, "NS", av.Value, r.string) {
			return false
		}
	case *types.AttributeValueMemberBS:
		if av == nil || !list(r, "BS", av.Value, r.binary) {
			return false
		}
	default:
		return false
	}
	r.text = append(r.text, '}')
	return true
}

func list[E any](r *raw, kind string, elems []E, each func(E) bool) bool {
	r.text = append(append(append(r.text, `{"`...), kind...), `":[`...)
	for i, e := range elems {
		if i > 0 {
			r.text = append(r.text, ',')
		}
		if !each(e) {
			return false
		}
	}
	r.text = append(r.text, ']')
	return true
}

func (r *raw) binary(b []byte) bool {
	r.text = append(r.text, '"')
	r.text = base64.StdEncoding.AppendEncode(r.text, b)
	r.text = append(r.text, '"')
	return b != nil
}

const hexDigits = "0123456789abcdef"

// string appends a string, if it is valid UTF-8.
func (r *raw) string(s string) bool {
	r.text = append(r.text, '"')
	from, ascii := 0, true
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			ascii = ascii && c < utf8.RuneSelf
			continue
		}
		r.text = append(r.text, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			r.text = append(r.text, '\\', c)
		case '\n':
			r.text = append(r.text, '\\', 'n')
		default:
			r.text = append(r.text, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	r.text = append(append(r.text, s[from:]...), '"')
	return ascii || utf8.ValidString(s)
}
