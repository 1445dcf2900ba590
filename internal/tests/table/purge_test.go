package table_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Purge says how many items are gone, wherever it ends.
func TestPurgeCountsWhatIsDeletedBeforeAnError(t *testing.T) {
	t.Parallel()
	t.Run("unprocessed for good", func(t *testing.T) {
		t.Parallel()
		m, engine, db := openDepot(t)
		m.putStops(t, db, "1", 60)
		var items atomic.Int32
		engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
			if c.Operation == "BatchWriteItem" && c.Item && items.Add(1) > 14 {
				return ddbmem.Unprocessed
			}
			return ddbmem.Pass
		}})
		last := 0
		n, err := db.Purge(t.Context(), &ddb.JobOptions{Progress: func(p ddb.Progress) { last = p.Changed }})
		require.ErrorIs(t, err, ddb.ErrThrottled)
		require.ErrorContains(t, err, `ddb: purge "parcels": after 14 items: 11 writes are not done: `)
		assert.Equal(t, 14, n)
		assert.Equal(t, 14, last)
		engine.SetFaults(ddbmem.Faults{})
		assert.Equal(t, 60-14, countLive(t, engine.Client(), "parcels"))
		n, err = db.Purge(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, 60-14, n, "it goes on")
	})
	t.Run("in the middle of several batches", func(t *testing.T) {
		t.Parallel()
		m, engine, db := openDepot(t)
		m.putStops(t, db, "1", 120)
		db = ddb.New(engine.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }), "parcels", m.table, &ddb.Options{MaxAttempts: 2})
		var calls atomic.Int32
		engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
			if c.Operation == "BatchWriteItem" && !c.Item && calls.Add(1) >= 3 {
				return ddbmem.InternalError
			}
			return ddbmem.Pass
		}})
		n, err := db.Purge(t.Context(), nil)
		require.ErrorContains(t, err, `ddb: purge "parcels": after 50 items: `)
		require.NotErrorIs(t, err, ddb.ErrThrottled)
		assert.Equal(t, 50, n)
		engine.SetFaults(ddbmem.Faults{})
		assert.Equal(t, 70, countLive(t, engine.Client(), "parcels"))
	})
	t.Run("in the last batch", func(t *testing.T) {
		t.Parallel()
		m, engine, db := openDepot(t)
		m.putStops(t, db, "1", 10)
		var items atomic.Int32
		engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
			if c.Operation == "BatchWriteItem" && c.Item && items.Add(1) > 4 {
				return ddbmem.Unprocessed
			}
			return ddbmem.Pass
		}})
		n, err := db.Purge(t.Context(), nil)
		require.ErrorIs(t, err, ddb.ErrThrottled)
		assert.Equal(t, 4, n)
		engine.SetFaults(ddbmem.Faults{})
		assert.Equal(t, 6, countLive(t, engine.Client(), "parcels"))
	})
	t.Run("at random", func(t *testing.T) {
		t.Parallel()
		m, engine, db := openDepot(t)
		m.putStops(t, db, "1", 500)
		left := 500
		for n := 0; n < 20 && left > 0; n++ {
			engine.SetFaults(ddbmem.Faults{Unprocessed: 0.97})
			n, err := db.Purge(t.Context(), nil)
			engine.SetFaults(ddbmem.Faults{})
			now := countLive(t, engine.Client(), "parcels")
			require.Equal(t, left-now, n)
			if err != nil {
				require.ErrorIs(t, err, ddb.ErrThrottled)
			}
			left = now
		}
	})
}

// Attempts count from the last one that deleted something: a slow table is purged all the same.
func TestPurgeGoesOnWhileThereIsProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newDepot()
		engine := ddbmem.New()
		// One attempt without progress is one too many here: each request does one item, and every other none at all.
		db := ddb.New(engine.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }), "parcels", m.table, &ddb.Options{MaxAttempts: 2})
		require.NoError(t, db.CreateTable(t.Context()))
		m.putStops(t, db, "1", 30)
		var calls atomic.Int32
		first := true
		engine.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
			switch {
			case c.Operation != "BatchWriteItem":
			case !c.Item:
				first = true
				if calls.Add(1)%2 == 0 {
					return ddbmem.Throttled
				}
			case !first:
				return ddbmem.Unprocessed
			default:
				first = false
			}
			return ddbmem.Pass
		}})
		n, err := db.Purge(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, 30, n)
	})
}

// The pace is that of Rate, and nothing is waited for after the last batch.
func TestPurgeKeepsThePace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, engine, db := openDepot(t)
		m.putStops(t, db, "1", 110)
		started := time.Now()
		ctx, meter := ddb.WithMeter(t.Context())
		n, err := db.Purge(ctx, &ddb.JobOptions{Rate: 10})
		require.NoError(t, err)
		assert.Equal(t, 110, n)
		c := meter.Total()
		assert.Equal(t, 110.0, c.Write)
		assert.InDelta(t, (c.Read+105)/10, time.Since(started).Seconds(), 0.01, "the last 5 go when the others have had their time")
		assert.Zero(t, countLive(t, engine.Client(), "parcels"))
	})
}

func TestPurgeThatIsCancelledSaysWhatItWas(t *testing.T) {
	t.Parallel()
	for when, at := range map[string]time.Duration{"while it keeps the pace": 3 * time.Second, "before it begins": 0} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m, engine, db := openDepot(t)
				m.putStops(t, db, "1", 110)
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(at, cancel)
				time.Sleep(at / 2)
				synctest.Wait()
				n, err := db.Purge(ctx, &ddb.JobOptions{Rate: 10})
				require.ErrorIs(t, err, context.Canceled)
				require.ErrorContains(t, err, `ddb: purge "parcels": `)
				assert.Equal(t, 110-countLive(t, engine.Client(), "parcels"), n)
				if at > 0 {
					assert.Equal(t, 10, n, "after the sample's 6 units and 10 deletes it waits")
					require.ErrorContains(t, err, `ddb: purge "parcels": after 10 items: `)
				}
			})
		})
	}
}

// An item that the sample missed ends the purge before it is deleted.
func TestPurgeEndsAtAnItemThatIsNotTheModels(t *testing.T) {
	t.Parallel()
	m, engine, db := openDepot(t)
	client := engine.Client()
	m.putStops(t, db, "1", 230)
	putForeign(t, client, "parcels", map[string]string{"pk": "parcel#1", "sk": "zone#1"}) // behind more than a sample looks at
	m.putStops(t, db, "2", 10)
	n, err := db.Purge(t.Context(), nil)
	require.ErrorIs(t, err, ddb.ErrUnknown)
	require.ErrorContains(t, err, `item pk="parcel#1" sk="zone#1" has a key of no entity's shape`)
	require.ErrorContains(t, err, "ForcePurge")
	assert.GreaterOrEqual(t, n, 225, "what stood before it is deleted")
	assert.Equal(t, 241-n, countLive(t, client, "parcels"))
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: new("parcels"), Key: keyOfText("parcel#1", "zone#1")})
	require.NoError(t, err)
	require.NotEmpty(t, out.Item)

	rest, err := db.ForcePurge(t.Context(), &ddb.JobOptions{Workers: 4})
	require.NoError(t, err)
	assert.Equal(t, 241-n, rest)
	assert.Zero(t, countLive(t, client, "parcels"))
}
