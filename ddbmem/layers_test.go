package ddbmem_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// surfaces are the places of requests that hold an attribute value, by the layer of the service that checks it.
var (
	envelopedSurfaces = map[string]string{
		"PutItem item":       `PutItem {"TableName":"hash","Item":{"pk":{"S":"a"},"n":%s}}`,
		"PutItem nested":     `PutItem {"TableName":"hash","Item":{"pk":{"S":"a"},"m":{"M":{"x":{"L":[%s]}}}}}`,
		"PutItem condition":  `PutItem {"TableName":"hash","Item":{"pk":{"S":"a"}},"ConditionExpression":"n=:v","ExpressionAttributeValues":{":v":%s}}`,
		"PutItem Expected":   `PutItem {"TableName":"hash","Item":{"pk":{"S":"a"}},"Expected":{"n":{"Value":%s}}}`,
		"UpdateItem value":   `UpdateItem {"TableName":"hash","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET n=:v","ExpressionAttributeValues":{":v":%s}}`,
		"UpdateItem updates": `UpdateItem {"TableName":"hash","Key":{"pk":{"S":"a"}},"AttributeUpdates":{"n":{"Value":%s}}}`,
		"UpdateItem key":     `UpdateItem {"TableName":"hash","Key":{"pk":%s}}`,
		"DeleteItem value":   `DeleteItem {"TableName":"hash","Key":{"pk":{"S":"a"}},"ConditionExpression":"n=:v","ExpressionAttributeValues":{":v":%s}}`,
		"DeleteItem key":     `DeleteItem {"TableName":"hash","Key":{"pk":%s}}`,
	}
	plainSurfaces = map[string]string{
		"GetItem key":      `GetItem {"TableName":"hash","Key":{"pk":%s}}`,
		"BatchGetItem key": `BatchGetItem {"RequestItems":{"hash":{"Keys":[{"pk":%s}]}}}`,
		"Query value":      `Query {"TableName":"hash","KeyConditionExpression":"pk=:p","ExpressionAttributeValues":{":p":%s}}`,
		"Query filter": `Query {"TableName":"hash","KeyConditionExpression":"pk=:p","FilterExpression":"n=:v",` +
			`"ExpressionAttributeValues":{":p":{"S":"a"},":v":%s}}`,
		"Query start":       `Query {"TableName":"hash","KeyConditionExpression":"pk=:p","ExpressionAttributeValues":{":p":{"S":"a"}},"ExclusiveStartKey":{"pk":%s}}`,
		"Query QueryFilter": `Query {"TableName":"hash","KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}},"QueryFilter":{"n":{"ComparisonOperator":"EQ","AttributeValueList":[%s]}}}`,
	}
	olderSurfaces = map[string]string{
		"BatchWriteItem item":    `BatchWriteItem {"RequestItems":{"hash":[{"PutRequest":{"Item":{"pk":{"S":"a"},"n":%s}}}]}}`,
		"BatchWriteItem key":     `BatchWriteItem {"RequestItems":{"hash":[{"DeleteRequest":{"Key":{"pk":%s}}}]}}`,
		"TransactWriteItems put": `TransactWriteItems {"TransactItems":[{"Put":{"TableName":"hash","Item":{"pk":{"S":"a"},"n":%s}}}]}`,
		"TransactGetItems key":   `TransactGetItems {"TransactItems":[{"Get":{"TableName":"hash","Key":{"pk":%s}}}]}`,
	}
	// Those of expressions say where the value is.
	olderExpressions = map[string]string{
		"Scan filter": `Scan {"TableName":"hash","FilterExpression":"n=:v","ExpressionAttributeValues":{":v":%s}}`,
		"TransactWriteItems update": `TransactWriteItems {"TransactItems":[{"Update":{"TableName":"hash","Key":{"pk":{"S":"a"}},` +
			`"UpdateExpression":"SET n=:v","ExpressionAttributeValues":{":v":%s}}}]}`,
		"TransactWriteItems check": `TransactWriteItems {"TransactItems":[{"ConditionCheck":{"TableName":"hash","Key":{"pk":{"S":"a"}},` +
			`"ConditionExpression":"n=:v","ExpressionAttributeValues":{":v":%s}}}]}`,
	}
)

