package ddbmem_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNumbersAreOneKeyHoweverWritten(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", rangeTable)
	c.ok("PutItem", `{"TableName":"range","Item":{"pk":{"S":"a"},"sk":{"N":"1.50"},"v":{"N":"0010"}}}`)
	c.ok("PutItem", `{"TableName":"range","Item":{"pk":{"S":"a"},"sk":{"N":"15e-1"},"v":{"N":"1E1"}}}`)
	c.answers("Scan", `{"TableName":"range"}`, `{"Count":1,"ScannedCount":1,"Items":[{"pk":{"S":"a"},"sk":{"N":"1.5"},"v":{"N":"10"}}]}`)
}

func TestReturnValues(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	put := `{"TableName":"hash","Item":{"pk":{"S":"a"},"v":{"N":"1"},"m":{"M":{"x":{"S":"1"},"y":{"S":"2"}}},"l":{"L":[{"S":"0"},{"S":"1"},{"S":"2"}]}},"ReturnValues":%q}`
	c.answers("PutItem", fmt.Sprintf(put, "ALL_OLD"), `{}`)
	require.JSONEq(t, `{"N":"1"}`, c.member("PutItem", fmt.Sprintf(put, "ALL_OLD"), "Attributes", "v"))
	c.invalid("PutItem", fmt.Sprintf(put, "ALL_NEW"), oneError+"ReturnValues can only be ALL_OLD or NONE")

	update := func(set, values, returns, want string) {
		t.Helper()
		c.answers("UpdateItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}},"UpdateExpression":"`+set+`",
			"ExpressionAttributeValues":{":n":{"N":"1"},":s":{"S":"z"}`+values+`},"ReturnValues":"`+returns+`"}`, want)
	}
	update("SET v = v + :n, m.x = :s", "", "UPDATED_NEW", `{"Attributes":{"v":{"N":"2"},"m":{"M":{"x":{"S":"z"}}}}}`)
	update("SET v = v + :n, m.x = :s", "", "UPDATED_OLD", `{"Attributes":{"v":{"N":"2"},"m":{"M":{"x":{"S":"z"}}}}}`)
	update("SET l[1] = :s, v = :n", "", "UPDATED_NEW", `{"Attributes":{"v":{"N":"1"},"l":{"L":[{"S":"z"}]}}}`)
	update("SET fresh = :s, v = :n", "", "UPDATED_OLD", `{"Attributes":{"v":{"N":"1"}}}`)
	update("SET v = :n, fresh = :s", "", "NONE", `{}`)
	update("REMOVE fresh, m, l SET v = :n, t = :s", "", "ALL_NEW", `{"Attributes":{"pk":{"S":"a"},"v":{"N":"1"},"t":{"S":"z"}}}`)
	c.answers("DeleteItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}},"ReturnValues":"ALL_OLD"}`,
		`{"Attributes":{"pk":{"S":"a"},"v":{"N":"1"},"t":{"S":"z"}}}`)
	c.answers("DeleteItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}},"ReturnValues":"ALL_OLD"}`, `{}`)
}

func TestUpdateSeesTheItemAsItWas(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"},"x":{"N":"1"},"y":{"N":"2"},"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"},{"N":"3"}]}}}`)
	c.answers("UpdateItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET x = y, y = x, l[9] = :v REMOVE l[0], l[2]",
		"ExpressionAttributeValues":{":v":{"S":"end"}},"ReturnValues":"ALL_NEW"}`,
		`{"Attributes":{"pk":{"S":"a"},"x":{"N":"2"},"y":{"N":"1"},"l":{"L":[{"N":"1"},{"N":"3"},{"S":"end"}]}}}`)
	// Without an item, the update sees the key.
	c.answers("UpdateItem", `{"TableName":"hash","Key":{"pk":{"S":"new"}},"UpdateExpression":"SET copied = pk","ReturnValues":"ALL_NEW"}`,
		`{"Attributes":{"pk":{"S":"new"},"copied":{"S":"new"}}}`)
	c.answers("UpdateItem", `{"TableName":"hash","Key":{"pk":{"S":"bare"}},"ReturnValues":"ALL_NEW"}`, `{"Attributes":{"pk":{"S":"bare"}}}`)
	c.invalid("UpdateItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET pk = :v","ExpressionAttributeValues":{":v":{"S":"b"}}}`,
		"One or more parameter values were invalid: Cannot update attribute pk. This attribute is part of the key")
}

