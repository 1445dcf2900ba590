package relational_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	. "github.com/singletable-go/ddb/examples/cookbook/relational"
)

func TestAnOrderTakesFromTheStockOrIsNotPlaced(t *testing.T) {
	t.Parallel()
	ctx, engine := t.Context(), ddbmem.New()
	db := ddb.New(engine.Client(), "shop", OrderEntryTable, nil)
	require.NoError(t, db.CreateTable(ctx))
	require.NoError(t, db.Batch(ctx,
		Products.Put(Product{ID: "lamp"}), Products.Put(Product{ID: "desk"}),
		Stocks.Put(Stock{Product: "lamp", Warehouse: "oslo", Quantity: 5}),
		Stocks.Put(Stock{Product: "lamp", Warehouse: "lima", Quantity: 7}),
		Stocks.Put(Stock{Product: "desk", Warehouse: "oslo", Quantity: 1})))

	at := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	lamps, desks := Line{Product: "lamp", Quantity: 3}, Line{Product: "desk", Quantity: 1}
	require.NoError(t, db.Transact(ctx, PlaceOrder(Order{ID: "1", Customer: "acme", Rep: "e1", Placed: at}, "oslo", lamps)...))
	err := db.Transact(ctx, PlaceOrder(Order{ID: "2", Customer: "acme", Rep: "e1", Placed: at}, "oslo", desks, lamps)...)
	require.ErrorIs(t, err, ddb.ErrCondition, "two lamps are left, three are ordered")
	_, err = ddb.NewRepository(db, Orders).Get(ctx, Order{ID: "2"})
	require.ErrorIs(t, err, ddb.ErrNotFound)

	mux := ddb.NewMux(OrderEntryTable, nil)
	mux.Maintain(db, ProductStock)
	require.NoError(t, ddbstream.NewReader(engine.StreamsClient(), db.Name(), mux, &ddbstream.MemoryStore{}, nil).Drain(ctx))
	products := ddb.NewRepository(db, Products)
	lamp, err := products.Get(ctx, Product{ID: "lamp"})
	require.NoError(t, err)
	assert.Equal(t, 5-3+7, lamp.InStock)
	desk, err := products.Get(ctx, Product{ID: "desk"})
	require.NoError(t, err)
	assert.Equal(t, 1, desk.InStock, "nothing of the second order is done")
}
