package ddbmem_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// partiqlCaller returns an engine that runs statements, with two partitions of four items.
func partiqlCaller(t *testing.T) caller {
	t.Helper()
	c := newCaller(t, ddbmem.Options{PartiQL: true})
	c.ok("CreateTable", rangeTable)
	c.ok("CreateTable", indexedTable)
	for _, pk := range []string{"a", "b"} {
		for sk := range 4 {
			c.ok("PutItem", fmt.Sprintf(`{"TableName":"range","Item":{"pk":{"S":%q},"sk":{"N":"%d"},"n":{"N":"%d"},"t":{"S":"hello"},"ss":{"SS":["x","y"]},`+
				`"l":{"L":[{"S":"x"},{"M":{"k":{"N":"1"}}}]},"m":{"M":{"k":{"N":"1"},"d":{"M":{"e":{"S":"f"}}}}}}}`, pk, sk, sk*10))
			c.ok("PutItem", fmt.Sprintf(`{"TableName":"indexed","Item":{"pk":{"S":%q},"sk":{"S":"%d"},"n":{"N":"%d"},"g":{"S":"g"},"a":{"S":"a"},"b":{"S":"b"}}}`, pk, sk, sk))
		}
	}
	return c
}

// statement returns a request that runs one statement.
func statement(text string, more ...string) string {
	enc, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	var request strings.Builder
	request.WriteString(`{"Statement":` + string(enc))
	for _, m := range more {
		request.WriteString("," + m)
	}
	return request.String() + "}"
}

func TestSelectAnswers(t *testing.T) {
	t.Parallel()

	const at = " FROM range WHERE pk = 'a' AND sk = 1"
	c := partiqlCaller(t)
	for _, row := range []struct{ statement, items string }{
		{"SELECT n" + at, `[{"n":{"N":"10"}}]`},
		{"select n from \"range\" where pk='a' and sk>2", `[{"n":{"N":"30"}}]`},
		{"SELECT sk, m.k, m.d.e" + at, `[{"sk":{"N":"1"},"k":{"N":"1"},"e":{"S":"f"}}]`},
		{"SELECT l[0], l[1].k, l[7]" + at, `[{"l[0]":{"S":"x"},"k":{"N":"1"}}]`},
		{"SELECT none" + at, `[{}]`},
		{"SELECT * FROM range WHERE pk = 'c'", `[]`},
		{"SELECT sk FROM range WHERE pk = 'a' AND sk BETWEEN 1 AND 2", `[{"sk":{"N":"1"}},{"sk":{"N":"2"}}]`},
		{"SELECT sk FROM range WHERE pk = 'a' ORDER BY sk DESC", `[{"sk":{"N":"3"}},{"sk":{"N":"2"}},{"sk":{"N":"1"}},{"sk":{"N":"0"}}]`},
		{"SELECT pk FROM range WHERE pk IN ['b', 'a', 'b'] AND sk = 1", `[{"pk":{"S":"b"}},{"pk":{"S":"a"}}]`},
		{"SELECT pk FROM range WHERE pk IN ('b', 'a') AND sk = 1 ORDER BY pk", `[{"pk":{"S":"a"}},{"pk":{"S":"b"}}]`},
		{"SELECT pk FROM range WHERE pk IN ('a', 'b') AND sk = 1 ORDER BY pk DESC", `[{"pk":{"S":"b"}},{"pk":{"S":"a"}}]`},
		{"SELECT sk FROM range WHERE pk = 'a' AND (n = 10 OR NOT n < 30)", `[{"sk":{"N":"1"}},{"sk":{"N":"3"}}]`},
		{"SELECT sk FROM range WHERE pk = 'a' AND n != 10 AND n <> 20 AND sk >= 1", `[{"sk":{"N":"3"}}]`},
		{"SELECT sk FROM range WHERE pk = 'a' AND n IN [10, -1, 1e1]", `[{"sk":{"N":"1"}}]`},
		{"SELECT sk FROM range WHERE 'a' = pk AND contains(ss, 'x') AND begins_with(t, 'he') AND sk < 1", `[{"sk":{"N":"0"}}]`},
		{"SELECT sk FROM range WHERE pk = 'a' AND sk = 1 AND attribute_type(t, 'S') AND SIZE(t) = 5", `[{"sk":{"N":"1"}}]`},
		{"SELECT sk FROM range WHERE pk = 'a' AND sk = 1 AND q IS MISSING AND t IS NOT MISSING AND t IS NOT NULL", `[{"sk":{"N":"1"}}]`},
		{"SELECT sk FROM range WHERE pk = 'a' AND sk = 1 AND m['k'] = 1 AND l = ['x', {'k': 1}] AND ss = <<'y', 'x'>>", `[{"sk":{"N":"1"}}]`},
		{"SELECT sk FROM range WHERE pk = 'it''s' OR (pk = 'a' AND sk = 3); -- done", `[{"sk":{"N":"3"}}]`},
		{"SELECT sk FROM range WHERE pk = 'a' AND sk = 1 AND sk = 2", `[]`},
		{"SELECT sk FROM range WHERE pk = t AND pk = 'a'", `[]`},
		{`SELECT * FROM "indexed"."keys" WHERE g = 'g' AND sk = '1' AND pk = 'a'`, `[{"pk":{"S":"a"},"sk":{"S":"1"},"g":{"S":"g"}}]`},
		{`SELECT sk FROM indexed.byG WHERE g = 'g' AND n > 2 ORDER BY n DESC`, `[{"sk":{"S":"3"}},{"sk":{"S":"3"}}]`},
		{`SELECT b FROM indexed.local WHERE pk = 'a' AND n = 2`, `[{"b":{"S":"b"}}]`},
	} {
		require.JSONEq(t, row.items, c.member("ExecuteStatement", statement(row.statement), "Items"), row.statement)
	}
	require.JSONEq(t, `[{"sk":{"N":"2"}}]`, c.member("ExecuteStatement",
		statement("SELECT sk FROM range WHERE pk = ? AND sk = ?", `"Parameters":[{"S":"a"},{"N":"2.0"}]`), "Items"))
}

