package ddbmem_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

func TestThrottledItemsOfABatchComeBackUnprocessed(t *testing.T) {
	t.Parallel()

	c, clock := limited(t, ddbmem.Capacity{}, units(2, 2), units(10, 10)+",")
	batch := `{"RequestItems":{"abc":[{"PutRequest":{"Item":{"pk":{"S":"a"}}}},{"PutRequest":{"Item":{"pk":{"S":"b"}}}},{"PutRequest":{"Item":{"pk":{"S":"c"}}}}]}}`
	c.answers("BatchWriteItem", batch, `{"UnprocessedItems":{"abc":[{"PutRequest":{"Item":{"pk":{"S":"c"}}}}]}}`)
	c.throttled("BatchWriteItem", batch, exceeded, tableUnits, "TableWriteProvisionedThroughputExceeded")
	reads := `{"RequestItems":{"abc":{"ConsistentRead":true,"Keys":[{"pk":{"S":"a"}},{"pk":{"S":"b"}},{"pk":{"S":"c"}}]}}}`
	c.answers("BatchGetItem", reads, `{"Responses":{"abc":[{"pk":{"S":"a"}},{"pk":{"S":"b"}}]},
		"UnprocessedKeys":{"abc":{"ConsistentRead":true,"Keys":[{"pk":{"S":"c"}}]}}}`)
	c.throttled("BatchGetItem", reads, exceeded, tableUnits, "TableReadProvisionedThroughputExceeded")
	clock.Advance(time.Second)
	c.answers("BatchExecuteStatement", `{"Statements":[{"Statement":"INSERT INTO abc VALUE {'pk':'d'}"},{"Statement":"INSERT INTO abc VALUE {'pk':'e'}"},
		{"Statement":"INSERT INTO abc VALUE {'pk':'f'}"}]}`, `{"Responses":[{"TableName":"abc"},{"TableName":"abc"},
		{"TableName":"abc","Error":{"Code":"ProvisionedThroughputExceeded","Message":"`+tableUnits+`"}}]}`)
	c.answers("BatchExecuteStatement", `{"Statements":[{"Statement":"SELECT * FROM abc WHERE pk='d'","ConsistentRead":true},{"Statement":"SELECT * FROM abc WHERE pk='e'","ConsistentRead":true},
		{"Statement":"SELECT * FROM abc WHERE pk='a'","ConsistentRead":true}]}`, `{"Responses":[{"TableName":"abc","Item":{"pk":{"S":"d"}}},{"TableName":"abc","Item":{"pk":{"S":"e"}}},
		{"TableName":"abc","Error":{"Code":"ProvisionedThroughputExceeded","Message":"`+tableUnits+`"}}]}`)

	onDemand, _ := limited(t, ddbmem.Capacity{}, perRequest+`,"OnDemandThroughput":{"MaxReadRequestUnits":-1,"MaxWriteRequestUnits":1}`, "")
	onDemand.answers("BatchExecuteStatement", `{"Statements":[{"Statement":"INSERT INTO abc VALUE {'pk':'d'}"},{"Statement":"INSERT INTO abc VALUE {'pk':'e'}"}]}`,
		`{"Responses":[{"TableName":"abc"},{"TableName":"abc","Error":{"Code":"ThrottlingError","Message":"`+maximum+`"}}]}`)
}

func TestThrottledTransactionIsCancelledAndConsumesNothing(t *testing.T) {
	t.Parallel()

	c, clock := limited(t, ddbmem.Capacity{}, units(5, 4), units(10, 10)+",")
	put := func(pk string) string { return `{"Put":{"TableName":"abc","Item":{"pk":{"S":"` + pk + `"}}}}` }
	cancelled := "Transaction cancelled, please refer cancellation reasons for specific reasons "
	body := func(puts ...string) string { return `{"TransactItems":[` + strings.Join(puts, ",") + `]}` }
	c.fails("TransactWriteItems", body(put("a"), put("b"), put("c")), "TransactionCanceledException", cancelled+"[None, None, ProvisionedThroughputExceeded]")
	require.Zero(t, c.e.CapacityMetrics("abc")[0].Consumed.Write)
	c.answers("Scan", `{"TableName":"abc","Select":"COUNT"}`, `{"Count":0,"ScannedCount":0}`)
	c.ok("TransactWriteItems", body(put("a"), put("b")))
	require.InDelta(t, 4, c.e.CapacityMetrics("abc")[0].Consumed.Write, 1e-9, "twice what the writes cost")
	get := func(pk string) string { return `{"Get":{"TableName":"abc","Key":{"pk":{"S":"` + pk + `"}}}}` }
	_, answer := c.send("TransactGetItems", body(get("a"), get("b"), get("c")))
	require.JSONEq(t, `[{"Code":"None"},{"Code":"None"},{"Code":"ProvisionedThroughputExceeded","Message":"`+tableUnits+`"}]`, c.reasons(answer))
	c.ok("TransactGetItems", body(get("a"), get("b")))

	clock.Advance(time.Second)
	check := `{"ConditionCheck":{"TableName":"abc","Key":{"pk":{"S":"z"}},"ConditionExpression":"attribute_exists(pk)"}}`
	c.fails("TransactWriteItems", body(put("a"), check), "TransactionCanceledException", cancelled+"[None, ConditionalCheckFailed]")
	require.InDelta(t, 8, c.e.CapacityMetrics("abc")[0].Consumed.Write, 1e-9, "a condition that fails consumes")

	onDemand, _ := limited(t, ddbmem.Capacity{}, perRequest+`,"OnDemandThroughput":{"MaxReadRequestUnits":-1,"MaxWriteRequestUnits":2}`, "")
	_, answer = onDemand.send("TransactWriteItems", body(put("a"), put("b")))
	require.JSONEq(t, `[{"Code":"None"},{"Code":"ThrottlingError","Message":"`+maximum+`"}]`, onDemand.reasons(answer))
}

func (c caller) reasons(answer string) string {
	c.t.Helper()
	enc, err := json.Marshal(c.parse(answer)["CancellationReasons"])
	require.NoError(c.t, err)
	return string(enc)
}

func TestRepeatedTransactionConsumesReads(t *testing.T) {
	t.Parallel()

	c, _ := limited(t, ddbmem.Capacity{}, units(2, 10), units(10, 10)+",")
	body := `{"ClientRequestToken":"token","TransactItems":[{"Put":{"TableName":"abc","Item":{"pk":{"S":"a"}}}}]}`
	c.ok("TransactWriteItems", body)
	c.ok("TransactWriteItems", body)
	require.Equal(t, ddbmem.Units{Read: 2, Write: 2}, c.e.CapacityMetrics("abc")[0].Consumed)
	c.throttled("TransactWriteItems", body, exceeded, tableUnits, "TableReadProvisionedThroughputExceeded")
}
