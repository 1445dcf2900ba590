package ddbmem

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// put writes an item of about that many bytes.
func (m model) put(pk string, sk, bytes int) {
	m.t.Helper()
	m.ok("PutItem", fmt.Sprintf(`{"TableName":"abc","Item":{"pk":{"S":%q},"sk":{"N":"%d"},"g":{"S":"g"},"v":{"S":%q}}}`, pk, sk, strings.Repeat("x", max(bytes-20, 0))))
}

// where returns the place of the partition of an item.
func (m model) where(pk string, sk int) int {
	it := fmt.Sprintf(`{"pk":{"S":%q},"sk":{"N":"%d"}}`, pk, sk)
	return m.table.res.at(m.key(it))
}

// heatUp consumes units of keys for minutes: of those that key returns for each second.
func (m model) heatUp(minutes int, perSecond float64, key func(second, i int) (pk string, sk int)) {
	m.t.Helper()
	const requests = 10
	for second := range minutes * 60 {
		for i := range requests {
			pk, sk := key(second, i)
			m.consume(writing, m.key(fmt.Sprintf(`{"pk":{"S":%q},"sk":{"N":"%d"}}`, pk, sk)), perSecond/requests, perSecond/requests)
		}
		m.clock.Advance(time.Second)
	}
	m.table.settle()
}

func TestPartitionSplitsWhenItIsTooLarge(t *testing.T) {
	t.Parallel()

	m := newModel(t, Capacity{PartitionBytes: 10_000}, provisioned(100, 40_000))
	before := m.partitions()
	for i := range 1000 {
		m.put(fmt.Sprint(i), i, 1000)
	}
	require.Greater(t, m.partitions(), before+50)
	for _, p := range m.table.res.parts {
		require.LessOrEqual(t, p.bytes, int64(10_000))
	}
	for i := range 1000 {
		m.ok("DeleteItem", fmt.Sprintf(`{"TableName":"abc","Key":{"pk":{"S":"%d"},"sk":{"N":"%d"}}}`, i, i))
	}
	require.Greater(t, m.partitions(), before+50, "partitions never merge")
	require.Zero(t, m.table.res.measure("", ""))
}

func TestItemCollectionSpansPartitionsUnlessItHasALocalIndex(t *testing.T) {
	t.Parallel()

	const local = `,"LocalSecondaryIndexes":[{"IndexName":"byV","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
		"Projection":{"ProjectionType":"KEYS_ONLY"}}]`
	for settings, spans := range map[string]bool{provisioned(100, 1000): true, provisioned(100, 1000) + local: false} {
		m := newModel(t, Capacity{PartitionBytes: 10_000}, settings)
		for i := range 100 {
			m.put("one", i, 1000)
			m.put("other", i, 10)
			m.clock.Advance(time.Second)
		}
		first, last := m.where("one", 0), m.where("one", 99)
		if spans {
			require.Greater(t, last-first, 8)
		} else {
			require.Equal(t, first, last)
			require.NotEqual(t, first, m.where("other", 0), "between item collections it splits")
		}
	}
}

func TestPartitionSplitsWhereItIsHot(t *testing.T) {
	t.Parallel()

	m := newModel(t, Capacity{}, provisioned(1, 1000))
	random := rand.New(rand.NewPCG(1, 2))
	load := func(_, _ int) (string, int) { return fmt.Sprint(random.IntN(50)), random.IntN(50) }
	m.heatUp(4, 900, load)
	require.Equal(t, 1, m.partitions(), "not before it has been hot for five minutes")
	m.heatUp(1, 900, load)
	require.Equal(t, 2, m.partitions())
	m.heatUp(1, 900, load)
	for _, p := range m.table.res.parts {
		require.InDelta(t, 450*60, p.consumed[writing], 450*60/3, "in the middle of its heat")
	}
	m.heatUp(10, 900, load)
	require.Equal(t, 2, m.partitions(), "neither half is hot")
}