func TestSelectReadsAndPaysForItsPartitionsAlone(t *testing.T) {
	t.Parallel()

	c := partiqlCaller(t)
	for i := range 25 {
		pk := "big"
		if i >= 20 {
			pk = "bigger"
		}
		c.ok("PutItem", fmt.Sprintf(`{"TableName":"range","Item":{"pk":{"S":%q},"sk":{"N":"%d"},"fill":{"S":"%04000d"}}}`, pk, i, i))
	}
	for clause, units := range map[string]string{
		"WHERE pk = 'a'": "0.5", "WHERE pk = 'big'": "10", "WHERE pk = 'big' AND sk < 5": "2.5", "WHERE pk = 'big' AND n = 5": "10", "WHERE n = 5": "13.5",
		"WHERE pk IN ['a', 'big'] AND sk = 5": "0.5",
	} {
		require.Equal(t, units, c.member("ExecuteStatement",
			statement("SELECT pk FROM range "+clause, `"ReturnConsumedCapacity":"TOTAL"`), "ConsumedCapacity", "CapacityUnits"), clause)
	}
}

func TestSelectPagesWithoutLossOrRepetition(t *testing.T) {
	t.Parallel()

	c := partiqlCaller(t)
	for _, text := range []string{
		"SELECT pk, sk FROM range", "SELECT pk, sk FROM range WHERE pk IN ['b', 'a'] ORDER BY sk DESC", "SELECT pk, sk FROM range WHERE pk = 'a' AND n > 0",
		"SELECT pk, sk FROM indexed.keys WHERE g = 'g'",
	} {
		whole := c.parse(c.ok("ExecuteStatement", statement(text)))["Items"]
		var pages []any
		more := []string{`"Limit":1`}
		for {
			page := c.parse(c.ok("ExecuteStatement", statement(text, more...)))
			items, _ := page["Items"].([]any)
			pages = append(pages, items...)
			token, found := page["NextToken"].(string)
			if !found {
				break
			}
			more = []string{`"Limit":1`, `"NextToken":"` + token + `"`}
			c.invalid("ExecuteStatement", statement(text+" ", more...), "Invalid NextToken")
		}
		require.Equal(t, whole, pages, text)
	}
}

