package ddbperiod_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbperiod"
)

func TestAnArchiveThatEndsAsAnotherProgramDropsTheTableIsNoError(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	w.series.Keep = 1
	archive := func(ctx context.Context, db *ddb.DB) error {
		_, err := w.db.Roll(ctx, nil)
		require.NoError(t, err)
		_, err = ddb.Collect(ddb.NewRepository(db, w.fleet.readings).Scan(ctx, nil))
		require.Error(t, err)
		return err
	}
	got, err := w.db.Roll(t.Context(), &ddbperiod.RollOptions{Archive: archive})
	require.NoError(t, err)
	assert.Empty(t, got, "the other one dropped it")
}

func TestAnArchiveWhoseOwnTableIsMissingIsAnError(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	w.series.Keep = 1
	archive := func(ctx context.Context, _ *ddb.DB) error {
		return ddb.New(w.client, "archive", w.table, nil).Do(ctx, w.fleet.readings.Put(reading{Device: "d", At: november}))
	}
	got, err := w.db.Roll(t.Context(), &ddbperiod.RollOptions{Archive: archive})
	require.ErrorContains(t, err, "archive table readings-2026-09")
	assert.Empty(t, got.Dropped)
	assert.Contains(t, w.tables(t), "readings-2026-09")
}

func TestATableThatIsGoneAfterAThrottleIsDropped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := rolled(t, nil)
		w.series.Keep = 1
		deleted, denied := false, 0
		w.wire.fail = func(operation string) (drop, deny bool) {
			deleted = deleted || operation == "DeleteTable"
			if !deleted || operation != "DescribeTable" {
				return false, false
			}
			denied++
			return false, denied <= 4 // the SDK gives up after three
		}
		got, err := w.db.Roll(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []string{"readings-2026-09"}, got.Dropped)
	})
}

// Such a number would overflow a time, and all tables would be past retention.
func TestAKeepOfMorePeriodsThanThereAreKeepsAllTables(t *testing.T) {
	t.Parallel()
	for every := ddbperiod.Hour; every <= ddbperiod.Year; every++ {
		for _, keep := range []int{3_000_000, math.MaxInt32, math.MaxInt - 1, math.MaxInt} {
			w := newWorld(november, func(s *ddbperiod.Series) { s.Every, s.Since, s.Keep = every, november.Add(-2*time.Hour), keep })
			_, err := w.db.Roll(t.Context(), &ddbperiod.RollOptions{Missing: true})
			require.NoError(t, err)
			got, err := w.db.Roll(t.Context(), nil)
			require.NoError(t, err)
			assert.Empty(t, got, "%v %d", every, keep)
			w.put(t, reading{Device: "d", At: november})
		}
	}
}
