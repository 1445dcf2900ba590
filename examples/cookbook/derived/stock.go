package derived

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/singletable-go/ddb"
)

// Stock is how many pieces of a product there are to sell.
type Stock struct {
	SKU    string `dynamodbav:"-"`
	Pieces int    `dynamodbav:"pieces"`
}

// ShopOrder is an order. Its lines are in it: pieces by product. An order has up to 99 products, since a transaction has up to
// 100 items.
type ShopOrder struct {
	ID       string         `dynamodbav:"-"` // chosen by the client, the same each time that it sends the order
	Lines    map[string]int `dynamodbav:"lines"`
	Canceled bool           `dynamodbav:"canceled"`
}

// The table of a shop, and its entities.
var (
	ShopTable = ddb.NewTable("pk", "sk")

	Stocks = ddb.MustDefine(ShopTable, "stock", func(s *Stock, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("sku#"), ddb.Str(&s.SKU)), ddb.Key(ddb.Prefix("stock")))
	})
	ShopOrders = ddb.MustDefine(ShopTable, "order", func(o *ShopOrder, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("order#"), ddb.Str(&o.ID)), ddb.Key(ddb.Prefix("order")))
	})
)

// ErrSoldOut is the error of PlaceOrder for a product of which there are too few pieces.
var ErrSoldOut = errors.New("sold out")

// PlaceOrder stores an order and takes its pieces out of the stock, all of them or none. The stock of a product is never below
// zero: its condition is part of the same transaction. An order that was placed before, also one that was canceled since, is not
// placed again.
func PlaceOrder(ctx context.Context, db *ddb.DB, order ShopOrder) error {
	f := Stocks.Fields()
	ops := []ddb.Op{ShopOrders.Create(order)}
	skus := slices.Sorted(maps.Keys(order.Lines))
	for _, sku := range skus {
		n := order.Lines[sku]
		if n <= 0 {
			return fmt.Errorf("order %s: %d pieces of %s", order.ID, n, sku)
		}
		ops = append(ops, Stocks.Update(Stock{SKU: sku}, ddb.If(ddb.Ge(&f.Pieces, n)), ddb.Sub(&f.Pieces, n)))
	}
	err := db.Transact(ctx, ops...)
	failed, ok := errors.AsType[*ddb.TransactError](err)
	if !ok {
		return err
	}
	if placed, ok := ShopOrders.Current(failed.At(0)); ok {
		if maps.Equal(placed.Lines, order.Lines) {
			return nil // by an earlier call, whose response did not come
		}
		return failed.At(0) // another order has this id
	}
	for i, sku := range skus {
		if e := failed.At(i + 1); errors.Is(e, ddb.ErrCondition) || errors.Is(e, ddb.ErrNotFound) {
			return fmt.Errorf("order %s: %w: %s: %w", order.ID, ErrSoldOut, sku, e)
		}
	}
	return err
}

// CancelOrder gives the pieces of an order back. A second call changes nothing.
func CancelOrder(ctx context.Context, db *ddb.DB, id string) error {
	order, err := ddb.NewRepository(db, ShopOrders).Consistent().Get(ctx, ShopOrder{ID: id})
	if err != nil {
		return err
	}
	f, of := Stocks.Fields(), ShopOrders.Fields()
	ops := []ddb.Op{ShopOrders.Update(ShopOrder{ID: id}, ddb.If(ddb.Eq(&of.Canceled, false)), ddb.Set(&of.Canceled, true))}
	for _, sku := range slices.Sorted(maps.Keys(order.Lines)) {
		ops = append(ops, Stocks.Update(Stock{SKU: sku}, ddb.Add(&f.Pieces, order.Lines[sku])))
	}
	err = db.Transact(ctx, ops...)
	if failed, ok := errors.AsType[*ddb.TransactError](err); ok && errors.Is(failed.At(0), ddb.ErrCondition) {
		return nil // it is canceled already
	}
	return err
}