// refusedAt sends a value in each place and expects the refusal that says returns for a message.
func (c caller) refusedAt(surfaces map[string]string, value, message string, say func(string) string) {
	c.t.Helper()
	for where, request := range surfaces {
		op, body, _ := strings.Cut(fmt.Sprintf(request, value), " ")
		status, answer := c.send(op, body)
		require.Equal(c.t, 400, status, "%s: %s", where, answer)
		require.Equal(c.t, say(message), c.parse(answer)["message"], where)
	}
}

func TestValuesAreRefusedInTheWordsOfTheLayerThatChecksThem(t *testing.T) {
	t.Parallel()

	const (
		overflow  = "Number overflow. Attempting to store a number with magnitude larger than supported range"
		underflow = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
		numeric   = "The parameter cannot be converted to a numeric value"
		invalid   = "One or more parameter values were invalid: "
		nesting   = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
	)
	enveloped := func(m string) string { return oneError + m }
	plain := func(m string) string { return m }
	wrapped := func(m string) string {
		return "ExpressionAttributeValues contains invalid value: " + m + " for key :v"
	}
	for _, refused := range []struct{ value, newer, older string }{
		{`{"N":"abc"}`, numeric + ": abc", numeric + ": abc"},
		{`{"N":""}`, numeric + ": ", numeric},
		{`{"N":"1e126"}`, overflow, overflow},
		{`{"N":"1e2147483647"}`, overflow, underflow},
		{`{"N":"1e99999999999"}`, overflow, overflow},
		{`{"NS":["1","x"]}`, numeric + ": x", numeric + ": x"},
		{`{"SS":["b","a","b"]}`, invalid + `Input collection ["a", "b", "b"] contains duplicates.`, invalid + `Input collection [b, a, b] contains duplicates.`},
		{`{"SS":["c","b","b","a"]}`, invalid + `Input collection ["b", "c", "b", "a"] contains duplicates.`, invalid + `Input collection [c, b, b, a] contains duplicates.`},
		{
			`{"BS":["/w==","AA==","AA=="]}`, invalid + `Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.`,
			invalid + `Input collection [/w==, AA==, AA==]of type BS contains duplicates.`,
		},
		{`{"NS":["2","1","2"]}`, invalid + "Input collection contains duplicates.", "Input collection contains duplicates"},
		{`{"SS":[]}`, invalid + "An string set  may not be empty", invalid + "An string set  may not be empty"},
		{`{"NULL":false}`, invalid + "Null attribute value types must have the value of true", invalid + "Null attribute value types must have the value of true"},
		{nested(32), nesting, nesting},
		{nested(59), nesting, nesting},
	} {
		t.Run(refused.value[:min(40, len(refused.value))], func(t *testing.T) {
			t.Parallel()
			c := newCaller(t, everything)
			c.ok("CreateTable", hashTable)
			c.refusedAt(envelopedSurfaces, refused.value, refused.newer, enveloped)
			if !strings.Contains(refused.newer, "Nesting") && !strings.Contains(refused.value, "NULL") && refused.value != `{"SS":[]}` {
				c.refusedAt(plainSurfaces, refused.value, refused.newer, plain)
			}
			c.refusedAt(olderSurfaces, refused.value, refused.older, plain)
			c.refusedAt(olderExpressions, refused.value, refused.older, wrapped)
			c.answers("Scan", `{"TableName":"hash"}`, `{"Items":[],"Count":0,"ScannedCount":0}`)

			c = newCaller(t, ddbmem.Options{Legacy: true, Wording: ddbmem.OlderWording})
			c.ok("CreateTable", hashTable)
			for where, request := range envelopedSurfaces {
				say := plain
				if strings.Contains(request, `":v":%s`) {
					say = wrapped
				}
				c.refusedAt(map[string]string{where: request}, refused.value, refused.older, say)
			}
		})
	}
}

// nested is a string within that many maps.
func nested(maps int) string {
	return strings.Repeat(`{"M":{"n":`, maps) + `{"S":"leaf"}` + strings.Repeat(`}}`, maps)
}

