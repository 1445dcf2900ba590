package ddbperiod_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbperiod"
)

// daily is a series of days from since to a week later, with random readings of two devices and alarms.
type daily struct {
	*world
	readings []reading
	now      time.Time
}

func newDaily(t *rapid.T) *daily {
	now := since.AddDate(0, 0, 6).Add(time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, "now")) * time.Minute)
	w := newWorld(now, func(s *ddbperiod.Series) { s.Every = ddbperiod.Day })
	_, err := w.db.Roll(t.Context(), &ddbperiod.RollOptions{Missing: true})
	require.NoError(t, err)
	d := &daily{world: w, now: now}
	seen := map[string]bool{}
	var ops []ddb.Op
	for range rapid.IntRange(0, 40).Draw(t, "readings") {
		it := reading{Device: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "device"), At: d.time(t, "at"), Celsius: rapid.IntRange(-3, 3).Draw(t, "celsius")}
		if key := it.Device + it.At.String(); !seen[key] && it.At.Before(ddbperiod.Day.Add(now.Add(time.Minute), 1)) {
			seen[key] = true
			d.readings, ops = append(d.readings, it), append(ops, w.fleet.readings.Put(it))
		}
	}
	require.NoError(t, w.db.Batch(t.Context(), ops...))
	return d
}

// time draws a time of the week, often at the edge of a day.
func (d *daily) time(t *rapid.T, label string) time.Time {
	at := since.Add(time.Duration(rapid.IntRange(0, 7*24*60-1).Draw(t, label)) * time.Minute)
	if rapid.Bool().Draw(t, label+" at the edge") {
		at = ddbperiod.Day.Start(at)
	}
	return at
}

// question is a query and what it has to find.
type question struct {
	q      ddb.Query[reading]
	want   []reading
	tables int // that it may read for the items consumed
	byTime bool
}

// ask draws a query of a device, of which the caller consumes at most take items.
func (d *daily) ask(t *rapid.T, take int) question {
	f := d.fleet.readings.Fields()
	dev := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "of")
	x := question{byTime: rapid.IntRange(0, 2).Draw(t, "by time") > 0}
	x.q = d.fleet.readings.Query(reading{Device: dev})
	if !x.byTime {
		x.q = d.fleet.readings.On(d.hot, reading{Device: dev})
	}
	from, to := d.time(t, "from"), d.time(t, "to")
	in, warm := func(time.Time) bool { return true }, func(reading) bool { return true }
	first, last := ddbperiod.Day.Start(since), ddbperiod.Day.Add(d.now.Add(time.Minute), 1).Add(-1)
	switch op := rapid.IntRange(0, 7).Draw(t, "range"); {
	case !x.byTime && op > 3:
		c := rapid.IntRange(-2, 2).Draw(t, "celsius of the query")
		x.byTime, x.q = true, x.q.SortKey(ddb.Eq(&f.Celsius, c), ddb.Between(&f.At, from, to))
		in = func(t time.Time) bool { return !t.Before(from) && !t.After(to) }
		first, last = from, to
		warm = func(r reading) bool { return r.Celsius == c }
	case !x.byTime || op == 0:
	case op == 1:
		x.q, in, first, last = x.q.SortKey(ddb.Between(&f.At, from, to)), func(t time.Time) bool { return !t.Before(from) && !t.After(to) }, from, to
	case op == 2:
		x.q, in, last = x.q.SortKey(ddb.Lt(&f.At, to)), func(t time.Time) bool { return t.Before(to) }, to.Add(-1)
	case op == 3:
		x.q, in, first = x.q.SortKey(ddb.Ge(&f.At, from)), func(t time.Time) bool { return !t.Before(from) }, from
	case op == 4:
		x.q, in, first, last = x.q.SortKey(ddb.Ge(&f.At, from), ddb.Lt(&f.At, to)), func(t time.Time) bool { return !t.Before(from) && t.Before(to) }, from, to.Add(-1)
	case op == 5:
		x.q, in, first, last = x.q.SortKey(ddb.Eq(&f.At, from)), from.Equal, from, from
	case op == 6:
		x.q, in, first = x.q.SortKey(ddb.Gt(&f.At, from)), func(t time.Time) bool { return t.After(from) }, from
	case op == 7:
		x.q, in, last = x.q.SortKey(ddb.Le(&f.At, to)), func(t time.Time) bool { return !t.After(to) }, to
	}
	for _, r := range d.readings {
		if r.Device == dev && in(r.At) && warm(r) {
			x.want = append(x.want, r)
		}
	}
	desc := rapid.Bool().Draw(t, "desc")
	slices.SortFunc(x.want, func(a, b reading) int {
		c := 0
		if !x.byTime {
			c = cmp.Compare(a.Celsius, b.Celsius)
		}
		if c = cmp.Or(c, a.At.Compare(b.At)); desc {
			return -c
		}
		return c
	})
	if desc {
		x.q = x.q.Desc()
	}
	x.tables = d.needed(first, last, desc, x, take)
	return x
}

