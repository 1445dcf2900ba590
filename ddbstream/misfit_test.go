package ddbstream_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"

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
