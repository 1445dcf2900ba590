package ddbmem_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// notWellFormed begins what the service says of a statement that it cannot read.
const notWellFormed = "Statement wasn't well formed, can't be processed: "

// TestStatementsAreRefusedInTheWordsOfTheService holds statements that cannot be read, in the words of October 2026. In a
// message, the position of the first mark in the statement is where it says ^mark^.
func TestStatementsAreRefusedInTheWordsOfTheService(t *testing.T) {
	t.Parallel()

	const (
		leftover  = notWellFormed + "Unexpected token after expression"
		alias     = "Aliasing is not supported"
		overflow  = "Number overflow. Attempting to store a number with magnitude larger than supported range"
		underflow = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
		digits    = "Attempting to store more than 38 significant digits in a Number"
	)
	c := newCaller(t, everything)
	c.ok("CreateTable", hashTable)
	c.ok("CreateTable", strings.NewReplacer(`"hash"`, `"numbers"`, `"AttributeType":"S"`, `"AttributeType":"N"`).Replace(hashTable))
	for _, refused := range []struct{ statement, message string }{
		{`SELECT * FROM "numbers" WHERE pk = 1 foo`, leftover},
		{`SELECT * FROM "numbers" WHERE pk = 1 e5`, leftover},
		{`INSERT INTO "numbers" VALUE {'pk': 970001} foo`, leftover},
		{`UPDATE "numbers" SET a = 9 WHERE pk = 970002 foo`, leftover},
		{`DELETE FROM "numbers" WHERE pk = 970003 foo`, leftover},
		{`SELECT * FROM "numbers" WHERE pk = 1)`, leftover},
		{`DELETE FROM "numbers" WHERE pk = 970004 ORDER BY pk`, leftover},
		{`SELECT * FROM "numbers" ORDER BY pk WHERE pk = 1`, leftover},
		{`SELECT * FROM "numbers" WHERE pk = 1e2147483648`, notWellFormed},
		{`SELECT * FROM "numbers" WHERE pk = 1e99999999999`, notWellFormed},
		{`SELECT * FROM "numbers" WHERE pk = 1.5e-2147483647`, notWellFormed},
		{`SELECT * FROM "numbers" WHERE pk = 1 # note`, notWellFormed},
		{`SELECT * FROM "numbers" WHERE pk = 1 /* note`, notWellFormed},
		{`SELECT * FROM "hash" t WHERE pk = 'x'`, alias},
		{`SELECT * FROM "hash" AS t WHERE pk = 'x'`, alias},
		{`UPDATE "hash" t SET a = 3 WHERE pk = 'x'`, alias},
		{`DELETE FROM "hash" t WHERE pk = 'x'`, alias},
		{`INSERT INTO "hash" t VALUE {'pk': 'x'}`, leftover},
		{`SELECT * FROM "numbers" WHERE pk = 1e126`, overflow + " under root"},
		{`SELECT * FROM "numbers" WHERE pk = 1e-131`, underflow + " under root"},
		{`SELECT * FROM "numbers" WHERE pk = 123456789012345678901234567890123456789`, digits + " under root"},
		{`INSERT INTO "numbers" VALUE {'pk': 1e126}`, overflow + " under root"},
		{`UPDATE "numbers" SET a = 1e-131 WHERE pk = 970005`, underflow + " under root"},
		{`INSERT INTO "numbers" VALUE {'pk': 970006, 'm': {'x': 1e126}}`, overflow + " under root.x"},
		{`INSERT INTO "numbers" VALUE {'pk': 970007, 'l': [1, 1e126]}`, overflow + " under root[1]"},
	} {
		refusedStatement(c, refused.statement, refused.message)
	}
}

func refusedStatement(c caller, statement, message string) {
	c.t.Helper()
	body, err := json.Marshal(map[string]string{"Statement": statement})
	require.NoError(c.t, err)
	if before, rest, found := strings.Cut(message, "^"); found {
		mark, after, _ := strings.Cut(rest, "^")
		message = fmt.Sprintf("%s1:%d:%d%s", before, strings.Index(statement, mark)+1, len(mark), after)
	}
	status, answer := c.send("ExecuteStatement", string(body))
	if got := c.parse(answer); status != 400 || got["message"] != message {
		c.t.Errorf("%s\n  says %d %v\n  not  %s", statement, status, got["message"], message)
	}
}

