package wire_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/wire"
)

func checksum(b []byte) string { return strconv.FormatUint(uint64(crc32.ChecksumIEEE(b)), 10) }

func gzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func withGzip(o *dynamodb.Options) { o.EnableAcceptEncodingGzip = true }

// requireChanged requires the error of a response that changed on its way, which the SDK tries again.
func requireChanged(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	_, ok := errors.AsType[*wire.ChecksumError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, aws.TrueTernary, retry.IsErrorRetryables(retry.DefaultRetryables).IsErrorRetryable(err))
}

// A response that is not as DynamoDB sent it is an error, whatever it is and whether the SDK or a Call decodes it.
func TestAChangedResponseIsAnError(t *testing.T) {
	t.Parallel()
	whole := []byte(`{"Items":[{"pk":{"S":"k"},"total":{"N":"129900"}}],"Count":1}`)
	changed := bytes.ReplaceAll(whole, []byte("129900"), []byte("929900"))
	for name, call := range map[string]wire.Call{"items": {}, "attribute maps": {ChecksumOnly: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := func(s *stub, opts ...func(*dynamodb.Options)) error {
				c := call
				out, err := s.client(opts...).Query(t.Context(), query, c.Options)
				if err != nil {
					assert.Nil(t, out)
					assert.Nil(t, c.Page())
				}
				return err
			}
			require.NoError(t, run(&stub{body: whole, header: http.Header{"X-Amz-Crc32": {checksum(whole)}}}))
			require.NoError(t, run(&stub{body: whole}), "without a checksum there is nothing to compare")
			require.NoError(t, run(&stub{body: changed, header: http.Header{"X-Amz-Crc32": {checksum(whole)}}},
				func(o *dynamodb.Options) { o.DisableValidateResponseChecksum = true }), "the client does not want to know")
			requireChanged(t, run(&stub{body: changed, header: http.Header{"X-Amz-Crc32": {checksum(whole)}}}))
			requireChanged(t, run(&stub{body: whole[:30], header: http.Header{"X-Amz-Crc32": {checksum(whole)}}}))
			requireChanged(t, run(&stub{body: []byte(`{"Items":[,{`), header: http.Header{"X-Amz-Crc32": {"1"}}}))
			requireChanged(t, run(&stub{body: nil, header: http.Header{"X-Amz-Crc32": {"1"}}}))
			refusal := []byte(`{"__type":"com.amazon.coral.validate#ValidationException","message":"no"}`)
			requireChanged(t, run(&stub{status: 400, body: refusal, header: http.Header{"X-Amz-Crc32": {"1"}}}))

			// A checksum is of the bytes as sent: of the compressed ones.
			zip, other := gzipped(t, whole), gzipped(t, changed)
			sent := func(sum string) http.Header { return http.Header{"X-Amz-Crc32": {sum}, "Content-Encoding": {"gzip"}} }
			require.NoError(t, run(&stub{body: zip, header: sent(checksum(zip))}, withGzip))
			requireChanged(t, run(&stub{body: other, header: sent(checksum(zip))}, withGzip))
			requireChanged(t, run(&stub{body: zip, header: sent(checksum(whole))}, withGzip))
		})
	}
}

// The response of a write is compared too.
func TestAChangedResponseOfAWriteIsAnError(t *testing.T) {
	t.Parallel()
	body := []byte(`{"Attributes":{"pk":{"S":"k"},"total":{"N":"129900"}}}`)
	c := wire.Call{}
	in := &dynamodb.PutItemInput{TableName: aws.String("t"), Item: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "k"}}}
	_, err := (&stub{body: body, header: http.Header{"X-Amz-Crc32": {"1"}}}).client().PutItem(t.Context(), in, c.Options)
	requireChanged(t, err)
}

// A body that is as it was sent, and cannot be closed, is as good as any.
func TestABodyThatCannotBeClosed(t *testing.T) {
	t.Parallel()
	body := []byte(taken[1])
	s := &stub{body: body, header: http.Header{"X-Amz-Crc32": {checksum(body)}}, closing: errors.New("closed already")}
	assert.True(t, sameQuery(t, s))
	s.header = http.Header{}
	assert.True(t, sameQuery(t, s))
}

// What broke on its way is asked for again.
func TestAChangedResponseIsAskedForAgain(t *testing.T) {
	t.Parallel()
	whole := []byte(`{"Items":[{"pk":{"S":"k"},"total":{"N":"129900"}}],"Count":1}`)
	attempts := 0
	s := &stub{body: whole, header: http.Header{"X-Amz-Crc32": {checksum(whole)}}}
	s.reads = func(b []byte) io.Reader {
		if attempts++; attempts == 1 {
			b = bytes.ReplaceAll(b, []byte("129900"), []byte("929900"))
		}
		return bytes.NewReader(b)
	}
	var c wire.Call
	_, err := s.client(func(o *dynamodb.Options) { o.Retryer = retry.NewStandard() }).Query(t.Context(), query, c.Options)
	require.NoError(t, err)
	assert.Equal(t, 2, attempts)
	assert.Equal(t, &types.AttributeValueMemberN{Value: "129900"}, c.Page().Item(0).Attribute("total"))
}
