package wire_test

import (
	"encoding/json"
	"errors"
	"net/http"
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

// request is what reaches the server.
type request struct {
	body   any
	header http.Header
}

// sender makes a request with an item to put.
type sender func(c *dynamodb.Client, put map[string]types.AttributeValue, opts ...func(*dynamodb.Options)) error

// sent returns a request as the SDK writes it, as a Call does, and as a Call does that has the JSON of the item, where the input has
// another one.
func sent(t require.TestingT, it map[string]types.AttributeValue, send sender) (sdk request, ours []request) {
	var out []request
	for i := range 3 {
		s := &stub{body: []byte(`{}`)}
		var c wire.Call
		opts, put := []func(*dynamodb.Options){c.Options}, it
		switch i {
		case 0:
			opts = nil
		case 2:
			w := wire.NewWriter()
			defer w.Release()
			if len(it) > 0 && w.Value(&types.AttributeValueMemberM{Value: it}) {
				w.Text = w.Text[len(`{"M":`) : len(w.Text)-1]
				c.Items, put = []*wire.Writer{w, w, w, w}, key
			}
		}
		require.NoError(t, send(s.client(), put, opts...))
		r := request{header: s.sentHeader}
		require.NoError(t, json.Unmarshal(s.sent, &r.body), "%s", s.sent)
		for _, differs := range []string{"Amz-Sdk-Invocation-Id", "Authorization", "X-Amz-Date", "User-Agent", "Content-Length"} {
			r.header.Del(differs)
		}
		out = append(out, r)
	}
	return out[0], out[1:]
}

func checkRequest(t require.TestingT, it map[string]types.AttributeValue) {
	ctx := testContext
	for _, send := range []sender{
		func(c *dynamodb.Client, put map[string]types.AttributeValue, opts ...func(*dynamodb.Options)) error {
			_, err := c.PutItem(ctx, &dynamodb.PutItemInput{
				TableName: aws.String("t"), Item: put, ConditionExpression: aws.String(`attribute_not_exists(#0) AND "Item":{}`), ReturnValues: types.ReturnValueAllOld,
				ExpressionAttributeNames: map[string]string{"#0": "pk"}, ExpressionAttributeValues: map[string]types.AttributeValue{":0": &types.AttributeValueMemberM{Value: it}},
			}, opts...)
			return err
		},
		func(c *dynamodb.Client, put map[string]types.AttributeValue, opts ...func(*dynamodb.Options)) error {
			_, err := c.PutItem(ctx, &dynamodb.PutItemInput{
				TableName: aws.String("a table"), Item: put, ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
				ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
			}, opts...)
			return err
		},
		func(c *dynamodb.Client, put map[string]types.AttributeValue, opts ...func(*dynamodb.Options)) error {
			_, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("t"), Item: put, ReturnItemCollectionMetrics: types.ReturnItemCollectionMetricsSize}, opts...)
			return err
		},
		func(c *dynamodb.Client, put map[string]types.AttributeValue, opts ...func(*dynamodb.Options)) error {
			_, err := c.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal, RequestItems: map[string][]types.WriteRequest{
				"t": {{PutRequest: &types.PutRequest{Item: put}}, {DeleteRequest: &types.DeleteRequest{Key: it}}, {PutRequest: &types.PutRequest{Item: put}}},
			}}, opts...)
			return err
		},
		func(c *dynamodb.Client, put map[string]types.AttributeValue, opts ...func(*dynamodb.Options)) error {
			_, err := c.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"t": {{PutRequest: &types.PutRequest{Item: put}}}, "u": {{DeleteRequest: &types.DeleteRequest{Key: it}}}}}, opts...)
			return err
		},
		func(c *dynamodb.Client, put map[string]types.AttributeValue, opts ...func(*dynamodb.Options)) error {
			_, err := c.UpdateItem(ctx, &dynamodb.UpdateItemInput{
				TableName: aws.String("t"), Key: it, UpdateExpression: aws.String(`SET #0 = :0 REMOVE "a"`), ConditionExpression: aws.String("attribute_exists(#0)"),
				ReturnValues: types.ReturnValueAllNew, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
				ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes, ExpressionAttributeNames: map[string]string{"#0": "\"\n", "#1": "é"}, ExpressionAttributeValues: it,
			}, opts...)
			return err
		},
		func(c *dynamodb.Client, put map[string]types.AttributeValue, opts ...func(*dynamodb.Options)) error {
			_, err := c.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: aws.String("t"), Key: it, Expected: map[string]types.ExpectedAttributeValue{"a": {Exists: aws.Bool(false)}}}, opts...)
			return err
		},
		func(c *dynamodb.Client, put map[string]types.AttributeValue, opts ...func(*dynamodb.Options)) error {
			_, err := c.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String("t"), Key: it, ReturnValues: types.ReturnValueAllOld, ExpressionAttributeNames: map[string]string{}}, opts...)
			return err
		},
		func(c *dynamodb.Client, put map[string]types.AttributeValue, opts ...func(*dynamodb.Options)) error {
			_, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("t"), Key: it, ConsistentRead: aws.Bool(true), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal}, opts...)
			return err
		},
		func(c *dynamodb.Client, put map[string]types.AttributeValue, opts ...func(*dynamodb.Options)) error {
			_, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("t"), Key: it, ProjectionExpression: aws.String("a")}, opts...)
			return err
		},
		func(c *dynamodb.Client, put map[string]types.AttributeValue, opts ...func(*dynamodb.Options)) error {
			table, cond, update := aws.String("t"), aws.String("attribute_exists(#0)"), aws.String("SET #0 = :0")
			names, allOld := map[string]string{"#0": "pk"}, types.ReturnValuesOnConditionCheckFailureAllOld
			_, err := c.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
				ClientRequestToken: aws.String("once"), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal, TransactItems: []types.TransactWriteItem{
					{Put: &types.Put{TableName: table, Item: put, ConditionExpression: cond, ExpressionAttributeNames: names, ReturnValuesOnConditionCheckFailure: allOld}},
					{Update: &types.Update{TableName: table, Key: it, UpdateExpression: update, ConditionExpression: cond, ExpressionAttributeNames: names, ExpressionAttributeValues: it, ReturnValuesOnConditionCheckFailure: allOld}},
					{Delete: &types.Delete{TableName: table, Key: it}},
					{ConditionCheck: &types.ConditionCheck{TableName: table, Key: it, ConditionExpression: cond, ExpressionAttributeNames: names, ReturnValuesOnConditionCheckFailure: allOld}},
				},
			}, opts...)
			return err
		},
	} {
		want, all := sent(t, it, send)
		for _, got := range all {
			if !reflect.DeepEqual(want, got) {
				require.Equal(t, want, got)
			}
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

func TestItemsOfWritesAreInThePage(t *testing.T) {
	t.Parallel()
	var c wire.Call
	s := &stub{body: []byte(`{"Attributes":{"pk":{"S":"a"}},"ConsumedCapacity":{"CapacityUnits":2}}`)}
	out, err := s.client().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("t"), Item: requestItems[1]}, c.Options)
	require.NoError(t, err)
	assert.Empty(t, out.Attributes)
	assert.Equal(t, aws.Float64(2), out.ConsumedCapacity.CapacityUnits)
	assert.Equal(t, "a", c.Page().Item(0).Attribute("pk").(*types.AttributeValueMemberS).Value)
	assert.True(t, strings.Contains(string(s.sent), "<&>"), "no escapes for HTML")
}

