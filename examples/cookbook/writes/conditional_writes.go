package writes

import (
	"context"
	"errors"
	"fmt"

	"github.com/singletable-go/ddb"
)

// Stock is how much a shop has of an article, and its price.
type Stock struct {
	SKU     string `dynamodbav:"-"`
	Left    int    `dynamodbav:"left"`
	Cents   int    `dynamodbav:"cents"`
	PriceNo int64  `dynamodbav:"price_no"` // the number that the price list has for this price
}

// The table of stocks, and the entity.
var (
	StockTable = ddb.NewTable("sku", "")
	Stocks     = ddb.MustDefine(StockTable, "stock", func(s *Stock, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("sku#"), ddb.Str(&s.SKU)))
	})
)

// ErrSoldOut means that less is left than was wanted.
var ErrSoldOut = errors.New("sold out")

// Reserve takes n of an article. The condition is evaluated where the item is, together with the write: to read the item
// first would let two buyers see the last one. With Once a lost response does not take n twice.
func Reserve(ctx context.Context, db *ddb.DB, sku string, n int) error {
	if n < 1 {
		return fmt.Errorf("%d of %s: reserve one at least", n, sku)
	}
	f := Stocks.Fields()
	err := db.Do(ctx, Stocks.Update(Stock{SKU: sku}, ddb.If(ddb.Ge(&f.Left, n)), ddb.Sub(&f.Left, n), ddb.Once))
	if s, ok := Stocks.Current(err); ok && errors.Is(err, ddb.ErrCondition) { // the error has the item, without a read
		return fmt.Errorf("%d of %s: %w: %d left", n, sku, ErrSoldOut, s.Left)
	}
	return err
}

// SetPrice sets a price, unless a later one is known. Messages with prices may come twice and in any order: the last one is
// the one with the highest number, whenever it comes. An older one is no error.
func SetPrice(ctx context.Context, db *ddb.DB, sku string, cents int, no int64) (set bool, err error) {
	f := Stocks.Fields()
	err = db.Do(ctx, Stocks.Update(Stock{SKU: sku},
		ddb.If(ddb.Lt(&f.PriceNo, no)), ddb.Set(&f.Cents, cents), ddb.Set(&f.PriceNo, no)))
	if errors.Is(err, ddb.ErrCondition) {
		return false, nil
	}
	return err == nil, err
}
