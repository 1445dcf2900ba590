package ddbperiod_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbperiod"
)

// units are the provisioned units of a table and of its index; none on demand.
func (w *world) units(t *testing.T, table string) (all []int64, class types.TableClass) {
	t.Helper()
	out, err := w.engine.Client().DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
	require.NoError(t, err)
	if s := out.Table.TableClassSummary; s != nil {
		class = s.TableClass
	}
	if b := out.Table.BillingModeSummary; b != nil && b.BillingMode == types.BillingModePayPerRequest {
		return nil, class
	}
	p := out.Table.ProvisionedThroughput
	all = []int64{*p.ReadCapacityUnits, *p.WriteCapacityUnits}
	for _, ix := range out.Table.GlobalSecondaryIndexes {
		all = append(all, *ix.ProvisionedThroughput.ReadCapacityUnits, *ix.ProvisionedThroughput.WriteCapacityUnits)
	}
	return all, class
}

func TestRollCreatesThisAndTheNextTableOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(november, nil)
	for _, want := range [][]string{{"readings-2026-11", "readings-2026-12"}, nil} {
		got, err := w.db.Roll(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, ddbperiod.Rolled{Created: want}, got)
	}
	w.clock.Set(on(time.December, 1))
	got, err := w.db.Roll(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"readings-2027-01"}, got.Created)
	one, err := w.db.At(on(time.November, 1))
	require.NoError(t, err)
	require.NoError(t, one.VerifyTable(t.Context()))
}

func TestALeadSaysWhenTheNextTableIsCreated(t *testing.T) {
	t.Parallel()
	w := newWorld(november, func(s *ddbperiod.Series) { s.Lead = 3 * time.Hour })
	got, err := w.db.Roll(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"readings-2026-11"}, got.Created)
	w.clock.Set(november.Add(3 * time.Hour))
	got, err = w.db.Roll(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"readings-2026-12"}, got.Created)
}

func TestMissingCreatesPastTablesThatAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(november, nil)
	got, err := w.db.Roll(t.Context(), &ddbperiod.RollOptions{Missing: true})
	require.NoError(t, err)
	assert.Equal(t, []string{"readings-2026-09", "readings-2026-10", "readings-2026-11", "readings-2026-12"}, got.Created)
	w = newWorld(november, func(s *ddbperiod.Series) { s.Keep = 1 })
	got, err = w.db.Roll(t.Context(), &ddbperiod.RollOptions{Missing: true})
	require.NoError(t, err)
	assert.Equal(t, []string{"readings-2026-10", "readings-2026-11", "readings-2026-12"}, got.Created)
}

func TestPastTablesAreLoweredAfterLateAndNeverRaised(t *testing.T) {
	t.Parallel()
	w := rolled(t, func(s *ddbperiod.Series) {
		s.Current = ddbperiod.Capacity{Read: 20, Write: 40}
		s.Past = &ddbperiod.Capacity{Read: 5, Write: 1, InfrequentAccess: true}
		s.Late = 48 * time.Hour
	})
	for _, table := range []string{"readings-2026-09", "readings-2026-10"} { // lowered as they were created
		got, class := w.units(t, table)
		assert.Equal(t, []int64{5, 1, 5, 1}, got)
		assert.Equal(t, types.TableClassStandardInfrequentAccess, class)
	}
	got, class := w.units(t, "readings-2026-11")
	assert.Equal(t, []int64{20, 40, 20, 40}, got)
	assert.NotEqual(t, types.TableClassStandardInfrequentAccess, class)
	name := "readings-2026-10"
	_, err := w.engine.Client().UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: &name, ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: new(int64(2)), WriteCapacityUnits: new(int64(7))}})
	require.NoError(t, err)

	w.clock.Set(on(time.December, 2)) // half a day before November is late
	did, err := w.db.Roll(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, []string{name}, did.Lowered)
	got, _ = w.units(t, name)
	assert.Equal(t, []int64{2, 1, 5, 1}, got, "what is lower stays, the rest is lowered")

	w.clock.Set(on(time.December, 3))
	ctx, m := ddb.WithMeter(t.Context())
	did, err = w.db.Roll(ctx, nil)
	require.NoError(t, err)
	assert.Equal(t, ddbperiod.Rolled{Lowered: []string{"readings-2026-11"}}, did)
	assert.Equal(t, [3]int{1, 2, 2}, [3]int{m.RequestsOf("ListTables"), m.RequestsOf("CreateTable"), m.RequestsOf("UpdateTable")}, "the class is a request of its own")
	did, err = w.db.Roll(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, did)
	w.put(t, reading{Device: "d", At: on(time.November, 3)}) // late, and taken
}