// TestFunctionsOfStatements holds the functions that statements cannot use so.
func TestFunctionsOfStatements(t *testing.T) {
	t.Parallel()

	c := newCaller(t, everything)
	c.ok("CreateTable", hashTable)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"},"ss":{"SS":["a","b","c"]},"ns":{"NS":["1","2"]},"s":{"S":"str"},"m":{"M":{"inner":{"SS":["x"]}}}}}`)
	where := func(condition string) string { return `SELECT * FROM "hash" WHERE pk = 'a' AND ` + condition }
	update := func(set string) string { return `UPDATE "hash" SET ` + set + ` WHERE pk = 'a'` }
	const operands = "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: "
	for _, refused := range []struct{ statement, message string }{
		{where("attribute_exists('ss')"), "Operator or function requires a document path; operator or function: attribute_exists"},
		{where("attribute_exists()"), operands + "0"},
		{where("attribute_exists(ss, ns)"), operands + "2"},
		{`SELECT attribute_exists(ss) FROM "hash" WHERE pk = 'a'`, "Unexpected path component at ^attribute_exists^"},
		{where("EXISTS(ss)"), "Unrecognized function: exists at ^EXISTS^"},
		{where("attribute_exists(m.inner)"), notWellFormed + "Invalid path dot component"},
		{update("t = set_add(ss, <<'x'>>)"), "The first argument to SET_ADD must equal the assignment value at ^set_add^"},
		{update("ss = set_add(<<'a'>>, <<'b'>>)"), "The first argument to SET_ADD must equal the assignment value at ^set_add^"},
		{update("ss = set_add(ss, 'x')"), "The second argument to SET_ADD must be a value with type SET at 1:32:2"},
		{update("ss = set_add(ss, ['x'])"), "The second argument to SET_ADD must be a value with type SET at 1:32:2"},
		{update("ss = set_add(ss)"), "SET_ADD must have exactly two arguments at ^set_add^"},
		{update("ss = set_add(ss, <<'x'>>, <<'y'>>)"), "SET_ADD must have exactly two arguments at ^set_add^"},
		{update("ss = set_add(ss, <<1>>)"), "An operand in the update expression has an incorrect data type"},
		{update("s = set_add(s, <<'x'>>)"), "An operand in the update expression has an incorrect data type"},
		{update("ss = set_add(ss, <<'x', 'x'>>)"), "One or more parameter values were invalid: Input collection [x, x] contains duplicates."},
		{update("ss = set_add(ss, <<>>)"), "Empty bags are not supported"},
		{update("m.inner = set_add(m.inner, <<'y'>>)"), notWellFormed + "Invalid path dot component"},
		{where("set_add(ss, <<'x'>>) = ss"), "Unrecognized function: set_add at ^set_add^"},
		{`INSERT INTO "hash" VALUE {'pk': 'i', 'ss': set_add(<<'a'>>, <<'b'>>)}`, "Unsupported data type: set_add under key root at ^set_add^"},
		{update("t = set_delete(ss, <<'a'>>)"), "The first argument to SET_DELETE must equal the assignment value at ^set_delete^"},
		{update("ss = set_delete(ss, 'a')"), "The second argument to SET_DELETE must be a value with type SET at 1:35:2"},
		{update("ss = set_delete(ss, <<1>>)"), "An operand in the update expression has an incorrect data type"},
	} {
		refusedStatement(c, refused.statement, refused.message)
	}
	c.invalid("ExecuteTransaction", `{"TransactStatements":[{"Statement":"`+where("attribute_exists(ss)")[:14]+`hash WHERE pk = 'a' AND attribute_exists(ss)"}]}`,
		"Validation failed in TransactStatements[0]: Select statements within ExecuteTransaction must specify the primary key in the where clause.")
	c.invalid("ExecuteTransaction", `{"TransactStatements":[{"Statement":"EXISTS(SELECT * FROM hash WHERE pk = 'a')"},{"Statement":"UPDATE hash SET z = 1 WHERE pk = 'never'"}]}`,
		"Validation failed in TransactStatements[0]: EXISTS() must contain a single item read with additional condition")
	c.answers("BatchExecuteStatement", `{"Statements":[{"Statement":"SELECT * FROM hash WHERE pk = 'a' AND attribute_exists(ss)"}]}`,
		`{"Responses":[{"Error":{"Code":"ValidationError","Message":"Select statements within BatchExecuteStatement must specify the primary key in the where clause."}}]}`)
}

