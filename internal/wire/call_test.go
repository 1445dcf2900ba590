package wire_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/wire"
)

// taken are responses that a Call reads itself.
var taken = []string{
	`{"Items":[],"Count":0,"ScannedCount":7}`,
	`{"Count":1,"Items":[{"pk":{"S":"a"}}],"ScannedCount":1,"LastEvaluatedKey":{"pk":{"S":"a"}},"ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5}}`,
	` { "Items" : [ { "pk" : { "S" : "a" } , "n" : { "N" : "-1.5E+10" } } , {"pk":{"S":""}} ] , "Count" : 2 } ` + "\n",
	`{"Items":[{"a":{"S":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀` + "\x7f" + `"},"b":{"B":"aGVsbG8="},"c":{"B":""},"d":{"BOOL":true},"e":{"BOOL":false},"f":{"NULL":true}}]}`,
	`{"Items":[{"s":{"SS":["a","b\n"]},"n":{"NS":["1","2"]},"b":{"BS":["YQ==","YWI="]},"l":{"L":[]},"m":{"M":{}},"x":{"L":[{"L":[{"S":"x"}]},{"M":{"y":{"N":"1"},"":{"S":"z"}}}]}}]}`,
	`{"Items":[{"e":{"SS":[]},"f":{"NS":[]},"g":{"BS":[]},"n":{"N":"12345678901234567890123456789012345678"},"z":{"N":"0.000000000000000000000000000000000000000001"}}]}`,
	`{"Unknown":{"a":[1,2.5e3,{"b":null}],"c":"]}"},"Items":[{"a":{"S":"b"}}],"Another":true}`,
}

// left are responses that are left to the SDK, which accepts some and rejects others.
var left = []string{
	``, `{`, `{}`, `null`, `[]`, `{"Items":null}`, `{"Items":{}}`, `{"Items":[`, `{"Items":[{}]}`, `{"Items":[null]}`, `{"Count":1}`,
	`{"Items":[{"a":{"S":"b"}}]`, `{"Items":[{"a":{"S":"b"}}]}}`, `{"Items":[{"a":{"S":"b"}}]} x`, `{"Items":[{"a":{"S":"b"}}],}`, `{"Items":[{"a":{"S":"b"}},]}`,
	`{"Items":[{"a":{"S":"b"}}],"Items":[{"a":{"S":"c"}}]}`, `{"\u0049tems":[{"a":{"S":"b"}}]}`, `{"Items":[{"a":{"S":"b"}}],"Count":"x"}`, `{"Items":[{"a":{"S":"b"}}],"Count":}`,
	`{"Items":[{"a":{"S":"b"},"a":{"S":"c"}}]}`, `{"Items":[{"a":{"M":{"x":{"S":"1"},"x":{"S":"2"}}}}]}`, `{"Items":[{"\u0061":{"S":"b"}}]}`,
	`{"Items":[{"a":{"S":"` + "\xff" + `"}}]}`, `{"Items":[{"a` + "\xc0\x80" + `":{"S":"b"}}]}`, `{"Items":[{"a":{"S":"\ud800"}}]}`, `{"Items":[{"a":{"S":"\udc00\ud800"}}]}`,
	`{"Items":[{"a":{"S":"\ud800\u0041"}}]}`, `{"Items":[{"a":{"S":"\x"}}]}`, `{"Items":[{"a":{"S":"\u00g0"}}]}`, `{"Items":[{"a":{"S":"` + "\n" + `"}}]}`, `{"Items":[{"a":{"S":"b}}]}`,
	`{"Items":[{"a":{"S":null}}]}`, `{"Items":[{"a":null}]}`, `{"Items":[{"a":{}}]}`, `{"Items":[{"a":{"S":"b","N":"1"}}]}`, `{"Items":[{"a":{"S":"b","N":null}}]}`, `{"Items":[{"a":{"X":"b"}}]}`,
	`{"Items":[{"a":{"s":"b"}}]}`, `{"Items":[{"a":{"S":1}}]}`, `{"Items":[{"a":{"N":1}}]}`, `{"Items":[{"a":{"N":"x"}}]}`, `{"Items":[{"a":{"N":""}}]}`, `{"Items":[{"a":{"N":"\u0031"}}]}`,
	`{"Items":[{"a":{"N":"123456789012345678901234567890123456789012345678901234567890"}}]}`, `{"Items":[{"a":{"N":"1e"}}]}`, `{"Items":[{"a":{"N":"1e1000"}}]}`, `{"Items":[{"a":{"N":"NaN"}}]}`,
	`{"Items":[{"a":{"B":"a"}}]}`, `{"Items":[{"a":{"B":"a==="}}]}`, `{"Items":[{"a":{"B":"a*=="}}]}`, `{"Items":[{"a":{"B":"YW\/="}}]}`, `{"Items":[{"a":{"BOOL":"true"}}]}`, `{"Items":[{"a":{"BOOL":tru}}]}`,
	`{"Items":[{"a":{"NULL":false}}]}`, `{"Items":[{"a":{"SS":["a",null]}}]}`, `{"Items":[{"a":{"SS":[1]}}]}`, `{"Items":[{"a":{"L":[null]}}]}`, `{"Items":[{"a":{"L":{}}}]}`, `{"Items":[{"a":{"M":[]}}]}`, `{"Items":[{"a":{"M":{"b":null}}}]}`,
	`{"Items":[{"a":` + strings.Repeat(`{"L":[`, 60) + strings.Repeat(`]}`, 60) + `}]}`,
	`{"Items":[{"a":` + strings.Repeat(`{"M":{"a":`, 20000) + `{"S":"x"}` + strings.Repeat(`}}`, 20000) + `}]}`,
}

