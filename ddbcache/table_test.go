package ddbcache

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
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
