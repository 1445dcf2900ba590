package ddbmem_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// limited returns an engine that limits throughput, on a clock that begins with a minute, and a table "abc" with an index
// "byG".
func limited(t *testing.T, opts ddbmem.Capacity, table, index string) (caller, *ddbmem.ManualClock) {
	t.Helper()
	clock := ddbmem.NewManualClock(time.Unix(1_700_000_040, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock, Capacity: &opts, PartiQL: true})
	c.ok("CreateTable", `{"TableName":"abc",`+table+`,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
		"GlobalSecondaryIndexes":[{"IndexName":"byG",`+index+`"KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}`)
	return c, clock
}

func units(read, write int) string {
	return fmt.Sprintf(`"ProvisionedThroughput":{"ReadCapacityUnits":%d,"WriteCapacityUnits":%d}`, read, write)
}

const perRequest = `"BillingMode":"PAY_PER_REQUEST"`

// sizedItem is an item of about that many KB, with an index key where g is not empty.
func sizedItem(pk string, kb int, g string) string {
	if g != "" {
		g = `,"g":{"S":"` + g + `"}`
	}
	return fmt.Sprintf(`{"pk":{"S":%q}%s,"v":{"S":%q}}`, pk, g, strings.Repeat("x", kb*1024-100))
}

// throttled sends a request that must be throttled, with this type and for these reasons.
func (c caller) throttled(op, body, kind, message string, reasons ...string) {
	c.t.Helper()
	c.fails(op, body, kind, message)
	_, answer := c.send(op, body)
	got := c.parse(answer)
	name := "ThrottlingReasons"
	if kind == "ThrottlingException" {
		name = "throttlingReasons"
	}
	want := []string{}
	for _, r := range reasons {
		arn := "arn:aws:dynamodb:us-east-1:000000000000:table/abc"
		if strings.HasPrefix(r, "Index") {
			arn += "/index/byG"
		}
		want = append(want, fmt.Sprintf(`{"reason":%q,"resource":%q}`, r, arn))
	}
	enc, err := json.Marshal(got[name])
	require.NoError(c.t, err)
	require.JSONEq(c.t, "["+strings.Join(want, ",")+"]", string(enc))
}

const (
	tableUnits = "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API."
	indexUnits = "The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API"
	hotTable   = "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so please try again shortly. If exceptions persist, check if you have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html"
	hotIndex   = "Throughput exceeds the current capacity for one or more global secondary indexes. DynamoDB is automatically scaling your index so please try again shortly."
	maximum    = "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
	quota      = "Throughput exceeds the current throughput limit for your account. Please contact AWS Support at https://aws.amazon.com/support request a limit increase"
	exceeded   = "ProvisionedThroughputExceededException"
)

