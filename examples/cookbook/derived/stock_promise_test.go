package derived_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/cookbook/derived"
)

// Each order is sent twice, by two clients at a time, and some are canceled, while responses are lost. What is in stock and in
// orders is always what there was, and no stock is below zero.
func TestNoPieceIsSoldTwice(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	engine := ddbmem.New(ddbmem.Options{Seed: 1})
	db := ddb.New(engine.Client(), "shop", derived.ShopTable, nil)
	require.NoError(t, db.CreateTable(ctx))
	const pieces, orders = 30, 25
	require.NoError(t, db.Batch(ctx,
		derived.Stocks.Put(derived.Stock{SKU: "lamp", Pieces: pieces}), derived.Stocks.Put(derived.Stock{SKU: "bulb", Pieces: 2 * pieces})))
	engine.SetFaults(ddbmem.Faults{Drop: 0.2})
	placed := make([][2]bool, orders)
	again := func(do func() error) error { // as a client does that does not know the outcome
		for tries := 1; ; tries++ {
			err := do()
			if err == nil || errors.Is(err, derived.ErrSoldOut) || errors.Is(err, ddb.ErrNotFound) || tries == 20 {
				return err
			}
		}
	}
	var wait sync.WaitGroup
	for client := range 2 {
		wait.Go(func() {
			for i := range orders {
				order := derived.ShopOrder{ID: fmt.Sprint(i), Lines: map[string]int{"lamp": 2, "bulb": 1}}
				placed[i][client] = again(func() error { return derived.PlaceOrder(ctx, db, order) }) == nil
				if i%5 == 0 { // both of them
					err := again(func() error { return derived.CancelOrder(ctx, db, order.ID) })
					if !errors.Is(err, ddb.ErrNotFound) {
						assert.NoError(t, err)
					}
				}
			}
		})
	}
	wait.Wait()
	engine.SetFaults(ddbmem.Faults{})

	sold := map[string]int{}
	stored := map[string]bool{}
	left := map[string]int{}
	for item, err := range db.Scan(ctx, nil) {
		require.NoError(t, err)
		switch item := item.(type) {
		case derived.Stock:
			assert.GreaterOrEqual(t, item.Pieces, 0)
			left[item.SKU] = item.Pieces
		case derived.ShopOrder:
			stored[item.ID] = true
			for sku, n := range item.Lines {
				if !item.Canceled {
					sold[sku] += n
				}
			}
		}
	}
	assert.Equal(t, pieces, left["lamp"]+sold["lamp"])
	assert.Equal(t, 2*pieces, left["bulb"]+sold["bulb"])
	assert.Less(t, left["lamp"], 2, "all lamps are sold")
	for i, each := range placed {
		assert.Equal(t, stored[fmt.Sprint(i)], each[0] || each[1], "order %d", i)
	}
}

func TestAnotherOrderOfTheSameIDIsRefused(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := ddb.New(ddbmem.New().Client(), "shop", derived.ShopTable, nil)
	require.NoError(t, db.CreateTable(ctx))
	require.NoError(t, db.Do(ctx, derived.Stocks.Put(derived.Stock{SKU: "lamp", Pieces: 5})))
	require.NoError(t, derived.PlaceOrder(ctx, db, derived.ShopOrder{ID: "1", Lines: map[string]int{"lamp": 1}}))
	err := derived.PlaceOrder(ctx, db, derived.ShopOrder{ID: "1", Lines: map[string]int{"lamp": 2}})
	assert.ErrorIs(t, err, ddb.ErrExists)
	assert.Error(t, derived.PlaceOrder(ctx, db, derived.ShopOrder{ID: "2", Lines: map[string]int{"lamp": -2}}))
}