func TestStatementsWrite(t *testing.T) {
	t.Parallel()

	c := partiqlCaller(t)
	const first = " WHERE pk = 'a' AND sk = 1 RETURNING "
	for _, row := range []struct{ statement, items string }{
		{"INSERT INTO range VALUE {'pk': 'i', 'sk': 1.50, 'l': [true, null, -2], 'm': {'x': 'y'}, 'ns': <<2, 1>>}", `[]`},
		{"SELECT * FROM range WHERE pk = 'i'", `[{"pk":{"S":"i"},"sk":{"N":"1.5"},"l":{"L":[{"BOOL":true},{"NULL":true},{"N":"-2"}]},"m":{"M":{"x":{"S":"y"}}},"ns":{"NS":["1","2"]}}]`},
		{"UPDATE range SET n = n + 1" + first + "MODIFIED NEW *", `[{"n":{"N":"11"}}]`},
		{"UPDATE range SET n = 5, o = 'new' SET p = n" + first + "MODIFIED OLD *", `[{"n":{"N":"11"}}]`},
		{"SELECT n, o, p FROM range WHERE pk = 'a' AND sk = 1", `[{"n":{"N":"5"},"o":{"S":"new"},"p":{"N":"11"}}]`},
		{
			"UPDATE range SET ss = set_add(ss, <<'z'>>) SET l = list_append(l, ['y']) SET m.k = 2" + first + "MODIFIED NEW *",
			`[{"ss":{"SS":["x","y","z"]},"l":{"L":[{"S":"x"},{"M":{"k":{"N":"1"}}},{"S":"y"}]},"m":{"M":{"k":{"N":"2"}}}}]`,
		},
		{
			"UPDATE range SET ss = set_delete(ss, <<'x', 'y', 'z'>>) REMOVE l REMOVE m SET q = if_not_exists(q, 7) - 2 REMOVE o REMOVE p" + first + "ALL NEW *",
			`[{"pk":{"S":"a"},"sk":{"N":"1"},"n":{"N":"5"},"q":{"N":"5"},"t":{"S":"hello"}}]`,
		},
		{"UPDATE range SET n = 6 WHERE pk = 'a' AND sk = 1 AND q = 5", `[]`},
		{
			"DELETE FROM range WHERE pk = 'i' AND sk = 1.5 AND m.x = 'y' RETURNING ALL OLD *",
			`[{"pk":{"S":"i"},"sk":{"N":"1.5"},"l":{"L":[{"BOOL":true},{"NULL":true},{"N":"-2"}]},"m":{"M":{"x":{"S":"y"}}},"ns":{"NS":["1","2"]}}]`,
		},
		{"DELETE FROM range WHERE pk = 'i' AND sk = 1.5 AND m.x = 'y' RETURNING ALL OLD *", `[]`},
	} {
		require.JSONEq(t, row.items, c.member("ExecuteStatement", statement(row.statement), "Items"), row.statement)
	}
}