func TestCallTakesWhatItKnows(t *testing.T) {
	t.Parallel()
	for _, body := range taken {
		assert.True(t, sameQuery(t, &stub{body: []byte(body)}), "%s", body)
	}
}

func TestCallLeavesTheRestToTheSDK(t *testing.T) {
	t.Parallel()
	for _, body := range left {
		assert.False(t, sameQuery(t, &stub{body: []byte(body)}), "%.200s", body)
	}
}

func TestEveryTruncationIsAnError(t *testing.T) {
	t.Parallel()
	for _, body := range taken {
		body = strings.TrimSpace(body)
		for n := 1; n < len(body); n++ {
			require.False(t, sameQuery(t, &stub{body: []byte(body[:n])}), "%s", body[:n])
		}
	}
}

func TestNamesOfLargeMapsAreDistinct(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 3000 {
		b.WriteString(`"name` + strings.Repeat("x", i%50) + string(rune('a'+i%26)) + string(rune(0x100+i)) + `":{"N":"1"},`)
	}
	assert.True(t, sameQuery(t, &stub{body: []byte(`{"Items":[{` + b.String() + `"last":{"S":"x"}}]}`)}))
	assert.False(t, sameQuery(t, &stub{body: []byte(`{"Items":[{` + b.String() + `"nameaĀ":{"S":"x"}}]}`)}))
}

func TestAnswersThatFail(t *testing.T) {
	t.Parallel()
	body := []byte(taken[1])
	cut := errors.New("connection reset")
	assert.False(t, sameQuery(t, &stub{body: body, reads: func(b []byte) io.Reader {
		return io.MultiReader(strings.NewReader(string(b[:40])), broken{cut})
	}}))
	assert.False(t, sameQuery(t, &stub{body: body, reads: func([]byte) io.Reader { return broken{io.ErrUnexpectedEOF} }, length: 5000}), "shorter than Content-Length says")
	assert.True(t, sameQuery(t, &stub{body: body, length: 3}), "the stub's body is whole, whatever the length says")
	assert.True(t, sameQuery(t, &stub{body: body, length: -1}))
	assert.False(t, sameQuery(t, &stub{body: body, header: http.Header{"X-Amz-Crc32": {"x"}}}))
	for _, failure := range []string{
		`{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slow down"}`,
		`{"__type":"com.amazon.coral.validate#ValidationException","message":"no"}`,
		`{"__type":"InternalServerError"}`, `<html>`, ``, taken[1],
	} {
		for _, status := range []int{400, 500, 503, 302} {
			assert.False(t, sameQuery(t, &stub{status: status, body: []byte(failure)}), failure)
		}
	}
}

// broken is a body that cannot be read.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