// needed is how many tables a query has to read: those of its range, and by time only until it has what is consumed.
func (d *daily) needed(first, last time.Time, desc bool, x question, take int) (n int) {
	var days []time.Time
	for day := ddbperiod.Day.Start(since); !day.After(d.now.Add(time.Minute)); day = ddbperiod.Day.Add(day, 1) {
		if !day.Before(ddbperiod.Day.Start(first)) && !day.After(last) {
			days = append(days, day)
		}
	}
	if last.Before(first) {
		return 0
	}
	if desc {
		slices.Reverse(days)
	}
	have := 0
	for _, day := range days {
		if n++; !x.byTime {
			continue
		}
		for _, r := range x.want {
			if ddbperiod.Day.Start(r.At).Equal(day) {
				have++
			}
		}
		if have >= take {
			break
		}
	}
	return n
}

func TestAQueryAcrossPeriodsFindsWhatOneTableWouldAndReadsOnlyWhatItNeeds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := newDaily(t)
		for range 6 {
			take := rapid.IntRange(1, 12).Draw(t, "take")
			x := d.ask(t, take)
			want := x.want[:min(take, len(x.want))]
			limited := rapid.Bool().Draw(t, "limit")
			q := x.q
			if limited {
				q = q.Limit(take)
			}
			ctx, m := ddb.WithMeter(t.Context())
			var got []reading
			for it, err := range d.world.readings.Query(ctx, q) {
				require.NoError(t, err)
				if got = append(got, it); len(got) == take {
					break
				}
			}
			assert.Equal(t, plainly(want), plainly(got), q.String())
			assert.LessOrEqual(t, m.Requests(), x.tables, "%s, take %d", q, take)
			assert.Equal(t, m.Requests(), m.RequestsOf("Query"))
			if limited {
				n, err := d.world.readings.Count(t.Context(), q)
				require.NoError(t, err)
				assert.Equal(t, len(want), n)
			}
		}
	})
}

// plainly prints readings, so that failures can be read.
func plainly(all []reading) (out []string) {
	for _, r := range all {
		out = append(out, fmt.Sprint(r.Device, r.At.UTC().Format(" 02 15:04 "), r.Celsius))
	}
	return out
}

func TestPagesAcrossPeriodsJoinToTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := newDaily(t)
		limit := rapid.IntRange(0, 7).Draw(t, "limit")
		x := d.ask(t, 1000)
		q := x.q.Limit(limit)
		if !x.byTime {
			_, err := d.world.readings.Page(t.Context(), q, "")
			require.ErrorIs(t, err, ddb.ErrModel)
			return
		}
		var got []reading
		var at ddb.Cursor
		for pages := 0; ; pages++ {
			require.Less(t, pages, 60)
			page, err := d.world.readings.Page(t.Context(), q, at)
			require.NoError(t, err)
			if limit > 0 {
				assert.LessOrEqual(t, len(page.Items), limit)
			}
			got, at = append(got, page.Items...), page.Next
			if at == "" {
				break
			}
			_, err = d.world.readings.Page(t.Context(), d.fleet.readings.Query(reading{Device: "other"}).Limit(limit), at)
			require.ErrorIs(t, err, ddb.ErrCursor)
		}
		assert.Equal(t, plainly(x.want), plainly(got))
	})
}

func TestTheNewestTenTouchOneTable(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	for day := range 15 {
		w.put(t, reading{Device: "d", At: on(time.November, 1+day)}, reading{Device: "d", At: on(time.October, 1+day)})
	}
	ctx, m := ddb.WithMeter(t.Context())
	got, err := ddb.Collect(w.readings.Query(ctx, w.fleet.readings.Query(reading{Device: "d"}).Desc().Limit(10)))
	require.NoError(t, err)
	assert.Len(t, got, 10)
	assert.Equal(t, on(time.November, 15), got[0].At)
	assert.Equal(t, 1, m.Requests())
	one, err := w.readings.One(ctx, w.fleet.readings.Query(reading{Device: "d"}).Limit(1))
	require.NoError(t, err)
	assert.Equal(t, on(time.October, 1), one.At, "the oldest: September is empty")
	_, err = w.readings.One(ctx, w.fleet.readings.Query(reading{Device: "d"}))
	require.ErrorIs(t, err, ddb.ErrTooMany)
	_, err = w.readings.One(ctx, w.fleet.readings.Query(reading{Device: "none"}))
	require.ErrorIs(t, err, ddb.ErrNotFound)
}

