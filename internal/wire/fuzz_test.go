package wire_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/wire"
)

// FuzzAnswer requires that the SDK gives the same result or the same error for a response, whether a Call reads it
// first or not.
func FuzzAnswer(f *testing.F) {
	for _, body := range slices.Concat(taken, left) {
		if len(body) < 10000 {
			f.Add([]byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) { sameQuery(t, &stub{body: body}) })
}

// FuzzItem is FuzzAnswer for the inside of an item, so that the fuzzer need not find the way there.
func FuzzItem(f *testing.F) {
	for _, v := range []string{
		`{"S":"text"}`, `{"S":"\n\u00e9\ud83d\ude00é"}`, `{"N":"-1.5e10"}`, `{"B":"YWI="}`, `{"BOOL":true}`, `{"NULL":true}`, `{"L":[{"S":"a"},{"N":"1"}]}`,
		`{"M":{"a":{"S":"b"},"c":{"M":{}}}}`, `{"SS":["a","b"]}`, `{"NS":["1"]}`, `{"BS":["YQ=="]}`,
	} {
		f.Add([]byte(v))
	}
	f.Fuzz(func(t *testing.T, v []byte) {
		body := append([]byte(`{"Count":1,"Items":[{"pk":{"S":"k"},"v":`), v...)
		sameQuery(t, &stub{body: append(body, `}],"ScannedCount":1}`...)})
	})
}

// FuzzWritten is FuzzAnswer for what an UpdateItem returns: the new item, or the error with the item that its condition failed on.
func FuzzWritten(f *testing.F) {
	const failed = `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed"`
	for _, body := range []string{
		`{}`, `{"Attributes":{"pk":{"S":"k"},"n":{"N":"1"}}}`, `{"Attributes":{"pk":{"S":"k"}},"ConsumedCapacity":{"CapacityUnits":2}}`, `{"Attributes":null}`, `{"Attributes":{}}`,
		failed + `}`, failed + `,"Item":{"pk":{"S":"k"}}}`, failed + `,"Item":{}}`, failed + `,"Item":null}`, `{"__type":"ValidationException","Item":{"pk":{"S":"k"}}}`, `{"Item":{"pk":{"S":"k"}}}`,
	} {
		for _, refused := range []bool{false, true} {
			f.Add([]byte(body), refused)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, refused bool) {
		s := &stub{body: body, status: http.StatusOK}
		if refused {
			s.status = http.StatusBadRequest
		}
		sameUpdate(t, s)
	})
}

// sameUpdate is sameQuery for an UpdateItem.
func sameUpdate(t *testing.T, s *stub) {
	t.Helper()
	in := &dynamodb.UpdateItemInput{TableName: aws.String("t"), Key: key}
	update := func(opts ...func(*dynamodb.Options)) (out *dynamodb.UpdateItemOutput, err error) {
		defer func() {
			if r := recover(); r != nil {
				out, err = nil, fmt.Errorf("panic: %v", r)
			}
		}()
		return s.client().UpdateItem(t.Context(), in, opts...)
	}
	want, wantErr := update()
	var call wire.Call
	got, err := update(call.Options)
	var item map[string]types.AttributeValue
	if page := call.Page(); page != nil {
		item = page.Item(0).Attributes()
		defer page.Release()
	}
	if wantErr != nil {
		require.EqualError(t, err, wantErr.Error())
		wanted, _ := errors.AsType[*types.ConditionalCheckFailedException](wantErr)
		failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
		require.Equal(t, wanted != nil, ok)
		if item != nil {
			require.True(t, ok, "only this error has an item")
			require.Empty(t, failed.Item)
			failed.Item = item
		}
		require.Equal(t, wanted, failed)
		return
	}
	require.NoError(t, err)
	if item != nil {
		require.Empty(t, got.Attributes)
		got.Attributes = item
	}
	want.ResultMetadata, got.ResultMetadata = middleware.Metadata{}, middleware.Metadata{}
	require.Equal(t, want, got)
}
