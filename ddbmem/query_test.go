package ddbmem_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// pages follows LastEvaluatedKey to the end and returns the values of an attribute, and the sizes of the pages.
func (c caller) pages(op, body, attr string) (got []string, sizes []int) {
	c.t.Helper()
	start := ""
	for {
		var page struct {
			Items            []map[string]map[string]any
			Count            int
			LastEvaluatedKey json.RawMessage
		}
		require.NoError(c.t, json.Unmarshal([]byte(c.ok(op, strings.TrimSuffix(body, "}")+start+"}")), &page))
		for _, it := range page.Items {
			for _, v := range it[attr] {
				got = append(got, fmt.Sprint(v))
			}
		}
		sizes = append(sizes, page.Count)
		if page.LastEvaluatedKey == nil {
			return got, sizes
		}
		start = `,"ExclusiveStartKey":` + string(page.LastEvaluatedKey)
	}
}

func TestQueryOrdersNumbers(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", rangeTable)
	want := []string{"-1e+2", "-99", "-1.5", "-0.001", "0", "0.001", "1", "1.5", "2", "10", "99.9", "100"}
	for i := range want {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"range","Item":{"pk":{"S":"p"},"sk":{"N":%q}}}`, want[(i*5)%len(want)]))
	}
	want[0] = "-100"
	q := `{"TableName":"range","KeyConditionExpression":"pk=:p","ExpressionAttributeValues":{":p":{"S":"p"}},"Limit":%d,"ScanIndexForward":%t}`
	for _, limit := range []int{1, 5, 100} {
		got, _ := c.pages("Query", fmt.Sprintf(q, limit, true), "sk")
		require.Equal(t, want, got)
		back, _ := c.pages("Query", fmt.Sprintf(q, limit, false), "sk")
		for i := range want {
			require.Equal(t, want[len(want)-1-i], back[i])
		}
	}
	for condition, n := range map[string]int{
		"sk = :a": 1, "sk < :a": 6, "sk <= :a": 7, "sk > :a": 5, "sk >= :a": 6, "sk BETWEEN :a AND :b": 4, ":a < sk": 5,
	} {
		values := `":p":{"S":"p"},":a":{"N":"1.0"}`
		if strings.Contains(condition, ":b") {
			values += `,":b":{"N":"1e1"}`
		}
		require.JSONEq(t, fmt.Sprint(n), c.member("Query", fmt.Sprintf(
			`{"TableName":"range","KeyConditionExpression":"pk=:p AND %s","ExpressionAttributeValues":{%s},"Select":"COUNT"}`, condition, values), "Count"), condition)
	}
}

func TestQueryByPrefix(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", indexedTable)
	for _, sk := range []string{"a", "ab", "aba", "abb", "ac", "b", "ab\\u0000x", "ab\\uffff"} {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"indexed","Item":{"pk":{"S":"p"},"sk":{"S":"%s"}}}`, sk))
	}
	got, _ := c.pages("Query", `{"TableName":"indexed","KeyConditionExpression":"pk=:p AND begins_with(sk,:a)","Limit":2,
		"ExpressionAttributeValues":{":p":{"S":"p"},":a":{"S":"ab"}}}`, "sk")
	require.Equal(t, []string{"ab", "ab\x00x", "aba", "abb", "ab\uffff"}, got)
}

