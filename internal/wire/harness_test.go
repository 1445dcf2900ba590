package wire_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/wire"
)

// stub has one response body for each request.
type stub struct {
	status int
	header http.Header
	length int64 // in place of the body's
	body   []byte
	reads  func([]byte) io.Reader
	sent   []byte

	closing error // what closing the body returns

	sentHeader http.Header
}

func (s *stub) Do(r *http.Request) (*http.Response, error) {
	s.sent, _ = io.ReadAll(r.Body)
	s.sentHeader = r.Header.Clone()
	var body io.Reader = bytes.NewReader(s.body)
	if s.reads != nil {
		body = s.reads(s.body)
	}
	header := s.header
	if header == nil {
		header = http.Header{}
	}
	length := int64(len(s.body))
	if s.length != 0 {
		length = s.length
	}
	status := s.status
	if status == 0 {
		status = http.StatusOK
	}
	return &http.Response{StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header, ContentLength: length, Body: closer{body, s.closing}, Request: r}, nil
}

// closer is a body, and what closing it returns.
type closer struct {
	io.Reader
	err error
}

func (c closer) Close() error { return c.err }

func (s *stub) client(optFns ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "eu-central-1", BaseEndpoint: aws.String("http://stub.invalid"), HTTPClient: s, Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		}),
	}, optFns...)
}

var (
	testContext = context.Background()

	key   = map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "k"}}
	query = &dynamodb.QueryInput{TableName: aws.String("t"), KeyConditionExpression: aws.String("pk = :p")}
)

// try turns a panic into an error: the SDK panics on some malformed responses, such as {"Items":[,{.
func try(f func() (*dynamodb.QueryOutput, error)) (out *dynamodb.QueryOutput, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("panic: %v", r)
		}
	}()
	return f()
}

// sameQuery runs a query with the response body with and without a Call, and requires that the results, or the errors,
// are equal. It reports whether the Call read the response.
func sameQuery(t *testing.T, s *stub) (ours bool) {
	t.Helper()
	ctx := t.Context()
	want, wantErr := try(func() (*dynamodb.QueryOutput, error) { return s.client().Query(ctx, query) })
	var call wire.Call
	got, err := try(func() (*dynamodb.QueryOutput, error) { return s.client().Query(ctx, query, call.Options) })
	if wantErr != nil {
		require.Error(t, err)
		require.Nil(t, got)
		require.Nil(t, call.Page())
		require.Equal(t, wantErr.Error(), err.Error())
		return false
	}
	require.NoError(t, err)
	if ours = call.Page() != nil; ours {
		require.Nil(t, got.Items)
		got.Items = make([]map[string]types.AttributeValue, call.Page().Len())
		for i := range got.Items {
			it := call.Page().Item(i)
			it.Begin()
			got.Items[i] = it.Attributes()
			for name, av := range got.Items[i] {
				require.Equal(t, av, it.Attribute(name))
			}
		}
	}
	want.ResultMetadata, got.ResultMetadata = middleware.Metadata{}, middleware.Metadata{} // times
	require.Equal(t, want, got)
	call.Page().Release()
	return ours
}
