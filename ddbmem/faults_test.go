package ddbmem_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

func TestThrottling(t *testing.T) {
	t.Parallel()

	c := newCaller(t, ddbmem.Options{Faults: ddbmem.Faults{Throttle: 1}})
	c.ok("CreateTable", hashTable)
	status, answer := c.send("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"}}}`)
	require.Equal(t, 400, status)
	require.Contains(t, answer, "ProvisionedThroughputExceededException")
	c.e.SetFaults(ddbmem.Faults{Throttle: 0.5})
	failed := 0
	for range 200 {
		if status, _ := c.send("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`); status != 200 {
			failed++
		}
	}
	require.InDelta(t, 100, failed, 40)
	c.e.SetFaults(ddbmem.Faults{})
	c.answers("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`, `{}`)
}

// TestFaultsThrottleInTheShapeOfTheService holds what each operation says is throttled: the tables and the indexes that it
// names.
func TestFaultsThrottleInTheShapeOfTheService(t *testing.T) {
	t.Parallel()

	const (
		arn = "arn:aws:dynamodb:us-east-1:000000000000:table/"
		key = `{"pk":{"S":"x"}}`
		put = `PutItem {"TableName":"indexed","Item":{"pk":{"S":"x"},"sk":{"S":"x"}}}`
	)
	c := newCaller(t, ddbmem.Options{PartiQL: true})
	c.ok("CreateTable", indexedTable)
	c.ok("CreateTable", strings.Replace(hashTable, `"BillingMode":"PAY_PER_REQUEST"`, units(5, 5), 1))
	query := func(index string) string {
		return `Query {"TableName":"indexed","IndexName":"` + index + `","KeyConditionExpression":"pk=:x","ExpressionAttributeValues":{":x":{"S":"x"}}}`
	}
	for _, test := range []struct {
		fault         ddbmem.Fault
		request, kind string
		message       string
		reasons       []string
	}{
		{ddbmem.Throttled, put, exceeded, tableUnits, []string{"TableWriteProvisionedThroughputExceeded indexed"}},
		{ddbmem.Throttled, `GetItem {"TableName":"` + arn + `hash","Key":` + key + `}`, exceeded, tableUnits, []string{"TableReadProvisionedThroughputExceeded hash"}},
		{ddbmem.Throttled, query("local"), exceeded, tableUnits, []string{"TableReadProvisionedThroughputExceeded indexed"}},
		{ddbmem.Throttled, query("byG"), exceeded, indexUnits, []string{"IndexReadProvisionedThroughputExceeded indexed/index/byG"}},
		{
			ddbmem.Throttled, `BatchGetItem {"RequestItems":{"hash":{"Keys":[` + key + `]},"indexed":{"Keys":[{"pk":{"S":"x"},"sk":{"S":"x"}}]}}}`, exceeded, tableUnits,
			[]string{"TableReadProvisionedThroughputExceeded hash", "TableReadProvisionedThroughputExceeded indexed"},
		},
		{
			ddbmem.Throttled, `BatchWriteItem {"RequestItems":{"hash":[{"DeleteRequest":{"Key":` + key + `}},{"DeleteRequest":{"Key":{"pk":{"S":"y"}}}}]}}`, exceeded, tableUnits,
			[]string{"TableWriteProvisionedThroughputExceeded hash"},
		},
		{ddbmem.Throttled, `TransactGetItems {"TransactItems":[{"Get":{"TableName":"hash","Key":` + key + `}}]}`, exceeded, tableUnits, []string{"TableReadProvisionedThroughputExceeded hash"}},
		{ddbmem.Throttled, `TransactWriteItems {"TransactItems":[{"Delete":{"TableName":"hash","Key":` + key + `}}]}`, exceeded, tableUnits, []string{"TableWriteProvisionedThroughputExceeded hash"}},
		{ddbmem.Throttled, `ExecuteStatement {"Statement":"SELECT * FROM indexed.byG"}`, exceeded, indexUnits, []string{"IndexReadProvisionedThroughputExceeded indexed/index/byG"}},
		{
			ddbmem.Throttled, `BatchExecuteStatement {"Statements":[{"Statement":"DELETE FROM hash WHERE pk=?","Parameters":[{"S":"x"}]}]}`, exceeded, tableUnits,
			[]string{"TableWriteProvisionedThroughputExceeded hash"},
		},
		{ddbmem.Throttled, `GetItem {"TableName":"none","Key":` + key + `}`, exceeded, tableUnits, nil},
		{ddbmem.HotPartition, put, "ThrottlingException", hotTable, []string{"TableWriteKeyRangeThroughputExceeded indexed"}},
		{ddbmem.HotPartition, `PutItem {"TableName":"hash","Item":` + key + `}`, exceeded, tableUnits, []string{"TableWriteKeyRangeThroughputExceeded hash"}},
		{ddbmem.HotPartition, query("byG"), exceeded, indexUnits, []string{"IndexReadKeyRangeThroughputExceeded indexed/index/byG"}},
		{ddbmem.HotIndex, put, "ThrottlingException", hotIndex, []string{"IndexWriteKeyRangeThroughputExceeded indexed/index/byG"}},
		{ddbmem.HotIndex, `PutItem {"TableName":"hash","Item":` + key + `}`, exceeded, tableUnits, []string{"TableWriteKeyRangeThroughputExceeded hash"}},
	} {
		c.e.SetFaults(ddbmem.Faults{Hook: func(ddbmem.Call) ddbmem.Fault { return test.fault }})
		op, body, _ := strings.Cut(test.request, " ")
		c.fails(op, body, test.kind, test.message)
		_, answer := c.send(op, body)
		name := "ThrottlingReasons"
		if test.kind == "ThrottlingException" {
			name = "throttlingReasons"
		}
		var got []string
		reasons, _ := c.parse(answer)[name].([]any)
		for _, r := range reasons {
			r, _ := r.(map[string]any)
			got = append(got, strings.Replace(fmt.Sprint(r["reason"], " ", r["resource"]), arn, "", 1))
		}
		require.ElementsMatch(t, test.reasons, got, test.request)
	}
}