func TestAnotherPartBeforeTheTimeIsMergedUnlessItIsFixed(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	f := w.fleet.alarms.Fields()
	for _, a := range []alarm{{"d", "smoke", on(time.October, 1)}, {"d", "heat", on(time.October, 2)}, {"d", "heat", on(time.November, 2)}, {"d", "smoke", on(time.November, 1)}} {
		require.NoError(t, w.db.Do(t.Context(), w.fleet.alarms.Put(a)))
	}
	ctx, m := ddb.WithMeter(t.Context())
	got, err := ddb.Collect(w.alarms.Query(ctx, w.fleet.alarms.Query(alarm{Device: "d"}).Desc()))
	require.NoError(t, err)
	assert.Equal(t, []alarm{{"d", "smoke", on(time.November, 1)}, {"d", "smoke", on(time.October, 1)}, {"d", "heat", on(time.November, 2)}, {"d", "heat", on(time.October, 2)}}, got)
	assert.Equal(t, 3, m.Requests(), "one for each table")
	ctx, m = ddb.WithMeter(t.Context())
	got, err = ddb.Collect(w.alarms.Query(ctx, w.fleet.alarms.Query(alarm{Device: "d"}).SortKey(ddb.Eq(&f.Kind, "heat")).Desc().Limit(1)))
	require.NoError(t, err)
	assert.Equal(t, []alarm{{"d", "heat", on(time.November, 2)}}, got)
	assert.Equal(t, 1, m.Requests())
	_, err = ddb.Collect(w.alarms.Query(t.Context(), w.fleet.alarms.Query(alarm{Device: "d"}).Select(&f.Kind)))
	require.ErrorIs(t, err, ddb.ErrModel)
	_, err = ddb.Collect(w.alarms.Query(t.Context(), ddb.Query[alarm]{}))
	require.ErrorIs(t, err, ddb.ErrModel)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = ddb.Collect(w.alarms.Query(ctx, w.fleet.alarms.Query(alarm{Device: "d"})))
	require.ErrorIs(t, err, context.Canceled)
}

func TestAMissingTableIsAnErrorUnlessItIsPastRetentionOrToCome(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	w.put(t, reading{Device: "d", At: on(time.September, 20)}, reading{Device: "d", At: on(time.November, 20)})
	october, err := w.db.At(on(time.October, 1))
	require.NoError(t, err)
	require.NoError(t, october.DropTable(t.Context()))
	q := w.fleet.readings.Query(reading{Device: "d"})
	for _, q := range []ddb.Query[reading]{q, q.Desc()} {
		got, err := ddb.Collect(w.readings.Query(t.Context(), q))
		require.ErrorIs(t, err, ddbperiod.ErrNoTable)
		require.ErrorContains(t, err, "readings-2026-10")
		assert.Len(t, got, 1)
		_, err = w.readings.Count(t.Context(), q)
		require.ErrorIs(t, err, ddbperiod.ErrNoTable)
		_, err = w.readings.Page(t.Context(), q.Limit(9), "")
		require.ErrorIs(t, err, ddbperiod.ErrNoTable)
	}

	w.clock.Set(time.Date(2026, 12, 31, 23, 59, 40, 0, time.UTC)) // the next table is looked for, and not there
	w.series.Keep = 1
	got, err := ddb.Collect(w.readings.Query(t.Context(), q))
	require.NoError(t, err)
	assert.Len(t, got, 1, "October is past retention")
}

func TestATableThatIsDroppedWhileAQueryRunsIsLeftOut(t *testing.T) {
	t.Parallel()
	w := rolled(t, func(s *ddbperiod.Series) { s.Keep = 1 })
	w.put(t, reading{Device: "d", At: on(time.October, 20)}, reading{Device: "d", At: on(time.November, 20)})
	var got []time.Time
	for it, err := range w.readings.Query(t.Context(), w.fleet.readings.Query(reading{Device: "d"}).Desc()) {
		require.NoError(t, err)
		got = append(got, it.At)
		w.clock.Set(on(time.December, 1))
		rolled, err := w.db.Roll(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []string{"readings-2026-10"}, rolled.Dropped)
	}
	assert.Equal(t, []time.Time{on(time.November, 20)}, got)
}

