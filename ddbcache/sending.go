package ddbcache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// sending is one call of the client below, which may send several attempts.
//
// The options of the caller may replace the protocol, as those of a [ddb.DB] do, to read the items of a response
// themselves; the output then has none. So the protocol under them has another name, and they leave it alone. They may
// replace or look at the HTTP client too, so the attempts are seen by a middleware, which is added behind them.
type sending struct {
	smithyhttp.ClientProtocol
	open bool // an attempt without a response, or with one that does not say whether it was done
}

// protocolID is a protocol that only the SDK's own code speaks.
var protocolID = smithy.ShapeID{Namespace: "ddbcache", Name: "outputsHaveItems"}

// around returns the options of the call.
func (s *sending) around(opts []func(*dynamodb.Options)) []func(*dynamodb.Options) {
	all := append(make([]func(*dynamodb.Options), 0, len(opts)+2), s.before)
	return append(append(all, opts...), s.behind)
}

func (s *sending) before(o *dynamodb.Options) {
	if o.Protocol != nil {
		s.ClientProtocol, o.Protocol = o.Protocol, s
	}
}

func (s *sending) behind(o *dynamodb.Options) {
	o.APIOptions = append(slices.Clip(o.APIOptions), func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("ddbcache", s.attempt), middleware.After)
	})
}

// ID is the name of the protocol.
func (s *sending) ID() smithy.ShapeID { return protocolID }

// attempt sends an attempt.
func (s *sending) attempt(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, md, err := next.HandleDeserialize(ctx, in)
	resp, ok := out.RawResponse.(*smithyhttp.Response)
	s.open = s.open || err != nil || !ok || resp.StatusCode >= http.StatusInternalServerError
	return out, md, err
}

// DeserializeResponse reads a response, if it has the checksum that DynamoDB gave it: what is corrupt must not stay in a
// cache. The SDK compares them when the body is closed, and then only logs the error.
func (s *sending) DeserializeResponse(ctx context.Context, schema *smithy.OperationSchema, registry *smithy.TypeRegistry, resp *smithyhttp.Response, out smithy.Deserializable) error {
	const header = "X-Amz-Crc32"
	want := resp.Header.Get(header)
	if want == "" || resp.Body == nil {
		return s.ClientProtocol.DeserializeResponse(ctx, schema, registry, resp, out)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil { // for the SDK to meet, after what has arrived
		resp.Body = readCloser{io.MultiReader(bytes.NewReader(body), failing{err}), resp.Body}
		return s.ClientProtocol.DeserializeResponse(ctx, schema, registry, resp, out)
	}
	if err := resp.Body.Close(); err != nil && (resp.Header.Get("Content-Encoding") != "" || want != strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)) {
		s.open = true
		return &corrupt{err}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return s.ClientProtocol.DeserializeResponse(ctx, schema, registry, resp, out)
}

type readCloser struct {
	io.Reader
	io.Closer
}

// failing is a reader of nothing but an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// corrupt is a response that did not arrive as it was sent.
type corrupt struct{ err error }

func (e *corrupt) Error() string {
	return fmt.Sprintf("ddbcache: the response was corrupted in transit: %v", e.err)
}

// Unwrap returns the cause.
func (e *corrupt) Unwrap() error { return e.err }

// RetryableError makes the SDK retry the call.
func (e *corrupt) RetryableError() bool { return true }

// outcome says what is known of a write that ended with err; given says that it has an output.
func (s *sending) outcome(given bool, err error) outcome {
	switch {
	case s.open || err == nil && !given:
		return unknown
	case err == nil:
		return done
	case refusal(err):
		return refused
	}
	return unknown
}

// refusal reports an error of the service that says that nothing was written.
func refusal(err error) bool {
	if _, ok := errors.AsType[*types.TransactionInProgressException](err); ok {
		return false
	}
	if r, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && r.Response != nil {
		return 400 <= r.HTTPStatusCode() && r.HTTPStatusCode() < 500 && r.HTTPStatusCode() != http.StatusRequestTimeout
	}
	api, ok := errors.AsType[smithy.APIError](err)
	return ok && api.ErrorFault() == smithy.FaultClient
}

// unsent applies the options of a call that needs no request, as the SDK would, so that those that count attempts count none.
func (c *Cache) unsent(opts []func(*dynamodb.Options)) {
	if len(opts) == 0 {
		return
	}
	o := dynamodb.Options{Retryer: aws.NopRetryer{}, HTTPClient: awshttp.NewBuildableClient()}
	if below, ok := c.client.(interface{ Options() dynamodb.Options }); ok {
		o = below.Options()
	}
	o.Protocol = &sending{}
	for _, opt := range opts {
		opt(&o)
	}
}
