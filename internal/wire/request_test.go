package wire_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/wire"
)

// sent returns the bodies of a request as the SDK writes it, and as a Call does.
func sent(t require.TestingT, send func(*dynamodb.Client, ...func(*dynamodb.Options)) error) (sdk, ours any) {
	var out [2]any
	for i := range out {
		s := &stub{body: []byte(`{}`)}
		var c wire.Call
		opts := [][]func(*dynamodb.Options){nil, {c.Options}}[i]
		require.NoError(t, send(s.client(), opts...))
		require.NoError(t, json.Unmarshal(s.sent, &out[i]), "%s", s.sent)
	}
	return out[0], out[1]
}

func checkRequest(t require.TestingT, it map[string]types.AttributeValue) {
	ctx := testContext
	for _, send := range []func(*dynamodb.Client, ...func(*dynamodb.Options)) error{
		func(c *dynamodb.Client, opts ...func(*dynamodb.Options)) error {
			_, err := c.PutItem(ctx, &dynamodb.PutItemInput{
				TableName: aws.String("t"), Item: it, ConditionExpression: aws.String(`attribute_not_exists(#0) AND "Item":{}`), ReturnValues: types.ReturnValueAllOld,
				ExpressionAttributeNames: map[string]string{"#0": "pk"}, ExpressionAttributeValues: map[string]types.AttributeValue{":0": &types.AttributeValueMemberM{Value: it}},
			}, opts...)
			return err
		},
		func(c *dynamodb.Client, opts ...func(*dynamodb.Options)) error {
			_, err := c.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal, RequestItems: map[string][]types.WriteRequest{
				"t": {{PutRequest: &types.PutRequest{Item: it}}, {DeleteRequest: &types.DeleteRequest{Key: it}}, {PutRequest: &types.PutRequest{Item: it}}},
			}}, opts...)
			return err
		},
		func(c *dynamodb.Client, opts ...func(*dynamodb.Options)) error {
			_, err := c.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"t": {{PutRequest: &types.PutRequest{Item: it}}}, "u": {{DeleteRequest: &types.DeleteRequest{Key: it}}}}}, opts...)
			return err
		},
	} {
		want, got := sent(t, send)
		if !reflect.DeepEqual(want, got) {
			require.Equal(t, want, got)
		}
	}
}

var requestItems = []map[string]types.AttributeValue{
	{},
	{"pk": &types.AttributeValueMemberS{Value: "\"\\/\b\f\n\r\t\x00\x1fé😀<&>\u2028\x7f"}, "n\"\n": &types.AttributeValueMemberN{Value: "-1.5"}},
	{"b": &types.AttributeValueMemberB{Value: []byte{0, 255}}, "e": &types.AttributeValueMemberB{Value: []byte{}}, "t": &types.AttributeValueMemberBOOL{Value: true}, "f": &types.AttributeValueMemberBOOL{}, "z": &types.AttributeValueMemberNULL{Value: true}},
	{"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberS{}, &types.AttributeValueMemberL{}, &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"x": &types.AttributeValueMemberS{Value: "y"}}}}}},
	{"ss": &types.AttributeValueMemberSS{Value: []string{"a", "ü"}}, "ns": &types.AttributeValueMemberNS{Value: []string{"1"}}, "bs": &types.AttributeValueMemberBS{Value: [][]byte{{1}, {}}}, "none": &types.AttributeValueMemberSS{}},
	{"s": &types.AttributeValueMemberS{Value: "\xff"}, "z": &types.AttributeValueMemberNULL{}},
}

func TestRequestsSayWhatTheSDKsDo(t *testing.T) {
	t.Parallel()
	for _, it := range requestItems {
		checkRequest(t, it)
	}
}

func TestRandomRequests(t *testing.T) {
	t.Parallel()
	rapid.Check(t, randomRequest)
}

func FuzzRequest(f *testing.F) { f.Fuzz(rapid.MakeFuzz(randomRequest)) }

func randomRequest(t *rapid.T) {
	it := map[string]types.AttributeValue{}
	for range rapid.IntRange(0, 4).Draw(t, "attributes") {
		it[rapid.String().Draw(t, "name")] = randomValue(t, 3)
	}
	checkRequest(t, it)
}

func randomValue(t *rapid.T, depth int) types.AttributeValue {
	texts := rapid.SliceOfN(rapid.String(), 0, 3)
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		return &types.AttributeValueMemberN{Value: rapid.StringMatching(`-?[0-9]{1,5}(\.[0-9]{1,3})?`).Draw(t, "number")}
	case 1:
		return &types.AttributeValueMemberB{Value: rapid.SliceOf(rapid.Byte()).Draw(t, "binary")}
	case 2:
		return &types.AttributeValueMemberBOOL{Value: rapid.Bool().Draw(t, "bool")}
	case 3:
		return &types.AttributeValueMemberNULL{Value: true}
	case 4:
		return &types.AttributeValueMemberSS{Value: texts.Draw(t, "set")}
	case 5:
		return &types.AttributeValueMemberBS{Value: rapid.SliceOfN(rapid.SliceOf(rapid.Byte()), 0, 3).Draw(t, "set")}
	case 6:
		l := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
		for range rapid.IntRange(0, max(depth, 0)).Draw(t, "list") {
			l.Value = append(l.Value, randomValue(t, depth-1))
		}
		return l
	case 7:
		m := &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}}
		for range rapid.IntRange(0, max(depth, 0)).Draw(t, "map") {
			m.Value[rapid.String().Draw(t, "name")] = randomValue(t, depth-1)
		}
		return m
	}
	return &types.AttributeValueMemberS{Value: rapid.String().Draw(t, "text")}
}

func TestRequestOnlyLeavesTheAnswer(t *testing.T) {
	t.Parallel()
	c := wire.Call{RequestOnly: true}
	s := &stub{body: []byte(`{"Attributes":{"pk":{"S":"a"}}}`)}
	out, err := s.client().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("t"), Item: requestItems[1]}, c.Options)
	require.NoError(t, err)
	assert.Len(t, out.Attributes, 1)
	assert.Nil(t, c.Page())
	assert.True(t, strings.Contains(string(s.sent), "<&>"), "no escapes for HTML")
}