func TestPagesEndAtOneMegabyteBeforeTheFilter(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", rangeTable)
	for i := range 30 {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"range","Item":{"pk":{"S":"p"},"sk":{"N":"%d"},"v":{"S":%q}}}`, i, strings.Repeat("x", 100_000)))
	}
	q := `{"TableName":"range","KeyConditionExpression":"pk=:p","ExpressionAttributeValues":{":p":{"S":"p"}%s},"ProjectionExpression":"sk"%s}`
	got, sizes := c.pages("Query", fmt.Sprintf(q, "", ""), "sk")
	require.Len(t, got, 30)
	require.Equal(t, []int{11, 11, 8}, sizes)
	_, sizes = c.pages("Query", fmt.Sprintf(q, `,":v":{"S":"none"}`, `,"FilterExpression":"v=:v"`), "sk")
	require.Equal(t, []int{0, 0, 0}, sizes)
	_, sizes = c.pages("Scan", `{"TableName":"range"}`, "sk")
	require.Equal(t, []int{11, 11, 8}, sizes)
}

func TestLimitIsBeforeTheFilterAndMayMeetTheEnd(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", rangeTable)
	for i := range 4 {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"range","Item":{"pk":{"S":"p"},"sk":{"N":"%d"}}}`, i))
	}
	c.answers("Query", `{"TableName":"range","KeyConditionExpression":"pk=:p","FilterExpression":"attribute_exists(x)",
		"ExpressionAttributeValues":{":p":{"S":"p"}},"Limit":4}`,
		`{"Items":[],"Count":0,"ScannedCount":4,"LastEvaluatedKey":{"pk":{"S":"p"},"sk":{"N":"3"}}}`)
	c.answers("Query", `{"TableName":"range","KeyConditionExpression":"pk=:p","ExpressionAttributeValues":{":p":{"S":"p"}},"Limit":4,
		"Select":"COUNT","ExclusiveStartKey":{"pk":{"S":"p"},"sk":{"N":"3"}}}`, `{"Count":0,"ScannedCount":0}`)
}

func TestIndexesPageThroughEqualKeys(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", indexedTable)
	for i := range 50 {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"indexed","Item":{"pk":{"S":"p%d"},"sk":{"S":"%d"},"g":{"S":"same"},"n":{"N":"7"},"a":{"S":"x"},"b":{"S":"y"}}}`, i%7, i))
	}
	for _, index := range []string{"byG", "keys", "some"} {
		for _, forward := range []bool{true, false} {
			got, _ := c.pages("Query", fmt.Sprintf(`{"TableName":"indexed","IndexName":%q,"KeyConditionExpression":"g=:g",
				"ExpressionAttributeValues":{":g":{"S":"same"}},"Limit":3,"ScanIndexForward":%t}`, index, forward), "sk")
			require.Len(t, got, 50)
			seen := map[string]bool{}
			for _, sk := range got {
				seen[sk] = true
			}
			require.Len(t, seen, 50)
		}
	}
	require.JSONEq(t, `{"pk":{"S":"p1"},"sk":{"S":"1"},"g":{"S":"same"},"a":{"S":"x"}}`, strings.Trim(c.member("Query",
		`{"TableName":"indexed","IndexName":"some","KeyConditionExpression":"g=:g","FilterExpression":"a=:x",
		"ExpressionAttributeValues":{":g":{"S":"same"},":x":{"S":"x"}},"Limit":1,
		"ExclusiveStartKey":`+before(c, "p1", "1")+`}`, "Items"), "[]"))
}

// before returns a starting key of the index "some" that is right before an item.
func before(c caller, pk, sk string) string {
	last := "null"
	start := ""
	for {
		var page struct {
			Items            []map[string]map[string]string
			LastEvaluatedKey json.RawMessage
		}
		body := c.ok("Query", `{"TableName":"indexed","IndexName":"some","KeyConditionExpression":"g=:g","ExpressionAttributeValues":{":g":{"S":"same"}},"Limit":1`+start+`}`)
		require.NoError(c.t, json.Unmarshal([]byte(body), &page))
		require.Len(c.t, page.Items, 1)
		if page.Items[0]["pk"]["S"] == pk && page.Items[0]["sk"]["S"] == sk {
			return last
		}
		last = string(page.LastEvaluatedKey)
		start = `,"ExclusiveStartKey":` + last
	}
}

func TestScanSegmentsAreDisjointAndComplete(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	for i := range 200 {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"hash","Item":{"pk":{"S":"%d"}}}`, i))
	}
	for _, total := range []int{1, 2, 3, 7, 1000} {
		seen := map[string]bool{}
		for segment := range total {
			got, _ := c.pages("Scan", fmt.Sprintf(`{"TableName":"hash","Segment":%d,"TotalSegments":%d,"Limit":9}`, segment, total), "pk")
			for _, pk := range got {
				require.False(t, seen[pk])
				seen[pk] = true
			}
		}
		require.Len(t, seen, 200)
	}
	c.invalid("Scan", `{"TableName":"hash","Segment":2,"TotalSegments":2}`,
		"The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less than TotalSegments: 2")
}

