package versions

import (
	"time"

	"github.com/singletable-go/ddb"
)

// Price is what a product costs from a time on, until the next price begins.
type Price struct {
	SKU   string    `dynamodbav:"-"`
	From  time.Time `dynamodbav:"-"`
	Cents int       `dynamodbav:"cents"`
}

// The table of prices, and the entity. A product that is not sold any more has a last price that says so. The sort key is the time from which a price is valid, not when it was written: a price
// of next month is stored today, and one of the past can be corrected. In a key a time is UTC text of one width, so keys sort
// as times do.
var (
	PriceTable = ddb.NewTable("sku", "from")

	Prices = ddb.MustDefine(PriceTable, "price", func(p *Price, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("sku#"), ddb.Str(&p.SKU)), ddb.Key(ddb.Prefix("price#"), ddb.Time(&p.From)))
	})
)

// PriceAt is the price of a product at a time: the last one that begins by then. Read it with [ddb.Repository.One], which
// matches [ddb.ErrNotFound] for a time before the first price.
func PriceAt(sku string, at time.Time) ddb.Query[Price] {
	return Prices.Query(Price{SKU: sku}).SortKey(ddb.Le(&Prices.Fields().From, at)).Desc().Limit(1)
}

// PricesBetween are the prices that begin in a period, without its end. The one that is valid when the period begins is
// PriceAt.
func PricesBetween(sku string, begin, end time.Time) ddb.Query[Price] {
	f := Prices.Fields()
	return Prices.Query(Price{SKU: sku}).SortKey(ddb.Ge(&f.From, begin), ddb.Lt(&f.From, end))
}

// SetPrice adds a price. Two prices that begin at one time would be one item: the second one fails with [ddb.ErrExists].
func SetPrice(p Price) ddb.Op { return Prices.Create(p) }