func TestPastTablesCanGoOnDemandOrBeProvisioned(t *testing.T) {
	t.Parallel()
	w := rolled(t, func(s *ddbperiod.Series) {
		s.Current, s.Past = ddbperiod.Capacity{Read: 20, Write: 40}, &ddbperiod.Capacity{}
	})
	got, _ := w.units(t, "readings-2026-10")
	assert.Empty(t, got)
	w = rolled(t, func(s *ddbperiod.Series) { s.Past = &ddbperiod.Capacity{Read: 3, Write: 1} })
	got, _ = w.units(t, "readings-2026-10")
	assert.Equal(t, []int64{3, 1, 3, 1}, got)
	got, _ = w.units(t, "readings-2026-12")
	assert.Empty(t, got)
}

func TestATableIsDroppedOnlyAfterTheWholeRetention(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	w.series.Keep = 2
	w.put(t, reading{Device: "d", At: on(time.September, 30)})
	for _, at := range []time.Time{november, time.Date(2026, 11, 30, 23, 59, 59, 0, time.UTC)} {
		w.clock.Set(at)
		got, err := w.db.Roll(t.Context(), nil)
		require.NoError(t, err)
		assert.Empty(t, got)
	}
	w.clock.Set(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	got, err := w.db.Roll(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, ddbperiod.Rolled{Created: []string{"readings-2027-01"}, Dropped: []string{"readings-2026-09"}}, got)
	assert.Equal(t, []string{"readings-2026-10", "readings-2026-11", "readings-2026-12", "readings-2027-01"}, w.tables(t))
}

func TestAClockThatIsAheadOfTheServiceLowersAndDropsNothing(t *testing.T) {
	t.Parallel()
	w := rolled(t, func(s *ddbperiod.Series) { s.Keep, s.Past = 2, &ddbperiod.Capacity{Read: 1, Write: 1} })
	before := w.tables(t)
	jumped := ddbperiod.New(w.client, "readings", w.series, &ddb.Options{Now: func() time.Time { return on(time.December, 1).AddDate(9, 0, 0) }})
	got, err := jumped.Roll(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, got.Dropped)
	assert.Empty(t, got.Lowered)
	assert.Subset(t, w.tables(t), before)
	units, _ := w.units(t, "readings-2026-11")
	assert.Empty(t, units)
}

func TestATableOfAnotherNameOrModelIsNeverTouched(t *testing.T) {
	t.Parallel()
	w := rolled(t, func(s *ddbperiod.Series) { s.Keep = 1 })
	w.series.Past = &ddbperiod.Capacity{Read: 1, Write: 1}
	names := []string{"readings", "readings-2026-01-copy", "readings-2026-10-01", "readings-2026", "readings-2026-08", "other-2026-09"}
	for _, name := range names { // readings-2026-08 is before Since
		_, err := w.client.CreateTable(t.Context(), w.table.CreateTableInput(name))
		require.NoError(t, err)
	}
	in := w.table.CreateTableInput("readings-2026-09")
	in.KeySchema = in.KeySchema[:1]
	in.GlobalSecondaryIndexes, in.AttributeDefinitions = nil, in.AttributeDefinitions[:1]
	_, err := w.client.CreateTable(t.Context(), in)
	require.NoError(t, err)
	got, err := w.db.Roll(t.Context(), nil)
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "readings-2026-09")
	assert.Equal(t, ddbperiod.Rolled{Lowered: []string{"readings-2026-10"}}, got)
	assert.Subset(t, w.tables(t), append(names, "readings-2026-09"))
}