func TestStatementsAreRefused(t *testing.T) {
	t.Parallel()

	c := partiqlCaller(t)
	before := c.ok("Scan", `{"TableName":"range"}`)
	const malformed = "Statement wasn't well formed, can't be processed: "
	const allKeys = "Where clause does not contain a mandatory equality on all key attributes"
	for text, message := range map[string]string{
		"SELECTT * FROM range":                                                 malformed + "Expected data manipulation",
		"SELECT * FROM":                                                        malformed + "Expected identifier",
		"SELECT * FROM range WHERE pk = 'a' AND":                               malformed + "Unexpected term",
		"SELECT * FROM range WHERE pk = 'a":                                    malformed + "Unterminated quote",
		"SELECT * FROM range WHERE pk = `2`":                                   malformed + "Unexpected character: '`'",
		"SELECT * FROM range WHERE (pk = 'a'":                                  malformed + "Expected ')'",
		"SELECT * FROM range WHERE pk = ?":                                     "Number of parameters in request and statement don't match.",
		"SELECT COUNT(*) FROM range":                                           "Unexpected path component at 1:8:5",
		"SELECT n, n FROM range":                                               "Duplicate identifiers in select clause: n",
		"SELECT n AS x FROM range":                                             "Aliasing is not supported",
		"SELECT * FROM range r":                                                "Aliasing is not supported",
		"SELECT DISTINCT n FROM range":                                         "Unsupported token in expression: DISTINCT",
		"SELECT n FROM range LIMIT 1":                                          "Unsupported clause: LIMIT at 1:27:1",
		"SELECT n FROM range GROUP BY n":                                       "Unsupported clause: GROUP BY",
		"SELECT n FROM range ORDER BY sk":                                      "Must have WHERE clause in the statement when using ORDER BY clause.",
		"SELECT n FROM range WHERE pk = 'a' ORDER BY n":                        "Variable reference n in ORDER BY clause must be part of the primary key",
		"SELECT n FROM range WHERE pk = 1":                                     "Key attribute's data type should match its data type in table's schema: Key pk",
		"SELECT n FROM range WHERE pk = ''":                                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk",
		"SELECT n FROM range WHERE foo(n)":                                     "Unrecognized function: foo at 1:27:3",
		"SELECT n FROM range WHERE n = MISSING":                                "MISSING must be compared using IS operator",
		"SELECT n FROM range WHERE t LIKE 'h%'":                                "Unsupported operator in Condition Expression. Operator: like",
		"SELECT n FROM range WHERE begins_with(n, 1)":                          "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
		"SELECT n FROM range.none WHERE pk = 'a'":                              "The table does not have the specified index",
		"SELECT b FROM indexed.keys WHERE g = 'g'":                             "One or more parameter values were invalid: Global secondary index keys does not project [b]",
		"EXISTS(SELECT * FROM range WHERE pk = 'a')":                           "EXISTS can only be used in ExecuteTransaction write requests.",
		"INSERT INTO range VALUES {'pk': 'a'}":                                 malformed + "Expected 'VALUE' but got 'VALUES'",
		"INSERT INTO range VALUE 'a'":                                          "Unsupported format in item expression. Please use struct format {...} to express item values for insert statement. at 1:25:3",
		"INSERT INTO range VALUE {pk: 'a'}":                                    "Tuple keys must be of type String. Actual type: VariableReference under root at 1:26:2",
		"INSERT INTO range VALUE {'pk': 'a', 'pk': 'b'}":                       "Duplicate keys in tuple. Key: pk under root at 1:37:4",
		"INSERT INTO range VALUE {'pk': 'a', 'sk': 9, 'x': <<>>}":              "Empty bags are not supported at 1:51:2",
		"INSERT INTO range VALUE {'pk': 'a', 'sk': 9, 'x': <<1, 'a'>>}":        "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags",
		"INSERT INTO range VALUE {'pk': 'a', 'sk': 9, 'x': 1e126}":             "Number overflow. Attempting to store a number with magnitude larger than supported range under root",
		"INSERT INTO range VALUE {'pk': 'a'}":                                  "Key attribute should be present in the item: Key sk",
		"INSERT INTO range VALUE {'pk': 'a', 'sk': 9} RETURNING ALL OLD *":     "RETURNING is not supported in INSERT",
		"UPDATE range SET n = 1":                                               allKeys,
		"UPDATE range SET n = 1 WHERE pk = 'a'":                                allKeys,
		"UPDATE range SET n = 1 WHERE pk = 'a' AND (sk = 1 OR sk = 2)":         allKeys,
		"UPDATE range SET n = 1 WHERE pk = 'a' AND sk > 1":                     allKeys,
		"UPDATE range SET sk = 1 WHERE pk = 'a' AND sk = 1":                    "One or more parameter values were invalid: Cannot update attribute sk. This attribute is part of the key",
		"UPDATE range SET n = none WHERE pk = 'a' AND sk = 1":                  "The provided expression refers to an attribute that does not exist in the item",
		"UPDATE range SET n = 1 SET n = 2 WHERE pk = 'a' AND sk = 1":           "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [n], path two: [n]",
		"UPDATE range SET n = set_add(n, 1) WHERE pk = 'a' AND sk = 1":         "The second argument to SET_ADD must be a value with type SET at 1:30:1",
		"UPDATE range SET n = set_add(ss, <<1>>) WHERE pk = 'a' AND sk = 1":    "The first argument to SET_ADD must equal the assignment value at 1:22:7",
		"UPDATE range SET n = 1 WHERE pk = 'a' AND sk = 1 RETURNING n":         malformed + "Expected returning variant after RETURNING",
		"UPDATE range.byN SET n = 1 WHERE pk = 'a' AND sk = 1":                 "This operation is not supported on an index",
		"UPDATE range WHERE pk = 'a'":                                          malformed + "Expected 'SET' or 'REMOVE' but got 'WHERE'",
		"DELETE FROM range WHERE n = 1":                                        allKeys,
		"DELETE FROM range WHERE pk = 'a' AND sk = 1 RETURNING MODIFIED OLD *": "Invalid returning clause: RETURNING MODIFIED OLD *. Only RETURNING ALL OLD * is allowed in DELETE statements.",
		"SELECT n FROM range WHERE pk = 'a' AND n = -":                         malformed + "Expected value but got '-'",
	} {
		c.invalid("ExecuteStatement", statement(text), message)
	}
	for text, kind := range map[string]string{
		"SELECT * FROM none WHERE pk = 'a'":                            "ResourceNotFoundException: Requested resource not found",
		"INSERT INTO range VALUE {'pk': 'a', 'sk': 1}":                 "DuplicateItemException: Duplicate primary key exists in table",
		"UPDATE range SET n = 1 WHERE pk = 'none' AND sk = 1":          "ConditionalCheckFailedException: The conditional request failed",
		"UPDATE range SET n = 1 WHERE pk = 'a' AND sk = 1 AND n = 777": "ConditionalCheckFailedException: The conditional request failed",
		"DELETE FROM range WHERE pk = 'a' AND sk = 1 AND n = 777":      "ConditionalCheckFailedException: The conditional request failed",
	} {
		_, answer := c.send("ExecuteStatement", statement(text))
		got := c.parse(answer)
		require.Equal(t, "com.amazonaws.dynamodb.v20120810#"+kind, fmt.Sprintf("%v: %v", got["__type"], got["message"]), text)
	}
	require.JSONEq(t, before, c.ok("Scan", `{"TableName":"range"}`))
}

