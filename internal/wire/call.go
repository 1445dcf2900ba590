package wire

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Call writes the request and reads the response of one call of the SDK. It is the SDK's protocol, with a way of its own for the items of requests, and of
// responses that succeed, and it refuses a response that does not match its checksum. The zero Call is ready for use, once.
type Call struct {
	smithyhttp.ClientProtocol
	RequestOnly  bool    // the items of the response are the SDK's
	ChecksumOnly bool    // those of the request too
	Item         *Writer // of a PutItem, in place of the input's
	page         *Page
}

var awsJSON = smithy.ShapeID{Namespace: "aws.protocols", Name: "awsJson1_0"}

// Off leaves all answers to the SDK. It is for tests, which set it before anything else.
var Off bool

// Speaks reports a client whose requests and answers a Call can write and read.
func Speaks(o *dynamodb.Options) bool {
	return !Off && o.Protocol != nil && o.Protocol.ID() == awsJSON
}

// Options is one of the functional options of the call. A client that does not look at them reads the response itself, and there is no page.
func (c *Call) Options(o *dynamodb.Options) {
	if !Speaks(o) {
		return
	}
	c.ClientProtocol, o.Protocol = o.Protocol, c
}

// Page returns the items, once the call has succeeded; nil if the SDK has read them, so that they are in its output.
func (c *Call) Page() *Page { return c.page }

// DeserializeResponse reads the response.
func (c *Call) DeserializeResponse(ctx context.Context, schema *smithy.OperationSchema, registry *smithy.TypeRegistry, resp *smithyhttp.Response, out smithy.Deserializable) error {
	c.page.Release() // of an attempt before
	c.page = nil
	if resp.Body == nil {
		return c.ClientProtocol.DeserializeResponse(ctx, schema, registry, resp, out)
	}
	body := resp.Body
	p := newPage()
	if err := p.receive(body, resp.ContentLength); err != nil {
		resp.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(p.body), failed{err}), body}
		return c.ClientProtocol.DeserializeResponse(ctx, schema, registry, resp, out)
	}
	closing := body.Close()
	defer func() { resp.Body = &received{http.NoBody, closing} }() // which is drained and closed
	if err := p.verify(resp, closing); err != nil {
		p.Release()
		return err
	}
	member, s := shapeOf(out)
	if member != "" && !c.RequestOnly && !c.ChecksumOnly && 200 <= resp.StatusCode && resp.StatusCode < 300 && p.read(member, s) {
		resp.Body = &received{bytes.NewReader(p.rest), closing}
		if err := c.ClientProtocol.DeserializeResponse(ctx, schema, registry, resp, out); err == nil {
			c.page = p
			return nil
		} // the SDK's error says where in the response, so it has to come from the response as it was
	}
	resp.Body = &received{bytes.NewReader(p.body), closing}
	err := c.ClientProtocol.DeserializeResponse(ctx, schema, registry, resp, out)
	p.Release()
	return err
}

// receive reads the body to its end.
func (p *Page) receive(body io.Reader, length int64) error {
	if n := int(min(length, maxPooled)); n >= cap(p.body) {
		p.body = make([]byte, 0, n+1)
	}
	for {
		if len(p.body) == cap(p.body) {
			p.body = append(p.body, make([]byte, max(4096, cap(p.body)))...)[:len(p.body)]
		}
		n, err := body.Read(p.body[len(p.body):cap(p.body)])
		p.body = p.body[:len(p.body)+n]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// received is a body that has been received to its end, and closed: closing is what that returned, for the SDK to log.
type received struct {
	io.Reader
	closing error
}

func (r *received) Close() error { return r.closing }

// failed is a body that ends in an error.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }
