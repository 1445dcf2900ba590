package ddb_test

import (
	"context"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// What one table consumed is not added to another's, whatever their indexes are called.
func TestMeterTellsTablesApart(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client()
	one, two := newDepot(), newDepot()
	a, b := ddb.New(client, "one", one.table, nil), ddb.New(client, "two", two.table, nil)
	require.NoError(t, a.CreateTable(t.Context()))
	require.NoError(t, b.CreateTable(t.Context()))
	ctx, m := ddb.WithMeter(t.Context())
	require.NoError(t, a.Do(ctx, one.stops.Put(Stop{ParcelID: "1"})))
	for i := range 9 {
		require.NoError(t, b.Do(ctx, two.stops.Put(Stop{ParcelID: "1", N: i})))
	}
	require.NoError(t, b.Transact(ctx, two.parcels.Create(Parcel{ID: "1", City: "Ulm"})))
	assert.Equal(t, ddb.Capacity{Write: 1}, m.Capacity(one.table.Primary()))
	assert.Zero(t, m.Capacity(one.byCity))
	own := m.Capacity(two.table.Primary())
	index := m.Capacity(two.byCity)
	assert.Equal(t, ddb.Capacity{Read: 2, Write: 9 + 4}, own, "the transaction is an item and its version, at two units each; a check of the first version, which was looked up, is a read")
	assert.Positive(t, index.Write)
	assert.Equal(t, ddb.Capacity{Read: own.Read, Write: 1 + own.Write + index.Write}, m.Capacity(nil))
	assert.Equal(t, []string{"by-city", "primary"}, m.Indexes())
}

// A model may be that of several tables: then an index is that of all of them.
func TestMeterAddsUpTheTablesOfOneModel(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client()
	one, other := newDepot(), newDepot()
	ctx, m := ddb.WithMeter(t.Context())
	for _, name := range []string{"blue", "green"} {
		db := ddb.New(client, name, one.table, nil)
		require.NoError(t, db.CreateTable(t.Context()))
		require.NoError(t, db.Do(ctx, one.stops.Put(Stop{ParcelID: "1"})))
	}
	assert.Equal(t, ddb.Capacity{Write: 2}, m.Capacity(one.table.Primary()))
	assert.Zero(t, m.Capacity(other.table.Primary()), "no DB was made with it")
}

// A live index may be called "primary": what it consumes is not the table's.
func TestMeterTellsAnIndexCalledPrimaryFromTheTable(t *testing.T) {
	t.Parallel()
	p, client := newDepot(), ddbmem.New().Client()
	db := p.live(t, client, "parcels", withGSI("primary", "pk", "sk"))
	ctx, m := ddb.WithMeter(t.Context())
	require.NoError(t, db.Do(ctx, p.stops.Put(Stop{ParcelID: "1"})))
	_, err := ddb.NewRepository(db, p.stops).Get(ctx, Stop{ParcelID: "1"})
	require.NoError(t, err)
	assert.Equal(t, ddb.Capacity{Read: 0.5, Write: 1}, m.Capacity(p.table.Primary()))
	assert.Equal(t, ddb.Capacity{Read: 0.5, Write: 2}, m.Capacity(nil), "and one for the index")
	assert.Equal(t, []string{"primary"}, m.Indexes())
}

// A meter may be shared: it counts what many goroutines do, beside their own meters.
func TestAMeterOfManyGoroutines(t *testing.T) {
	t.Parallel()
	p, client := newDepot(), ddbmem.New().Client()
	db := ddb.New(client, "parcels", p.table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	ctx, m := ddb.WithMeter(t.Context())
	own := make([]*ddb.Meter, 8)
	var wg sync.WaitGroup
	for i := range own {
		wg.Go(func() {
			var mine context.Context
			mine, own[i] = ddb.WithMeter(ctx)
			for range 50 {
				assert.NoError(t, db.Do(mine, p.stops.Put(Stop{ParcelID: strconv.Itoa(i)})))
				m.Capacity(nil)
			}
		})
	}
	wg.Wait()
	for _, each := range own {
		assert.Equal(t, 50, each.RequestsOf("PutItem"))
		assert.InDelta(t, 50, each.Capacity(nil).Write, 0)
	}
	assert.Equal(t, 400, m.Requests())
	assert.Equal(t, ddb.Capacity{Write: 400}, m.Capacity(p.table.Primary()))
}