func TestBatchOfStatementsAnswersEachForItself(t *testing.T) {
	t.Parallel()

	c := partiqlCaller(t)
	const failed, old = `"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`, `{"pk":{"S":"k"},"sk":{"N":"1"}}`
	batch := func(statements ...string) string {
		var text strings.Builder
		for i, s := range statements {
			if i > 0 {
				text.WriteString(",")
			}
			text.WriteString(s)
		}
		return `{"Statements":[` + text.String() + `]}`
	}
	c.answers("BatchExecuteStatement", batch(
		statement("SELECT n FROM range WHERE pk = 'a' AND sk = ?", `"Parameters":[{"N":"1"}]`), statement("SELECT * FROM none WHERE pk = 'a'"),
		statement("SELECT * FROM range WHERE pk = 'none' AND sk = 1"), statement("SELECT * FROM range WHERE pk = 'a'"),
		statement("SELECT * FROM range WHERE pk = 'a' AND sk = 2 AND n = 777"), statement("SELEC"),
	), `{"Responses":[{"TableName":"range","Item":{"n":{"N":"10"}}},{"Error":{"Code":"ResourceNotFound","Message":"Requested resource not found"}},
		{"TableName":"range"},{"Error":{"Code":"ValidationError","Message":"Select statements within BatchExecuteStatement must specify the primary key in the where clause."}},
		{"TableName":"range"},{"Error":{"Code":"ValidationError","Message":"Statement wasn't well formed, can't be processed: Expected data manipulation"}}]}`)
	c.answers("BatchExecuteStatement", batch(
		statement("INSERT INTO range VALUE {'pk': 'a', 'sk': 1}"), statement("INSERT INTO range VALUE {'pk': 'k', 'sk': 1}"),
		statement("UPDATE range SET n = 1 WHERE pk = 'none' AND sk = 1"), statement("DELETE FROM range WHERE pk = 'b' AND sk = 1"),
	), `{"Responses":[{"TableName":"range","Error":{"Code":"DuplicateItem","Message":"Duplicate primary key exists in table"}},{"TableName":"range"},
		{"TableName":"range","Error":{"Code":"ConditionalCheckFailed","Message":"The conditional request failed"}},{"TableName":"range"}]}`)
	c.answers("BatchExecuteStatement", batch(statement("DELETE FROM range WHERE pk = 'k' AND sk = 1 AND n = 5", failed)),
		`{"Responses":[{"TableName":"range","Error":{"Code":"ConditionalCheckFailed","Message":"The conditional request failed","Item":`+old+`}}]}`)
	c.invalid("BatchExecuteStatement", batch(statement("SELECT * FROM range WHERE pk = 'a' AND sk = 1"), statement("SELECT n FROM range WHERE pk = 'a' AND sk = 1.0")),
		"Provided list of item keys contains duplicates")
	c.invalid("BatchExecuteStatement", batch(statement("SELECT * FROM range WHERE pk = 'a' AND sk = 1"), statement("DELETE FROM range WHERE pk = 'a' AND sk = 2")),
		"Read and write requests together in the same batch is not supported.")
	c.invalid("BatchExecuteStatement", batch(), "1 validation error detected: Value '[]' at 'statements' failed to satisfy constraint: Member must have length greater than or equal to 1")
}