func TestPartitionThatIsHotOnlyNowAndThenDoesNotSplit(t *testing.T) {
	t.Parallel()

	m := newModel(t, Capacity{HeatAfter: 2 * time.Minute}, provisioned(1, 1000))
	load := func(_, i int) (string, int) { return fmt.Sprint(i), 0 }
	for range 5 {
		m.heatUp(1, 1000, load)
		m.heatUp(1, 700, load)
	}
	require.Equal(t, 1, m.partitions())

	never := newModel(t, Capacity{HeatAfter: -1}, provisioned(1, 1000))
	never.heatUp(6, 1000, load)
	require.Equal(t, 1, never.partitions())
}

func TestHotItemGetsAPartitionOfItsOwn(t *testing.T) {
	t.Parallel()

	m := newModel(t, Capacity{HeatAfter: time.Minute}, provisioned(1, 1000))
	m.heatUp(6, 1000, func(_, i int) (string, int) {
		if i < 6 {
			return "hot", 7
		}
		return "hot", i
	})
	hot := m.where("hot", 7)
	require.NotEqual(t, hot, m.where("hot", 6))
	require.NotEqual(t, hot, m.where("hot", 8))
	n := m.partitions()
	m.heatUp(5, 1000, func(_, _ int) (string, int) { return "hot", 7 })
	require.Equal(t, n, m.partitions(), "one item cannot be split")
}

// TestItemCollectionThatFollowsTheTimeDoesNotSplit is the guide's exception: a sort key that only grows has its heat at its
// end, wherever that is.
func TestItemCollectionThatFollowsTheTimeDoesNotSplit(t *testing.T) {
	t.Parallel()

	for name, sk := range map[string]func(n int) int{"grows": func(n int) int { return n }, "shrinks": func(n int) int { return -n }} {
		m := newModel(t, Capacity{HeatAfter: time.Minute}, provisioned(1, 1000))
		m.heatUp(3, 1000, func(second, i int) (string, int) { return "log", sk(second*10 + i) })
		require.LessOrEqual(t, m.partitions(), 3, name)
		require.Equal(t, m.where("log", sk(0)), m.where("log", sk(100_000)), name)

		random := newModel(t, Capacity{HeatAfter: time.Minute}, provisioned(1, 1000))
		random.heatUp(3, 1000, func(second, i int) (string, int) { return "log", (second*10 + i) * 7919 % 1000 })
		require.NotEqual(t, random.where("log", 0), random.where("log", 999), "in any other order it does")
	}
}

func TestHotItemCollectionWithALocalIndexDoesNotSplit(t *testing.T) {
	t.Parallel()

	const local = `,"LocalSecondaryIndexes":[{"IndexName":"byV","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
		"Projection":{"ProjectionType":"KEYS_ONLY"}}]`
	m := newModel(t, Capacity{HeatAfter: time.Minute}, provisioned(1, 1000)+local)
	random := rand.New(rand.NewPCG(1, 2))
	m.heatUp(3, 1000, func(_, _ int) (string, int) { return fmt.Sprint(random.IntN(2)), random.IntN(1000) })
	require.Equal(t, 2, m.partitions(), "one for each")
	m.heatUp(3, 1000, func(_, _ int) (string, int) { return "0", random.IntN(1000) })
	require.Equal(t, 2, m.partitions())
	require.Equal(t, m.where("0", 0), m.where("0", 999))
}

func TestCutsOfAPartition(t *testing.T) {
	t.Parallel()

	s := &schema{hash: []keyAttr{{"pk", value.S}}, rng: []keyAttr{{"sk", value.N}}}
	key := func(sk int) string {
		return string(s.appendKey(nil, value.NewItem(value.Field{Name: "pk", Value: value.String("a")}, value.Field{Name: "sk", Value: value.Int(sk)})))
	}
	for name, x := range map[string]struct {
		units []float64 // by sort key, in an order that follows nothing
		cuts  []int
	}{
		"in the middle":                   {[]float64{1, 1, 1, 1}, []int{2}},
		"in the middle of the units":      {[]float64{1, 1, 1, 3}, []int{3}},
		"on both sides of the hottest":    {[]float64{1, 1, 5, 1}, []int{2, 3}},
		"behind the hottest":              {[]float64{5, 1, 1}, []int{1}},
		"before the hottest":              {[]float64{1, 1, 5}, []int{2}},
		"not where one takes everything":  {[]float64{1}, nil},
		"not where nothing was asked for": {nil, nil},
	} {
		var h heat
		for round := range 2 { // first the even sort keys, and then the odd ones
			for sk, units := range x.units {
				if sk%2 == round {
					h.note(key(sk), units)
				}
			}
		}
		var want []string
		for _, sk := range x.cuts {
			want = append(want, key(sk))
		}
		require.Equal(t, want, h.cuts(s, false), name)
	}
}

