package ddbmem

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// model is a table whose limits are asked directly, since the examples of the service's guide move a hundred thousand
// units a second.
type model struct {
	t     *testing.T
	clock *ManualClock
	e     *Engine
	table *table
}

func newModel(t *testing.T, opts Capacity, settings string) model {
	t.Helper()
	clock := NewManualClock(time.Unix(1_700_000_000, 0).Truncate(time.Minute))
	e := New(Options{Capacity: &opts, Clock: clock})
	m := model{t: t, clock: clock, e: e}
	m.ok("CreateTable", `{"TableName":"abc",`+settings+`,"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
		"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}]}`)
	m.table = e.lookup("abc")
	t.Cleanup(func() { require.NoError(t, e.Check()) })
	return m
}

func provisioned(read, write int) string {
	return fmt.Sprintf(`"ProvisionedThroughput":{"ReadCapacityUnits":%d,"WriteCapacityUnits":%d}`, read, write)
}

const onDemandTable = `"BillingMode":"PAY_PER_REQUEST"`

func (m model) ok(op, body string) {
	m.t.Helper()
	ans := m.e.answer(call(m.t.Context(), tableTarget+op), []byte(body))
	require.Equal(m.t, 200, ans.status, string(ans.body))
}

// call is a request of an operation.
func call(ctx context.Context, target string) *http.Request {
	r := (&http.Request{Header: http.Header{}}).WithContext(ctx)
	r.Header.Set("X-Amz-Target", target)
	return r
}

// evenKey is one of n keys that lie at equal distances.
func evenKey(i, n int) string {
	return evenKeyAt(uint64(i) * (^uint64(0)/uint64(n) + 1))
}

func evenKeyAt(position uint64) string {
	return string(binary.BigEndian.AppendUint64(nil, position)) + "k\x00\x01"
}

// consume charges units under a key and returns those that were let through, in requests of at most size.
func (m model) consume(a access, key string, units, size float64) float64 {
	through := 0.0
	for units > rounding {
		n := min(size, units)
		units -= n
		m.table.settle()
		m.table.mu.RLock()
		if m.table.consume(a, charge{m.table.res, key, n}) == nil {
			through += n
		}
		m.table.mu.RUnlock()
	}
	return through
}

// load charges units a second, evenly over all keys, and returns those that were let through in all.
func (m model) load(a access, perSecond float64, seconds int) float64 {
	through := 0.0
	for range seconds {
		m.table.settle()
		for i, p := range m.table.res.parts {
			to := 1.0
			if end := m.table.res.end(i); end != "" {
				to = float64(position(end)) / (1 << 64)
			}
			units := perSecond * (to - float64(position(p.from))/(1<<64))
			through += m.consume(a, evenKeyAt(position(p.from)), units, max(units/250, 0.5))
		}
		m.clock.Advance(time.Second)
	}
	return through
}

// key returns the tree key of a Key.
func (m model) key(key string) string {
	m.t.Helper()
	it, err := value.ParseItem([]byte(key))
	require.NoError(m.t, err)
	return m.table.rowKey(it)
}

func (m model) partitions() int {
	m.table.settle()
	return len(m.table.res.parts)
}

// TestCapacityExamples holds the model against the worked examples of the service's developer guide and knowledge center.
func TestCapacityExamples(t *testing.T) {
	t.Parallel()

	quota := Capacity{TableRead: 1_000_000, TableWrite: 1_000_000}
	for _, x := range []struct {
		page, says string
		opts       Capacity
		table      string
		idle       time.Duration
		access     access
		perSecond  float64
		seconds    int
		through    float64 // of the units
	}{
		{
			page: "Provisioned mode", says: "6 write units write up to 6 KB a second",
			table: provisioned(6, 6), access: writing, perSecond: 8, seconds: 10, through: 60,
		},
		{
			page: "Provisioned mode", says: "6 read units read up to 24 KB a second, strongly consistent",
			table: provisioned(6, 6), access: reading, perSecond: 8, seconds: 10, through: 60,
		},
		{
			page: "Initial settings", says: "80 reads of 3 KB a second need 80 units",
			table: provisioned(80, 1), access: reading, perSecond: 80, seconds: 120, through: 80 * 120,
		},
		{
			page: "Spiky workloads", says: "150 units, unused for 300 seconds, sustain 200 for 15 minutes",
			table: provisioned(150, 1), idle: 300 * time.Second, access: reading, perSecond: 200, seconds: 900, through: 200 * 900,
		},
		{
			page: "Spiky workloads", says: "and no longer",
			table: provisioned(150, 1), idle: 300 * time.Second, access: reading, perSecond: 200, seconds: 1200, through: 200*900 + 150*300,
		},
		{
			page: "Burst capacity", says: "up to 300 seconds of unused units are retained, not more",
			table: provisioned(1, 10), idle: time.Hour, access: writing, perSecond: 900, seconds: 10, through: 10*300 + 10*9,
		},
		{
			page: "On-demand mode", says: "a new table sustains 4,000 writes a second",
			table: onDemandTable, access: writing, perSecond: 4000, seconds: 30, through: 4000 * 30,
		},
		{
			page: "On-demand mode", says: "but not more",
			table: onDemandTable, access: writing, perSecond: 5000, seconds: 30, through: 4000 * 30,
		},
		{
			page: "On-demand mode", says: "and 12,000 reads a second",
			table: onDemandTable, access: reading, perSecond: 13_000, seconds: 30, through: 12_000 * 30,
		},
		{
			page: "Warm throughput", says: "pre-warmed to 30,000 and 10,000, it sustains those at once",
			table: onDemandTable + `,"WarmThroughput":{"ReadUnitsPerSecond":30000,"WriteUnitsPerSecond":10000}`,
			opts:  quota, access: writing, perSecond: 10_000, seconds: 10, through: 10_000 * 10,
		},
		{
			page: "Warm throughput", says: "a maximum of 5,000 holds whatever the warm throughput",
			table: onDemandTable + `,"WarmThroughput":{"ReadUnitsPerSecond":30000,"WriteUnitsPerSecond":10000},"OnDemandThroughput":{"MaxReadRequestUnits":5000,"MaxWriteRequestUnits":4000}`,
			opts:  quota, access: reading, perSecond: 6000, seconds: 10, through: 5000 * 10,
		},
		{
			page: "Maximum throughput", says: "of what is unused nothing is kept, which the guide leaves open",
			table: onDemandTable + `,"OnDemandThroughput":{"MaxReadRequestUnits":500,"MaxWriteRequestUnits":500}`,
			idle:  time.Hour, access: writing, perSecond: 600, seconds: 10, through: 500 * 10,
		},
		{
			page: "Quotas", says: "a table on demand consumes up to 40,000 units a second",
			table:  onDemandTable + `,"WarmThroughput":{"ReadUnitsPerSecond":60000,"WriteUnitsPerSecond":60000}`,
			access: writing, perSecond: 50_000, seconds: 5, through: 40_000 * 5,
		},
	} {
		t.Run(x.page+": "+x.says, func(t *testing.T) {
			t.Parallel()

			m := newModel(t, x.opts, x.table)
			m.clock.Advance(x.idle)
			require.InEpsilon(t, x.through, m.load(x.access, x.perSecond, x.seconds), 0.005)
		})
	}
}

func TestPartitionBears3000ReadAnd1000WriteUnits(t *testing.T) {
	t.Parallel()

	for _, settings := range []string{onDemandTable, provisioned(20_000, 20_000)} {
		m := newModel(t, Capacity{}, settings)
		m.clock.Advance(time.Minute) // what a partition leaves unused is lost, unlike the table's units
		for range 5 {
			require.InDelta(t, 1000, m.consume(writing, evenKey(0, 1), 2000, 1), rounding)
			require.InDelta(t, 3000, m.consume(reading, evenKey(0, 1), 4000, 1), rounding, "reads and writes do not share a limit")
			m.clock.Advance(time.Second)
		}
	}
}