// TestConstraintsAreReportedInTheWordsOfTheLayerThatChecksThem holds what requests break that no value is to blame for.
func TestConstraintsAreReportedInTheWordsOfTheLayerThatChecksThem(t *testing.T) {
	t.Parallel()

	const (
		value     = "ExpressionAttributeValues"
		constrain = " failed to satisfy constraint: "
		atName    = "Value at 'TableName'" + constrain + "Member must have length greater than or equal to 1"
		emptyName = "Value '' at 'tableName'" + constrain + "Member must have length greater than or equal to 1"
		noKey     = "Value null at 'key'" + constrain + "Member must not be null"
		capacity  = "Value 'BAD' at 'returnConsumedCapacity'" + constrain + "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"
		metrics   = "Value 'BAD' at 'returnItemCollectionMetrics'" + constrain + "Member must satisfy enum value set: [SIZE, NONE]"
		returns   = "Failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
		oldReturn = "Value 'BAD' at 'returnValues'" + constrain + "Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"
		logical   = "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]"
		oldLogic  = "Value 'XOR' at 'conditionalOperator'" + constrain + "Member must satisfy enum value set: [OR, AND]"
		key       = `"Key":{"pk":{"S":"a"}}`
		item      = `"Item":{"pk":{"S":"a"}}`
		expected  = `"Expected":{"a":{"Exists":false},"b":{"Exists":false}},"ConditionalOperator":"XOR"`
	)
	keyMap := `{"bad!name":{"Keys":[{"pk":{"S":"a"}}]}}`
	mapKeys := constrain + "Map keys must satisfy constraint: [Member must have length less than or equal to 255, " +
		"Member must have length greater than or equal to 3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]"
	c := newCaller(t, everything)
	c.ok("CreateTable", hashTable)
	for _, refused := range []struct{ op, request, message string }{
		{"PutItem", `"TableName":"",` + item, oneError + atName},
		{"PutItem", `"TableName":"","Item":{},"ReturnValues":"BAD"`, oneError + atName},
		{"UpdateItem", `"TableName":"","Key":{},"ReturnConsumedCapacity":"BAD"`, oneError + atName},
		{"DeleteItem", `"TableName":"","Key":{}`, oneError + atName},
		{"GetItem", `"TableName":"","Key":{}`, oneError + atName},
		{
			"PutItem", `"TableName":"hash",` + item + `,"ReturnConsumedCapacity":"BAD","ReturnItemCollectionMetrics":"BAD","ReturnValues":"BAD"`,
			"3 validation errors detected: " + capacity + "; " + returns + "; " + metrics,
		},
		{"DeleteItem", `"TableName":"hash",` + key + `,"ReturnConsumedCapacity":"BAD","ReturnValues":"BAD"`, "2 validation errors detected: " + capacity + "; " + returns},
		{"UpdateItem", `"TableName":"hash",` + key + `,"ReturnConsumedCapacity":"BAD","ReturnValues":"BAD"`, oneError + returns},
		{"UpdateItem", `"TableName":"hash",` + key + `,"ReturnConsumedCapacity":"BAD"`, oneError + capacity},
		{"PutItem", `"TableName":"bad name",` + item, oneError + "Value 'bad name' at 'tableName'" + constrain + "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"},
		// Without a key the older layer reports everything.
		{"UpdateItem", `"TableName":""`, "2 validation errors detected: " + emptyName + "; " + noKey},
		{"UpdateItem", `"TableName":"","ReturnConsumedCapacity":"BAD","ReturnValues":"BAD"`, "4 validation errors detected: " +
			capacity + "; " + emptyName + "; " + oldReturn + "; " + noKey},
		{"UpdateItem", `"TableName":"hash","AttributeUpdates":{"x":{"Value":{"S":"1"}}},` + expected, "2 validation errors detected: " + oldLogic + "; " + noKey},
		{"PutItem", `"TableName":"hash",` + item + `,` + expected, oneError + logical},
		{"UpdateItem", `"TableName":"hash",` + key + `,` + expected, oneError + logical},
		{"Query", `"TableName":"hash","KeyConditions":{},"QueryFilter":{"b":{"ComparisonOperator":"NULL"},"c":{"ComparisonOperator":"NULL"}},` +
			`"ConditionalOperator":"XOR","Select":"BAD"`, logical},
		{"Scan", `"TableName":"hash","ScanFilter":{"b":{"ComparisonOperator":"NULL"},"c":{"ComparisonOperator":"NULL"}},"ConditionalOperator":"XOR"`, oneError + oldLogic},

		{"PutItem", `"TableName":"hash",` + item + `,"` + value + `":{":v":{"S":"x"}}`, oneError + value + " can only be specified when using expressions"},
		{"DeleteItem", `"TableName":"hash",` + key + `,"` + value + `":{":v":{"S":"x"}}`, oneError + value + " can only be specified when using expressions"},
		{"UpdateItem", `"TableName":"hash",` + key + `,"` + value + `":{":v":{"S":"x"}}`, oneError + value + " can only be specified when using expressions"},
		{"Scan", `"TableName":"hash","` + value + `":{":v":{"S":"x"}}`, value + " can only be specified when using expressions: FilterExpression is null"},
		{"PutItem", `"TableName":"hash",` + item + `,"ExpressionAttributeNames":{"#a":"a"}`, oneError + "ExpressionAttributeNames can only be specified when using expressions"},
		{
			"DeleteItem", `"TableName":"hash",` + key + `,"Expected":{"a":{"Exists":false}},"ExpressionAttributeNames":{"#a":"a"}`,
			oneError + "ExpressionAttributeNames can only be specified when using expressions",
		},
		{"GetItem", `"TableName":"hash",` + key + `,"ExpressionAttributeNames":{"#a":"a"}`, "ExpressionAttributeNames can only be specified when using expressions"},
		{"DeleteItem", `"TableName":"hash",` + key + `,"ConditionExpression":"attribute_exists(a)","` + value + `":{}`, oneError + value + " must not be empty"},
		{"DeleteItem", `"TableName":"hash",` + key + `,"ConditionExpression":"attribute_exists(a)","ExpressionAttributeNames":{}`, oneError + "ExpressionAttributeNames must not be empty"},
		{"PutItem", `"TableName":"hash",` + item + `,"ConditionExpression":""`, oneError + "Invalid ConditionExpression: The expression can not be empty;"},
		{
			"UpdateItem", `"TableName":"hash",` + key + `,"UpdateExpression":"SET b = :w","ConditionExpression":"a = :v","` + value + `":{":w":{"S":"x"}}`,
			oneError + "Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :v",
		},
		{"DeleteItem", `"TableName":"hash",` + key + `,"ReturnValues":"ALL_NEW"`, oneError + "ReturnValues can only be ALL_OLD or NONE"},
		{
			"PutItem", `"TableName":"hash",` + item + `,"Expected":{"a":{"Exists":true}}`,
			oneError + "One or more parameter values were invalid: Value must be provided when Exists is true for Attribute: a",
		},
		// What depends on the table is reported without.
		{
			"UpdateItem", `"TableName":"hash",` + key + `,"UpdateExpression":"REMOVE pk"`,
			"One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key",
		},
		{"UpdateItem", `"TableName":"hash",` + key + `,"UpdateExpression":"SET a = b"`, "The provided expression refers to an attribute that does not exist in the item"},
		{"DeleteItem", `"TableName":"hash","Key":{}`, "The provided key element does not match the schema"},

		{"BatchGetItem", `"RequestItems":{}`, oneError + "Value at 'RequestItems'" + constrain + "Member must have length greater than or equal to 1"},
		{"BatchGetItem", `"RequestItems":{"hash":{"Keys":[]}}`, oneError + "Value at 'RequestItems.hash.member.Keys'" + constrain + "Member must have length greater than or equal to 1"},
		{"BatchGetItem", `"RequestItems":` + keyMap, oneError + "Value '" + keyMap + "' at 'requestItems'" + mapKeys},
		{"BatchGetItem", `"ReturnConsumedCapacity":"BAD","RequestItems":` + keyMap, "2 validation errors detected: Value '" + keyMap + "' at 'requestItems'" + mapKeys + "; " + capacity},
		{"BatchWriteItem", `"RequestItems":{"hash":[]}`, oneError + "Value '{hash=[]}' at 'requestItems'" + constrain +
			"Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]"},
		{"BatchWriteItem", `"ReturnConsumedCapacity":"BAD","RequestItems":{"bad!name":[{"DeleteRequest":{"Key":{"pk":{"S":"a"}}}}]}`, oneError + capacity},
		{"BatchWriteItem", `"RequestItems":{"bad!name":[{"PutRequest":{"Item":{"pk":{"S":"x"}}}}]}`, oneError + "Value '{bad!name=[WriteRequest(putRequest=PutRequest(item={pk=" +
			"AttributeValue(s=x, n=null, b=null, iNT=null, dECIMAL=null, dOUBLE=null, sS=null, nS=null, bS=null, iNTSET=null, dECIMALSET=null, dOUBLESET=null, m=null, l=null, nULL=null, bOOL=null)}, " +
			"workloadProfileName=null), deleteRequest=null)]}' at 'requestItems'" + mapKeys},
		{
			"BatchWriteItem", `"ReturnConsumedCapacity":"BAD","ReturnItemCollectionMetrics":"BAD","RequestItems":{"none":[{"PutRequest":{"Item":{"pk":{"S":"a"}}}}]}`,
			"2 validation errors detected: " + capacity + "; " + metrics,
		},
		{
			"TransactWriteItems", `"ClientRequestToken":"` + strings.Repeat("x", 37) + `","ReturnConsumedCapacity":"BAD","TransactItems":[{"Delete":{"TableName":"none",` + key + `}}]`,
			"2 validation errors detected: Value '" + strings.Repeat("x", 37) + "' at 'clientRequestToken'" + constrain + "Member must have length less than or equal to 36; " + capacity,
		},
		{
			"CreateTable", `"TableName":"many","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],` +
				`"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],` +
				`"LocalSecondaryIndexes":[{"IndexName":"aa","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}],` +
				`"GlobalSecondaryIndexes":[{"IndexName":"zz","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]`,
			"2 validation errors detected: Value 'zz' at 'globalSecondaryIndexes.1.member.indexName'" + constrain + "Member must have length greater than or equal to 3; " +
				"Value 'aa' at 'localSecondaryIndexes.1.member.indexName'" + constrain + "Member must have length greater than or equal to 3",
		},
	} {
		c.invalid(refused.op, "{"+refused.request+"}", refused.message)
	}
	c.answers("Scan", `{"TableName":"hash"}`, `{"Items":[],"Count":0,"ScannedCount":0}`)

	c = newCaller(t, ddbmem.Options{Wording: ddbmem.OlderWording})
	c.invalid("PutItem", `{"TableName":"","ReturnValues":"BAD",`+item+`}`, "2 validation errors detected: "+emptyName+"; "+oldReturn)
	c.invalid("BatchGetItem", `{"RequestItems":{}}`, "The requestItems parameter is required for BatchGetItem")
}