func TestAnItemThatCannotBeReadDoesNotEndTheQuery(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	w.put(t, reading{Device: "d", At: on(time.October, 20), Celsius: 7}, reading{Device: "d", At: on(time.November, 20), Celsius: 6})
	for _, table := range []string{"readings-2026-10", "readings-2026-11"} {
		w.spoil(t, table)
	}
	f := w.fleet.readings
	for _, q := range []ddb.Query[reading]{f.Query(reading{Device: "d"}), f.On(w.hot, reading{Device: "d"})} {
		got, err := ddb.CollectAll(w.readings.Query(t.Context(), q))
		require.Error(t, err)
		assert.Len(t, got, 2)
		require.ErrorContains(t, err, "readings-2026-10")
		require.ErrorContains(t, err, "readings-2026-11")
	}
	page, err := w.readings.Page(t.Context(), f.Query(reading{Device: "d"}).Limit(5), "")
	require.Error(t, err)
	assert.Len(t, page.Items, 2)
}

func TestACursorIsOfItsQueryAndSeriesAndSigned(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	for day := range 3 {
		w.put(t, reading{Device: "d", At: on(time.November, 1+day)}, reading{Device: "d", At: on(time.October, 1+day)})
	}
	open := func(name string, key string) *ddbperiod.Repository[reading] {
		return ddbperiod.NewRepository(ddbperiod.New(w.client, name, w.series, &ddb.Options{Now: w.clock.Now, CursorKey: []byte(key)}), w.fleet.readings)
	}
	signed, q := open("readings", "one"), w.fleet.readings.Query(reading{Device: "d"}).Desc().Limit(3)
	page, err := signed.Page(t.Context(), q, "")
	require.NoError(t, err)
	next, err := signed.Page(t.Context(), q, page.Next)
	require.NoError(t, err)
	assert.Equal(t, on(time.October, 3), next.Items[0].At)
	one, err := w.db.At(november)
	require.NoError(t, err)
	single, err := ddb.NewRepository(one, w.fleet.readings).Page(t.Context(), q.Limit(1), "")
	require.NoError(t, err)
	for why, fails := range map[string]func() error{
		"another key":  func() error { _, err := open("readings", "two").Page(t.Context(), q, page.Next); return err },
		"no key":       func() error { _, err := w.readings.Page(t.Context(), q, page.Next); return err },
		"other series": func() error { _, err := open("others", "one").Page(t.Context(), q, page.Next); return err },
		"other query": func() error {
			_, err := signed.Page(t.Context(), w.fleet.readings.Query(reading{Device: "e"}).Desc().Limit(3), page.Next)
			return err
		},
		"other order": func() error {
			_, err := signed.Page(t.Context(), w.fleet.readings.Query(reading{Device: "d"}).Limit(3), page.Next)
			return err
		},
		"of a table": func() error { _, err := w.readings.Page(t.Context(), q, single.Next); return err },
		"to a table": func() error {
			_, err := ddb.NewRepository(one, w.fleet.readings).Page(t.Context(), q, page.Next)
			return err
		},
		"no cursor": func() error { _, err := signed.Page(t.Context(), q, "x"); return err },
		"changed":   func() error { _, err := signed.Page(t.Context(), q, page.Next[:len(page.Next)-1]+"_"); return err },
	} {
		require.ErrorIs(t, fails(), ddb.ErrCursor, why)
	}

	page, err = signed.Page(t.Context(), q.Limit(4), "") // ends within October
	require.NoError(t, err)
	w.series.Keep = 1
	w.clock.Set(on(time.December, 30))
	next, err = signed.Page(t.Context(), q, page.Next)
	require.NoError(t, err)
	assert.Empty(t, next.Items, "October is past retention")
	assert.Empty(t, next.Next)
}

// spoil puts an item into a table that has another type than its field.
func (w *world) spoil(t *testing.T, table string) {
	t.Helper()
	w.write(t, table, map[string]types.AttributeValue{
		"pk": text("device#d"), "sk": text("at#" + "2026-01-01T00:00:00.000000000Z"), "hot_pk": text("device#d"), "hot_sk": text("000#"),
		"entityType": text("reading"), "celsius": text("warm"),
	})
}