func TestThrottledRequestSaysWhichLimitOfWhatItMet(t *testing.T) {
	t.Parallel()

	const (
		putA    = `{"TableName":"abc","Item":{"pk":{"S":"a"}}}`
		putG    = `{"TableName":"abc","Item":{"pk":{"S":"a"},"g":{"S":"g"}}}`
		getA    = `{"TableName":"abc","Key":{"pk":{"S":"a"}},"ConsistentRead":true}`
		queryG  = `{"TableName":"abc","IndexName":"byG","KeyConditionExpression":"g=:g","ExpressionAttributeValues":{":g":{"S":"g"}},"Select":"COUNT"}`
		queryA  = `{"TableName":"abc","KeyConditionExpression":"pk=:p","ExpressionAttributeValues":{":p":{"S":"a"}},"ConsistentRead":true}`
		scan    = `{"TableName":"abc","ConsistentRead":true}`
		scanG   = `{"TableName":"abc","IndexName":"byG"}`
		plenty  = 100_000
		onTable = `"OnDemandThroughput":{"MaxReadRequestUnits":%d,"MaxWriteRequestUnits":%d}`
	)
	for name, x := range map[string]struct {
		opts         ddbmem.Capacity
		table, index string
		before       func(c caller) // uses the units up
		op, body     string
		kind, msg    string
		reason       string
	}{
		"writes of a table": {
			table: units(1, 10), index: units(1, 10) + ",",
			before: func(c caller) { c.ok("PutItem", `{"TableName":"abc","Item":`+sizedItem("a", 10, "")+`}`) },
			op:     "PutItem", body: putA, kind: exceeded, msg: tableUnits, reason: "TableWriteProvisionedThroughputExceeded",
		},
		"deletions": {
			table: units(1, 1), index: units(1, 10) + ",",
			before: func(c caller) { c.ok("PutItem", putA) },
			op:     "DeleteItem", body: `{"TableName":"abc","Key":{"pk":{"S":"a"}}}`, kind: exceeded, msg: tableUnits, reason: "TableWriteProvisionedThroughputExceeded",
		},
		"reads of a table": {
			table: units(1, 10), index: units(1, 10) + ",",
			before: func(c caller) { c.ok("GetItem", getA) },
			op:     "GetItem", body: getA, kind: exceeded, msg: tableUnits, reason: "TableReadProvisionedThroughputExceeded",
		},
		"queries": {
			table: units(1, 10), index: units(1, 10) + ",",
			before: func(c caller) { c.ok("Query", queryA) },
			op:     "Query", body: queryA, kind: exceeded, msg: tableUnits, reason: "TableReadProvisionedThroughputExceeded",
		},
		"scans": {
			table: units(1, 10), index: units(1, 10) + ",",
			before: func(c caller) { c.ok("GetItem", getA) },
			op:     "Scan", body: scan, kind: exceeded, msg: tableUnits, reason: "TableReadProvisionedThroughputExceeded",
		},
		"statements": {
			table: units(1, 10), index: units(1, 10) + ",",
			before: func(c caller) { c.ok("GetItem", getA) },
			op:     "ExecuteStatement", body: `{"Statement":"SELECT * FROM abc WHERE pk = 'a'"}`, kind: exceeded, msg: tableUnits, reason: "TableReadProvisionedThroughputExceeded",
		},
		"writes that an index has no units for": {
			table: units(1, 100), index: units(1, 5) + ",",
			before: func(c caller) { c.ok("PutItem", `{"TableName":"abc","Item":`+sizedItem("a", 5, "g")+`}`) },
			op:     "PutItem", body: putG, kind: exceeded, msg: indexUnits, reason: "IndexWriteProvisionedThroughputExceeded",
		},
		"reads of an index": {
			table: units(100, 100), index: units(1, 5) + ",",
			before: func(c caller) { c.ok("Query", queryG); c.ok("Scan", scanG) },
			op:     "Query", body: queryG, kind: exceeded, msg: indexUnits, reason: "IndexReadProvisionedThroughputExceeded",
		},
		"writes beyond the maximum on demand": {
			table:  perRequest + "," + fmt.Sprintf(onTable, -1, 10),
			before: func(c caller) { c.ok("PutItem", `{"TableName":"abc","Item":`+sizedItem("a", 10, "")+`}`) },
			op:     "PutItem", body: putA, kind: "ThrottlingException", msg: maximum, reason: "TableWriteMaxOnDemandThroughputExceeded",
		},
		"reads beyond the maximum on demand": {
			table:  perRequest + "," + fmt.Sprintf(onTable, 1, -1),
			before: func(c caller) { c.ok("GetItem", getA) },
			op:     "GetItem", body: getA, kind: "ThrottlingException", msg: maximum, reason: "TableReadMaxOnDemandThroughputExceeded",
		},
		"writes beyond the maximum of an index": {
			table: perRequest, index: fmt.Sprintf(onTable, -1, 5) + ",",
			before: func(c caller) { c.ok("PutItem", `{"TableName":"abc","Item":`+sizedItem("a", 5, "g")+`}`) },
			op:     "PutItem", body: putG, kind: "ThrottlingException", msg: maximum, reason: "IndexWriteMaxOnDemandThroughputExceeded",
		},
		"reads beyond the maximum of an index": {
			table: perRequest, index: fmt.Sprintf(onTable, 1, -1) + ",",
			before: func(c caller) { c.ok("Query", queryG); c.ok("Query", queryG) },
			op:     "Query", body: queryG, kind: "ThrottlingException", msg: maximum, reason: "IndexReadMaxOnDemandThroughputExceeded",
		},
		"writes beyond the quota of a table": {
			opts: ddbmem.Capacity{TableWrite: 10}, table: perRequest,
			before: func(c caller) { c.ok("PutItem", `{"TableName":"abc","Item":`+sizedItem("a", 10, "")+`}`) },
			op:     "PutItem", body: putA, kind: "RequestLimitExceeded", msg: quota, reason: "TableWriteAccountLimitExceeded",
		},
		"writes of an index beyond the quota of its table": {
			opts: ddbmem.Capacity{TableWrite: 3}, table: perRequest,
			before: func(c caller) { c.ok("PutItem", `{"TableName":"abc","Item":`+sizedItem("a", 2, "")+`}`) },
			op:     "PutItem", body: `{"TableName":"abc","Item":{"pk":{"S":"b"},"g":{"S":"g"}}}`, kind: "ThrottlingException", msg: quota, reason: "IndexWriteAccountLimitExceeded",
		},
		"reads beyond the quota of a table": {
			opts: ddbmem.Capacity{TableRead: 1}, table: perRequest,
			before: func(c caller) { c.ok("GetItem", getA) },
			op:     "GetItem", body: getA, kind: "RequestLimitExceeded", msg: quota, reason: "TableReadAccountLimitExceeded",
		},
		"reads of an index beyond the quota of its table": {
			opts: ddbmem.Capacity{TableRead: 1}, table: perRequest,
			before: func(c caller) { c.ok("GetItem", getA) },
			op:     "Query", body: queryG, kind: "ThrottlingException", msg: quota, reason: "IndexReadAccountLimitExceeded",
		},
		"writes to a hot partition on demand": {
			table:  perRequest,
			before: func(c caller) { c.fill("a", "", 10) },
			op:     "PutItem", body: putA, kind: "ThrottlingException", msg: hotTable, reason: "TableWriteKeyRangeThroughputExceeded",
		},
		"writes to a hot partition in provisioned mode": {
			table: units(plenty, plenty), index: units(plenty, plenty) + ",",
			before: func(c caller) { c.fill("a", "", 10) },
			op:     "PutItem", body: putA, kind: exceeded, msg: tableUnits, reason: "TableWriteKeyRangeThroughputExceeded",
		},
		"reads of a hot partition": {
			table: perRequest,
			before: func(c caller) {
				c.ok("PutItem", `{"TableName":"abc","Item":`+sizedItem("a", 300, "")+`}`)
				for range 40 {
					c.ok("GetItem", `{"TableName":"abc","Key":{"pk":{"S":"a"}},"ConsistentRead":true,"ProjectionExpression":"pk"}`)
				}
			},
			op: "GetItem", body: getA, kind: exceeded, msg: tableUnits, reason: "TableReadKeyRangeThroughputExceeded",
		},
		"writes to a hot partition of an index": {
			table:  perRequest,
			before: func(c caller) { c.fill("", "g", 10) },
			op:     "PutItem", body: putG, kind: "ThrottlingException", msg: hotIndex, reason: "IndexWriteKeyRangeThroughputExceeded",
		},
		"reads of a hot partition of an index": {
			table: perRequest,
			before: func(c caller) {
				c.fill("", "g", 10)
				for range 24 { // a page of 1000 KB, eventually consistent
					c.ok("Query", queryG)
				}
			},
			op: "Query", body: queryG, kind: exceeded, msg: indexUnits, reason: "IndexReadKeyRangeThroughputExceeded",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			c, _ := limited(t, x.opts, x.table, x.index)
			x.before(c)
			c.throttled(x.op, x.body, x.kind, x.msg, x.reason)
		})
	}
}

