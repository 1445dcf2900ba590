package ddbmem_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

func TestLegacyParametersAreRefused(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	const old = "ddbmem does not support the legacy parameter "
	c.invalid("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}},"AttributesToGet":["a"]}`, old+"AttributesToGet; use ProjectionExpression")
	c.invalid("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"}},"Expected":{"pk":{"Exists":false}}}`, old+"Expected; use ConditionExpression")
	c.invalid("UpdateItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}},"AttributeUpdates":{}}`, old+"AttributeUpdates; use UpdateExpression")
	c.invalid("Query", `{"TableName":"hash","KeyConditions":{}}`, old+"KeyConditions; use KeyConditionExpression")
	c.invalid("Scan", `{"TableName":"hash","ScanFilter":{}}`, old+"ScanFilter; use FilterExpression")
	c.invalid("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"}},"Expected":{},"ConditionExpression":"a=b"}`,
		oneError+"Can not use both expression and non-expression parameters in the same request: "+
			"Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}")
}

// legacyCaller returns an engine that accepts legacy parameters, with an item to use them on.
func legacyCaller(t *testing.T) caller {
	t.Helper()
	c := newCaller(t, ddbmem.Options{Legacy: true})
	c.ok("CreateTable", indexedTable)
	for _, sk := range []string{"1", "2", "3"} {
		c.ok("PutItem", `{"TableName":"indexed","Item":{"pk":{"S":"p"},"sk":{"S":"`+sk+`"},"n":{"N":"`+sk+`"},"t":{"S":"hello"},`+
			`"l":{"L":[{"S":"x"}]},"ss":{"SS":["x","y"]},"m":{"M":{"k":{"N":"`+sk+`"}}}}}`)
	}
	return c
}

func TestLegacyParametersMeanTheExpressionsThatFollowedThem(t *testing.T) {
	t.Parallel()

	const all = `"ReturnValues":"ALL_NEW"`
	for _, twin := range []struct{ op, legacy, expression string }{
		{
			"UpdateItem", `"AttributeUpdates":{"n":{"Action":"ADD","Value":{"N":"1.5"}},"q":{"Value":{"S":"v"}},"t":{"Action":"DELETE"}},` + all,
			`"UpdateExpression":"ADD n :a SET q = :b REMOVE t","ExpressionAttributeValues":{":a":{"N":"1.5"},":b":{"S":"v"}},` + all,
		},
		{
			"UpdateItem", `"AttributeUpdates":{"ss":{"Action":"ADD","Value":{"SS":["y","z"]}},"new":{"Action":"ADD","Value":{"NS":["1"]}}},` + all,
			`"UpdateExpression":"ADD ss :a, #new :b","ExpressionAttributeNames":{"#new":"new"},"ExpressionAttributeValues":{":a":{"SS":["y","z"]},":b":{"NS":["1"]}},` + all,
		},
		{
			"UpdateItem", `"AttributeUpdates":{"ss":{"Action":"DELETE","Value":{"SS":["x","y"]}},"m":{"Action":"PUT","Value":{"NULL":true}}},"ReturnValues":"UPDATED_OLD"`,
			`"UpdateExpression":"DELETE ss :a SET m = :b","ExpressionAttributeValues":{":a":{"SS":["x","y"]},":b":{"NULL":true}},"ReturnValues":"UPDATED_OLD"`,
		},
		{
			"UpdateItem", `"AttributeUpdates":{"l":{"Action":"ADD","Value":{"L":[{"S":"y"}]}}},"ReturnValues":"UPDATED_NEW"`,
			`"UpdateExpression":"SET l = list_append(l, :a)","ExpressionAttributeValues":{":a":{"L":[{"S":"y"}]}},"ReturnValues":"UPDATED_NEW"`,
		},
		{"UpdateItem", `"AttributeUpdates":{},` + all, all},
		{
			"UpdateItem", `"AttributeUpdates":{"q":{"Value":{"N":"1"}}},"Expected":{"n":{"Value":{"N":"2"}},"q":{"Exists":false}}`,
			`"UpdateExpression":"SET q = :a","ConditionExpression":"n = :b AND attribute_not_exists(q)","ExpressionAttributeValues":{":a":{"N":"1"},":b":{"N":"2"}}`,
		},
		{
			"DeleteItem", `"Expected":{"n":{"Value":{"N":"9"}},"t":{"ComparisonOperator":"BEGINS_WITH","AttributeValueList":[{"S":"he"}]}},"ConditionalOperator":"OR","ReturnValues":"ALL_OLD"`,
			`"ConditionExpression":"n = :a OR begins_with(t, :b)","ExpressionAttributeValues":{":a":{"N":"9"},":b":{"S":"he"}},"ReturnValues":"ALL_OLD"`,
		},
		{
			"DeleteItem", `"Expected":{"l":{"ComparisonOperator":"NOT_CONTAINS","AttributeValueList":[{"S":"x"}]}},"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`,
			`"ConditionExpression":"NOT contains(l, :a)","ExpressionAttributeValues":{":a":{"S":"x"}},"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`,
		},
		{"GetItem", `"AttributesToGet":["t","m.k","n"]`, `"ProjectionExpression":"t, #d, n","ExpressionAttributeNames":{"#d":"m.k"}`},
	} {
		const key = `{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"2"}},`
		sameAnswers(t, twin.op, key+twin.legacy+"}", key+twin.expression+"}")
	}
	for _, twin := range []struct{ op, legacy, expression string }{
		{
			"Query", `"KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"p"}]},"sk":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"S":"2"},{"S":"3"}]}}`,
			`"KeyConditionExpression":"pk = :p AND sk BETWEEN :a AND :b","ExpressionAttributeValues":{":p":{"S":"p"},":a":{"S":"2"},":b":{"S":"3"}}`,
		},
		{
			"Query", `"KeyConditions":{"sk":{"ComparisonOperator":"LT","AttributeValueList":[{"S":"3"}]},"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"p"}]}},"QueryFilter":{"n":{"ComparisonOperator":"IN","AttributeValueList":[{"N":"2"},{"N":"3"}]},"q":{"ComparisonOperator":"NULL"}}`,
			`"KeyConditionExpression":"pk = :p AND sk < :s","FilterExpression":"n IN (:a, :b) AND attribute_not_exists(q)","ExpressionAttributeValues":{":p":{"S":"p"},":s":{"S":"3"},":a":{"N":"2"},":b":{"N":"3"}}`,
		},
		{
			"Query", `"KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"p"}]}},"FilterExpression":"n > :n","ExpressionAttributeValues":{":n":{"N":"1"}},"ProjectionExpression":"sk"`,
			`"KeyConditionExpression":"pk = :p","FilterExpression":"n > :n","ExpressionAttributeValues":{":n":{"N":"1"},":p":{"S":"p"}},"ProjectionExpression":"sk"`,
		},
		{
			"Scan", `"ScanFilter":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"p"}]},"m":{"ComparisonOperator":"NE","AttributeValueList":[{"M":{"k":{"N":"2"}}}]}},"AttributesToGet":["sk","l"]`,
			`"FilterExpression":"pk = :p AND m <> :m","ExpressionAttributeValues":{":p":{"S":"p"},":m":{"M":{"k":{"N":"2"}}}},"ProjectionExpression":"sk, l"`,
		},
		{
			"Scan", `"ScanFilter":{"ss":{"ComparisonOperator":"CONTAINS","AttributeValueList":[{"S":"x"}]},"q":{"ComparisonOperator":"NOT_NULL"}},"ConditionalOperator":"OR","Select":"COUNT"`,
			`"FilterExpression":"contains(ss, :x) OR attribute_exists(q)","ExpressionAttributeValues":{":x":{"S":"x"}},"Select":"COUNT"`,
		},
	} {
		const table = `{"TableName":"indexed","ReturnConsumedCapacity":"TOTAL",`
		sameAnswers(t, twin.op, table+twin.legacy+"}", table+twin.expression+"}")
	}
}

