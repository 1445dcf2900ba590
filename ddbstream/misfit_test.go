package ddbstream_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// empty is an HTTP client whose responses say nothing.
type empty struct{}

func (empty) Do(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader("{}")), ContentLength: 2,
	}, nil
}

func TestAResponseThatDescribesNoTableIsAnError(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client(func(o *dynamodb.Options) { o.HTTPClient = empty{} })
	err := ddbstream.NewTableStore(client, "leases", "group").DropTable(t.Context())
	assert.ErrorContains(t, err, "the response describes no table: look at what the client and the proxies do with responses")
}

// undescribed is a client whose DescribeStream says nothing.
type undescribed struct{ *dynamodbstreams.Client }

func (undescribed) DescribeStream(context.Context, *dynamodbstreams.DescribeStreamInput, ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error) {
	return &dynamodbstreams.DescribeStreamOutput{}, nil
}

func TestAResponseThatDescribesNoStreamIsAnError(t *testing.T) {
	t.Parallel()
	a := newArena(t, ddbmem.Options{})
	var errs told
	opts := fast()
	opts.OnError = errs.add
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	p := processor(func(context.Context, []ddb.Record) ([]string, error) { return nil, nil })
	err := ddbstream.NewReader(undescribed{a.engine.StreamsClient()}, name, p, &ddbstream.MemoryStore{}, opts).Drain(ctx)
	assert.ErrorContains(t, errors.Join(append(errs.all(), err)...), "the response describes no stream")
}
