package ddbmem_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// cancelled sends a transaction that must be cancelled for these reasons.
func (c caller) cancelled(op, body string, codes []string, reasons string) {
	c.t.Helper()
	c.fails(op, body, "TransactionCanceledException",
		"Transaction cancelled, please refer cancellation reasons for specific reasons ["+strings.Join(codes, ", ")+"]")
	_, answer := c.send(op, body)
	got, err := json.Marshal(c.parse(answer)["CancellationReasons"])
	require.NoError(c.t, err)
	require.JSONEq(c.t, reasons, string(got))
}

func TestTransactionIsAllOrNothing(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	c.ok("CreateTable", indexedTable)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"},"v":{"N":"1"}}}`)
	const (
		put    = `{"Put":{"TableName":"indexed","Item":{"pk":{"S":"p"},"sk":{"S":"s"},"g":{"S":"x"}}}}`
		update = `{"Update":{"TableName":"hash","Key":{"pk":{"S":"b"}},"UpdateExpression":"SET v = :v","ExpressionAttributeValues":{":v":{"N":"2"}}}}`
		remove = `{"Delete":{"TableName":"hash","Key":{"pk":{"S":"c"}}}}`
		check  = `{"ConditionCheck":{"TableName":"hash","Key":{"pk":{"S":"a"}},"ConditionExpression":"v = :v","ExpressionAttributeValues":{":v":{"N":"%d"}},"ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}`
	)
	c.cancelled("TransactWriteItems", `{"TransactItems":[`+put+`,`+update+`,`+remove+`,`+fmt.Sprintf(check, 2)+`]}`,
		[]string{"None", "None", "None", "ConditionalCheckFailed"},
		`[{"Code":"None"},{"Code":"None"},{"Code":"None"},{"Code":"ConditionalCheckFailed","Message":"The conditional request failed","Item":{"pk":{"S":"a"},"v":{"N":"1"}}}]`)
	c.answers("Scan", `{"TableName":"indexed","Select":"COUNT"}`, `{"Count":0,"ScannedCount":0}`)
	c.ok("TransactWriteItems", `{"TransactItems":[`+put+`,`+update+`,`+remove+`,`+fmt.Sprintf(check, 1)+`]}`)
	c.answers("TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"hash","Key":{"pk":{"S":"b"}}}},{"Get":{"TableName":"hash","Key":{"pk":{"S":"c"}}}},
		{"Get":{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"s"}},"ProjectionExpression":"g"}}]}`,
		`{"Responses":[{"Item":{"pk":{"S":"b"},"v":{"N":"2"}}},{},{"Item":{"g":{"S":"x"}}}]}`)
}

func TestTransactionsRefuse(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	const (
		put = `{"Put":{"TableName":"hash","Item":{"pk":{"S":"%s"}}}}`
		get = `{"Get":{"TableName":"hash","Key":{"pk":{"S":"%s"}}}}`
	)
	write := func(items ...string) string { return `{"TransactItems":[` + strings.Join(items, ",") + `]}` }
	c.invalid("TransactWriteItems", write(fmt.Sprintf(put, "a"), fmt.Sprintf(put, "a")), "Transaction request cannot include multiple operations on one item")
	c.invalid("TransactGetItems", write(fmt.Sprintf(get, "a"), fmt.Sprintf(get, "a")), "Transaction request cannot include multiple operations on one item")
	c.invalid("TransactWriteItems", write(), "1 validation error detected: Value '[]' at 'transactItems' failed to satisfy constraint: "+
		"Member must have length greater than or equal to 1")
	c.invalid("TransactWriteItems", write(`{}`), "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request")
	c.invalid("TransactWriteItems", write(`{"Put":{"TableName":"hash","Item":{"pk":{"S":"a"}}},"Delete":{"TableName":"hash","Key":{"pk":{"S":"b"}}}}`),
		"TransactItems can only contain one of Check, Put, Update or Delete")
	c.fails("TransactWriteItems", write(`{"Put":{"TableName":"none","Item":{"pk":{"S":"a"}}}}`), "ResourceNotFoundException", "Requested resource not found")
	c.cancelled("TransactWriteItems", write(fmt.Sprintf(put, "a"), `{"Put":{"TableName":"hash","Item":{"x":{"S":"a"}}}}`), []string{"None", "ValidationError"},
		`[{"Code":"None"},{"Code":"ValidationError","Message":"One or more parameter values were invalid: Missing the key pk in the item"}]`)
	c.cancelled("TransactWriteItems", write(`{"Update":{"TableName":"hash","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET x = y"}}`), []string{"ValidationError"},
		`[{"Code":"ValidationError","Message":"The provided expression refers to an attribute that does not exist in the item"}]`)
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf(put, fmt.Sprint(i))
	}
	c.ok("TransactWriteItems", write(many[:100]...))
	status, answer := c.send("TransactWriteItems", write(many...))
	require.Equal(t, 400, status)
	require.Contains(t, answer, "at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100")
	large := make([]string, 11)
	for i := range large {
		large[i] = fmt.Sprintf(`{"Put":{"TableName":"hash","Item":{"pk":{"S":"%d"},"v":{"S":%q}}}}`, i, strings.Repeat("x", 400_000))
	}
	c.ok("TransactWriteItems", write(large[:10]...))
	status, _ = c.send("TransactWriteItems", write(large...))
	require.Equal(t, 400, status)
	for i := range large {
		large[i] = fmt.Sprintf(`{"Update":{"TableName":"hash","Key":{"pk":{"S":"%d"}},"UpdateExpression":"SET v = :v","ExpressionAttributeValues":{":v":{"S":%q}}}}`, i, strings.Repeat("y", 400_000))
	}
	status, _ = c.send("TransactWriteItems", write(large...))
	require.Equal(t, 400, status)
}

func TestClientRequestToken(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock})
	c.ok("CreateTable", hashTable)
	add := func(n int, item string) string {
		return fmt.Sprintf(`{"ClientRequestToken":"token","TransactItems":[{"Update":{"TableName":"hash","Key":{"pk":{"S":"a"}},
			"UpdateExpression":"ADD v :v SET o = :o","ExpressionAttributeValues":{":v":{"N":"%d"},":o":{"M":%s}}}}],"ReturnConsumedCapacity":"TOTAL"}`, n, item)
	}
	value := func() string { return c.member("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`, "Item", "v") }
	c.answers("TransactWriteItems", add(1, `{"x":{"N":"1"},"y":{"N":"2"}}`), `{"ConsumedCapacity":[{"TableName":"hash","CapacityUnits":2,"WriteCapacityUnits":2}]}`)
	// The order of members does not make another request; a repetition costs what reading costs.
	c.answers("TransactWriteItems", add(1, `{"y":{"N":"2.0"},"x":{"N":"1"}}`), `{"ConsumedCapacity":[{"TableName":"hash","CapacityUnits":2,"ReadCapacityUnits":2}]}`)
	require.JSONEq(t, `{"N":"1"}`, value())
	c.fails("TransactWriteItems", add(2, `{}`), "IdempotentParameterMismatchException", "")
	clock.Advance(10 * time.Minute)
	c.ok("TransactWriteItems", add(1, `{}`))
	require.JSONEq(t, `{"N":"2"}`, value())
}

