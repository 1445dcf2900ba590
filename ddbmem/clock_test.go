package ddbmem_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// clocks are at the limits of time arithmetic.
var clocks = map[string]time.Time{
	"zero":                {},
	"before it":           time.Date(-200, 1, 1, 0, 0, 0, 0, time.UTC),
	"before 1970":         time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC),
	"1970":                time.Unix(0, 0),
	"2262":                time.Unix(0, 1<<63-1), // the last nanosecond of 64 bits
	"2300":                time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC),
	"9999":                time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
	"a leap second's eve": time.Date(2016, 12, 31, 23, 59, 59, 999999999, time.UTC),
}

// TestEngineWorksAtAnyTime runs a table from creation to deletion on clocks at the limits of time.
func TestEngineWorksAtAnyTime(t *testing.T) {
	t.Parallel()

	for name, at := range clocks {
		for _, delay := range []time.Duration{0, time.Hour} {
			t.Run(name+" after "+delay.String(), func(t *testing.T) {
				t.Parallel()
				clock := ddbmem.NewManualClock(at)
				c := newCaller(t, ddbmem.Options{Clock: clock, TableDelay: delay})
				status := func() string {
					t.Helper()
					return c.member("DescribeTable", `{"TableName":"hash"}`, "Table", "TableStatus")
				}
				c.ok("CreateTable", streamTable)
				if delay > 0 {
					require.Equal(t, `"CREATING"`, status())
					c.fails("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"}}}`, "ResourceNotFoundException", "Requested resource not found")
					clock.Advance(delay - 1)
					require.Equal(t, `"CREATING"`, status())
					clock.Advance(1)
				}
				require.Equal(t, `"ACTIVE"`, status())
				c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"}}}`)
				const transaction = `{"ClientRequestToken":"t","TransactItems":[{"Update":{"TableName":"hash","Key":{"pk":{"S":"a"}},` +
					`"UpdateExpression":"ADD n :n","ExpressionAttributeValues":{":n":{"N":"1"}}}}]}`
				c.ok("TransactWriteItems", transaction)
				c.ok("TransactWriteItems", transaction)
				c.answers("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`, `{"Item":{"pk":{"S":"a"},"n":{"N":"1"}}}`)
				arn := c.streamArn("hash")
				records, _ := c.records(c.iterator(arn, c.shards(arn)[0].ShardID, "TRIM_HORIZON", ""))
				require.Len(t, records, 2)

				c.ok("UpdateTable", `{"TableName":"hash","StreamSpecification":{"StreamEnabled":false}}`)
				require.Equal(t, `"DISABLED"`, c.member("DescribeStream", `{"StreamArn":"`+arn+`"}`, "StreamDescription", "StreamStatus"))
				clock.Advance(delay)
				c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"unseen"}}}`)
				c.ok("DeleteTable", `{"TableName":"hash"}`)
				clock.Advance(delay)
				c.fails("DescribeTable", `{"TableName":"hash"}`, "ResourceNotFoundException", "Requested resource not found: Table: hash not found")
				require.NoError(t, c.e.Check())
			})
		}
	}
}

// TestWaiterEndsOnAClockThatStands waits with the SDK for a table that is ACTIVE at once.
func TestWaiterEndsOnAClockThatStands(t *testing.T) {
	t.Parallel()

	for name, at := range clocks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCaller(t, ddbmem.Options{Clock: ddbmem.NewManualClock(at)})
			c.ok("CreateTable", hashTable)
			waiter := dynamodb.NewTableExistsWaiter(c.e.Client())
			require.NoError(t, waiter.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("hash")}, time.Minute))
		})
	}
	require.NoError(t, ddbmem.New(ddbmem.Options{Clock: &ddbmem.ManualClock{}}).Check())
}

func TestIndexLagsOnAClockThatStandsAtZero(t *testing.T) {
	t.Parallel()

	clock := &ddbmem.ManualClock{}
	c := newCaller(t, ddbmem.Options{Clock: clock, Faults: ddbmem.Faults{IndexLag: time.Minute}})
	c.ok("CreateTable", indexedTable)
	c.ok("PutItem", `{"TableName":"indexed","Item":{"pk":{"S":"p"},"sk":{"S":"s"},"g":{"S":"g"}}}`)
	const scan = `{"TableName":"indexed","IndexName":"keys","Select":"COUNT"}`
	c.answers("Scan", scan, `{"Count":0,"ScannedCount":0}`)
	clock.Advance(time.Minute)
	c.answers("Scan", scan, `{"Count":1,"ScannedCount":1}`)
}

func TestNewRefusesAClockThatIsNil(t *testing.T) {
	t.Parallel()

	var manual *ddbmem.ManualClock
	require.PanicsWithValue(t, "ddbmem: Options.Clock is a nil *ddbmem.ManualClock: leave it out for the system's clock", func() {
		ddbmem.New(ddbmem.Options{Clock: manual})
	})
	var fixed *fixedClock // which does not need to be anything
	require.NotPanics(t, func() { ddbmem.New(ddbmem.Options{Clock: fixed}) })
	require.NotPanics(t, func() { ddbmem.New(ddbmem.Options{}) })
}

type fixedClock struct{}

func (*fixedClock) Now() time.Time { return time.Unix(1, 0) }