func TestTransactionOfStatementsIsAllOrNothing(t *testing.T) {
	t.Parallel()

	c := partiqlCaller(t)
	transaction := func(token string, statements ...string) string {
		var text strings.Builder
		text.WriteString(`{"TransactStatements":[`)
		for i, s := range statements {
			if i > 0 {
				text.WriteString(",")
			}
			text.WriteString(statement(s))
		}
		if token != "" {
			token = `,"ClientRequestToken":"` + token + `"`
		}
		return text.String() + `]` + token + `}`
	}
	const exists = "EXISTS(SELECT * FROM range WHERE pk = 'a' AND sk = 1 AND n = 10)"
	c.answers("ExecuteTransaction", transaction("once", exists, "INSERT INTO range VALUE {'pk': 't', 'sk': 1}",
		"UPDATE range SET n = n + 1 WHERE pk = 'b' AND sk = 1", "DELETE FROM range WHERE pk = 'b' AND sk = 2"), `{"Responses":[]}`)
	c.answers("ExecuteTransaction", transaction("once", exists, "INSERT INTO range VALUE {'pk': 't', 'sk': 1}",
		"UPDATE range SET n = n + 1 WHERE pk = 'b' AND sk = 1", "DELETE FROM range WHERE pk = 'b' AND sk = 2"), `{"Responses":[]}`)
	c.answers("ExecuteTransaction", transaction("", "SELECT n FROM range WHERE pk = 'b' AND sk = 1", "SELECT n FROM range WHERE pk = 'b' AND sk = 2",
		"SELECT n FROM range WHERE pk = 't' AND sk = 1"), `{"Responses":[{"Item":{"n":{"N":"11"}}},{},{"Item":{}}]}`)

	before := c.ok("Scan", `{"TableName":"range"}`)
	for codes, statements := range map[string][]string{
		"[None, DuplicateItem]":          {"INSERT INTO range VALUE {'pk': 'u', 'sk': 1}", "INSERT INTO range VALUE {'pk': 't', 'sk': 1}"},
		"[None, ConditionalCheckFailed]": {"INSERT INTO range VALUE {'pk': 'u', 'sk': 1}", "UPDATE range SET n = 1 WHERE pk = 'none' AND sk = 1"},
		"[ConditionalCheckFailed, None]": {"EXISTS(SELECT * FROM range WHERE pk = 'a' AND sk = 1 AND n = 777)", "INSERT INTO range VALUE {'pk': 'u', 'sk': 1}"},
	} {
		c.fails("ExecuteTransaction", transaction("", statements...), "TransactionCanceledException",
			"Transaction cancelled, please refer cancellation reasons for specific reasons "+codes)
	}
	c.fails("ExecuteTransaction", transaction("once", exists), "IdempotentParameterMismatchException", "")
	for message, statements := range map[string][]string{
		"Transaction request cannot include multiple operations on one item":                                                                        {"INSERT INTO range VALUE {'pk': 'u', 'sk': 1}", "DELETE FROM range WHERE pk = 'u' AND sk = 1"},
		"ExecuteTransaction API does not support both read and write operations in the same request.":                                               {"INSERT INTO range VALUE {'pk': 'u', 'sk': 1}", "SELECT * FROM range WHERE pk = 'a' AND sk = 1"},
		"Validation failed in TransactStatements[0]: RETURNING clause is not supported in ExecuteTransaction.":                                      {"DELETE FROM range WHERE pk = 'a' AND sk = 1 RETURNING ALL OLD *"},
		"Validation failed in TransactStatements[0]: EXISTS() must contain a single item read with additional condition":                            {"EXISTS(SELECT * FROM range WHERE pk = 'a' AND sk = 1)"},
		"Validation failed in TransactStatements[0]: Select statements within ExecuteTransaction must specify the primary key in the where clause.": {"SELECT * FROM range WHERE pk = 'a'"},
	} {
		c.invalid("ExecuteTransaction", transaction("", statements...), message)
	}
	require.JSONEq(t, before, c.ok("Scan", `{"TableName":"range"}`))
}