func TestTheItemOfAFailedConditionIsInThePage(t *testing.T) {
	t.Parallel()
	const failed = `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed"`
	in := &dynamodb.UpdateItemInput{TableName: aws.String("t"), Key: requestItems[1]}
	for _, tc := range []struct {
		name, body string
		paged      bool
		item       map[string]types.AttributeValue
	}{
		{"item", failed + `,"Item":{"pk":{"S":"a"}}}`, true, nil},
		{"no item", failed + `}`, false, nil},
		{"item that only the SDK reads", failed + `,"Item":{"pk":{"S":"a"}},"Item":{"pk":{"S":"b"}}}`, false, map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "b"}}},
		{"another error", `{"__type":"ValidationException","message":"no","Item":{"pk":{"S":"a"}}}`, false, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var c wire.Call
			s := &stub{status: http.StatusBadRequest, body: []byte(tc.body)}
			_, err := s.client().UpdateItem(t.Context(), in, c.Options)
			_, sdk := s.client().UpdateItem(t.Context(), in)
			require.Error(t, err)
			assert.Equal(t, sdk.Error(), err.Error())
			assert.Equal(t, tc.paged, c.Page() != nil)
			if ex, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
				assert.Equal(t, tc.item, ex.Item)
			}
		})
	}
}

// A member that a newer SDK adds to an input must be written, or left to the SDK.
func TestNoMemberOfARequestIsForgotten(t *testing.T) {
	t.Parallel()
	single := []string{
		"ConditionExpression", "ConditionalOperator", "Expected", "ExpressionAttributeNames", "ExpressionAttributeValues", "ReturnConsumedCapacity",
		"ReturnItemCollectionMetrics", "ReturnValues", "ReturnValuesOnConditionCheckFailure", "TableName",
	}
	part := []string{"ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues", "ReturnValuesOnConditionCheckFailure", "TableName"}
	for _, tc := range []struct {
		in      any
		members []string
	}{
		{dynamodb.PutItemInput{}, append([]string{"Item"}, single...)},
		{dynamodb.UpdateItemInput{}, append([]string{"Key", "UpdateExpression", "AttributeUpdates"}, single...)},
		{dynamodb.DeleteItemInput{}, append([]string{"Key"}, single...)},
		{dynamodb.GetItemInput{}, []string{"AttributesToGet", "ConsistentRead", "ExpressionAttributeNames", "Key", "ProjectionExpression", "ReturnConsumedCapacity", "TableName"}},
		{dynamodb.BatchWriteItemInput{}, []string{"RequestItems", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"}},
		{types.WriteRequest{}, []string{"DeleteRequest", "PutRequest"}},
		{types.PutRequest{}, []string{"Item"}},
		{types.DeleteRequest{}, []string{"Key"}},
		{dynamodb.TransactWriteItemsInput{}, []string{"ClientRequestToken", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics", "TransactItems"}},
		{types.TransactWriteItem{}, []string{"ConditionCheck", "Delete", "Put", "Update"}},
		{types.Put{}, append([]string{"Item"}, part...)},
		{types.Update{}, append([]string{"Key", "UpdateExpression"}, part...)},
		{types.Delete{}, append([]string{"Key"}, part...)},
		{types.ConditionCheck{}, append([]string{"Key"}, part...)},
	} {
		var members []string
		for f := range reflect.TypeOf(tc.in).Fields() {
			if f.IsExported() {
				members = append(members, f.Name)
			}
		}
		assert.ElementsMatch(t, tc.members, members, "%T", tc.in)
	}
}
