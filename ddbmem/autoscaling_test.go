package ddbmem_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// readUnits returns the provisioned read units of a table "abc".
func (c caller) readUnits() float64 { return c.e.CapacityMetrics("abc")[0].Provisioned.Read }

// minutes reads that many units in each of some minutes, in strongly consistent reads of an item that is not there.
func (c caller) minutes(clock *ddbmem.ManualClock, n, perMinute int) {
	c.t.Helper()
	for range n {
		for range perMinute {
			c.ok("GetItem", `{"TableName":"abc","Key":{"pk":{"S":"a"}},"ConsistentRead":true}`)
		}
		clock.Advance(time.Minute)
	}
}

// TestAutoScalingFollowsItsTarget is the example of the service's knowledge center: with 100 units and a target of 70 %,
// more than 70 for two minutes scale up, and less than 50 for fifteen scale down. It is divided by ten here.
func TestAutoScalingFollowsItsTarget(t *testing.T) {
	t.Parallel()

	c, clock := limited(t, ddbmem.Capacity{}, units(10, 10), units(10, 10)+",")
	require.NoError(t, c.e.SetAutoScaling("abc", "", ddbmem.AutoScaling{Read: &ddbmem.ScalingPolicy{Min: 5, Max: 40, Target: 70}}))
	clock.Advance(time.Minute)
	c.minutes(clock, 3, 7*60)
	require.InDelta(t, 10, c.readUnits(), 0, "at the target")
	c.minutes(clock, 1, 9*60)
	require.InDelta(t, 10, c.readUnits(), 0, "one minute above it")
	c.minutes(clock, 1, 7*60)
	c.minutes(clock, 1, 9*60)
	require.InDelta(t, 10, c.readUnits(), 0, "two, but not in a row")
	c.minutes(clock, 1, 9*60)
	require.InDelta(t, 13, c.readUnits(), 0, "9 a second are 70 % of 12.9")

	c.minutes(clock, 14, 4*60)
	require.InDelta(t, 13, c.readUnits(), 0)
	c.minutes(clock, 1, 9*60)
	c.minutes(clock, 20, 8*60)
	require.InDelta(t, 13, c.readUnits(), 0, "62 % is not far enough below")
	c.minutes(clock, 14, 4*60)
	require.InDelta(t, 13, c.readUnits(), 0, "not in a row")
	c.minutes(clock, 1, 60)
	require.InDelta(t, 6, c.readUnits(), 0, "4 a second, the most of the fifteen minutes, are 70 % of 5.7")
	clock.Advance(time.Hour)
	require.InDelta(t, 5, c.readUnits(), 0, "and not below the minimum")
	require.Equal(t, `{"ReadCapacityUnits":5,"WriteCapacityUnits":10}`, c.unitsOf("abc"))
}

// unitsOf returns the units that the description of a table has.
func (c caller) unitsOf(table string) string {
	c.t.Helper()
	p := c.parse(c.member("DescribeTable", `{"TableName":"`+table+`"}`, "Table", "ProvisionedThroughput"))
	return fmt.Sprintf(`{"ReadCapacityUnits":%v,"WriteCapacityUnits":%v}`, p["ReadCapacityUnits"], p["WriteCapacityUnits"])
}

func TestAutoScalingStaysWithinItsBounds(t *testing.T) {
	t.Parallel()

	c, clock := limited(t, ddbmem.Capacity{}, units(10, 10), units(10, 10)+",")
	policy := &ddbmem.ScalingPolicy{Min: 12, Max: 20}
	require.NoError(t, c.e.SetAutoScaling("abc", "", ddbmem.AutoScaling{Read: policy}))
	require.InDelta(t, 12, c.readUnits(), 0, "below the minimum is changed at once")
	clock.Advance(10 * time.Minute)
	c.minutes(clock, 2, 18*60)
	require.InDelta(t, 20, c.readUnits(), 0, "70 % of 25.7")
	require.NoError(t, c.e.SetAutoScaling("abc", "", ddbmem.AutoScaling{}))
	clock.Advance(time.Hour)
	require.InDelta(t, 20, c.readUnits(), 0, "without a policy nothing scales")
}

func TestAutoScalingOfAnIndexAndOfWrites(t *testing.T) {
	t.Parallel()

	c, clock := limited(t, ddbmem.Capacity{}, units(10, 1000), units(10, 30)+",")
	require.NoError(t, c.e.SetAutoScaling("abc", "byG", ddbmem.AutoScaling{Write: &ddbmem.ScalingPolicy{Min: 1, Max: 100, Target: 50}}))
	clock.Advance(time.Minute)
	for minute := range 3 {
		for i := range 600 {
			c.ok("PutItem", fmt.Sprintf(`{"TableName":"abc","Item":{"pk":{"S":"%d"},"g":{"S":"%d"}}}`, i, minute*1000+i))
			clock.Advance(100 * time.Millisecond)
		}
	}
	m := c.e.CapacityMetrics("abc")
	require.InDelta(t, 40, m[1].Provisioned.Write, 0, "moving 600 entries a minute costs 20 units a second, which are 50 % of 40")
	require.InDelta(t, 1000, m[0].Provisioned.Write, 0)
}

func TestAutoScalingDecreasesAsOftenAsUnitsMayBe(t *testing.T) {
	t.Parallel()

	c, clock := limited(t, ddbmem.Capacity{}, units(10, 10), units(10, 10)+",")
	for i := range 4 {
		c.ok("UpdateTable", fmt.Sprintf(`{"TableName":"abc",%s}`, units(9-i, 10)))
	}
	clock.Advance(10 * time.Second)
	require.NoError(t, c.e.SetAutoScaling("abc", "", ddbmem.AutoScaling{Read: &ddbmem.ScalingPolicy{Min: 1, Max: 40}}))
	clock.Advance(50 * time.Minute)
	require.InDelta(t, 6, c.readUnits(), 0, "four decreases, the last of them less than an hour ago")
	clock.Advance(11 * time.Minute)
	require.InDelta(t, 1, c.readUnits(), 0)
}

func TestAutoScalingPolicies(t *testing.T) {
	t.Parallel()

	c, _ := limited(t, ddbmem.Capacity{}, units(10, 10), units(10, 10)+",")
	set := func(table, index string, p ddbmem.ScalingPolicy) error {
		return c.e.SetAutoScaling(table, index, ddbmem.AutoScaling{Write: &p})
	}
	require.NoError(t, set("abc", "byG", ddbmem.ScalingPolicy{Min: 1, Max: 1, Target: 90}))
	require.EqualError(t, set("abc", "", ddbmem.ScalingPolicy{Min: 0, Max: 1}), "ddbmem: auto scaling: table abc: units from 0 to 1: both must be positive and in this order")
	require.ErrorContains(t, set("abc", "", ddbmem.ScalingPolicy{Min: 2, Max: 1}), "units from 2 to 1")
	require.EqualError(t, set("abc", "", ddbmem.ScalingPolicy{Min: 1, Max: 2, Target: 91}), "ddbmem: auto scaling: table abc: target 91: it must be from 20 to 90 percent")
	require.EqualError(t, set("abc", "none", ddbmem.ScalingPolicy{Min: 1, Max: 2}), "ddbmem: auto scaling: table abc has no global index none")
	require.EqualError(t, set("none", "", ddbmem.ScalingPolicy{Min: 1, Max: 2}), "ddbmem: auto scaling: no table none")
	require.ErrorContains(t, ddbmem.New().SetAutoScaling("abc", "", ddbmem.AutoScaling{}), "Options.Capacity is not set")
}
