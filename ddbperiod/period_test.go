package ddbperiod

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawTime draws a time in any zone, often near the end of a period.
func drawTime(t *rapid.T, label string) time.Time {
	at := time.Unix(rapid.Int64Range(-62e9, 250e9).Draw(t, label), 0)
	if rapid.Bool().Draw(t, label+" at an edge") {
		p := Period(rapid.IntRange(1, 5).Draw(t, "edge"))
		at = p.Start(at).Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "beside")))
	}
	return at.In(time.FixedZone("", rapid.IntRange(-14, 14).Draw(t, "zone")*3600))
}

func TestPeriodsNamesSortAndReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		every := Period(rapid.IntRange(1, 5).Draw(t, "every"))
		a, b := every.Start(drawTime(t, "a")), every.Start(drawTime(t, "b"))
		assert.Equal(t, a.Compare(b), strings.Compare(every.tableName("r", a), every.tableName("r", b)))
		back, ok := every.tableNamed("r", every.tableName("r", a))
		assert.True(t, ok)
		assert.True(t, back.Equal(a), "%v, not %v", back, a)
	})
}

func TestPeriodsFollowEachOtherWithoutAGap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		every, at := Period(rapid.IntRange(1, 5).Draw(t, "every")), drawTime(t, "at")
		start, next := every.Start(at), every.Add(at, 1)
		assert.False(t, start.After(at))
		assert.True(t, next.After(at))
		assert.True(t, every.Start(next).Equal(next))
		assert.True(t, every.Start(next.Add(-1)).Equal(start))
		n := rapid.IntRange(-50, 50).Draw(t, "n")
		assert.True(t, every.Add(every.Add(at, n), -n).Equal(start))
	})
}

func TestNamesOfOtherTablesAreOfNoPeriod(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"r", "r-", "readings-2026-11", "r-2026-13", "r-2026-1", "r-2026-11-", "r-2026-11 ", "r-02026-11", "r-2026-11-30", "r-2026-11-copy", "xr-2026-11",
		"r-+026-11", "R-2026-11", "r-2026-00", "r_2026-11", "r-2026-W49",
	} {
		_, ok := Month.tableNamed("r", name)
		assert.False(t, ok, name)
	}
	for _, name := range []string{"r-2026-W00", "r-2026-W54", "r-2026-W1", "r-2026-w01", "r-2025-W53", "r- 026-W01", "r-2026-11"} {
		_, ok := Week.tableNamed("r", name)
		assert.False(t, ok, name)
	}
}

// Two series with different names or periods have no table in common, even if the name of one ends like a period.
func TestTwoSeriesNeverShareATable(t *testing.T) {
	t.Parallel()
	names := []string{"r", "r-2026", "r-2026-11", "r-2026-W11", "r-2026-11-30"}
	rapid.Check(t, func(t *rapid.T) {
		one, two := rapid.SampledFrom(names).Draw(t, "one"), rapid.SampledFrom(names).Draw(t, "two")
		p, q := Period(rapid.IntRange(1, 5).Draw(t, "p")), Period(rapid.IntRange(1, 5).Draw(t, "q"))
		if _, ok := q.tableNamed(two, p.tableName(one, p.Start(drawTime(t, "at")))); ok {
			assert.Equal(t, one, two)
			assert.Equal(t, p, q)
		}
	})
}

func TestWeeksAreThoseOfISO8601(t *testing.T) {
	t.Parallel()
	for date, want := range map[string]string{
		"2026-11-30": "2026-W49", "2026-01-01": "2026-W01", "2027-01-03": "2026-W53", "2027-01-04": "2027-W01", "2024-12-30": "2025-W01",
	} {
		at, err := time.Parse(time.DateOnly, date)
		require.NoError(t, err)
		assert.Equal(t, want, Week.text(Week.Start(at)), date)
	}
}

func TestEachPeriodHasAName(t *testing.T) {
	t.Parallel()
	all := []string{Hour.String(), Day.String(), Week.String(), Month.String(), Year.String()}
	assert.Equal(t, []string{"hour", "day", "week", "month", "year"}, all)
	assert.False(t, slices.Contains(all, Period(0).String()))
}
