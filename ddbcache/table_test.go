package ddbcache

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb"
)

// A parameter that a later release of the SDK adds has to be looked at: it may shape the result.
func TestAllParametersOfPagesAreKnown(t *testing.T) {
	t.Parallel()
	both := []string{
		"TableName", "AttributesToGet", "ConditionalOperator", "ConsistentRead", "ExclusiveStartKey", "ExpressionAttributeNames", "ExpressionAttributeValues",
		"FilterExpression", "IndexName", "Limit", "ProjectionExpression", "ReturnConsumedCapacity", "Select", "noSmithyDocumentSerde",
	}
	for in, more := range map[reflect.Type][]string{
		reflect.TypeFor[dynamodb.QueryInput](): {"KeyConditionExpression", "KeyConditions", "QueryFilter", "ScanIndexForward"},
		reflect.TypeFor[dynamodb.ScanInput]():  {"ScanFilter", "Segment", "TotalSegments"},
	} {
		var names []string
		for field := range in.Fields() {
			names = append(names, field.Name)
		}
		slices.Sort(names)
		assert.Equal(t, slices.Sorted(slices.Values(slices.Concat(both, more))), names)
	}
	var names []string
	for field := range reflect.TypeFor[dynamodb.GetItemInput]().Fields() {
		names = append(names, field.Name)
	}
	assert.Equal(t, []string{
		"Key", "TableName", "AttributesToGet", "ConsistentRead", "ExpressionAttributeNames", "ProjectionExpression", "ReturnConsumedCapacity", "noSmithyDocumentSerde",
	}, names)
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c := New(&gate{}, nil)
	assert.Equal(t, 5*time.Minute, c.opts.ItemTTL)
	assert.Equal(t, 5*time.Minute, c.opts.QueryTTL)
	assert.Equal(t, 5*time.Second, c.opts.Settle)
	assert.EqualValues(t, 64<<20, c.opts.ItemBytes)
	assert.Panics(t, func() { New(nil, nil) })
	assert.Panics(t, func() { New((*dynamodb.Client)(nil), nil) })
}

// A request that was given up may arrive while another write is under way, and then the table has what the first one wrote,
// however long the response to the second takes.
func TestAWriteThatBeganBesideALostOneDoesNotFill(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	c := New(&gate{}, &Options{Now: func() time.Time { return now }})
	lost := c.begin(simTable, simKey("a"), true)
	c.end(lost, unknown, nil)
	second := c.begin(simTable, simKey("a"), true)
	now = now.Add(time.Minute)
	c.end(second, done, entryOf(simKey("a")))
	third := c.begin(simTable, simKey("b"), true)
	c.end(third, done, entryOf(simKey("b")))
	assert.Nil(t, c.items.get(second.t.place(second.text)))
	assert.NotNil(t, c.items.get(third.t.place(third.text)))
}

// What was perhaps written may arrive within a time, and be seen within another.
func TestReadsAreStrongTwiceAsLongAfterALostWrite(t *testing.T) {
	t.Parallel()
	for what, it := range map[string]item{"a key that is told": simKey("a"), "one that cannot be": simKey("\xff")} {
		at := int64(0)
		c := New(&gate{}, &Options{Settle: 5, Now: func() time.Time { return time.Unix(0, at) }})
		w := c.begin(simTable, it, true)
		c.end(w, unknown, nil)
		for now, want := range map[int64][2]bool{4: {true, true}, 5: {true, false}, 9: {true, false}, 10: {false, false}} {
			at = now
			settle, unsure := w.t.marks.has(w.text, now)
			assert.Equal(t, want, [2]bool{settle, unsure}, "%s after %d", what, now)
		}
	}
}

func TestATableOfAnotherShapeIsAnotherTable(t *testing.T) {
	t.Parallel()
	c := New(&gate{}, nil)
	tb := c.table("t")
	c.learn(tb, shape{"pk"})
	c.learn(tb, shape{"pk"})
	assert.Zero(t, tb.generation.Load())
	c.learn(tb, shape{"pk", "sk"})
	assert.NotZero(t, tb.generation.Load())
	for other, want := range map[shape]bool{{"pk"}: true, {"pk", "sk"}: false} {
		tb.marks = newMarks()
		settle, _ := c.has(tb, "key", other)
		assert.Equal(t, want, settle)
	}
}

// A value that is not there makes the SDK panic, and leaves nothing under way.
func TestAWriteThatPanicsIsNotUnderWay(t *testing.T) {
	t.Parallel()
	c := New(&gate{&simulation{}}, nil)
	tb := c.table(simTable)
	tb.shape = shape{"pk"}
	none := simKey("b")
	none["none"] = (*types.AttributeValueMemberS)(nil)
	for what, write := range map[string]func(){
		"batch": func() {
			_, _ = c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{simTable: {
				{PutRequest: &types.PutRequest{Item: simKey("a")}}, {PutRequest: &types.PutRequest{Item: none}},
			}}})
		},
		"put": func() {
			_, _ = c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(simTable), Item: none})
		},
	} {
		c.client = panics{c.client}
		assert.PanicsWithValue(t, "client", write, what)
		assert.Empty(t, tb.keys, what)
	}
}

// panics is a client that panics.
type panics struct{ ddb.Client }

func (panics) PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	panic("client")
}

func (panics) BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	panic("client")
}
