package indexes

import (
	"context"
	"time"

	"github.com/singletable-go/ddb"
)

// Shop is a shop that registered.
type Shop struct {
	ID         string    `dynamodbav:"-"`
	Name       string    `dynamodbav:"name"`
	Registered time.Time `dynamodbav:"registered"`
	Day        string    `dynamodbav:"day"` // of Registered, in UTC: RegisterShop sets both, and so must each edit
}

// The table of shops, and an index whose partitions are days. The newest shops are at the end of the last ones, so a read
// begins at today and goes back. All writes of a day go to one partition, up to 1,000 a second; for more, end its key with
// ddb.Shard(&s.ID, n). Take a longer bucket than a day if most days have no shop, and a shorter one if a day has far more than
// a page.
var (
	ShopTable = ddb.NewTable("shop", "")
	ByDay     = ShopTable.GSI("by-day", "day_pk", "day_sk")

	Shops = ddb.MustDefine(ShopTable, "shop", func(s *Shop, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("shop#"), ddb.Str(&s.ID)))
		d.Index(ByDay,
			ddb.Key(ddb.Prefix("day#"), ddb.Str(&s.Day)),
			ddb.Key(ddb.Time(&s.Registered), ddb.Prefix("#"), ddb.Str(&s.ID)))
	})
)

// RegisterShop creates a shop.
func RegisterShop(s Shop) ddb.Op {
	s.Registered = s.Registered.UTC()
	s.Day = s.Registered.Format(time.DateOnly)
	return Shops.Create(s)
}

// NewestShops returns the n shops that registered last, the latest first. It makes a query for each day from now back, until it
// has n or has read a number of days: without that bound, a new table would be searched for ever.
func NewestShops(ctx context.Context, db *ddb.DB, now time.Time, n, days int) ([]Shop, error) {
	shops := ddb.NewRepository(db, Shops)
	var newest []Shop
	for day := now.UTC(); len(newest) < n && days > 0; day, days = day.AddDate(0, 0, -1), days-1 {
		q := Shops.On(ByDay, Shop{Day: day.Format(time.DateOnly)}).Desc().Limit(n - len(newest))
		of, err := ddb.Collect(shops.Query(ctx, q))
		if err != nil {
			return nil, err
		}
		newest = append(newest, of...)
	}
	return newest, nil
}