func TestAnUpdateThatOnlyRemovesCreatesNothing(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", streamTable)
	const key = `{"TableName":"hash","Key":{"pk":{"S":"a"}},"ReturnValues":"ALL_NEW",`
	c.answers("UpdateItem", key+`"UpdateExpression":"REMOVE v"}`, `{}`)
	c.answers("UpdateItem", key+`"UpdateExpression":"DELETE v :v","ExpressionAttributeValues":{":v":{"SS":["x"]}}}`, `{}`)
	c.ok("TransactWriteItems", `{"TransactItems":[{"Update":{"TableName":"hash","Key":{"pk":{"S":"a"}},"UpdateExpression":"REMOVE v"}}]}`)
	c.answers("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`, `{}`)
	arn := c.streamArn("hash")
	records, _ := c.records(c.iterator(arn, c.shards(arn)[0].ShardID, "TRIM_HORIZON", ""))
	require.Empty(t, records)
	c.answers("UpdateItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}},"ReturnValues":"ALL_NEW"}`, `{"Attributes":{"pk":{"S":"a"}}}`)
}

// TestEditsOfAnAbsentItem tries every clause on a missing item, at a top-level attribute and within one.
func TestEditsOfAnAbsentItem(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	const (
		path    = "The document path provided in the update expression is invalid for update"
		missing = "The provided expression refers to an attribute that does not exist in the item"
		values  = `":n":{"N":"1"},":s":{"SS":["x"]},":l":{"L":[]}`
	)
	request := func(expression, more string) string {
		var used strings.Builder
		for v := range strings.SplitSeq(values, ",") {
			if strings.Contains(expression, v[1:3]) {
				used.WriteString("," + v)
			}
		}
		if used.String() != "" {
			more += `,"ExpressionAttributeValues":{` + used.String()[1:] + `}`
		}
		return `{"TableName":"hash","Key":{"pk":{"S":"a"}},"UpdateExpression":"` + expression + `"` + more + `}`
	}
	for _, expression := range []string{
		"REMOVE x", "REMOVE x.y", "REMOVE x[0]", "REMOVE x.y[1].z", "REMOVE x.y, z, w[3]", "DELETE x :s", "DELETE x.y :s", "DELETE x[0] :s", "REMOVE x.y DELETE z.w :s",
	} {
		for _, returns := range []string{"NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"} {
			c.answers("UpdateItem", request(expression, `,"ReturnValues":"`+returns+`"`), `{}`)
		}
		c.fails("UpdateItem", request(expression, `,"ConditionExpression":"attribute_exists(pk)"`), "ConditionalCheckFailedException", "The conditional request failed")
		c.ok("TransactWriteItems", `{"TransactItems":[{"Update":`+request(expression, "")+`}]}`)
		c.answers("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`, `{}`)
	}
	for expression, message := range map[string]string{
		"SET x.y = :n": path, "SET x[0] = :n": path, "ADD x.y :n": path, "ADD x[0] :s": path, "SET x.y = :n REMOVE x.z": path,
		"SET x = y": missing, "SET x = x + :n": missing, "SET x = list_append(x, :l)": missing, "SET x = y.z": missing, "SET x = if_not_exists(y, z)": missing,
	} {
		c.invalid("UpdateItem", request(expression, ""), message)
		c.answers("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`, `{}`)
	}
	for expression, item := range map[string]string{
		"SET x = :n": `"x":{"N":"1"}`, "ADD x :n": `"x":{"N":"1"}`, "ADD x :s": `"x":{"SS":["x"]}`, "SET x = if_not_exists(x, :l)": `"x":{"L":[]}`,
		"SET x = pk":            `"x":{"S":"a"}`, // the key is there
		"SET x = :n REMOVE y.z": `"x":{"N":"1"}`, "ADD x :n DELETE y[0] :s": `"x":{"N":"1"}`,
	} {
		c.answers("UpdateItem", request(expression, `,"ReturnValues":"ALL_NEW"`), `{"Attributes":{"pk":{"S":"a"},`+item+`}}`)
		c.ok("DeleteItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`)
	}
	// An item that is there must have what a path leads through.
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"}}}`)
	for _, expression := range []string{"REMOVE x.y", "REMOVE x[0]", "DELETE x.y :s"} {
		c.invalid("UpdateItem", request(expression, ""), path)
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	put := `{"TableName":"hash","Item":{"pk":{"S":"a"},"v":{"N":"%d"}},"ConditionExpression":"attribute_not_exists(pk) OR v < :v","ExpressionAttributeValues":{":v":{"N":"%[1]d"}}%s}`
	c.ok("PutItem", fmt.Sprintf(put, 5, ""))
	c.ok("PutItem", fmt.Sprintf(put, 6, ""))
	c.fails("PutItem", fmt.Sprintf(put, 6, ""), "ConditionalCheckFailedException", "The conditional request failed")
	_, answer := c.send("PutItem", fmt.Sprintf(put, 6, `,"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`))
	require.Equal(t, map[string]any{"pk": map[string]any{"S": "a"}, "v": map[string]any{"N": "6"}}, c.parse(answer)["Item"])
	// A comparison with a missing attribute is false, except <>.
	check := func(condition string, holds bool) {
		t.Helper()
		status, answer := c.send("UpdateItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}},"ConditionExpression":"`+condition+`",
			"ExpressionAttributeValues":{":v":{"N":"1"}}}`)
		require.Equal(t, holds, status == 200, "%s: %s", condition, answer)
	}
	check("gone <> :v", true)
	check("gone = :v", false)
	check("gone < :v", false)
	check("NOT gone < :v", true)
	check("pk < :v", false)
	check("pk >= :v", false)
}

func TestKeysAreChecked(t *testing.T) {
	t.Parallel()

	const mismatch = "The provided key element does not match the schema"
	c := newCaller(t)
	c.ok("CreateTable", rangeTable)
	c.ok("CreateTable", indexedTable)
	for _, key := range []string{`{}`, `{"pk":{"S":"a"}}`, `{"pk":{"S":"a"},"sk":{"S":"1"}}`, `{"pk":{"S":"a"},"sk":{"N":"1"},"x":{"S":"y"}}`} {
		c.invalid("GetItem", `{"TableName":"range","Key":`+key+`}`, mismatch)
		c.invalid("DeleteItem", `{"TableName":"range","Key":`+key+`}`, mismatch)
		c.invalid("UpdateItem", `{"TableName":"range","Key":`+key+`}`, mismatch)
	}
	put := func(item, message string) {
		t.Helper()
		c.invalid("PutItem", `{"TableName":"range","Item":`+item+`}`, message)
	}
	const start = "One or more parameter values were invalid: "
	put(`{"sk":{"N":"1"}}`, start+"Missing the key pk in the item")
	put(`{"pk":{"S":"a"},"sk":{"S":"1"}}`, start+"Type mismatch for key sk expected: N actual: S")
	put(`{"pk":{"S":""},"sk":{"N":"1"}}`,
		"One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk")
	put(fmt.Sprintf(`{"pk":{"S":%q},"sk":{"N":"1"}}`, strings.Repeat("x", 2049)),
		start+"Size of hashkey has exceeded the maximum size limit of2048 bytes")
	c.ok("PutItem", fmt.Sprintf(`{"TableName":"range","Item":{"pk":{"S":%q},"sk":{"N":"1"}}}`, strings.Repeat("x", 2048)))
	c.invalid("PutItem", fmt.Sprintf(`{"TableName":"indexed","Item":{"pk":{"S":"a"},"sk":{"S":%q}}}`, strings.Repeat("x", 1025)),
		start+"Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
	c.invalid("PutItem", `{"TableName":"indexed","Item":{"pk":{"S":"a"},"sk":{"S":"b"},"n":{"S":"1"}}}`,
		start+"Type mismatch for Index Key n Expected: N Actual: S IndexName: byG")
	c.invalid("PutItem", `{"TableName":"indexed","Item":{"pk":{"S":"a"},"sk":{"S":"b"},"g":{"S":""}}}`,
		"One or more parameter values are not valid. A value specified for a secondary index key is not supported. "+
			"The AttributeValue for a key attribute cannot contain an empty string value. IndexName: byG, IndexKey: g")
}

func TestLimitsOfItems(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	put := func(value string) string { return `{"TableName":"hash","Item":{"pk":{"S":"a"},"v":` + value + `}}` }
	text := func(n int) string { return fmt.Sprintf(`{"S":%q}`, strings.Repeat("x", n)) }
	c.ok("PutItem", put(text(400<<10-4)))
	c.invalid("PutItem", put(text(400<<10-3)), "Item size has exceeded the maximum allowed size")
	c.invalid("PutItem", put(text(2<<20)), "Item size has exceeded the maximum allowed size")
	c.invalid("UpdateItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET w = :v","ExpressionAttributeValues":{":v":{"S":"more"}}}`,
		"Item size to update has exceeded the maximum allowed size")
	c.invalid("PutItem", put(`{"N":"1234567890123456789012345678901234567891"}`), oneError+"Attempting to store more than 38 significant digits in a Number")
	c.invalid("PutItem", put(`{"N":"1e126"}`), oneError+"Number overflow. Attempting to store a number with magnitude larger than supported range")
	c.invalid("PutItem", put(`{"N":"1e-131"}`), oneError+"Number underflow. Attempting to store a number with magnitude smaller than supported range")
	c.invalid("PutItem", put(`{"N":"abc"}`), oneError+"The parameter cannot be converted to a numeric value: abc")
	c.invalid("PutItem", put(`{"SS":[]}`), oneError+"One or more parameter values were invalid: An string set  may not be empty")
	c.invalid("PutItem", put(`{"NS":["1","1.0"]}`), oneError+"One or more parameter values were invalid: Input collection contains duplicates.")
	c.invalid("PutItem", put(`{"S":"a","N":"1"}`),
		oneError+"Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	deep := func(n int) string { return strings.Repeat(`{"L":[`, n-1) + `{"S":"x"}` + strings.Repeat(`]}`, n-1) }
	c.ok("PutItem", put(deep(32)))
	c.invalid("PutItem", put(deep(33)),
		oneError+"Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")
	c.invalid("UpdateItem", fmt.Sprintf(`{"TableName":"hash","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET %s = :v","ExpressionAttributeValues":{":v":{"S":"x"}}}`,
		strings.Repeat("x", 4090)), oneError+"Invalid UpdateExpression: Expression size has exceeded the maximum allowed size;")
	// None of that changed the item.
	c.answers("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`, `{"Item":{"pk":{"S":"a"},"v":`+deep(32)+`}}`)
}

func TestProjection(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"},"m":{"M":{"x":{"S":"1"},"y":{"S":"2"}}},"l":{"L":[{"S":"0"},{"S":"1"},{"S":"2"}]},"z":{"S":"z"}}}`)
	c.answers("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}},"ProjectionExpression":"m.y, l[2], l[0], nil1"}`,
		`{"Item":{"m":{"M":{"y":{"S":"2"}}},"l":{"L":[{"S":"0"},{"S":"2"}]}}}`)
	c.answers("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}},"ProjectionExpression":"nil1"}`, `{"Item":{}}`)
	c.answers("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"b"}},"ProjectionExpression":"nil1"}`, `{}`)
}
