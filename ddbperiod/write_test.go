package ddbperiod_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbperiod"
)

// count is the number of items in a table.
func (w *world) count(t *testing.T, table string) int32 {
	t.Helper()
	out, err := w.engine.Client().Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	require.NoError(t, err)
	return out.Count
}

func TestAnItemGoesIntoTheTableOfItsOwnPeriod(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	w.put(t, reading{Device: "d", At: on(time.November, 30)}, reading{Device: "d", At: on(time.September, 1)}, reading{Device: "d", At: on(time.October, 31)})
	// late, by a zone whose date is of another month
	w.put(t, reading{Device: "d", At: time.Date(2026, 11, 1, 0, 30, 0, 0, time.FixedZone("", 3600))})
	for table, n := range map[string]int32{"readings-2026-09": 1, "readings-2026-10": 2, "readings-2026-11": 1, "readings-2026-12": 0} {
		assert.Equal(t, n, w.count(t, table), table)
	}
}

func TestEachVerbIsInTheTableOfItsKey(t *testing.T) {
	t.Parallel()
	w, ctx, f := rolled(t, nil), t.Context(), (*reading)(nil)
	f = w.fleet.readings.Fields()
	key := reading{Device: "d", At: on(time.October, 3)}
	it := key
	it.Celsius = 20
	_, err := w.readings.Create(ctx, it)
	require.NoError(t, err)
	_, err = w.readings.Create(ctx, reading{Device: "d", At: key.At, Celsius: 9})
	require.ErrorIs(t, err, ddb.ErrExists)
	require.ErrorContains(t, err, "readings-2026-10")
	it.Celsius = 21
	_, err = w.readings.Replace(ctx, it)
	require.NoError(t, err)
	got, err := w.readings.Update(ctx, key, ddb.Set(&f.Note, "seen"))
	require.NoError(t, err)
	assert.Equal(t, "seen", got.Note)
	_, err = w.readings.Upsert(ctx, reading{Device: "d", At: on(time.September, 3)}, ddb.Set(&f.Celsius, 3), ddb.Set(&f.Note, "new"))
	require.NoError(t, err)
	got, err = w.readings.Get(ctx, key)
	require.NoError(t, err)
	assert.Equal(t, 21, got.Celsius)
	got, err = w.readings.Consistent().Get(ctx, reading{Device: "d", At: on(time.September, 3)})
	require.NoError(t, err)
	assert.Equal(t, 3, got.Celsius)
	require.NoError(t, w.readings.Delete(ctx, key))
	_, err = w.readings.Get(ctx, key)
	require.ErrorIs(t, err, ddb.ErrNotFound)
	got, err = w.readings.Take(ctx, reading{Device: "d", At: on(time.September, 3)})
	require.NoError(t, err)
	assert.Equal(t, "new", got.Note)
	_, err = w.readings.Modify(ctx, key, func(*reading) error { return nil })
	require.ErrorIs(t, err, ddb.ErrModel, "the entity has no Version")
	assert.Zero(t, w.count(t, "readings-2026-09")+w.count(t, "readings-2026-10"))
}

func TestATimeWithoutATableIsRefusedBeforeAnyRequest(t *testing.T) {
	t.Parallel()
	w := rolled(t, func(s *ddbperiod.Series) { s.Keep = 1 })
	sent := len(w.wire.sent)
	for why, at := range map[string]time.Time{
		"before Since": on(time.August, 31), "past retention": on(time.September, 30), "after the clock": on(time.December, 1), "is zero": {},
	} {
		want := ddbperiod.ErrPeriod
		if at.IsZero() {
			want = ddb.ErrKey
		}
		it := reading{Device: "d", At: at}
		_, err := w.readings.Put(t.Context(), it)
		require.ErrorIs(t, err, want)
		require.ErrorContains(t, err, why)
		require.ErrorContains(t, err, "put reading")
		require.ErrorIs(t, w.db.Do(t.Context(), w.fleet.readings.Delete(it)), want)
		require.ErrorIs(t, w.db.Transact(t.Context(), w.fleet.readings.Put(it)), want)
		require.ErrorIs(t, w.db.Batch(t.Context(), w.fleet.readings.Put(reading{Device: "d", At: november}), w.fleet.readings.Put(it)), want)
		_, err = w.readings.Get(t.Context(), it)
		require.ErrorIs(t, err, want)
		assert.Equal(t, !at.IsZero(), errors.Is(err, ddb.ErrNotFound))
	}
	assert.Len(t, w.wire.sent, sent, "a request was made")
	w.clock.Set(time.Date(2026, 11, 30, 23, 59, 30, 0, time.UTC))
	w.put(t, reading{Device: "d", At: time.Date(2026, 12, 1, 0, 0, 5, 0, time.UTC)}) // by a clock that is ahead
}

func TestATableThatIsMissingIsSaidAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(november, nil)
	ops := []ddb.Op{w.fleet.readings.Put(reading{Device: "d", At: november})}
	for _, write := range []func() error{
		func() error { return w.db.Do(t.Context(), ops[0]) },
		func() error { return w.db.Transact(t.Context(), ops...) },
		func() error { return w.db.Batch(t.Context(), ops...) },
	} {
		err := write()
		require.ErrorIs(t, err, ddbperiod.ErrNoTable)
		require.ErrorContains(t, err, "readings-2026-11: call Roll")
		_, ok := errors.AsType[*types.ResourceNotFoundException](err)
		assert.True(t, ok)
	}
	assert.Empty(t, w.tables(t))
}

func TestATransactionIsWithinOnePeriod(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	first, second := w.fleet.readings.Put(reading{Device: "d", At: on(time.October, 31)}), w.fleet.readings.Put(reading{Device: "d", At: on(time.November, 1)})
	err := w.db.Transact(t.Context(), first, second)
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "readings-2026-11, op 0 of readings-2026-10")
	assert.Zero(t, w.count(t, "readings-2026-10"))
	require.NoError(t, w.db.Transact(t.Context(), second, w.fleet.alarms.Create(alarm{Device: "d", Kind: "hot", At: november})))
	assert.EqualValues(t, 2, w.count(t, "readings-2026-11"))
	err = w.db.Transact(t.Context(), second, w.fleet.alarms.Create(alarm{Device: "d", Kind: "hot", At: november}))
	failed, ok := errors.AsType[*ddb.TransactError](err)
	require.True(t, ok)
	require.ErrorIs(t, failed.At(1), ddb.ErrExists)
	require.NoError(t, w.db.Transact(t.Context()))
}

func TestAMoveStaysInItsPeriod(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	it := reading{Device: "d", At: on(time.November, 2), Celsius: 5}
	w.put(t, it)
	to, far := it, it
	to.At, far.At = on(time.November, 3), on(time.October, 3)
	require.ErrorIs(t, w.db.Do(t.Context(), w.fleet.readings.Move(it, far)), ddb.ErrModel)
	require.NoError(t, w.db.Do(t.Context(), w.fleet.readings.Move(it, to)))
	got, err := w.readings.Get(t.Context(), to)
	require.NoError(t, err)
	assert.Equal(t, 5, got.Celsius)
}

func TestABatchOfSeveralPeriodsSaysTheOutcomeOfEachOp(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	taken := alarm{Device: "d", Kind: "hot", At: on(time.October, 1)}
	require.NoError(t, w.db.Do(t.Context(), w.fleet.alarms.Create(taken)))
	err := w.db.Batch(t.Context(),
		w.fleet.readings.Put(reading{Device: "d", At: on(time.November, 1)}),
		w.fleet.alarms.Replace(alarm{Device: "x", Kind: "hot", At: on(time.October, 1)}),
		w.fleet.readings.Put(reading{Device: "d", At: on(time.September, 1)}),
		w.fleet.readings.Put(reading{Device: "d", At: on(time.October, 1)}),
	)
	failed, ok := errors.AsType[*ddb.BatchError](err)
	require.True(t, ok)
	assert.Equal(t, []ddb.WriteOutcome{ddb.WriteDone, ddb.WriteNotDone, ddb.WriteDone, ddb.WriteDone}, failed.Outcomes)
	require.ErrorIs(t, failed.At(1), ddb.ErrNotFound)
	require.ErrorContains(t, failed.At(1), "readings-2026-10")
	require.Len(t, failed.Failed, 1)
	assert.EqualValues(t, 2, w.count(t, "readings-2026-10"))
	require.NoError(t, w.db.Batch(t.Context(), w.fleet.readings.Delete(reading{Device: "d", At: on(time.November, 1)}), w.fleet.readings.Delete(reading{Device: "d", At: on(time.September, 1)})))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, w.db.Batch(ctx), context.Canceled)
}

func TestABatchWithAnOpThatCannotBeDoneWritesToNoTable(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	good := w.fleet.readings.Put(reading{Device: "d", At: on(time.September, 20)})
	sent := len(w.wire.sent)
	err := w.db.Batch(t.Context(), good, w.fleet.alarms.Check(alarm{Device: "d", Kind: "k", At: november}))
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "table readings-2026-11: ddb: batch: op 1: check alarm")
	bad := func(month time.Month) ddb.Op {
		return w.fleet.readings.Put(reading{Device: "d", At: on(month, 20), Note: strings.Repeat("x", 500_000)})
	}
	err = w.db.Batch(t.Context(), bad(time.November), good, bad(time.October))
	failed, ok := errors.AsType[*ddb.BatchError](err)
	require.True(t, ok)
	assert.Equal(t, []ddb.WriteOutcome{ddb.WriteNotDone, ddb.WriteNotDone, ddb.WriteNotDone}, failed.Outcomes)
	require.Len(t, failed.Failed, 2)
	require.ErrorContains(t, failed.At(0), "readings-2026-11")
	require.ErrorContains(t, failed.At(2), "readings-2026-10")
	assert.Len(t, w.wire.sent, sent, "a request was made")
}