func TestParametersAreAPartOfTheRequest(t *testing.T) {
	t.Parallel()

	c := newCaller(t, everything)
	c.ok("CreateTable", hashTable)
	insert := func(pk string) string {
		return `{"ClientRequestToken":"token","TransactStatements":[{"Statement":"INSERT INTO hash VALUE {'pk': ?, 'v': 1}","Parameters":[{"S":"` + pk + `"}]}]}`
	}
	c.ok("ExecuteTransaction", insert("a"))
	c.ok("ExecuteTransaction", insert("a"))
	c.fails("ExecuteTransaction", insert("b"), "IdempotentParameterMismatchException", "")
	c.answers("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"b"}}}`, `{}`)

	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"c"},"v":{"N":"1"}}}`)
	read := func(v, more string) string {
		return `{"Statement":"SELECT * FROM hash WHERE v = ?","Parameters":[{"N":"` + v + `"}],"Limit":1` + more + `}`
	}
	token := `,"NextToken":` + c.member("ExecuteStatement", read("1", ""), "NextToken")
	c.ok("ExecuteStatement", read("1", token))
	c.invalid("ExecuteStatement", read("2", token), "Invalid NextToken")
}

func TestInsertTakesItemsAsDeepAsPutItemDoes(t *testing.T) {
	t.Parallel()

	c := partiqlCaller(t)
	nested := func(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }
	c.ok("ExecuteStatement", statement("INSERT INTO range VALUE {'pk': 'deep', 'sk': 1, 'l': "+nested(32)+"}"))
	c.invalid("ExecuteStatement", statement("INSERT INTO range VALUE {'pk': 'deep', 'sk': 2, 'l': "+nested(33)+"}"),
		"Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")
}

func TestPartiQLIsUnknownUnlessAskedFor(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	for _, op := range []string{"ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"} {
		c.fails(op, `{}`, "UnknownOperationException", "")
	}
}

func TestSelectFromAnIndexIsRefusedInWordsOfItsOwn(t *testing.T) {
	t.Parallel()

	c := partiqlCaller(t)
	const consistent = `"ConsistentRead":true`
	c.invalid("ExecuteStatement", statement("SELECT * FROM indexed.keys", consistent), "Strongly consistent read is not supported on Global Secondary Indexes")
	c.invalid("ExecuteStatement", statement("SELECT * FROM indexed.keys WHERE g = 'g'", consistent), "Strongly consistent read is not supported on Global Secondary Indexes")
	c.invalid("ExecuteStatement", statement("SELECT * FROM indexed.none", consistent), "The table does not have the specified index") // comes first
	c.ok("ExecuteStatement", statement("SELECT * FROM indexed.local", consistent))
	c.ok("ExecuteStatement", statement("SELECT * FROM indexed", consistent))
	c.invalid("Query", `{"TableName":"indexed","IndexName":"keys","ConsistentRead":true,"KeyConditionExpression":"g=:g","ExpressionAttributeValues":{":g":{"S":"g"}}}`,
		"Consistent reads are not supported on global secondary indexes")
}