// TestNumbersOfParameters checks parameters that are not numbers: their exponents have 32 bits.
func TestNumbersOfParameters(t *testing.T) {
	t.Parallel()

	const (
		numeric   = "The parameter cannot be converted to a numeric value"
		underflow = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
		nesting   = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
	)
	c := newCaller(t, everything)
	c.ok("CreateTable", hashTable)
	for _, statement := range []string{
		`SELECT * FROM hash WHERE pk = 'a' AND n = ?`, `INSERT INTO hash VALUE {'pk': 'i', 'n': ?}`, `UPDATE hash SET n = ? WHERE pk = 'a'`, `SELECT * FROM hash WHERE pk = ?`,
	} {
		for _, n := range []string{"1e99999999999", "-1e99999999999", "1e-99999999999", "1e2147483648", "1e-2147483648"} {
			c.invalid("ExecuteStatement", `{"Statement":"`+statement+`","Parameters":[{"N":"`+n+`"}]}`, numeric+": "+n)
		}
		c.invalid("ExecuteStatement", `{"Statement":"`+statement+`","Parameters":[{"N":"1e2147483647"}]}`, underflow)
		c.invalid("ExecuteStatement", `{"Statement":"`+statement+`","Parameters":[{"N":""}]}`, numeric)
	}
	const one, two = `SELECT * FROM hash WHERE pk = 'a' AND x = ?`, `SELECT * FROM hash WHERE pk = 'a' AND x = ? AND y = ?`
	for _, levels := range []int{40, 100} {
		deep := nested(levels)
		for _, refused := range []struct{ statement, parameters, message string }{
			{one, `{"L":[{"N":"1"},{"N":"1e99999999999"}]}`, numeric + ": 1e99999999999"},
			{one, `{"M":{"x":{"N":"1e99999999999"}}}`, numeric + ": 1e99999999999"},
			{one, `{"NS":["1","1e99999999999"]}`, numeric + ": 1e99999999999"},
			{two, deep + `,{"N":"abc"}`, nesting},
			{two, `{"N":"abc"},` + deep, numeric + ": abc"},
			{one, `{"M":{"d":` + deep + `,"bad":{"N":"abc"}}}`, nesting},
			{one, `{"M":{"bad":{"N":"abc"},"d":` + deep + `}}`, numeric + ": abc"},
			{one, strings.Replace(deep, `{"S":"leaf"}`, `{"N":"abc"}`, 1), nesting},
			{two, deep + `,{"N":"1e126"}`, nesting},
		} {
			c.invalid("ExecuteStatement", `{"Statement":"`+refused.statement+`","Parameters":[`+refused.parameters+`]}`, refused.message)
			c.answers("BatchExecuteStatement", `{"Statements":[{"Statement":"`+refused.statement+`","Parameters":[`+refused.parameters+`]}]}`,
				`{"Responses":[{"Error":{"Code":"ValidationError","Message":"`+refused.message+`"}}]}`)
		}
		c.invalid("ExecuteTransaction", `{"TransactStatements":[{"Statement":"UPDATE hash SET x = ? SET y = ? WHERE pk = 'a'","Parameters":[`+deep+`,{"N":"abc"}]}]}`, nesting)
	}
}

func TestStatementsDoNotReadIndexesOfSeveralAttributes(t *testing.T) {
	t.Parallel()

	const refused = "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys."
	c := newCaller(t, everything)
	c.ok("CreateTable", `{"TableName":"several","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"},{"AttributeName":"h1","AttributeType":"S"},{"AttributeName":"h2","AttributeType":"S"},{"AttributeName":"r1","AttributeType":"S"},{"AttributeName":"r2","AttributeType":"S"}],
		"GlobalSecondaryIndexes":[
			{"IndexName":"hhr","KeySchema":[{"AttributeName":"h1","KeyType":"HASH"},{"AttributeName":"h2","KeyType":"HASH"},{"AttributeName":"r1","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
			{"IndexName":"hrr","KeySchema":[{"AttributeName":"h1","KeyType":"HASH"},{"AttributeName":"r1","KeyType":"RANGE"},{"AttributeName":"r2","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}},
			{"IndexName":"single","KeySchema":[{"AttributeName":"h1","KeyType":"HASH"},{"AttributeName":"r1","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}`)
	item := `{"id":{"S":"i1"},"h1":{"S":"a"},"h2":{"S":"x"},"r1":{"S":"m"}}`
	c.ok("PutItem", `{"TableName":"several","Item":`+item+`}`)
	for _, statement := range []string{
		`SELECT * FROM several.hhr WHERE h1 = 'a'`, `SELECT * FROM several.hrr WHERE h1 = 'a'`, `SELECT * FROM several.hhr`, `SELECT * FROM several.hhr WHERE h1 = 5`,
		`SELECT * FROM several.hhr WHERE id = 'i1'`, `SELECT id FROM several.hhr WHERE h1 = 'a' AND h2 = 'x' ORDER BY r1 DESC`,
	} {
		refusedStatement(c, statement, refused)
	}
	refusedStatement(c, `SELECT * FROM several.hhr WHERE`, notWellFormed+"Unexpected term")
	refusedStatement(c, `SELECT * FROM several.hhr WHERE h1 = 1e99999999999`, notWellFormed)
	refusedStatement(c, `SELECT * FROM several.none WHERE h1 = 'a'`, "The table does not have the specified index")
	c.answers("BatchExecuteStatement", `{"Statements":[{"Statement":"SELECT * FROM several.single WHERE h1 = 'a' AND r1 = 'm'"},
		{"Statement":"SELECT * FROM several.hhr WHERE h1 = 'a' AND h2 = 'x' AND r1 = 'm'"},{"Statement":"SELECT * FROM several WHERE id = 'i1'"}]}`,
		`{"Responses":[{"Error":{"Code":"ValidationError","Message":"Select statements within BatchExecuteStatement must specify the primary key in the where clause."}},
			{"Error":{"Code":"ValidationError","Message":"`+refused+`"}},{"TableName":"several","Item":`+item+`}]}`)
	c.answers("ExecuteStatement", `{"Statement":"SELECT * FROM several.single WHERE h1 = 'a'"}`, `{"Items":[`+item+`]}`)
}
