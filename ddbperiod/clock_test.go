package ddbperiod_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbperiod"
)

// behind is the repository of a program whose clock is five seconds behind.
func (w *world) behind() *ddbperiod.Repository[reading] {
	now := func() time.Time { return w.clock.Now().Add(-5 * time.Second) }
	return ddbperiod.NewRepository(ddbperiod.New(w.client, "readings", w.series, &ddb.Options{Now: now}), w.fleet.readings)
}

func TestATableThatAProgramAheadDroppedIsLeftOut(t *testing.T) {
	t.Parallel()
	w := rolled(t, func(s *ddbperiod.Series) { s.Keep = 1 })
	w.put(t, reading{Device: "d", At: on(time.October, 1)}, reading{Device: "d", At: on(time.November, 1)})
	w.clock.Set(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	_, err := w.db.Roll(t.Context(), nil)
	require.NoError(t, err)
	q := w.fleet.readings.Query(reading{Device: "d"})
	got, err := ddb.Collect(w.behind().Query(t.Context(), q))
	require.NoError(t, err)
	assert.Len(t, got, 1)
	n, err := w.behind().Count(t.Context(), q)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
}

func TestACursorOfAProgramAheadIsContinued(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	w.clock.Set(time.Date(2026, 11, 30, 23, 59, 2, 0, time.UTC))
	for nano := range 3 {
		w.put(t, reading{Device: "d", At: time.Date(2026, 12, 1, 0, 0, 1, nano, time.UTC)})
	}
	w.put(t, reading{Device: "d", At: on(time.November, 1)})
	all := w.fleet.readings.Query(reading{Device: "d"})
	for _, q := range []ddb.Query[reading]{all.Limit(2), all.Desc().Limit(2)} {
		first, err := w.readings.Page(t.Context(), q, "")
		require.NoError(t, err)
		second, err := w.behind().Page(t.Context(), q, first.Next)
		require.NoError(t, err)
		seen := map[time.Time]bool{}
		for _, it := range append(first.Items, second.Items...) {
			seen[it.At] = true
		}
		assert.Len(t, seen, 4)
	}
}

// Else the next Roll would archive it again, without its items.
func TestATableThatAProgramAheadDroppedIsNotCreatedAgain(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	w.series.Keep = 1
	w.clock.Set(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	_, err := w.db.Roll(t.Context(), nil)
	require.NoError(t, err)
	for _, behind := range []time.Duration{5 * time.Second, 24 * time.Hour, 90 * 24 * time.Hour} {
		now := func() time.Time { return w.clock.Now().Add(-behind) }
		db := ddbperiod.New(w.client, "readings", w.series, &ddb.Options{Now: now})
		got, err := db.Roll(t.Context(), &ddbperiod.RollOptions{Missing: true})
		if behind > 60*24*time.Hour { // its current table too
			require.ErrorIs(t, err, ddb.ErrModel)
			require.ErrorContains(t, err, "the clock says 2026-09-02T00:00:00Z, and the service 2026-12-01T00:00:00Z")
		} else {
			require.NoError(t, err)
		}
		assert.Empty(t, got.Created, "%v", behind)
	}
}
