package ddbmem

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/smithy-go/logging"
)

// endpoint is a name that does not resolve: a request that left the process would fail.
const endpoint = "http://ddbmem.invalid"

// ErrDropped is what a client of the engine sees when a fault drops the response to an applied write. The SDK treats it
// as a broken connection and retries.
var ErrDropped = errors.New("ddbmem: connection reset by peer after the request was applied")

// Config returns an SDK configuration whose HTTP client calls the engine in process. Use it for clients that
// [Engine.Client] does not make.
func (e *Engine) Config() aws.Config {
	return aws.Config{
		Region:       e.opts.Region,
		Credentials:  aws.NewCredentialsCache(credentials{}),
		HTTPClient:   e,
		BaseEndpoint: aws.String(endpoint),
		Logger:       logging.Nop{},
	}
}

// Client returns an SDK client that calls the engine in process, without a port or a socket. It has the SDK's standard
// retryer, so throttling and dropped responses are retried as with the service. optFns change this and anything else.
// Clients are independent of each other and share the data.
func (e *Engine) Client(optFns ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.NewFromConfig(e.Config(), optFns...)
}

// StreamsClient returns an SDK client for the streams of the engine's tables; see [Engine.Client].
func (e *Engine) StreamsClient(optFns ...func(*dynamodbstreams.Options)) *dynamodbstreams.Client {
	return dynamodbstreams.NewFromConfig(e.Config(), optFns...)
}

// Do handles a request without a server. It makes the engine an HTTP client for the SDK.
func (e *Engine) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = readBody(r); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	ans := e.answer(r, body)
	if err := r.Context().Err(); err != nil {
		return nil, err // the write remains applied, though the caller does not see the response
	}
	if ans.drop {
		return nil, &droppedError{}
	}
	return &http.Response{
		StatusCode: ans.status,
		Status:     strconv.Itoa(ans.status) + " " + http.StatusText(ans.status),
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Content-Type":     {contentType},
			"Date":             {e.clock.Now().UTC().Format(http.TimeFormat)},
			"X-Amzn-Requestid": {ans.id},
			"X-Amz-Crc32":      {checksum(ans.body)},
		},
		Body:          io.NopCloser(bytes.NewReader(ans.body)),
		ContentLength: int64(len(ans.body)),
		Request:       r,
	}, nil
}

// droppedError is an [ErrDropped] that the SDK's retryer treats as a connection error.
type droppedError struct{}

func (*droppedError) Error() string         { return ErrDropped.Error() }
func (*droppedError) Unwrap() error         { return ErrDropped }
func (*droppedError) ConnectionError() bool { return true }