func TestSelect(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", indexedTable)
	c.ok("PutItem", `{"TableName":"indexed","Item":{"pk":{"S":"p"},"sk":{"S":"s"},"g":{"S":"x"},"n":{"N":"1"},"b":{"S":"y"}}}`)
	q := `{"TableName":"indexed","IndexName":%q,"KeyConditionExpression":"g=:g","ExpressionAttributeValues":{":g":{"S":"x"}}%s}`
	c.invalid("Query", fmt.Sprintf(q, "keys", `,"Select":"ALL_ATTRIBUTES"`),
		"One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index keys because its projection type is not ALL")
	c.invalid("Query", fmt.Sprintf(q, "keys", `,"ProjectionExpression":"b"`),
		"One or more parameter values were invalid: Global secondary index keys does not project [b]")
	c.invalid("Query", fmt.Sprintf(q, "keys", `,"ConsistentRead":true`), "Consistent reads are not supported on global secondary indexes")
	c.answers("Query", fmt.Sprintf(q, "keys", `,"Select":"COUNT"`), `{"Count":1,"ScannedCount":1}`)
	// A local index fetches what it lacks from the table.
	c.answers("Query", `{"TableName":"indexed","IndexName":"local","KeyConditionExpression":"pk=:p AND n=:n","ProjectionExpression":"b",
		"ExpressionAttributeValues":{":p":{"S":"p"},":n":{"N":"1"}},"ConsistentRead":true,"ReturnConsumedCapacity":"INDEXES"}`,
		`{"Items":[{"b":{"S":"y"}}],"Count":1,"ScannedCount":1,"ConsumedCapacity":{"TableName":"indexed","CapacityUnits":2,
			"Table":{"CapacityUnits":1},"LocalSecondaryIndexes":{"local":{"CapacityUnits":1}}}}`)
}

func TestMultiAttributeKeys(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", `{"TableName":"multi","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"N"},
			{"AttributeName":"x","AttributeType":"S"},{"AttributeName":"y","AttributeType":"N"},{"AttributeName":"z","AttributeType":"S"}],
		"GlobalSecondaryIndexes":[{"IndexName":"idx","Projection":{"ProjectionType":"ALL"},"KeySchema":[
			{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"HASH"},
			{"AttributeName":"x","KeyType":"RANGE"},{"AttributeName":"y","KeyType":"RANGE"},{"AttributeName":"z","KeyType":"RANGE"}]}]}`)
	for i := range 27 {
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"multi","Item":{"pk":{"S":"%02d"},"a":{"S":"a"},"b":{"N":"1"},"x":{"S":"x%d"},"y":{"N":"%d"},"z":{"S":"z%d"}}}`,
			i, i/9, i/3%3*5, i%3))
	}
	c.ok("PutItem", `{"TableName":"multi","Item":{"pk":{"S":"partial"},"a":{"S":"a"},"b":{"N":"1"},"x":{"S":"x1"},"y":{"N":"1"}}}`)
	const values = `":a":{"S":"a"},":b":{"N":"1"}`
	query := func(condition, more string) string {
		return `{"TableName":"multi","IndexName":"idx","KeyConditionExpression":"a=:a AND b=:b` + condition + `","ExpressionAttributeValues":{` + values + more + `},"Limit":2}`
	}
	check := func(condition, more string, want ...string) {
		t.Helper()
		got, _ := c.pages("Query", query(condition, more), "pk")
		require.Equal(t, want, got)
	}
	all, _ := c.pages("Query", query("", ""), "pk")
	require.Len(t, all, 27)
	require.IsIncreasing(t, all)
	check(" AND x=:x AND y=:y", `,":x":{"S":"x1"},":y":{"N":"10"}`, "15", "16", "17")
	check(" AND x=:x AND y<:y", `,":x":{"S":"x1"},":y":{"N":"10"}`, "09", "10", "11", "12", "13", "14")
	check(" AND x=:x AND y=:y AND z>:z", `,":x":{"S":"x2"},":y":{"N":"0"},":z":{"S":"z0"}`, "19", "20")
	check(" AND begins_with(x,:x)", `,":x":{"S":"x2"}`, "18", "19", "20", "21", "22", "23", "24", "25", "26")
	for _, condition := range []string{" AND y=:y", " AND x>:x AND y=:y"} {
		more := `,":y":{"N":"0"}`
		if strings.Contains(condition, ":x") {
			more += `,":x":{"S":"x"}`
		}
		status, answer := c.send("Query", query(condition, more))
		require.Equal(t, 400, status, answer)
	}
	status, _ := c.send("Query", `{"TableName":"multi","IndexName":"idx","KeyConditionExpression":"a=:a","ExpressionAttributeValues":{":a":{"S":"a"}}}`)
	require.Equal(t, 400, status)
}