// fill writes 1000 units in items of 100 KB: under one partition key, or under one key of the index.
func (c caller) fill(pk, g string, n int) {
	c.t.Helper()
	for i := range n {
		key := pk
		if key == "" {
			key = fmt.Sprint(i)
		}
		c.ok("PutItem", `{"TableName":"abc","Item":`+sizedItem(key, 100, g)+`}`)
	}
}

func TestThrottledRequestChangesNothingAndPassesLater(t *testing.T) {
	t.Parallel()

	c, clock := limited(t, ddbmem.Capacity{}, units(10, 1), units(10, 1)+",")
	put := func(v int) string {
		return fmt.Sprintf(`{"TableName":"abc","Item":{"pk":{"S":"a"},"g":{"S":"g"},"v":{"N":"%d"}}}`, v)
	}
	c.ok("PutItem", put(1))
	c.throttled("PutItem", put(2), exceeded, tableUnits, "TableWriteProvisionedThroughputExceeded", "IndexWriteProvisionedThroughputExceeded")
	c.answers("GetItem", `{"TableName":"abc","Key":{"pk":{"S":"a"}}}`, `{"Item":{"pk":{"S":"a"},"g":{"S":"g"},"v":{"N":"1"}}}`)
	clock.Advance(time.Second)
	c.ok("PutItem", put(2))
}

