package ddbmem_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	maxItem        = 400 << 10
	updateTooLarge = "Item size to update has exceeded the maximum allowed size"
)

func filler(n int) string { return `{"S":"` + strings.Repeat("y", n) + `"}` }

// TestUpdateItemCountsWhatTheRequestWrites checks the cost of each kind of clause: one byte more than the largest
// accepted text is rejected.
func TestUpdateItemCountsWhatTheRequestWrites(t *testing.T) {
	t.Parallel()

	const base = 3 + 19 + 1 // of SET b = :pad
	for clause, cost := range map[string]struct {
		charge int
		seed   string
	}{
		"":                           {0, `"a":{"N":"1"}`},
		", c = :y":                   {19 + 1 + 10, `"a":{"N":"1"}`},
		", #long = :y":               {19 + 20 + 10, `"a":{"N":"1"}`},
		", c = abcdefghij":           {19 + 1 + 1 + 14 + 10, `"abcdefghij":` + filler(10)},
		", c = big":                  {19 + 1 + 1 + 14 + 3, `"big":` + filler(10)},
		", c = m.z":                  {19 + 1 + 1 + 14 + 1 + 14 + 1, `"m":{"M":{"z":` + filler(10) + `}}`},
		", c = l[10]":                {19 + 1 + 1 + 14 + 1 + 14 + 2, `"l":{"L":[` + strings.Repeat(filler(1)+",", 10) + filler(1) + `]}`},
		", m.leaf = :y":              {19 + 1 + 4 + 4 + 10, `"m":{"M":{}}`},
		", l[0] = :y":                {19 + 1 + 4 + 1 + 10, `"l":{"L":[` + filler(1) + `]}`},
		", l = list_append(l, :l)":   {19 + 1 + 37 + 16 + 14, `"l":{"L":[` + filler(1) + `]}`},
		", l = list_append(:l, :l)":  {19 + 1 + 37 + 14 + 14, `"l":{"L":[` + filler(1) + `]}`},
		", c = if_not_exists(c, :y)": {19 + 1 + 39 + 16 + 10, `"c":` + filler(1)},
		", c = if_not_exists(d, :m), d = if_not_exists(d, :m)": {2 * (19 + 1 + 39 + 16 + 3 + 1 + 1 + 10), `"d":` + filler(1)},
		", l = list_append(if_not_exists(l, :l), :l)":          {19 + 1 + 37 + 39 + 16 + 14 + 14, `"l":{"L":[]}`},
		", n = n + :n":         {19 + 1 + 34 + 16 + 2, `"n":{"N":"12345678901234567890"}`},
		", n = n - :n":         {19 + 1 + 37 + 16 + 2, `"n":{"N":"1"}`},
		" ADD abcdefghij :n":   {19 + 10 + 2, `"abcdefghij":{"N":"1"}`},
		" ADD ss :s":           {19 + 2 + 20, `"ss":{"SS":["p"]}`},
		" REMOVE r":            {1 + 1, `"r":` + filler(5)},
		" REMOVE abcdefghij":   {1 + 10, `"abcdefghij":` + filler(5)},
		" REMOVE m.yyyyyyyyyy": {1 + 1 + 4 + 10, `"m":{"M":{"yyyyyyyyyy":` + filler(1) + `}}`},
		" REMOVE l[10]":        {1 + 1 + 4 + 2, `"l":{"L":[` + strings.Repeat(filler(1)+",", 10) + filler(1) + `]}`},
		" DELETE ss :s":        {1 + 2, `"ss":{"SS":["p","` + strings.Repeat("q", 20) + `"]}`},
	} {
		t.Run(clause, func(t *testing.T) {
			t.Parallel()
			c := newCaller(t)
			c.ok("CreateTable", hashTable)
			update := func(pad int) string {
				var values strings.Builder
				values.WriteString(`":pad":` + filler(pad))
				for name, v := range map[string]string{
					":y": filler(10), ":l": `{"L":[` + filler(10) + `]}`, ":m": `{"M":{"a":` + filler(10) + `}}`, ":n": `{"N":"1"}`, ":s": `{"SS":["` + strings.Repeat("q", 20) + `"]}`,
				} {
					if strings.Contains(clause, name) {
						fmt.Fprintf(&values, `,%q:%s`, name, v)
					}
				}
				names := ""
				if strings.Contains(clause, "#") {
					names = `"ExpressionAttributeNames":{"#long":"abcdefghijklmnopqrst"},`
				}
				return `{"TableName":"hash","Key":{"pk":{"S":"A"}},` + names + `"UpdateExpression":"SET b = :pad` + clause + `","ExpressionAttributeValues":{` + values.String() + `}}`
			}
			largest := maxItem - base - cost.charge
			c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"A"},`+cost.seed+`}}`)
			c.invalid("UpdateItem", update(largest+1), updateTooLarge)
			c.ok("UpdateItem", update(largest))
		})
	}
}

func TestUpdateItemNeverStoresMoreThanAnItem(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	update := func(key, pad int) string {
		return `{"TableName":"hash","Key":{"pk":` + filler(key) + `},"UpdateExpression":"SET b = :pad","ExpressionAttributeValues":{":pad":` + filler(pad) + `}}`
	}
	for _, key := range []int{20, 21, 100, 1024} { // from 20 on the item is larger than what the request counts
		largest := maxItem - 2 - key - 1
		c.invalid("UpdateItem", update(key, largest+1), updateTooLarge)
		c.ok("UpdateItem", update(key, largest))
	}
	c.invalid("UpdateItem", update(1, maxItem-22), updateTooLarge)
	c.ok("UpdateItem", update(1, maxItem-23))
}

func TestUpdateItemCountsBeforeTheCondition(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"},"c":{"S":"x"}}}`)
	for _, condition := range []string{"", `"ConditionExpression":"attribute_exists(nothing)",`, `"ConditionExpression":"attribute_exists(c)",`} {
		c.invalid("UpdateItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}},`+condition+`"UpdateExpression":"SET c = if_not_exists(c, :v)",`+
			`"ExpressionAttributeValues":{":v":`+filler(maxItem+100)+`}}`, updateTooLarge)
	}
	c.answers("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`, `{"Item":{"pk":{"S":"a"},"c":{"S":"x"}}}`)
}