func TestIndexPartitionsOnItsOwnKeys(t *testing.T) {
	t.Parallel()

	const global = `,"GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],
		"Projection":{"ProjectionType":"KEYS_ONLY"},"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1000}}]`
	clock := NewManualClock(time.Unix(1_700_000_000, 0))
	e := New(Options{Capacity: &Capacity{PartitionBytes: 2000}, Clock: clock})
	m := model{t: t, clock: clock, e: e}
	m.ok("CreateTable", `{"TableName":"abc",`+provisioned(1, 1000)+global+`,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}]}`)
	m.table = e.lookup("abc")
	for i := range 200 {
		m.put(fmt.Sprint(i), i, 100)
	}
	x := m.table.indexes[0]
	require.Greater(t, len(x.res.parts), 1)
	require.Greater(t, len(m.table.res.parts), len(x.res.parts), "its entries are smaller")
	m.ok("UpdateTable", `{"TableName":"abc","AttributeDefinitions":[{"AttributeName":"sk","AttributeType":"N"}],"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"bySk",
		"KeySchema":[{"AttributeName":"sk","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"},"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}}]}`)
	require.Greater(t, len(m.table.indexes[1].res.parts), 1, "a backfill splits too")
	require.NoError(t, e.Check())
}

// TestPartitionsHoldWhatTheTableHolds writes at random and lets Check compare.
func TestPartitionsHoldWhatTheTableHolds(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(rt *rapid.T) {
		e := New(Options{Capacity: &Capacity{PartitionBytes: 500}, Clock: NewManualClock(time.Unix(1_700_000_000, 0)), Faults: Faults{
			IndexLag: time.Duration(rapid.IntRange(0, 1).Draw(rt, "lag")) * time.Second,
		}})
		send := func(op, body string) {
			ans := e.answer(call(t.Context(), tableTarget+op), []byte(body))
			require.Equal(rt, 200, ans.status, string(ans.body))
		}
		local := ""
		if rapid.Bool().Draw(rt, "local index") {
			local = `,"LocalSecondaryIndexes":[{"IndexName":"loc","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"g","KeyType":"RANGE"}],
				"Projection":{"ProjectionType":"ALL"}}]`
		}
		send("CreateTable", `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
			"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
			"GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
				"Projection":{"ProjectionType":"ALL"}}]`+local+`}`)
		for range rapid.IntRange(0, 60).Draw(rt, "writes") {
			key := fmt.Sprintf(`"pk":{"S":"%d"},"sk":{"N":"%d"}`, rapid.IntRange(0, 3).Draw(rt, "pk"), rapid.IntRange(0, 20).Draw(rt, "sk"))
			if rapid.IntRange(0, 3).Draw(rt, "delete") == 0 {
				send("DeleteItem", `{"TableName":"abc","Key":{`+key+`}}`)
				continue
			}
			if g := rapid.IntRange(-1, 2).Draw(rt, "g"); g >= 0 {
				key += fmt.Sprintf(`,"g":{"S":"%d"}`, g)
			}
			send("PutItem", `{"TableName":"abc","Item":{`+key+fmt.Sprintf(`,"v":{"S":%q}}}`, strings.Repeat("x", rapid.IntRange(0, 100).Draw(rt, "size"))))
		}
		require.NoError(rt, e.Check())
	})
}