func TestEachOperation(t *testing.T) {
	t.Parallel()
	const (
		it   = `{"pk":{"S":"k"},"n":{"N":"1"}}`
		more = `"ConsumedCapacity":{"TableName":"t","CapacityUnits":0.5}`
	)
	items := func(c *wire.Call) (out []map[string]types.AttributeValue) {
		if c.Page() == nil {
			return nil
		}
		out = []map[string]types.AttributeValue{}
		for i := range c.Page().Len() {
			out = append(out, c.Page().Item(i).Attributes())
		}
		return out
	}
	want := map[string]types.AttributeValue{"pk": key["pk"], "n": &types.AttributeValueMemberN{Value: "1"}}
	t.Run("GetItem", func(t *testing.T) {
		t.Parallel()
		var c wire.Call
		out, err := (&stub{body: []byte(`{"Item":` + it + `,` + more + `}`)}).client().GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("t"), Key: key}, c.Options)
		require.NoError(t, err)
		assert.Nil(t, out.Item)
		assert.InDelta(t, 0.5, *out.ConsumedCapacity.CapacityUnits, 0)
		assert.Equal(t, []map[string]types.AttributeValue{want}, items(&c))
		var none wire.Call
		_, err = (&stub{body: []byte(`{}`)}).client().GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("t"), Key: key}, none.Options)
		require.NoError(t, err)
		assert.Nil(t, none.Page())
	})
	t.Run("Scan", func(t *testing.T) {
		t.Parallel()
		var c wire.Call
		out, err := (&stub{body: []byte(`{"ScannedCount":5,"Items":[` + it + `],"Count":1,` + more + `,"LastEvaluatedKey":{"pk":{"S":"k"}}}`)}).client().Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("t")}, c.Options)
		require.NoError(t, err)
		assert.Equal(t, []map[string]types.AttributeValue{want}, items(&c))
		assert.Equal(t, []any{int32(1), int32(5), key}, []any{out.Count, out.ScannedCount, out.LastEvaluatedKey})
	})
	t.Run("BatchGetItem", func(t *testing.T) {
		t.Parallel()
		in := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"t": {Keys: []map[string]types.AttributeValue{key}}}}
		var c wire.Call
		out, err := (&stub{body: []byte(`{"Responses":{"t":[` + it + `]},"UnprocessedKeys":{"t":{"Keys":[{"pk":{"S":"k"}}]}}}`)}).client().BatchGetItem(t.Context(), in, c.Options)
		require.NoError(t, err)
		assert.Equal(t, []map[string]types.AttributeValue{want}, items(&c))
		assert.Equal(t, []map[string]types.AttributeValue{key}, out.UnprocessedKeys["t"].Keys)
		var two wire.Call
		out, err = (&stub{body: []byte(`{"Responses":{"t":[` + it + `],"u":[]},"UnprocessedKeys":{}}`)}).client().BatchGetItem(t.Context(), in, two.Options)
		require.NoError(t, err)
		assert.Nil(t, two.Page())
		assert.Len(t, out.Responses["t"], 1)
	})
	t.Run("TransactGetItems", func(t *testing.T) {
		t.Parallel()
		in := &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{{Get: &types.Get{TableName: aws.String("t"), Key: key}}}}
		var c wire.Call
		_, err := (&stub{body: []byte(`{"Responses":[{"Item":` + it + `},{}]}`)}).client().TransactGetItems(t.Context(), in, c.Options)
		require.NoError(t, err)
		assert.Equal(t, []map[string]types.AttributeValue{want, nil}, items(&c))
		assert.True(t, c.Page().Item(1).IsZero())
	})
	t.Run("UpdateItem", func(t *testing.T) {
		t.Parallel()
		in := &dynamodb.UpdateItemInput{TableName: aws.String("t"), Key: key}
		var c wire.Call
		out, err := (&stub{body: []byte(`{"Attributes":` + it + `}`)}).client().UpdateItem(t.Context(), in, c.Options)
		require.NoError(t, err)
		assert.Nil(t, out.Attributes)
		assert.Equal(t, []map[string]types.AttributeValue{want}, items(&c))
	})
}

func TestReleasedPagesAreNotSeenAgain(t *testing.T) {
	t.Parallel()
	s := &stub{body: []byte(`{"Items":[{"a":{"S":"first"},"b":{"B":"YWI="}}]}`)}
	var c wire.Call
	_, err := s.client().Query(t.Context(), query, c.Options)
	require.NoError(t, err)
	it := c.Page().Item(0)
	it.Begin()
	text, _ := it.String("a")
	attrs := it.Attributes()
	c.Page().Release()
	s.body = []byte(`{"Items":[{"a":{"S":"other"},"b":{"B":"eHk="}}]}`)
	for range 4 {
		var next wire.Call
		_, err = s.client().Query(t.Context(), query, next.Options)
		require.NoError(t, err)
		next.Page().Item(0).Begin()
		_ = next.Page().Item(0).Attributes()
		next.Page().Release()
	}
	assert.Equal(t, "first", text)
	assert.Equal(t, map[string]types.AttributeValue{"a": &types.AttributeValueMemberS{Value: "first"}, "b": &types.AttributeValueMemberB{Value: []byte("ab")}}, attrs)
}