// TestQueryOfATableWithoutSortKeyHasNoPages tries every starting key there is for a query that finds one item at most.
func TestQueryOfATableWithoutSortKeyHasNoPages(t *testing.T) {
	t.Parallel()

	c := newCaller(t, everything)
	c.ok("CreateTable", strings.Replace(hashTable, `"AttributeType":"S"}]`, `"AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],`+
		`"GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]`, 1))
	for _, pk := range []string{"a", "b"} {
		c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"`+pk+`"},"g":{"S":"g"}}}`)
	}
	const item = `{"Items":[{"pk":{"S":"a"},"g":{"S":"g"}}],"Count":1,"ScannedCount":1}`
	for _, request := range []string{
		`"KeyConditionExpression":"pk = :a","ExpressionAttributeValues":{":a":{"S":"a"}}`,
		`"KeyConditions":{"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}}`,
	} {
		query := func(more string) string { return `{"TableName":"hash",` + request + more + `}` }
		for _, limit := range []string{"", `,"Limit":1`, `,"Limit":2`, `,"Limit":1,"ScanIndexForward":false`, `,"Limit":1,"ConsistentRead":true`} {
			c.answers("Query", query(limit), item)
		}
		c.answers("Query", query(`,"Limit":1,"Select":"COUNT"`), `{"Count":1,"ScannedCount":1}`)
		for key, message := range map[string]string{
			`{"pk":{"S":"a"}}`:                  "The provided exclusive start key is invalid",
			`{"pk":{"S":"b"}}`:                  "The provided exclusive start key is invalid",
			`{"pk":{"S":"none"}}`:               "The provided exclusive start key is invalid",
			`{}`:                                "The provided starting key is invalid",
			`{"bad":{"S":"a"}}`:                 "The provided starting key is invalid",
			`{"pk":{"S":"a"},"g":{"S":"g"}}`:    "The provided starting key is invalid",
			`{"pk":{"N":"1"}}`:                  "The provided key element does not match the schema",
			`{"pk":{"S":""}}`:                   "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk",
			`{"pk":{"N":"1e999"}}`:              "Number overflow. Attempting to store a number with magnitude larger than supported range",
			`{"pk":{}}`:                         "The provided starting key is invalid: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
			`{"pk":{"S":"a","N":"1"}}`:          "The provided starting key is invalid: Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
			`{"pk":{"L":[` + nested(32) + `]}}`: "The provided starting key is invalid: Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
		} {
			c.invalid("Query", query(`,"ExclusiveStartKey":`+key), message)
		}
	}

	// An index has as many items of a key as there are, and a scan its pages.
	index := `{"TableName":"hash","IndexName":"byG","KeyConditionExpression":"g = :g","ExpressionAttributeValues":{":g":{"S":"g"}},"Limit":1`
	last := c.member("Query", index+`}`, "LastEvaluatedKey")
	require.NotEqual(t, "null", last)
	require.NotEqual(t, "null", c.member("Query", index+`,"ExclusiveStartKey":`+last+`}`, "LastEvaluatedKey"))
	last = c.member("Scan", `{"TableName":"hash","Limit":1}`, "LastEvaluatedKey")
	require.Equal(t, "1", c.member("Scan", `{"TableName":"hash","ExclusiveStartKey":`+last+`}`, "Count"))
}