// TestDeeplyNestedRequests checks which error comes first for a value that is nested too deeply.
func TestDeeplyNestedRequests(t *testing.T) {
	t.Parallel()

	c := newCaller(t, everything)
	const (
		nesting = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
		empty   = "Empty attribute name"
		syntax  = `Invalid ConditionExpression: Syntax error; token: "=", near: "= = b"`
		oldEnum = oneError + "Value 'XOR' at 'conditionalOperator' failed to satisfy constraint: Member must satisfy enum value set: [OR, AND]"
		newEnum = oneError + "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]"
		oldRet  = oneError + "Value 'BAD' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"
		newRet  = oneError + "Failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
		key     = `"Key":{"pk":{"S":"a"}}`
	)
	put := func(attrs string) string { return `{"Put":{"TableName":"none","Item":{"pk":{"S":"a"},` + attrs + `}}}` }
	check := func(key, condition string) string {
		return `{"ConditionCheck":{"TableName":"none","Key":{"pk":` + key + `},"ConditionExpression":"` + condition + `"}}`
	}
	deepValue := func(levels int) string {
		return `{"ConditionCheck":{"TableName":"none",` + key + `,"ConditionExpression":"d = :deep","ExpressionAttributeValues":{":deep":` + nested(levels) + `}}}`
	}
	unused := `{"Update":{"TableName":"none",` + key + `,"UpdateExpression":"SET a = :v","ExpressionAttributeValues":{":v":{"S":"x"},":u":{"S":"y"}}}}`
	transact := func(parts ...string) string { return `{"TransactItems":[` + strings.Join(parts, ",") + `]}` }
	condition := func(levels int) string {
		return `,"ConditionExpression":"d = :deep","ExpressionAttributeValues":{":deep":` + nested(levels) + `}`
	}
	for _, refused := range []struct{ op, body, message string }{
		{"PutItem", `{"TableName":"none","Item":{"pk":` + nested(100) + `}}`, nesting},
		{"PutItem", `{"TableName":"none","Item":{"pk":` + nested(40) + `}}`, oneError + nesting},
		{"PutItem", `{"TableName":"none","Item":{"pk":{"S":"a"}},"Expected":{"a":{"Value":` + nested(100) + `},"b":{"Exists":false}},"ConditionalOperator":"XOR"}`, oldEnum},
		{"PutItem", `{"TableName":"none","Item":{"pk":{"S":"a"}},"Expected":{"a":{"Value":` + nested(40) + `},"b":{"Exists":false}},"ConditionalOperator":"XOR"}`, newEnum},
		{"DeleteItem", `{"TableName":"none",` + key + condition(63) + `,"ReturnValues":"BAD"}`, oldRet},
		{"DeleteItem", `{"TableName":"none",` + key + condition(40) + `,"ReturnValues":"BAD"}`, newRet},
		{"DeleteItem", `{"TableName":"none",` + key + `,"Expected":{"d":{"Value":` + nested(63) + `}},"ReturnValues":"BAD"}`, oldRet},
		{"DeleteItem", `{"TableName":"none","Key":{"pk":` + nested(100) + `},"ReturnValues":"BAD"}`, oldRet},
		{"DeleteItem", `{"TableName":"none",` + key + condition(100) + `,"ReturnValues":"UPDATED_NEW"}`, "ReturnValues can only be ALL_OLD or NONE"},
		{
			"Scan", `{"TableName":"none","FilterExpression":"d = :deep","ExpressionAttributeValues":{":deep":` + nested(100) + `}}`,
			"ExpressionAttributeValues contains invalid value: " + nesting + " for key :deep",
		},

		// The first of the parts of a transaction that has something wrong decides.
		{"TransactWriteItems", transact(put(`"d":`+nested(40)), put(`"":{"S":"x"}`)), nesting},
		{"TransactWriteItems", transact(put(`"":{"S":"x"}`), put(`"d":`+nested(100))), empty},
		{"TransactWriteItems", transact(put(`"":{"S":"x"},"d":` + nested(100))), empty},
		{"TransactWriteItems", transact(put(`"d":` + nested(100) + `,"":{"S":"x"}`)), empty},
		{"TransactWriteItems", transact(put(`"m":{"M":{"":{"S":"x"}}},"d":` + nested(40))), nesting},
		{"TransactWriteItems", transact(put(`"m":{"M":{"":{"S":"x"}}}`)), empty},
		{"TransactWriteItems", transact(put(`"":{"S":"x"}`), deepValue(100)), empty},
		{"TransactWriteItems", transact(deepValue(40), put(`"":{"S":"x"}`)), "ExpressionAttributeValues contains invalid value: " + nesting + " for key :deep"},
		{"TransactWriteItems", transact(check(nested(40), "attribute_exists(a)"), unused), nesting},
		{"TransactWriteItems", transact(unused, check(nested(100), "attribute_exists(a)")), "Value provided in ExpressionAttributeValues unused in expressions: keys: {:u}"},
		{"TransactWriteItems", transact(check(nested(100), "a = = b")), syntax},
		{"TransactWriteItems", transact(check(`{"S":"a"}`, "a = = b"), check(nested(100), "attribute_exists(a)")), syntax},
		{"TransactWriteItems", transact(check(nested(40), "a = = b"), check(`{"S":"a"}`, "a = = b")), nesting},
		{"TransactWriteItems", transact(check(nested(100), "a"+strings.Repeat("a", 4096)+" = b")), "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; expression size: 4101"},
	} {
		c.invalid(refused.op, refused.body, refused.message)
	}
}