func TestACurrentTableThatDiffersStopsTheRoll(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	w.series.Keep = 1
	db, err := w.db.At(november)
	require.NoError(t, err)
	require.NoError(t, db.ForceDropTable(t.Context()))
	in := w.table.CreateTableInput(db.Name())
	in.GlobalSecondaryIndexes, in.AttributeDefinitions = nil, in.AttributeDefinitions[:2]
	_, err = w.client.CreateTable(t.Context(), in)
	require.NoError(t, err)
	got, err := w.db.Roll(t.Context(), nil)
	require.ErrorIs(t, err, ddb.ErrModel)
	assert.Empty(t, got)
	assert.Contains(t, w.tables(t), "readings-2026-09")
}

func TestAnArchiveIsMadeBeforeTheDropAndKeepsTheTableIfItFails(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	w.put(t, reading{Device: "d", At: on(time.September, 30), Celsius: 4})
	w.series.Keep = 1
	full := errors.New("the disk is full")
	got, err := w.db.Roll(t.Context(), &ddbperiod.RollOptions{Archive: func(context.Context, *ddb.DB) error { return full }})
	require.ErrorIs(t, err, full)
	require.ErrorContains(t, err, "archive table readings-2026-09")
	assert.Empty(t, got.Dropped)
	var kept []reading
	got, err = w.db.Roll(t.Context(), &ddbperiod.RollOptions{Archive: func(ctx context.Context, db *ddb.DB) (err error) {
		kept, err = ddb.Collect(ddb.NewRepository(db, w.fleet.readings).Scan(ctx, nil))
		return err
	}})
	require.NoError(t, err)
	assert.Equal(t, []string{"readings-2026-09"}, got.Dropped)
	assert.Len(t, kept, 1)
}

// A table is created and changed within a minute, as by the service.
func TestRollWaitsForTablesAndTwoRollersDoNoHarm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(november, nil)
		engine := ddbmem.New(ddbmem.Options{TableDelay: time.Minute})
		begin := time.Now()
		series := &ddbperiod.Series{
			Every: ddbperiod.Hour, Since: begin, By: w.by(), Keep: 1,
			Current: ddbperiod.Capacity{Read: 9, Write: 9}, Past: &ddbperiod.Capacity{Read: 1, Write: 1},
		}
		var mu sync.Mutex
		var sum ddbperiod.Rolled
		archived := 0
		for hour := range 5 {
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() {
					db := ddbperiod.New(engine.Client(), "r", series, nil)
					got, err := db.Roll(t.Context(), &ddbperiod.RollOptions{Archive: func(context.Context, *ddb.DB) error {
						mu.Lock()
						defer mu.Unlock()
						archived++
						return nil
					}})
					mu.Lock()
					defer mu.Unlock()
					assert.NoError(t, err, "hour %d", hour)
					sum.Created, sum.Lowered, sum.Dropped = append(sum.Created, got.Created...), append(sum.Lowered, got.Lowered...), append(sum.Dropped, got.Dropped...)
				})
			}
			wg.Wait()
			db := ddbperiod.New(engine.Client(), "r", series, nil)
			_, err := ddbperiod.NewRepository(db, w.fleet.readings).Put(t.Context(), reading{Device: "d", At: time.Now()})
			assert.NoError(t, err)
			time.Sleep(time.Until(begin.Add(time.Duration(hour+1) * time.Hour)))
		}
		for _, list := range [][]string{sum.Created, sum.Lowered, sum.Dropped} {
			slices.Sort(list)
		}
		assert.Len(t, slices.Compact(sum.Created), 6)
		assert.Len(t, slices.Compact(sum.Lowered), 4, "each that was past and kept")
		assert.Len(t, slices.Compact(sum.Dropped), 3)
		assert.GreaterOrEqual(t, archived, 3)
	})
}

func TestThrottlesOfTheControlPlaneAreWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(november, func(s *ddbperiod.Series) { s.Keep, s.Past = 1, &ddbperiod.Capacity{Read: 1, Write: 1} })
		denied := map[string]int{}
		w.wire.fail = func(operation string) (drop, deny bool) {
			denied[operation]++
			return false, denied[operation] <= 7 // the SDK gives up after three
		}
		_, err := w.db.Roll(t.Context(), &ddbperiod.RollOptions{Missing: true})
		require.NoError(t, err)
		w.wire.fail = nil
		assert.Len(t, w.tables(t), 3)
		w.wire.fail = func(string) (drop, deny bool) { return false, true }
		_, err = w.db.Roll(t.Context(), nil)
		require.Error(t, err)
	})
}

