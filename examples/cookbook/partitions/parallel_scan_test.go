package partitions_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	. "github.com/singletable-go/ddb/examples/cookbook/partitions"
)

// A scan that crashes again and again reads each item, and none of a page that was saved.
func TestAScanGoesOnWhereItWasSaved(t *testing.T) {
	t.Parallel()
	db := ddb.New(ddbmem.New().Client(), "cargos", cargoTable, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	var ops []ddb.Op
	for i := range 24 {
		ops = append(ops, cargos.Put(cargo{ID: fmt.Sprint(i), Bytes: make([]byte, 100_000), Words: []string{"a"}}))
	}
	require.NoError(t, db.Batch(t.Context(), ops...))

	crash := errors.New("crash")
	var saved ddb.Cursor
	seen := map[string]int{}
	crashes := 0
	for {
		pages := 0
		err := PacedScan{
			Workers: 2, Resume: saved,
			Save: func(c ddb.Cursor) error { saved = c; pages++; return nil },
		}.Run(t.Context(), db, func(item any) error {
			if pages == 2 {
				return crash
			}
			seen[item.(cargo).ID]++
			return nil
		})
		if err == nil {
			break
		}
		require.ErrorIs(t, err, crash)
		crashes++
	}
	assert.Empty(t, saved)
	assert.Positive(t, crashes)
	assert.Len(t, seen, 24)
	for id, n := range seen {
		assert.Equal(t, 1, n, id)
	}

	refused := errors.New("the file is full")
	err := PacedScan{Save: func(ddb.Cursor) error { return refused }}.Run(t.Context(), db, func(any) error { return nil })
	assert.ErrorIs(t, err, refused)
}

// A scan takes as long as its units need, and it ends when its context does.
func TestAScanIsNoFasterThanItsRate(t *testing.T) {
	t.Parallel()
	db := ddb.New(ddbmem.New().Client(), "cargos", cargoTable, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	var ops []ddb.Op
	for i := range 24 {
		ops = append(ops, cargos.Put(cargo{ID: fmt.Sprint(i), Bytes: make([]byte, 100_000), Words: []string{"a"}}))
	}
	require.NoError(t, db.Batch(t.Context(), ops...))
	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	begin := clock.Now()
	ctx, meter := ddb.WithMeter(t.Context())
	p := PacedScan{Workers: 3, Rate: 100, Now: clock.Now, Sleep: func(_ context.Context, d time.Duration) error {
		clock.Advance(d)
		return nil
	}}
	require.NoError(t, p.Run(ctx, db, func(any) error { return nil }))
	assert.InDelta(t, meter.Total().Read/100, clock.Now().Sub(begin).Seconds(), 0.001)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, PacedScan{Rate: 1}.Run(ctx, db, func(any) error { return nil }), context.Canceled)
}