func TestUnprocessedItemsCanBeSentAgain(t *testing.T) {
	t.Parallel()

	c := newCaller(t, ddbmem.Options{Faults: ddbmem.Faults{Unprocessed: 0.5}})
	c.ok("CreateTable", hashTable)
	parts := make([]string, 25)
	keys := make([]string, 25)
	for i := range parts {
		keys[i] = fmt.Sprintf(`{"pk":{"S":"%d"}}`, i)
		parts[i] = `{"PutRequest":{"Item":` + keys[i] + `}}`
	}
	rounds := 0
	for items := `{"hash":[` + strings.Join(parts, ",") + `]}`; items != `{}`; rounds++ {
		items = c.member("BatchWriteItem", `{"RequestItems":`+items+`}`, "UnprocessedItems")
	}
	require.Greater(t, rounds, 1)
	found, rounds := 0, 0
	for left := `{"hash":{"Keys":[` + strings.Join(keys, ",") + `],"ConsistentRead":true}}`; left != `{}`; rounds++ {
		var got struct {
			Responses       map[string][]any
			UnprocessedKeys json.RawMessage
		}
		require.NoError(t, json.Unmarshal([]byte(c.ok("BatchGetItem", `{"RequestItems":`+left+`}`)), &got))
		found += len(got.Responses["hash"])
		left = string(got.UnprocessedKeys)
	}
	require.Greater(t, rounds, 1)
	require.Equal(t, 25, found)
}

func TestUnprocessedKeysKeepWhatTheyAskFor(t *testing.T) {
	t.Parallel()

	c := newCaller(t, ddbmem.Options{Legacy: true, Faults: ddbmem.Faults{Unprocessed: 1}})
	c.ok("CreateTable", hashTable)
	for _, of := range []string{
		`{"Keys":[{"pk":{"S":"a"}}],"AttributesToGet":["x"],"ConsistentRead":true}`,
		`{"Keys":[{"pk":{"S":"a"}}],"ProjectionExpression":"#x","ExpressionAttributeNames":{"#x":"x"}}`,
	} {
		require.JSONEq(t, `{"hash":`+of+`}`, c.member("BatchGetItem", `{"RequestItems":{"hash":`+of+`}}`, "UnprocessedKeys"))
	}
}