func TestRollEndsWithItsContext(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	w.series.Keep = 1
	ctx, cancel := context.WithCancel(t.Context())
	got, err := w.db.Roll(ctx, &ddbperiod.RollOptions{Archive: func(context.Context, *ddb.DB) error { cancel(); return nil }})
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, got.Dropped)
	assert.Contains(t, w.tables(t), "readings-2026-09")
}

// Lost responses and throttles at any request, programs that end in the middle: what is kept is never lost, and the next Roll
// without a fault leaves exactly the tables that should be there.
func TestRollsWithFaultsConverge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		keep := rapid.IntRange(1, 3).Draw(t, "keep")
		w := newWorld(since, func(s *ddbperiod.Series) {
			s.Every, s.Keep, s.Past, s.Current = ddbperiod.Day, keep, &ddbperiod.Capacity{Read: 1, Write: 1}, ddbperiod.Capacity{Read: 5, Write: 5}
		})
		_, err := w.client.CreateTable(t.Context(), w.table.CreateTableInput("readings-2026-09-10x"))
		require.NoError(t, err)
		var stored []reading
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			rate := rapid.SampledFrom([]int{0, 0, 10, 40}).Draw(t, "percent")
			w.wire.fail = func(string) (drop, deny bool) {
				return rapid.IntRange(1, 100).Draw(t, "drop") <= rate, false
			}
			ctx, cancel := context.WithCancel(t.Context())
			if rapid.IntRange(0, 4).Draw(t, "ends") == 0 {
				left := rapid.IntRange(0, 12).Draw(t, "requests")
				inner := w.wire.fail
				w.wire.fail = func(op string) (drop, deny bool) {
					if left--; left == 0 {
						cancel()
					}
					return inner(op)
				}
			}
			_, err := w.db.Roll(ctx, nil)
			cancel()
			w.wire.fail = nil
			if rate == 0 && ctx.Err() == nil {
				require.NoError(t, err)
			}
			it := reading{Device: "d", At: w.clock.Now().Add(-time.Duration(rapid.IntRange(0, 24*keep).Draw(t, "age")) * time.Hour), Celsius: len(stored)}
			if _, err := w.readings.Put(t.Context(), it); err == nil {
				stored = append(stored, it)
			}
			w.clock.Advance(time.Duration(rapid.IntRange(0, 30).Draw(t, "hours")) * time.Hour)
		}
		_, err = w.db.Roll(t.Context(), &ddbperiod.RollOptions{Missing: true})
		require.NoError(t, err)
		want := []string{"readings-2026-09-10x"}
		today := ddbperiod.Day.Start(w.clock.Now())
		for d := -keep; d <= 1; d++ {
			if day := today.AddDate(0, 0, d); !day.Before(ddbperiod.Day.Start(since)) {
				want = append(want, "readings-"+day.Format(time.DateOnly))
			}
		}
		slices.Sort(want)
		assert.Equal(t, want, w.tables(t))
		for _, it := range stored {
			if !it.At.Before(today.AddDate(0, 0, -keep)) {
				_, err := w.readings.Get(t.Context(), it)
				assert.NoError(t, err, "an item that is kept was lost")
			}
		}
	})
}

// The SDK sends the request again, and the service says that there is nothing to do.
func TestALostResponseOfRollIsNoError(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"ListTables", "CreateTable", "DescribeTable", "UpdateTable", "DeleteTable"} {
		w := rolled(t, nil)
		w.series.Keep, w.series.Past = 1, &ddbperiod.Capacity{Read: 1, Write: 1}
		w.clock.Set(on(time.December, 1))
		n := 0
		w.wire.fail = func(op string) (drop, deny bool) {
			if op == operation {
				n++
			}
			return op == operation && n == 1, false
		}
		got, err := w.db.Roll(t.Context(), nil)
		require.NoError(t, err, operation)
		assert.GreaterOrEqual(t, n, 2, operation)
		assert.Equal(t, []string{"readings-2026-11"}, got.Lowered, operation)
		assert.Equal(t, []string{"readings-2026-09", "readings-2026-10"}, got.Dropped, operation)
		assert.Equal(t, []string{"readings-2026-11", "readings-2026-12", "readings-2027-01"}, w.tables(t), operation)
	}
}