func TestCancelledTransactionForgetsItsToken(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	body := `{"ClientRequestToken":"token","TransactItems":[{"Update":{"TableName":"hash","Key":{"pk":{"S":"a"}},"ConditionExpression":"attribute_exists(pk)","UpdateExpression":"SET v = pk"}}]}`
	status, _ := c.send("TransactWriteItems", body)
	require.Equal(t, 400, status)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"}}}`)
	c.ok("TransactWriteItems", body)
	require.JSONEq(t, `{"S":"a"}`, c.member("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`, "Item", "v"))
}

func TestOverlappingTransactionsConflict(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	c.e.SetFaults(ddbmem.Faults{Latency: 100 * time.Millisecond})
	body := `{"TransactItems":[{"Put":{"TableName":"hash","Item":{"pk":{"S":"mine"}}}},{"Update":{"TableName":"hash","Key":{"pk":{"S":"shared"}},"UpdateExpression":"ADD v :v","ExpressionAttributeValues":{":v":{"N":"1"}}}}]}`
	var wg sync.WaitGroup
	var mu sync.Mutex
	applied, conflicts := 0, 0
	for range 4 {
		wg.Go(func() {
			status, answer := c.send("TransactWriteItems", body)
			mu.Lock()
			defer mu.Unlock()
			if status == 200 {
				applied++
			} else if strings.Contains(answer, "[TransactionConflict, TransactionConflict]") {
				conflicts++
			}
		})
	}
	wg.Wait()
	require.Equal(t, 4, applied+conflicts)
	require.NotZero(t, applied)
	require.NotZero(t, conflicts)
	require.JSONEq(t, fmt.Sprintf(`{"N":"%d"}`, applied), c.member("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"shared"}}}`, "Item", "v"))
}

// TestFirstInvalidItemOfATransactionIsReportedAlone mixes items that are not valid with others, in both orders.
func TestFirstInvalidItemOfATransactionIsReportedAlone(t *testing.T) {
	t.Parallel()

	c := newCaller(t, everything)
	c.ok("CreateTable", indexedTable)
	c.ok("PutItem", `{"TableName":"indexed","Item":{"pk":{"S":"there"},"sk":{"S":"s"},"v":{"S":"x"}}}`)
	n := 0
	key := func() string { n++; return fmt.Sprintf(`{"pk":{"S":"p%d"},"sk":{"S":"s"}}`, n) }
	good := func() string { return `{"Put":{"TableName":"indexed","Item":` + key() + `}}` }
	invalid := []struct {
		part    func() string
		message string
	}{
		{func() string { return `{"Put":{"TableName":"indexed","Item":{"pk":{"N":"1"},"sk":{"S":"s"}}}}` }, "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N"},
		{func() string { return `{"Put":{"TableName":"indexed","Item":{"sk":{"S":"s"}}}}` }, "One or more parameter values were invalid: Missing the key pk in the item"},
		{func() string { return `{"Delete":{"TableName":"indexed","Key":{"pk":{"S":"a"}}}}` }, "The provided key element does not match the schema"},
		{func() string {
			return `{"ConditionCheck":{"TableName":"indexed","Key":{"x":{"S":"a"}},"ConditionExpression":"attribute_exists(pk)"}}`
		}, "The provided key element does not match the schema"},
	}
	late := []struct {
		part    func() string
		message string
	}{
		{
			func() string {
				return `{"Put":{"TableName":"indexed","Item":` + strings.Replace(key(), "}}", `},"g":{"N":"1"}}`, 1) + `}}`
			},
			"One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: byG",
		},
		{func() string {
			return `{"Update":{"TableName":"indexed","Key":` + key() + `,"UpdateExpression":"SET a = b"}}`
		}, "The provided expression refers to an attribute that does not exist in the item"},
		{func() string {
			return `{"Update":{"TableName":"indexed","Key":` + key() + `,"UpdateExpression":"SET pk = sk"}}`
		}, "One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key"},
	}
	transact := func(parts ...string) string { return `{"TransactItems":[` + strings.Join(parts, ",") + `]}` }
	for _, list := range [][]struct {
		part    func() string
		message string
	}{invalid, late} {
		for _, first := range list {
			for _, second := range list {
				c.cancelled("TransactWriteItems", transact(good(), first.part(), second.part(), good()), []string{"None", "ValidationError", "None", "None"},
					`[{"Code":"None"},{"Code":"ValidationError","Message":"`+first.message+`"},{"Code":"None"},{"Code":"None"}]`)
			}
		}
	}
	// A key that does not fit is found before any item is read, and conditions are reported each.
	const failing = `{"ConditionCheck":{"TableName":"indexed","Key":{"pk":{"S":"there"},"sk":{"S":"s"}},"ConditionExpression":"attribute_not_exists(pk)"}}`
	c.cancelled("TransactWriteItems", transact(failing, invalid[0].part(), invalid[1].part()), []string{"None", "ValidationError", "None"},
		`[{"Code":"None"},{"Code":"ValidationError","Message":"`+invalid[0].message+`"},{"Code":"None"}]`)
	c.cancelled("TransactWriteItems", transact(failing, late[1].part(), late[1].part()), []string{"ConditionalCheckFailed", "ValidationError", "None"},
		`[{"Code":"ConditionalCheckFailed","Message":"The conditional request failed"},{"Code":"ValidationError","Message":"`+late[1].message+`"},{"Code":"None"}]`)

	const get = `{"Get":{"TableName":"indexed","Key":{"pk":{"S":"a"}}}}`
	c.cancelled("TransactGetItems", transact(get, get), []string{"ValidationError", "None"},
		`[{"Code":"ValidationError","Message":"The provided key element does not match the schema"},{"Code":"None"}]`)

	c.invalid("TransactWriteItems", transact(invalid[0].part(), failing, failing), "Transaction request cannot include multiple operations on one item")
	c.answers("Scan", `{"TableName":"indexed","Select":"COUNT"}`, `{"Count":1,"ScannedCount":1}`)
}

// TestEmptyKeyOfAnIndexRefusesTheTransaction checks that an empty index key rejects the transaction, and is not a
// cancellation reason, as a key of another type is.
func TestEmptyKeyOfAnIndexRefusesTheTransaction(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", indexedTable)
	put := func(sk, g string) string {
		return `{"Put":{"TableName":"indexed","Item":{"pk":{"S":"a"},"sk":{"S":"` + sk + `"},"g":` + g + `}}}`
	}
	update := func(g string) string {
		return `{"Update":{"TableName":"indexed","Key":{"pk":{"S":"a"},"sk":{"S":"u"}},"UpdateExpression":"SET g = :g","ExpressionAttributeValues":{":g":` + g + `}}}`
	}
	const start = "One or more parameter values are not valid. "
	good, failing := put("good", `{"S":"g"}`), `{"ConditionCheck":{"TableName":"indexed","Key":{"pk":{"S":"a"},"sk":{"S":"c"}},"ConditionExpression":"attribute_exists(pk)"}}`
	for _, first := range []string{good, failing} {
		c.invalid("TransactWriteItems", `{"TransactItems":[`+first+`,`+put("p", `{"S":""}`)+`]}`,
			start+"A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: byG, IndexKey: g")
		c.invalid("TransactWriteItems", `{"TransactItems":[`+first+`,`+update(`{"S":""}`)+`]}`,
			start+"The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value.")
	}
	const mismatch = `"One or more parameter values were invalid: Type mismatch for Index Key g Expected: S Actual: N IndexName: byG"`
	for _, wrong := range []string{put("p", `{"N":"5"}`), update(`{"N":"5"}`)} {
		c.cancelled("TransactWriteItems", `{"TransactItems":[`+good+`,`+wrong+`]}`, []string{"None", "ValidationError"},
			`[{"Code":"None"},{"Code":"ValidationError","Message":`+mismatch+`}]`)
	}
	c.answers("Scan", `{"TableName":"indexed"}`, `{"Items":[],"Count":0,"ScannedCount":0}`)
}

func TestTransactionsHoldFourMegabytes(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	transact := func(items, size int) string {
		parts := make([]string, items)
		for i := range parts {
			parts[i] = fmt.Sprintf(`{"Put":{"TableName":"hash","Item":{"pk":{"S":"%02d"},"v":%s}}}`, i, filler(size-5))
		}
		return `{"TransactItems":[` + strings.Join(parts, ",") + `]}`
	}
	c.invalid("TransactWriteItems", transact(13, 400<<10), "Transaction request size cannot exceed 4 MB")
	c.invalid("TransactWriteItems", transact(16, 262145), "Transaction request size cannot exceed 4 MB")
	c.ok("TransactWriteItems", transact(16, 262144))
}