func TestLatencyEndsWithTheContext(t *testing.T) {
	t.Parallel()

	e := ddbmem.New()
	caller{t, e}.ok("CreateTable", hashTable)
	e.SetFaults(ddbmem.Faults{Latency: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := e.Client().DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: aws.String("hash"), Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "a"}},
	})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestConflictsByRateAndByHook(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	body := `{"TransactItems":[{"Put":{"TableName":"hash","Item":{"pk":{"S":"a"}}}}]}`
	c.e.SetFaults(ddbmem.Faults{Conflict: 1})
	c.cancelled("TransactWriteItems", body, []string{"TransactionConflict"}, `[{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"}]`)
	c.e.SetFaults(ddbmem.Faults{Hook: func(call ddbmem.Call) ddbmem.Fault {
		if call.Operation == "PutItem" && call.Table == "hash" {
			return ddbmem.Conflicting
		}
		return ddbmem.NoFault
	}})
	c.fails("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"}}}`, "TransactionConflictException", "Transaction is ongoing for the item")
	c.ok("TransactWriteItems", body)
}

func TestDroppedAnswerLeavesTheWriteApplied(t *testing.T) {
	t.Parallel()

	e := ddbmem.New()
	var calls atomic.Int64
	client := e.Client(func(o *dynamodb.Options) {
		o.Retryer = retry.NewStandard(func(s *retry.StandardOptions) { s.Backoff = retry.BackoffDelayerFunc(noDelay) })
	})
	createHash(t, client)
	e.SetFaults(ddbmem.Faults{Hook: func(call ddbmem.Call) ddbmem.Fault {
		if call.Operation == "UpdateItem" && calls.Add(1) == 1 {
			return ddbmem.Dropped
		}
		return ddbmem.NoFault
	}})
	_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String("hash"), Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "a"}},
		UpdateExpression: aws.String("ADD v :v"), ExpressionAttributeValues: map[string]types.AttributeValue{":v": &types.AttributeValueMemberN{Value: "1"}},
	})
	require.NoError(t, err, "the SDK tries again")
	got, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String("hash"), Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "a"}},
	})
	require.NoError(t, err)
	require.Equal(t, &types.AttributeValueMemberN{Value: "2"}, got.Item["v"], "and the write is applied twice")

	e.SetFaults(ddbmem.Faults{Drop: 1})
	once := e.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	_, err = once.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("hash"), Item: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "b"}},
	})
	require.ErrorIs(t, err, ddbmem.ErrDropped)
	require.NoError(t, e.Check())
}

func noDelay(int, error) (time.Duration, error) { return 0, nil }

func createHash(t testing.TB, client *dynamodb.Client) {
	t.Helper()
	_, err := client.CreateTable(context.Background(), &dynamodb.CreateTableInput{
		TableName: aws.String("hash"), BillingMode: types.BillingModePayPerRequest,
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
	})
	require.NoError(t, err)
}

func TestIndexLag(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock, Faults: ddbmem.Faults{IndexLag: time.Minute}})
	c.ok("CreateTable", indexedTable)
	count := func(index, condition string) string {
		return c.member("Query", `{"TableName":"indexed","IndexName":"`+index+`","KeyConditionExpression":"`+condition+`=:x",
			"ExpressionAttributeValues":{":x":{"S":"x"}},"Select":"COUNT"}`, "Count")
	}
	c.ok("PutItem", `{"TableName":"indexed","Item":{"pk":{"S":"x"},"sk":{"S":"1"},"g":{"S":"x"},"n":{"N":"1"}}}`)
	require.Equal(t, "0", count("byG", "g"))
	require.Equal(t, "1", count("local", "pk"), "a local index is never behind")
	clock.Advance(time.Minute)
	require.Equal(t, "1", count("byG", "g"))
	c.ok("DeleteItem", `{"TableName":"indexed","Key":{"pk":{"S":"x"},"sk":{"S":"1"}}}`)
	require.Equal(t, "1", count("byG", "g"))
	c.e.SetFaults(ddbmem.Faults{})
	clock.Advance(time.Minute)
	require.Equal(t, "0", count("byG", "g"))
}

// TestFaultsLeaveTheDataConsistent runs mixed operations from 64 goroutines, with everything going wrong at some rate.
func TestFaultsLeaveTheDataConsistent(t *testing.T) {
	t.Parallel()

	for _, rate := range []float64{0, 0.1, 0.9} {
		c := newCaller(t, ddbmem.Options{Legacy: true, PartiQL: true, StreamShards: 4, ShardRecords: 50, Faults: ddbmem.Faults{
			Throttle: rate / 2, Unprocessed: rate, Conflict: rate, Drop: 0, IndexLag: time.Duration(rate * float64(time.Millisecond)),
		}})
		c.ok("CreateTable", strings.Replace(indexedTable, `{"TableName"`, `{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_IMAGE"},"TableName"`, 1))
		c.ok("CreateTable", hashTable)
		arn := c.streamArn("indexed")
		var wg sync.WaitGroup
		for worker := range 64 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(uint64(worker), 7))
				for range 40 {
					op, body := mixed(r, arn)
					status, answer := c.send(op, body)
					if status >= 500 {
						t.Errorf("%s %s: %s", op, body, answer)
					}
				}
			})
		}
		wg.Wait()
		require.NoError(t, c.e.Check())
	}
}

// mixed returns a random request on the tables of the tests.
func mixed(r *rand.Rand, arn string) (op, body string) {
	key := fmt.Sprintf(`{"pk":{"S":"p%d"},"sk":{"S":"%d"}}`, r.IntN(3), r.IntN(10))
	item := strings.TrimSuffix(key, "}") + fmt.Sprintf(`,"g":{"S":"g%d"},"n":{"N":"%d"},"a":{"S":"%d"}}`, r.IntN(3), r.IntN(5), r.IntN(100))
	update := fmt.Sprintf(`"TableName":"indexed","Key":%s,"UpdateExpression":"SET g=:g ADD n :n","ExpressionAttributeValues":{":g":{"S":"g%d"},":n":{"N":"1"}}`, key, r.IntN(3))
	other := fmt.Sprintf(`{"pk":{"S":"%d"}}`, r.IntN(20))
	switch r.IntN(16) {
	case 0, 1:
		return "PutItem", `{"TableName":"indexed","Item":` + item + `}`
	case 2:
		return "DeleteItem", `{"TableName":"indexed","Key":` + key + `}`
	case 3, 4:
		return "UpdateItem", `{` + update + `}`
	case 5:
		return "Query", `{"TableName":"indexed","IndexName":"byG","KeyConditionExpression":"g=:g","ExpressionAttributeValues":{":g":{"S":"g1"}},"Limit":5}`
	case 6:
		return "Scan", `{"TableName":"indexed","IndexName":"keys"}`
	case 7:
		return "BatchWriteItem", `{"RequestItems":{"indexed":[{"PutRequest":{"Item":` + item + `}}],"hash":[{"DeleteRequest":{"Key":` + other + `}}]}}`
	case 8:
		return "TransactWriteItems", `{"TransactItems":[{"Update":{` + update + `}},{"Put":{"TableName":"hash","Item":` + other + `}}]}`
	case 9:
		return "TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"indexed","Key":` + key + `}},{"Get":{"TableName":"hash","Key":` + other + `}}]}`
	case 10:
		return "DescribeStream", `{"StreamArn":"` + arn + `"}`
	case 11:
		return "ExecuteStatement", statement(fmt.Sprintf("UPDATE indexed SET g = 'g%d' REMOVE a WHERE pk = 'p1' AND sk = '%d' RETURNING ALL NEW *", r.IntN(3), r.IntN(10)))
	case 12:
		return "ExecuteTransaction", fmt.Sprintf(`{"TransactStatements":[%s,%s]}`,
			statement(fmt.Sprintf("DELETE FROM indexed WHERE pk = 'p2' AND sk = '%d'", r.IntN(10))),
			statement(fmt.Sprintf("INSERT INTO hash VALUE {'pk': '%d'}", r.IntN(20))))
	case 13:
		return "BatchExecuteStatement", `{"Statements":[` + statement("SELECT * FROM indexed WHERE pk = 'p0' AND sk = '1'") + `,` + statement("SELECT n FROM hash WHERE pk = '3'") + `]}`
	case 14:
		return "UpdateItem", `{"TableName":"indexed","Key":` + key + `,"AttributeUpdates":{"n":{"Action":"ADD","Value":{"N":"1"}},"g":{"Action":"DELETE"}},"Expected":{"a":{"ComparisonOperator":"NOT_NULL"}}}`
	}
	return "DescribeTable", `{"TableName":"indexed"}`
}

func TestHookChoosesAnyFault(t *testing.T) {
	t.Parallel()

	var next atomic.Uint32
	c := newCaller(t, ddbmem.Options{Faults: ddbmem.Faults{
		Throttle: 1,
		Hook:     func(ddbmem.Call) ddbmem.Fault { return ddbmem.Fault(next.Load()) },
	}})
	c.ok("CreateTable", hashTable)
	const put = `{"TableName":"hash","Item":{"pk":{"S":"a"}}}`
	for fault, kind := range map[ddbmem.Fault]string{
		ddbmem.NoFault: "ProvisionedThroughputExceededException", ddbmem.Throttled: "ProvisionedThroughputExceededException",
		ddbmem.InternalError: "InternalServerError", ddbmem.Conflicting: "TransactionConflictException",
	} {
		next.Store(uint32(fault))
		_, answer := c.send("PutItem", put)
		require.Contains(t, answer, kind)
	}
	next.Store(uint32(ddbmem.Pass))
	c.ok("PutItem", put)
	next.Store(uint32(ddbmem.Unprocessed))
	c.answers("BatchWriteItem", `{"RequestItems":{"hash":[{"DeleteRequest":{"Key":{"pk":{"S":"a"}}}}]}}`,
		`{"UnprocessedItems":{"hash":[{"DeleteRequest":{"Key":{"pk":{"S":"a"}}}}]}}`)
	next.Store(uint32(ddbmem.Dropped))
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { c.send("DeleteItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`) })
	next.Store(uint32(ddbmem.Pass))
	c.answers("Scan", `{"TableName":"hash","Select":"COUNT"}`, `{"Count":0,"ScannedCount":0}`)
}
