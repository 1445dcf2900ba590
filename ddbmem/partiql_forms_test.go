package ddbmem_test

import (
	"strings"
	"testing"
)

// TestFormsOfStatements holds forms that the service reads besides the plain ones, as measured in October 2026.
func TestFormsOfStatements(t *testing.T) {
	t.Parallel()

	c := newCaller(t, everything)
	c.ok("CreateTable", hashTable)
	seed := func() {
		c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"},"ss":{"SS":["a"]},"s":{"S":"str"},"m":{"M":{"sub":{"S":"x"}}},"nul":{"NULL":true},"flag":{"BOOL":true},"n":{"N":"1"}}}`)
	}
	run := func(statement string) string {
		return c.ok("ExecuteStatement", `{"Statement":"`+strings.ReplaceAll(statement, "\n", `\n`)+`"}`)
	}
	seed()
	for condition, holds := range map[string]bool{
		"attribute_exists(ss)":                             true,
		"attribute_exists(nope)":                           false,
		"attribute_not_exists(nope)":                       true,
		"NOT attribute_exists(nope)":                       true,
		"ATTRIBUTE_EXISTS(ss)":                             true,
		"(attribute_exists(nope) OR attribute_exists(ss))": true,
		"attribute_exists(ss) = true":                      true,
		"attribute_exists(nope) = true":                    false,
		"attribute_exists(m.sub)":                          true,
		"attribute_exists(m.nope)":                         false,
		"size(s) = 3":                                      true,
		"attribute_type(ss, 'SS')":                         true,
		"nul IS NULL":                                      true,
		"s IS NOT NULL":                                    true,
		"flag IS BOOL":                                     true,
		"s IS STRING":                                      true,
		"s IS BOOL":                                        false,
		"s IS NOT BOOL":                                    true,
		"n = .1e1":                                         true,
		"n = 10e-1 -- a note":                              true,
		"n = 1 /* a note */":                               true,
		"NOT s = 'x' OR pk = 'a' AND attribute_exists(flag)": true,
	} {
		for _, where := range []string{"pk = 'a' AND " + condition, condition} {
			if found := strings.Contains(run("SELECT s FROM hash WHERE "+where), `"str"`); found != holds {
				t.Errorf("%s: %t", where, found)
			}
		}
	}

	run("UPDATE hash SET z = 1 WHERE pk = 'a' AND attribute_exists(n)")
	for _, statement := range []string{
		"UPDATE hash SET z = 2 WHERE pk = 'a' AND attribute_exists(nope)",
		"UPDATE hash SET z = 2 WHERE pk = 'absent' AND attribute_not_exists(pk)",
		"DELETE FROM hash WHERE pk = 'a' AND attribute_exists(nope)",
		"FROM hash WHERE pk = 'a' AND n = 2 SET z = 2",
		"FROM hash WHERE pk = 'absent' SET z = 2",
	} {
		c.fails("ExecuteStatement", `{"Statement":"`+statement+`"}`, "ConditionalCheckFailedException", "The conditional request failed")
	}
	c.ok("DeleteItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"},"a":{"N":"1"},"b":{"S":"bee"}}}`)
	c.answers("ExecuteStatement", `{"Statement":"from \"hash\" where pk = ? AND a = 1 set c = ? REMOVE b RETURNING ALL NEW *","Parameters":[{"S":"a"},{"N":"2"}]}`,
		`{"Items":[{"pk":{"S":"a"},"a":{"N":"1"},"c":{"N":"2"}}]}`)
	c.ok("ExecuteTransaction", `{"TransactStatements":[{"Statement":"FROM hash WHERE pk = 'a' SET c = 3"}]}`)
	c.answers("BatchExecuteStatement", `{"Statements":[{"Statement":"FROM hash WHERE pk = 'a' REMOVE a"}]}`, `{"Responses":[{"TableName":"hash"}]}`)
	c.answers("Scan", `{"TableName":"hash"}`, `{"Items":[{"pk":{"S":"a"},"c":{"N":"3"}}],"Count":1,"ScannedCount":1}`)
	c.invalid("ExecuteStatement", `{"Statement":"FROM hash SET c = 1"}`, "Where clause does not contain a mandatory equality on all key attributes")
}
