package tables_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/examples/cookbook/tables"
)

// riders is a table with riders who were born from 1950 to 1959.
func riders(t *testing.T, engine *ddbmem.Engine) *ddb.DB {
	db := ddb.New(engine.Client(), "riders", tables.RiderTable, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	var ops []ddb.Op
	for i := range 30 {
		ops = append(ops, tables.Riders.Create(tables.Rider{ID: fmt.Sprint(i), Born: 1950 + i%10}))
	}
	require.NoError(t, db.Batch(t.Context(), ops...))
	return db
}

// requirePoints requires that riders born before a year have the points, and no others.
func requirePoints(t *testing.T, db *ddb.DB, born, points int) {
	for r, err := range ddb.NewRepository(db.Consistent(), tables.Riders).Scan(t.Context(), nil) {
		require.NoError(t, err)
		want := 0
		if r.Born < born {
			want = points
		}
		require.Equal(t, want, r.Points, "%+v", r)
	}
}

// The job dies after each of its requests, and is resumed at the last checkpoint: each of the riders has the points once.
func TestAGiftIsGivenOnceWhereverTheJobDies(t *testing.T) {
	t.Parallel()
	for kill := int64(1); ; kill++ {
		engine := ddbmem.New()
		db := riders(t, engine)
		ctx, die := context.WithCancel(t.Context())
		var requests atomic.Int64
		dying := ddb.New(engine.Client(), "riders", tables.RiderTable, &ddb.Options{Observe: func(context.Context, *ddbobserve.Request) {
			if requests.Add(1) == kill {
				die()
			}
		}})
		var saved ddb.Cursor
		job := ddb.JobOptions{Workers: 2, Checkpoint: func(c ddb.Cursor) { saved = c }}
		_, err := tables.GiveToOlder(ctx, dying, 1955, 10, "spring", job)
		die()
		if err != nil {
			require.ErrorIs(t, err, context.Canceled)
			job.Resume = saved
			_, err = tables.GiveToOlder(t.Context(), db, 1955, 10, "spring", job)
			require.NoError(t, err)
		}
		requirePoints(t, db, 1955, 10)
		if requests.Load() < kill {
			assert.Greater(t, kill, int64(15))
			return
		}
	}
}

// Each third response to a write is lost, and after an error it is called again.
func TestAGiftByTheIndexIsGivenOnce(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	db := riders(t, engine)
	var writes atomic.Int64
	engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		if c.Operation == "UpdateItem" && writes.Add(1)%3 == 0 {
			return ddbmem.Dropped
		}
		return ddbmem.NoFault
	}})
	calls := 0
	for err := ddb.ErrOutcomeUnknown; err != nil; calls++ {
		require.ErrorIs(t, err, ddb.ErrOutcomeUnknown)
		_, err = tables.GiveToYear(t.Context(), db, 1950, 10, "spring")
	}
	assert.Greater(t, calls, 1)
	requirePoints(t, db, 1951, 10)
}
