package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Call writes the request and reads the response of one SDK call. It is the SDK's protocol, except for the items of
// requests and of successful responses. It rejects a response that does not match its checksum. The zero Call is ready
// for use, once.
type Call struct {
	smithyhttp.ClientProtocol
	ChecksumOnly bool      // the SDK writes the request, and reads the items of the response
	Items        []*Writer // of the puts, in the order of the request, each in place of the input's item; nil for one that the input has
	page         *Page
}

var awsJSON = smithy.ShapeID{Namespace: "aws.protocols", Name: "awsJson1_0"}

// Off leaves all responses to the SDK. It is for tests, which set it before anything else.
var Off bool

// Speaks reports whether a Call can write and read the requests and responses of a client.
func Speaks(o *dynamodb.Options) bool {
	return !Off && o.Protocol != nil && o.Protocol.ID() == awsJSON
}

// Options is a functional option of the call. A client that ignores options reads the response itself, and there is no
// page.
func (c *Call) Options(o *dynamodb.Options) {
	if !Speaks(o) {
		return
	}
	c.ClientProtocol, o.Protocol = o.Protocol, c
}

// Page returns the items after a successful call, and the item after a call whose condition failed on it; nil if the SDK has
// read them into its output or error.
func (c *Call) Page() *Page { return c.page }

// DeserializeResponse reads the response.
func (c *Call) DeserializeResponse(ctx context.Context, schema *smithy.OperationSchema, registry *smithy.TypeRegistry, resp *smithyhttp.Response, out smithy.Deserializable) error {
	c.page.Release() // of an earlier attempt
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
	defer func() { resp.Body = &received{http.NoBody, closing} }() // the SDK drains and closes it
	if err := p.verify(resp, closing); err != nil {
		p.Release()
		return err
	}
	member, s := shapeOf(out)
	succeeded := 200 <= resp.StatusCode && resp.StatusCode < 300
	if !succeeded && s == newOrOld {
		member = "Item" // that a condition failed on
	}
	if member != "" && !c.ChecksumOnly && (succeeded || s == newOrOld) && p.read(member, s) {
		resp.Body = &received{bytes.NewReader(p.rest), closing}
		err := c.ClientProtocol.DeserializeResponse(ctx, schema, registry, resp, out)
		if _, failed := errors.AsType[*types.ConditionalCheckFailedException](err); succeeded && err == nil || !succeeded && failed {
			c.page = p
			return err
		} // the SDK's error has the position in the response, so it must read the original response
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

// received is a body that has been read to its end and closed: closing is the error of that, for the SDK to log.
type received struct {
	io.Reader
	closing error
}

func (r *received) Close() error { return r.closing }

// failed is a body whose read returns an error.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }
