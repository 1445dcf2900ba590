package ddbmem_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/ddbmem"
)

func TestReadLag(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock, PartiQL: true, Faults: ddbmem.Faults{ReadLag: time.Minute}})
	c.ok("CreateTable", indexedTable)
	const item = `{"pk":{"S":"x"},"sk":{"S":"1"},"n":{"N":"1"}}`
	const key = `{"pk":{"S":"x"},"sk":{"S":"1"}}`
	c.ok("PutItem", `{"TableName":"indexed","Item":`+item+`}`)
	reads := map[string]string{
		"GetItem":               `{"TableName":"indexed","Key":` + key + `%s}`,
		"BatchGetItem":          `{"RequestItems":{"indexed":{"Keys":[` + key + `]%s}}}`,
		"Query":                 `{"TableName":"indexed","KeyConditionExpression":"pk=:x","ExpressionAttributeValues":{":x":{"S":"x"}}%s}`,
		"Query of local":        `{"TableName":"indexed","IndexName":"local","KeyConditionExpression":"pk=:x","ExpressionAttributeValues":{":x":{"S":"x"}}%s}`,
		"Scan":                  `{"TableName":"indexed"%s}`,
		"ExecuteStatement":      `{"Statement":"SELECT * FROM indexed WHERE pk='x'"%s}`,
		"BatchExecuteStatement": `{"Statements":[{"Statement":"SELECT * FROM indexed WHERE pk='x' AND sk='1'"%s}]}`,
	}
	see := func(found, consistent bool) {
		t.Helper()
		more := ""
		if consistent {
			more = `,"ConsistentRead":true`
		}
		for of, body := range reads {
			op, _, _ := strings.Cut(of, " ")
			answer := c.ok(op, fmt.Sprintf(body, more))
			require.Equal(t, found, strings.Contains(answer, `"n":{"N":"1"}`), "%s: %s", of, answer)
		}
	}
	transaction := `{"TransactItems":[{"Get":{"TableName":"indexed","Key":` + key + `}}]}`
	see(false, false)
	see(true, true)
	c.answers("TransactGetItems", transaction, `{"Responses":[{"Item":`+item+`}]}`)
	c.fails("PutItem", `{"TableName":"indexed","Item":`+item+`,"ConditionExpression":"attribute_not_exists(pk)"}`,
		"ConditionalCheckFailedException", "The conditional request failed")
	clock.Advance(time.Minute)
	see(true, false)
	c.ok("DeleteItem", `{"TableName":"indexed","Key":`+key+`}`)
	see(true, false)
	see(false, true)
	c.answers("TransactGetItems", transaction, `{"Responses":[{}]}`)
	c.e.SetFaults(ddbmem.Faults{})
	see(true, false)
	clock.Advance(time.Minute)
	see(false, false)
	c.ok("PutItem", `{"TableName":"indexed","Item":`+item+`}`)
	see(true, false)
}

func TestRestoredItemsDoNotLag(t *testing.T) {
	t.Parallel()

	var saved strings.Builder
	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"}}}`)
	require.NoError(t, c.e.Snapshot(&saved))
	c = newCaller(t, ddbmem.Options{Clock: ddbmem.NewManualClock(time.Unix(1_700_000_000, 0)), Faults: ddbmem.Faults{ReadLag: time.Hour, IndexLag: time.Hour}})
	require.NoError(t, c.e.Restore(strings.NewReader(saved.String())))
	c.answers("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`, `{"Item":{"pk":{"S":"a"}}}`)
}

// lagModel is a table of items, and every state that it has been in.
type lagModel struct {
	states []map[string]string // items by sort key, after each write
	at     []time.Time
	seen   int // the state that eventually consistent reads have come to
}

func (m *lagModel) write(now time.Time, sk, item string) {
	next := maps.Clone(m.states[len(m.states)-1])
	if item == "" {
		delete(next, sk)
	} else {
		next[sk] = item
	}
	m.states, m.at = append(m.states, next), append(m.at, now)
}

// sees moves on to the first state that says the same as a read, which must be one of within the lag.
func (m *lagModel) sees(t *rapid.T, of, got string, now time.Time, lag time.Duration, say func(map[string]string) string) {
	for m.seen+1 < len(m.at) && !m.at[m.seen+1].Add(lag).After(now) {
		m.seen++
	}
	for i := m.seen; i < len(m.states); i++ {
		if say(m.states[i]) == got {
			m.seen = i
			return
		}
	}
	t.Fatalf("%s: %s is none of the states of within the lag, of which the first is %s and the last is %s",
		of, got, say(m.states[m.seen]), say(m.states[len(m.states)-1]))
}

// TestLaggingReadsSeeOneStateOfWithinTheLag writes and reads one partition. Every read must return one state of all of
// it, which it had within the lag, and never an older one than a read before.
func TestLaggingReadsSeeOneStateOfWithinTheLag(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(rt *rapid.T) {
		const lag = 10 * time.Second
		clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
		c := caller{t, ddbmem.New(ddbmem.Options{
			Clock: clock, PartiQL: true, Seed: rapid.Uint64Range(1, 1000).Draw(rt, "seed"), Faults: ddbmem.Faults{ReadLag: lag},
		})}
		c.ok("CreateTable", indexedTable)
		m := &lagModel{states: []map[string]string{{}}, at: []time.Time{clock.Now()}}
		drawKey := func() string { return fmt.Sprint(rapid.IntRange(1, 6).Draw(rt, "sk")) }
		version := 0
		drawItem := func(sk string) string {
			version++
			item := fmt.Sprintf(`{"pk":{"S":"p"},"sk":{"S":"%s"},"v":{"N":"%d"}`, sk, version)
			if n := rapid.IntRange(0, 3).Draw(rt, "n"); n > 0 { // or it is not in the local index
				item += fmt.Sprintf(`,"n":{"N":"%d"}`, n)
			}
			return item + `}`
		}
		rt.Repeat(map[string]func(*rapid.T){
			"put": func(*rapid.T) {
				sk := drawKey()
				item := drawItem(sk)
				c.ok("PutItem", `{"TableName":"indexed","Item":`+item+`}`)
				m.write(clock.Now(), sk, item)
			},
			"delete": func(*rapid.T) {
				sk := drawKey()
				c.ok("DeleteItem", `{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"`+sk+`"}}}`)
				m.write(clock.Now(), sk, "")
			},
			"transact": func(*rapid.T) {
				one, two := drawItem("1"), drawItem("2")
				c.ok("TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"indexed","Item":`+one+`}},{"Put":{"TableName":"indexed","Item":`+two+`}}]}`)
				m.write(clock.Now(), "1", one)
				m.write(clock.Now(), "2", two)
			},
			"wait": func(*rapid.T) {
				clock.Advance(time.Duration(rapid.IntRange(1, 8000).Draw(rt, "wait")) * time.Millisecond)
			},
			"get": func(*rapid.T) {
				sk := drawKey()
				read := `{"TableName":"indexed","Key":{"pk":{"S":"p"},"sk":{"S":"` + sk + `"}}`
				say := func(state map[string]string) string { return versionsOf(state[sk]) }
				m.sees(rt, "GetItem", versionsOf(c.ok("GetItem", read+`}`)), clock.Now(), lag, say)
				require.Equal(rt, say(m.states[len(m.states)-1]), versionsOf(c.ok("GetItem", read+`,"ConsistentRead":true}`)))
			},
			"read": func(*rapid.T) {
				of := rapid.SampledFrom([]string{"Query", "Scan", "ExecuteStatement", "pages"}).Draw(rt, "operation")
				forward := of == "Scan" || of == "ExecuteStatement" || rapid.Bool().Draw(rt, "forward")
				ordered := func(state map[string]string) string {
					keys := slices.Sorted(maps.Keys(state))
					if !forward {
						slices.Reverse(keys)
					}
					var all strings.Builder
					for _, k := range keys {
						all.WriteString(state[k])
					}
					return versionsOf(all.String())
				}
				query := fmt.Sprintf(`{"TableName":"indexed","KeyConditionExpression":"pk=:p","ExpressionAttributeValues":{":p":{"S":"p"}},"ScanIndexForward":%t`, forward)
				got := ""
				switch of {
				case "Scan":
					got = c.ok("Scan", `{"TableName":"indexed"}`)
				case "ExecuteStatement":
					got = c.ok("ExecuteStatement", `{"Statement":"SELECT * FROM indexed WHERE pk='p'"}`)
				case "Query":
					got = c.ok("Query", query+`}`)
				case "pages":
					for start := ""; ; {
						answer := c.ok("Query", query+`,"Limit":2`+start+`}`)
						page, last, more := strings.Cut(answer, `"LastEvaluatedKey"`)
						if got += page; !more {
							break
						}
						start = `,"ExclusiveStartKey"` + last[:len(last)-1]
					}
				}
				m.sees(rt, of, versionsOf(got), clock.Now(), lag, ordered)
				require.Equal(rt, ordered(m.states[len(m.states)-1]), versionsOf(c.ok("Query", query+`,"ConsistentRead":true}`)))
			},
			"local index": func(*rapid.T) {
				byN := func(state map[string]string) string {
					var in []string
					for _, sk := range slices.Sorted(maps.Keys(state)) {
						if _, n, found := strings.Cut(state[sk], `"n":{"N":"`); found {
							in = append(in, n[:1]+" "+state[sk])
						}
					}
					slices.SortStableFunc(in, func(a, b string) int { return strings.Compare(a[:1], b[:1]) })
					return versionsOf(strings.Join(in, ""))
				}
				got := c.ok("Query", `{"TableName":"indexed","IndexName":"local","Select":"ALL_ATTRIBUTES","KeyConditionExpression":"pk=:p","ExpressionAttributeValues":{":p":{"S":"p"}}}`)
				m.sees(rt, "local index", versionsOf(got), clock.Now(), lag, byN)
			},
		})
		require.NoError(rt, c.e.Check())
	})
}

// versionsOf lists the versions of the items in a text, in order.
func versionsOf(text string) string {
	var all []string
	for {
		_, rest, found := strings.Cut(text, `"v":{"N":"`)
		if !found {
			enc, _ := json.Marshal(all)
			return string(enc)
		}
		v, after, _ := strings.Cut(rest, `"`)
		all, text = append(all, v), after
	}
}