// TestAdaptiveCapacityExample is the guide's figure: 400 units on four partitions, of which one receives 150.
func TestAdaptiveCapacityExample(t *testing.T) {
	t.Parallel()

	m := newModel(t, Capacity{}, provisioned(1, 400)+`,"WarmThroughput":{"WriteUnitsPerSecond":4000,"ReadUnitsPerSecond":1}`)
	require.Equal(t, 4, m.partitions())
	for range 20 * 60 {
		for i, units := range []float64{50, 50, 50, 150} {
			require.InDelta(t, units, m.consume(writing, evenKey(i, 4), units, 10), rounding)
		}
		m.clock.Advance(time.Second)
	}
	for range 900 { // the burst, which 100 unused units a second have filled
		m.consume(writing, evenKey(3, 4), 999, 9)
		m.clock.Advance(time.Second)
	}
	require.InDelta(t, 400, m.consume(writing, evenKey(3, 4), 999, 1), 10, "at most what the table has")
}

func TestOnDemandTableGrowsToTwiceItsPeak(t *testing.T) {
	t.Parallel()

	m := newModel(t, Capacity{TableRead: 1_000_000}, onDemandTable+`,"WarmThroughput":{"ReadUnitsPerSecond":100000,"WriteUnitsPerSecond":4000}`)
	// The guide: with 50,000 reads a second as the previous peak, 100,000 are accommodated at once.
	require.InEpsilon(t, 100_000*60, m.load(reading, 100_000, 60), 0.001)
	require.InEpsilon(t, 100_000*10, m.load(reading, 120_000, 10), 0.05, "more than twice the peak within 30 minutes is throttled")
	m.clock.Advance(29 * time.Minute)
	m.table.settle()
	require.InDelta(t, 100_000, m.table.res.warm[reading], 1)
	m.clock.Advance(2 * time.Minute)
	m.table.settle()
	require.InEpsilon(t, 200_000, m.table.res.warm[reading], 0.1, "100,000 is the new previous peak")
	require.InEpsilon(t, 190_000*30, m.load(reading, 190_000, 30), 0.001)
}

func TestTableKeepsItsPartitionsWhenItsModeChanges(t *testing.T) {
	t.Parallel()

	m := newModel(t, Capacity{}, provisioned(100, 100))
	require.Equal(t, 1, m.partitions())
	m.ok("UpdateTable", `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST"}`)
	require.Equal(t, 4, m.partitions(), "scaled out to what a table on demand begins with")
	m.ok("UpdateTable", `{"TableName":"abc","BillingMode":"PROVISIONED",`+provisioned(24_000, 8000)+`}`)
	require.Equal(t, 8, m.partitions())
	m.ok("UpdateTable", `{"TableName":"abc",`+provisioned(1, 1)+`}`)
	m.ok("UpdateTable", `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST"}`)
	require.Equal(t, 8, m.partitions(), "partitions never merge")
	require.InEpsilon(t, 8000*30, m.load(writing, 8000, 30), 0.001)
}

func TestCenturiesPassAtOnce(t *testing.T) {
	t.Parallel()

	m := newModel(t, Capacity{}, provisioned(10, 10))
	m.clock.Set(time.Time{})
	require.NoError(t, m.e.SetAutoScaling("abc", "", AutoScaling{Write: &ScalingPolicy{Min: 5, Max: 20}}))
	m.consume(writing, evenKey(0, 1), 5, 1)
	m.clock.Set(time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC))
	m.table.settle()
	require.Equal(t, int64(5), m.table.def.throughput.write, "what follows from consuming nothing has happened")
	require.False(t, m.table.turning(m.clock.Now()))
}

func TestChargesThatDoNotAllPassConsumeNothing(t *testing.T) {
	t.Parallel()

	m := newModel(t, Capacity{}, provisioned(1, 100))
	res := m.table.res
	m.table.mu.RLock()
	defer m.table.mu.RUnlock()
	var charges []charge
	for i := range 101 {
		charges = append(charges, charge{res, evenKey(i, 101), 1})
	}
	require.NotNil(t, m.table.consume(writing, charges...))
	require.InDelta(t, 100, res.limits[writing].units, rounding)
	require.Zero(t, res.consumed[writing])
	require.Nil(t, m.table.consume(writing, charges[:100]...))
	require.InDelta(t, 0, res.limits[writing].units, rounding)
}