// TestOtherWritesCountTheItemAlone writes what an UpdateItem of the same key rejects.
func TestOtherWritesCountTheItemAlone(t *testing.T) {
	t.Parallel()

	for name, write := range map[string]string{
		"AttributeUpdates":   `UpdateItem {"TableName":"hash","Key":{"pk":{"S":"A"}},"AttributeUpdates":{"b":{"Value":%s}}}`,
		"PutItem":            `PutItem {"TableName":"hash","Item":{"pk":{"S":"A"},"b":%s}}`,
		"BatchWriteItem":     `BatchWriteItem {"RequestItems":{"hash":[{"PutRequest":{"Item":{"pk":{"S":"A"},"b":%s}}}]}}`,
		"Put in transaction": `TransactWriteItems {"TransactItems":[{"Put":{"TableName":"hash","Item":{"pk":{"S":"A"},"b":%s}}}]}`,
		"Update in transaction": `TransactWriteItems {"TransactItems":[{"Update":{"TableName":"hash","Key":{"pk":{"S":"A"}},` +
			`"UpdateExpression":"SET b = :b","ExpressionAttributeValues":{":b":%s}}}]}`,
		"INSERT": `ExecuteStatement {"Statement":"INSERT INTO hash VALUE {'pk':'A','b':?}","Parameters":[%s]}`,
		"UPDATE": `ExecuteStatement {"Statement":"UPDATE hash SET b=? WHERE pk='B'","Parameters":[%s]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCaller(t, everything)
			c.ok("CreateTable", hashTable)
			c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"B"}}}`)
			request := func(pad int) (op, body string) {
				op, body, _ = strings.Cut(fmt.Sprintf(write, filler(pad)), " ")
				return op, body
			}
			op, body := request(maxItem - 4 + 1)
			status, answer := c.send(op, body)
			require.Equal(t, 400, status)
			require.Contains(t, answer, "has exceeded the maximum allowed size")
			require.Equal(t, name == "Update in transaction", strings.Contains(answer, "TransactionCanceledException"))
			_, body = request(maxItem - 4)
			c.ok(op, body)
		})
	}
}
