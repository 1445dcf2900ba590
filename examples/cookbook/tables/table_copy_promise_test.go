package tables_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/cookbook/tables"
)

// invoices are an entity that MoveBookings does not know.
type invoice struct {
	Guest string `dynamodbav:"-"`
}

var invoices = ddb.MustDefine(tables.GuestTable, "invoice", func(i *invoice, d *ddb.Definition) {
	d.Primary(ddb.Key(ddb.Prefix("guest#"), ddb.Str(&i.Guest)), ddb.Key(ddb.Prefix("invoice")))
})

func TestNoItemIsLeftBehindUnseen(t *testing.T) {
	t.Parallel()
	ctx, client := t.Context(), ddbmem.New().Client()
	from, to := ddb.New(client, "guests", tables.GuestTable, nil), ddb.New(client, "hostels", tables.HostelTable, nil)
	require.NoError(t, from.CreateTable(ctx))
	require.NoError(t, to.CreateTable(ctx))
	arrival := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	for _, id := range []string{"1", "2"} { // of one arrival
		require.NoError(t, from.Do(ctx, tables.GuestBookings.Put(tables.Booking{ID: id, Guest: "ann", Hostel: "h1", Arrival: arrival})))
	}
	require.NoError(t, from.Do(ctx, invoices.Put(invoice{"ann"})))
	_, err := tables.MoveBookings(ctx, from, to, ddb.JobOptions{})
	require.ErrorIs(t, err, ddb.ErrUnknown)

	require.NoError(t, from.Do(ctx, invoices.Delete(invoice{"ann"})))
	to = ddb.New(client, "hostels-2", tables.HostelTable, nil)
	require.NoError(t, to.CreateTable(ctx))
	done, err := tables.MoveBookings(ctx, from, to, ddb.JobOptions{})
	require.NoError(t, err)
	assert.True(t, done.Verified)
	assert.Equal(t, 2, done.Items)
	found, err := ddb.Collect(ddb.NewRepository(to, tables.Bookings).Query(ctx, tables.Bookings.On(tables.ByGuest, tables.Booking{Guest: "ann"})))
	require.NoError(t, err)
	assert.Len(t, found, 2)
}