func TestWhatIsWrongWithASeriesIsFoundAtOnce(t *testing.T) {
	t.Parallel()
	f := newFleet()
	other := newFleet()
	type plainDevice struct {
		ID string    `dynamodbav:"-"`
		At time.Time `dynamodbav:"at"`
	}
	plain := ddb.MustDefine(f.table, "device", func(p *plainDevice, d *ddb.Definition) {
		d.Primary(ddb.Key(hash, ddb.Str(&p.ID)), ddb.Key(hash))
	})
	by := ddbperiod.By(f.readings, &f.readings.Fields().At)
	for want, s := range map[string]*ddbperiod.Series{
		"the series is nil":     nil,
		"Every is not set":      {Since: since, By: f.by()},
		"Since is not set":      {Every: ddbperiod.Day, By: f.by()},
		"By is empty":           {Every: ddbperiod.Day, Since: since},
		"By lacks entity alarm": {Every: ddbperiod.Day, Since: since, By: []ddbperiod.Field{by}},
		"entity reading stands there twice": {
			Every: ddbperiod.Day, Since: since, By: []ddbperiod.Field{by, by},
		},
		"of another table":                 {Every: ddbperiod.Day, Since: since, By: append(f.by(), other.by()...)},
		"the primary key does not hold At": {Every: ddbperiod.Day, Since: since, By: append(f.by(), ddbperiod.By(plain, &plain.Fields().At))},
		"By: entity reading":               {Every: ddbperiod.Day, Since: since, By: []ddbperiod.Field{ddbperiod.By(f.readings, new(time.Time))}},
		"the entity is nil":                {Every: ddbperiod.Day, Since: since, By: []ddbperiod.Field{ddbperiod.By[reading](nil, new(time.Time))}},
		"a zero Field":                     {Every: ddbperiod.Day, Since: since, By: make([]ddbperiod.Field, 1)},
		"must not be negative":             {Every: ddbperiod.Day, Since: since, By: f.by(), Keep: -1},
		"both must be 1 at least":          {Every: ddbperiod.Day, Since: since, By: f.by(), Past: &ddbperiod.Capacity{Read: 1}},
	} {
		err := s.Check()
		require.ErrorIs(t, err, ddb.ErrModel, want)
		require.ErrorContains(t, err, want)
		assert.Panics(t, func() { ddbperiod.New(newWorld(november, nil).client, "r", s, nil) }, want)
	}
	w := newWorld(november, nil)
	assert.Panics(t, func() { ddbperiod.New(w.client, "", w.series, nil) })
	assert.Panics(t, func() { ddbperiod.NewRepository(w.db, other.readings) })
	require.ErrorIs(t, w.db.Do(t.Context(), ddb.Op{}), ddb.ErrModel)
	require.ErrorIs(t, w.db.Do(t.Context(), other.readings.Put(reading{})), ddb.ErrModel)
}

func TestAnErrorOfAModifysFunctionIsReturnedUnchanged(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	type meter struct {
		ID      string    `dynamodbav:"-"`
		At      time.Time `dynamodbav:"-"`
		Version int64     `dynamodbav:"version"`
	}
	meters := ddb.MustDefine(table, "meter", func(m *meter, d *ddb.Definition) {
		d.Primary(ddb.Key(hash, ddb.Str(&m.ID)), ddb.Key(readingAt, ddb.Time(&m.At)))
		d.Version(&m.Version)
	})
	w := newWorld(november, nil)
	series := &ddbperiod.Series{Every: ddbperiod.Month, Since: since, By: []ddbperiod.Field{ddbperiod.By(meters, &meters.Fields().At)}}
	db := ddbperiod.New(w.client, "meters", series, &ddb.Options{Now: w.clock.Now})
	_, err := db.Roll(t.Context(), nil)
	require.NoError(t, err)
	repo, key := ddbperiod.NewRepository(db, meters), meter{ID: "m", At: november}
	_, err = repo.Put(t.Context(), key)
	require.NoError(t, err)
	own := &types.ResourceNotFoundException{} // of another table
	_, err = repo.Modify(t.Context(), key, func(*meter) error { return own })
	assert.Equal(t, error(own), err)
}