func TestLimitThatSeveralPartsOfAWriteMeetIsOneReason(t *testing.T) {
	t.Parallel()

	c, _ := limited(t, ddbmem.Capacity{}, units(1, 100), units(1, 2)+",")
	c.ok("PutItem", `{"TableName":"abc","Item":{"pk":{"S":"a"},"g":{"S":"1"}}}`)
	c.ok("PutItem", `{"TableName":"abc","Item":{"pk":{"S":"b"},"g":{"S":"1"}}}`)
	c.throttled("PutItem", `{"TableName":"abc","Item":{"pk":{"S":"a"},"g":{"S":"2"}}}`, exceeded, indexUnits, "IndexWriteProvisionedThroughputExceeded")
}

func TestConditionThatFailsConsumesUnits(t *testing.T) {
	t.Parallel()

	c, _ := limited(t, ddbmem.Capacity{}, units(10, 10), units(10, 10)+",")
	c.ok("PutItem", `{"TableName":"abc","Item":`+sizedItem("a", 2, "g")+`}`)
	failing := func(kb int) string {
		return `{"TableName":"abc","Item":` + sizedItem("a", kb, "g") + `,"ConditionExpression":"attribute_not_exists(pk)"}`
	}
	written := func() float64 { return c.e.CapacityMetrics("abc")[0].Consumed.Write }
	before := written()
	c.fails("PutItem", failing(6), "ConditionalCheckFailedException", "The conditional request failed")
	require.InDelta(t, 6, written()-before, 1e-9, "the larger of the item that is there and the one that was to be")
	c.fails("PutItem", failing(1), "ConditionalCheckFailedException", "The conditional request failed")
	require.InDelta(t, 8, written()-before, 1e-9)
	require.InDelta(t, 2, c.e.CapacityMetrics("abc")[1].Consumed.Write, 1e-9, "an index has no part in it")
	c.throttled("PutItem", failing(6), exceeded, tableUnits, "TableWriteProvisionedThroughputExceeded")
}