// sameAnswers checks that two requests have the same response and leave the same items.
func sameAnswers(t *testing.T, op, one, other string) {
	t.Helper()
	a, b := legacyCaller(t), legacyCaller(t)
	gotStatus, got := a.send(op, one)
	wantStatus, want := b.send(op, other)
	require.Equal(t, wantStatus, gotStatus, "%s: %s", one, got)
	require.JSONEq(t, want, got, one)
	const everything = `{"TableName":"indexed"}`
	require.JSONEq(t, b.ok("Scan", everything), a.ok("Scan", everything), one)
}

func TestLegacyParametersAreRefusedInTheWordsOfTheService(t *testing.T) {
	t.Parallel()

	c := legacyCaller(t)
	const oneOrMore = "One or more parameter values were invalid: "
	for _, refused := range []struct{ op, request, message string }{
		{"UpdateItem", `"AttributeUpdates":{"q":{"Action":"PUT"}}`, oneError + oneOrMore + "Only DELETE action is allowed when no attribute value is specified"},
		{"UpdateItem", `"AttributeUpdates":{"q":{"Action":"DELETE","Value":{"N":"1"}}}`, oneError + oneOrMore + "DELETE action with value is not supported for the type N"},
		{"UpdateItem", `"AttributeUpdates":{"q":{"Action":"ADD","Value":{"BOOL":true}}}`, oneError + oneOrMore + "ADD action is not supported for the type BOOL"},
		{"UpdateItem", `"AttributeUpdates":{"t":{"Action":"ADD","Value":{"N":"1"}}}`, "Type mismatch for attribute to update"},
		{"UpdateItem", `"AttributeUpdates":{"t":{"Action":"DELETE","Value":{"SS":["x"]}}}`, "Type mismatch for attribute to update"},
		{"UpdateItem", `"AttributeUpdates":{"sk":{"Value":{"S":"1"}}}`, oneOrMore + "Cannot update attribute sk. This attribute is part of the key"},
		{"UpdateItem", `"AttributeUpdates":{"g":{"Value":{"N":"1"}}}`, oneOrMore + "Type mismatch for Index Key g Expected: S Actual: N IndexName: byG"},
		{"UpdateItem", `"AttributeUpdates":{"q":{"Value":{}}}`, oneError + "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{"UpdateItem", `"AttributeUpdates":{"q":{"Action":"SET"}}`, "1 validation error detected: Value 'SET' at 'attributeUpdates.q.member.action' " +
			"failed to satisfy constraint: Member must satisfy enum value set: [ADD, PUT, DELETE]"},
		{"DeleteItem", `"Expected":{"q":{}}`, oneError + oneOrMore + "Value must be provided when Exists is null for Attribute: q"},
		{"DeleteItem", `"Expected":{"q":{"Exists":true}}`, oneError + oneOrMore + "Value must be provided when Exists is true for Attribute: q"},
		{"DeleteItem", `"Expected":{"q":{"Exists":false,"Value":{"S":"a"}}}`, oneError + oneOrMore + "Value cannot be used when Exists is false for Attribute: q"},
		{"DeleteItem", `"Expected":{"q":{"Value":{"S":"a"},"AttributeValueList":[]}}`, oneError + oneOrMore + "Value and AttributeValueList cannot be used together for Attribute: q"},
		{"DeleteItem", `"Expected":{"q":{"AttributeValueList":[{"S":"a"}]}}`, oneError + oneOrMore + "AttributeValueList can only be used with a ComparisonOperator for Attribute: q"},
		{"DeleteItem", `"Expected":{"q":{"Exists":true,"ComparisonOperator":"NULL"}}`, oneError + oneOrMore + "Exists and ComparisonOperator cannot be used together for Attribute: q"},
		{"DeleteItem", `"Expected":{"q":{"ComparisonOperator":"EQ"}}`, oneError + oneOrMore + "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: q"},
		{"DeleteItem", `"Expected":{"q":{"ComparisonOperator":"NULL","AttributeValueList":[{"S":"a"}]}}`, oneError + oneOrMore + "Invalid number of argument(s) for the NULL ComparisonOperator"},
		{"DeleteItem", `"Expected":{"n":{"ComparisonOperator":"IN","AttributeValueList":[{"N":"1"},{"S":"x"}]}}`, oneError + oneOrMore + "AttributeValues inside AttributeValueList must be of same type"},
		{"DeleteItem", `"Expected":{"n":{"ComparisonOperator":"BEGINS_WITH","AttributeValueList":[{"N":"1"}]}}`, oneError + oneOrMore + "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type"},
		{"DeleteItem", `"Expected":{"n":{"ComparisonOperator":"LT","AttributeValueList":[{"NS":["1"]}]}}`, oneError + oneOrMore + "ComparisonOperator LT is not valid for NS AttributeValue type"},
		{
			"DeleteItem", `"Expected":{"n":{"ComparisonOperator":"BETWEEN","AttributeValueList":[{"N":"2"},{"N":"1"}]}}`,
			oneError + "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
		},
		{"DeleteItem", `"Expected":{"n":{"Value":{"N":"1"}}},"ConditionalOperator":"OR"`, oneError + "ConditionalOperator can only be used when Filter or Expected has two or more elements"},
		{"DeleteItem", `"ConditionalOperator":"AND"`, oneError + "ConditionalOperator cannot be used without Filter or Expected"},
		{"DeleteItem", `"Expected":{"":{"Exists":false}}`, oneError + "Empty attribute name"},
		{"GetItem", `"AttributesToGet":["n","n"]`, oneOrMore + "Duplicate value in attribute name: n"},
		{"GetItem", `"AttributesToGet":["n"],"ProjectionExpression":"n"`, "Can not use both expression and non-expression parameters in the same request: " +
			"Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"},
	} {
		before := c.ok("Scan", `{"TableName":"indexed"}`)
		c.invalid(refused.op, `{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"2"}},`+refused.request+`}`, refused.message)
		require.JSONEq(t, before, c.ok("Scan", `{"TableName":"indexed"}`))
	}
	const partition = `"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"p"}]}`
	for _, refused := range []struct{ request, message string }{
		{`"KeyConditions":{}`, "Conditions can be of length 1 or 2 only"},
		{`"QueryFilter":{}`, "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."},
		{`"KeyConditions":{"sk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"1"}]}}`, "Query condition missed key schema element: pk"},
		{`"KeyConditions":{` + partition + `,"sk":{"ComparisonOperator":"NE","AttributeValueList":[{"S":"1"}]}}`, "Attempted conditional constraint is not an indexable operation"},
		{`"KeyConditions":{` + partition + `,"sk":{"ComparisonOperator":"EQ","AttributeValueList":[{"N":"1"}]}}`, oneOrMore + "Condition parameter type does not match schema type"},
		{`"KeyConditions":{` + partition + `},"QueryFilter":{"sk":{"ComparisonOperator":"NOT_NULL"}}`, "QueryFilter can only contain non-primary key attributes: Primary key attribute: sk"},
		{`"KeyConditions":{` + partition + `},"AttributesToGet":["n"],"Select":"COUNT"`, oneError + "Cannot specify the AttributesToGet when choosing to get only the Count"},
		{`"KeyConditions":{` + partition + `},"KeyConditionExpression":"pk = :p"`, "Can not use both expression and non-expression parameters in the same request: " +
			"Non-expression parameters: {KeyConditions} Expression parameters: {KeyConditionExpression}"},
	} {
		c.invalid("Query", `{"TableName":"indexed",`+refused.request+`}`, refused.message)
	}
}
