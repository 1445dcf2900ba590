package ddbperiod_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbperiod"
)

// event has its time in the partition key of one index, and in none of another.
type event struct {
	ID    string    `dynamodbav:"-"`
	At    time.Time `dynamodbav:"at"`
	Score int64     `dynamodbav:"score"`
	Board string    `dynamodbav:"board"`
}

func TestATimeInTheExampleOrInAFilterLeavesOutTables(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	moment, board := table.GSI("moment", "moment_pk", "pk"), table.GSI("scores", "board", "score")
	events := ddb.MustDefine(table, "event", func(e *event, d *ddb.Definition) {
		d.Primary(ddb.Key(hash, ddb.Str(&e.ID)), ddb.Key(readingAt, ddb.Time(&e.At)))
		d.Index(moment, ddb.Key(readingAt, ddb.Time(&e.At)), ddb.Key(hash, ddb.Str(&e.ID)))
		d.Index(board, ddb.Key(ddb.Native(&e.Board)), ddb.Key(ddb.Native(&e.Score)))
	})
	series := &ddbperiod.Series{Every: ddbperiod.Month, Since: since, By: []ddbperiod.Field{ddbperiod.By(events, &events.Fields().At)}}
	clock := ddbmem.NewManualClock(november)
	db := ddbperiod.New(ddbmem.New(ddbmem.Options{Clock: clock}).Client(), "events", series, &ddb.Options{Now: clock.Now})
	_, err := db.Roll(t.Context(), &ddbperiod.RollOptions{Missing: true})
	require.NoError(t, err)
	repo, f := ddbperiod.NewRepository(db, events), events.Fields()
	for i, at := range []time.Time{on(time.September, 20), on(time.October, 20), on(time.November, 20), on(time.October, 21)} {
		_, err := repo.Put(t.Context(), event{ID: "e", At: at, Board: "b", Score: int64(5 - i)})
		require.NoError(t, err)
	}
	for _, tc := range []struct {
		q                ddb.Query[event]
		requests, events int
	}{
		{events.On(moment, event{At: on(time.October, 20)}), 1, 1},
		{events.On(moment, event{At: on(time.October, 22)}), 1, 0},
		{events.On(moment, event{At: on(time.August, 20)}), 0, 0},
		{events.On(board, event{Board: "b"}), 3, 4},
		{events.On(board, event{Board: "b"}).Filter(ddb.Eq(&f.At, on(time.October, 20))), 1, 1},
	} {
		ctx, m := ddb.WithMeter(t.Context())
		got, err := ddb.Collect(repo.Query(ctx, tc.q))
		require.NoError(t, err)
		assert.Equal(t, tc.requests, m.Requests(), tc.q.String())
		assert.Len(t, got, tc.events, tc.q.String())
	}
	got, err := ddb.Collect(repo.Query(t.Context(), events.On(board, event{Board: "b"}).Desc()))
	require.NoError(t, err)
	assert.Equal(t, []int64{5, 4, 3, 2}, []int64{got[0].Score, got[1].Score, got[2].Score, got[3].Score}, "numbers are merged as numbers")
	assert.Equal(t, on(time.October, 21), got[3].At)
}

func TestAReadWhoseContextEndedNamesItsEntityAndReadsNoTable(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	sent, q := len(w.wire.sent), w.fleet.readings.Query(reading{Device: "d"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, queried := ddb.Collect(w.readings.Query(ctx, q))
	_, counted := w.readings.Count(ctx, q)
	_, paged := w.readings.Page(ctx, q, "")
	for want, err := range map[string]error{"query reading": queried, "count reading": counted, "page reading": paged} {
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorContains(t, err, want)
	}
	assert.Len(t, w.wire.sent, sent)
}