func TestSDKReadsThrottlingReasons(t *testing.T) {
	t.Parallel()

	c, _ := limited(t, ddbmem.Capacity{TableRead: 1}, perRequest+`,"OnDemandThroughput":{"MaxReadRequestUnits":-1,"MaxWriteRequestUnits":1}`, "")
	client := c.e.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "a"}}
	put := &dynamodb.PutItemInput{TableName: aws.String("abc"), Item: key}
	_, err := client.PutItem(t.Context(), put)
	require.NoError(t, err)
	_, err = client.PutItem(t.Context(), put)
	var throttling *types.ThrottlingException
	require.ErrorAs(t, err, &throttling)
	require.Equal(t, "TableWriteMaxOnDemandThroughputExceeded", *throttling.ThrottlingReasons[0].Reason)
	get := &dynamodb.GetItemInput{TableName: aws.String("abc"), Key: key, ConsistentRead: aws.Bool(true)}
	_, err = client.GetItem(t.Context(), get)
	require.NoError(t, err)
	_, err = client.GetItem(t.Context(), get)
	var limit *types.RequestLimitExceeded
	require.ErrorAs(t, err, &limit)
	require.Equal(t, "arn:aws:dynamodb:us-east-1:000000000000:table/abc", *limit.ThrottlingReasons[0].Resource)

	c, _ = limited(t, ddbmem.Capacity{}, units(1, 1), units(1, 1)+",")
	client = c.e.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	_, err = client.PutItem(t.Context(), put)
	require.NoError(t, err)
	_, err = client.PutItem(t.Context(), put)
	var over *types.ProvisionedThroughputExceededException
	require.ErrorAs(t, err, &over)
	require.Equal(t, "TableWriteProvisionedThroughputExceeded", *over.ThrottlingReasons[0].Reason)
	var api smithy.APIError
	require.ErrorAs(t, err, &api)
	require.Equal(t, tableUnits, api.ErrorMessage())
}

func TestNothingIsThrottledWithoutCapacity(t *testing.T) {
	t.Parallel()

	c := newCaller(t, ddbmem.Options{Clock: ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))})
	c.ok("CreateTable", `{"TableName":"abc",`+units(1, 1)+`,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}]}`)
	for range 100 {
		c.ok("PutItem", `{"TableName":"abc","Item":{"pk":{"S":"a"}}}`)
	}
	require.Nil(t, c.e.CapacityMetrics("abc"))
	require.NotContains(t, c.ok("DescribeTable", `{"TableName":"abc"}`), "WarmThroughput")
}

// TestHotPartitionCoolsBySplitting has two keys in one partition, which is too hot for it until it splits between them.
func TestHotPartitionCoolsBySplitting(t *testing.T) {
	t.Parallel()

	c, clock := limited(t, ddbmem.Capacity{HeatAfter: time.Minute}, perRequest, "")
	updates := []string{} // of two items of 100 KB
	for key := 0; len(updates) < 2; key++ {
		before := c.e.CapacityMetrics("abc")[0].Partitions[0].Consumed.Write
		put := `{"TableName":"abc","Item":` + sizedItem(fmt.Sprint(key), 100, "") + `}`
		c.ok("PutItem", put)
		if c.e.CapacityMetrics("abc")[0].Partitions[0].Consumed.Write > before {
			updates = append(updates, fmt.Sprintf(`{"TableName":"abc","Key":{"pk":{"S":"%d"}},"UpdateExpression":"REMOVE w"}`, key))
		}
	}
	clock.Advance(time.Minute)
	minute := func() (throttled int) {
		for second := range 60 {
			for i := range 16 {
				if status, _ := c.send("UpdateItem", updates[(second+i)%2]); status != 200 {
					throttled++
				}
			}
			clock.Advance(time.Second)
		}
		return throttled
	}
	require.Equal(t, 6*60, minute(), "1,600 units a second are 600 too many")
	require.Zero(t, minute())
	m := c.e.CapacityMetrics("abc")[0]
	require.Len(t, m.Partitions, 5)
	children := 0
	for _, p := range m.Partitions {
		if p.Parent != 0 {
			children++
			require.InDelta(t, 800*60, p.Consumed.Write, 1, "each bears the heat of one key")
		}
	}
	require.Equal(t, 2, children)
}
