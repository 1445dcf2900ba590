package ddbaccess_test

import (
	"context"
	"fmt"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbview"
)

// The model of the tests: a shop with an index of whole items, one of keys alone, a unique email, a history, a TTL and an
// aggregate.
type (
	Customer struct {
		ID     string `dynamodbav:"-"`
		Email  string `dynamodbav:"email"`
		Name   string `dynamodbav:"name"`
		Orders int64  `dynamodbav:"orders"`
	}
	Order struct {
		ID         string    `dynamodbav:"-"`
		CustomerID string    `dynamodbav:"customerId"`
		Status     string    `dynamodbav:"status"`
		Note       string    `dynamodbav:"note"`
		At         time.Time `dynamodbav:"at"`
	}
	Product struct {
		ID      string       `dynamodbav:"-"`
		Version int64        `dynamodbav:"version"`
		Tag     ddb.Revision `dynamodbav:"-"`
		Title   string       `dynamodbav:"title"`
	}
	Cart struct {
		CustomerID string    `dynamodbav:"-"`
		Item       string    `dynamodbav:"-"`
		Expires    time.Time `dynamodbav:"expires,unixtime"`
	}
)

const open = "open"

type shop struct {
	table     *ddb.Table
	gsi1      *ddb.Index // by id
	gsi2      *ddb.Index // of open orders, keys alone
	customers *ddb.Entity[Customer]
	orders    *ddb.Entity[Order]
	products  *ddb.Entity[Product]
	carts     *ddb.Entity[Cart]
	counts    *ddb.View
}

func newShop() *shop {
	s := &shop{table: ddb.NewTable("pk", "sk").TTL("expires")}
	s.gsi1 = s.table.GSI("gsi1", "gsi1_pk", "gsi1_sk")
	s.gsi2 = s.table.GSI("gsi2", "gsi2_pk", "gsi2_sk").KeysOnly()
	s.customers = ddb.MustDefine(s.table, "customer", func(c *Customer, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("c#"), ddb.Str(&c.ID)), ddb.Key(ddb.Prefix("c#")))
		d.Unique("email", ddb.Fold(&c.Email))
	})
	s.orders = ddb.MustDefine(s.table, "order", func(o *Order, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("o#"), ddb.Str(&o.ID))
		d.Primary(ddb.Key(ddb.Prefix("c#"), ddb.Str(&o.CustomerID)), id)
		d.Index(s.gsi1, id, id)
		d.Index(s.gsi2, ddb.Key(ddb.Prefix("open#"), ddb.Shard(&o.ID, 4)), id).When(ddb.Eq(&o.Status, open))
	})
	s.products = ddb.MustDefine(s.table, "product", func(p *Product, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID))
		d.Primary(id, id)
		d.Version(&p.Version)
		d.Revision(&p.Tag)
		d.History(ddb.Key(ddb.Prefix("pv#"), ddb.Str(&p.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&p.Version, 6)))
		d.Index(s.gsi1, ddb.Key(ddb.Prefix("products")), id)
	})
	s.carts = ddb.MustDefine(s.table, "cart", func(c *Cart, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("cart#"), ddb.Str(&c.CustomerID)), ddb.Key(ddb.Prefix("i#"), ddb.Str(&c.Item)))
		d.TTL(&c.Expires)
	})
	s.counts = ddbview.MustAggregate("order-count", s.orders, s.customers, func(o *Order, c *Customer) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&o.CustomerID, &c.ID), ddbview.Count(&c.Orders)}
	})
	return s
}

func (s *shop) ordersOf(customer string) ddb.Query[Order] {
	return s.orders.Query(Order{CustomerID: customer})
}

func (s *shop) orderByID(id string) ddb.Query[Order] { return s.orders.On(s.gsi1, Order{ID: id}) }

func (s *shop) openOrders(shardOf string) ddb.Query[Order] {
	return s.orders.On(s.gsi2, Order{ID: shardOf})
}

func (s *shop) allProducts() ddb.Query[Product] { return s.products.On(s.gsi1, Product{}) }

func (s *shop) cartOf(customer string) ddb.Query[Cart] {
	return s.carts.Query(Cart{CustomerID: customer})
}

func (s *shop) seed(ctx context.Context, db *ddb.DB) error {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var ops []ddb.Op
	for i := range 2 {
		c := fmt.Sprint(i + 1)
		ops = append(ops, s.customers.Create(Customer{ID: c, Email: c + "@example.com", Name: "Ann"}))
		for j := range 3 {
			ops = append(ops, s.orders.Create(Order{ID: fmt.Sprintf("%s%d", c, j), CustomerID: c, Status: open, At: at}))
		}
		ops = append(ops, s.products.Create(Product{ID: c, Title: "A thing"}),
			s.carts.Put(Cart{CustomerID: c, Item: "p", Expires: at.AddDate(1, 0, 0)}))
	}
	return db.Batch(ctx, ops...)
}

// catalog is a catalog of the shop without faults.
func (s *shop) catalog() *ddbaccess.Catalog {
	return &ddbaccess.Catalog{
		Title: "A shop", Table: s.table, Seed: s.seed, Peak: 5, Views: []*ddb.View{s.counts},
		Volumes: []ddbaccess.Volume{
			{Entity: s.customers, Items: 100_000, Bytes: 400},
			{Entity: s.orders, Items: 2e6, Bytes: 1500, Per: []ddbaccess.Per{
				{Index: s.table.Primary(), Typical: 20, Most: 5_000}, {Index: s.gsi2, Typical: 50, Most: 500, Entries: 2_000},
			}},
			{Entity: s.products, Items: 1_000, Bytes: 2_000, Versions: 3},
			{Entity: s.carts, Items: 50_000, Bytes: 120, Per: []ddbaccess.Per{{Index: s.table.Primary(), Typical: 5, Most: 100}}},
		},
		Patterns: []*ddbaccess.Pattern{
			ddbaccess.Get("customer by id", s.customers, Customer{ID: "1"}).Rate(50),
			ddbaccess.One("order by id", s.orderByID, "10").Rate(30),
			ddbaccess.Many("orders of a customer", s.ordersOf, "1").Rate(20),
			ddbaccess.Many("latest orders of a customer", func(c string) ddb.Query[Order] { return s.ordersOf(c).Desc().Limit(2) }, "1").Rate(5),
			ddbaccess.Many("open orders of a shard", s.openOrders, "10").Rate(1),
			ddbaccess.All("all products", s.allProducts).Rate(2),
			ddbaccess.Many("cart of a customer", s.cartOf, "1").Rate(10),
			ddbaccess.Whole("customer with orders", func(c string) ddb.Collection { return s.ordersOf(c).Collection() }, "1").Rate(3),
			ddbaccess.FuncItems("versions of a product", func(ctx context.Context, db *ddb.DB, id string) ([]Product, error) {
				return ddb.Collect(ddb.NewRepository(db, s.products).History().All(ctx, Product{ID: id}))
			}, "1"),
			ddbaccess.Write("register", s.customers.Create, Customer{ID: "3", Email: "Bob@example.com", Name: "Bob"}).Rate(0.5),
			ddbaccess.Transact("place an order", func(o Order) []ddb.Op {
				return []ddb.Op{s.customers.Check(Customer{ID: o.CustomerID}), s.orders.Create(o)}
			}, Order{ID: "19", CustomerID: "1", Status: open}).Rate(2),
			ddbaccess.Func("rename a product", func(ctx context.Context, db *ddb.DB, p Product) error {
				_, err := ddb.NewRepository(db, s.products).Modify(ctx, Product{ID: p.ID}, func(have *Product) error {
					have.Title = p.Title
					return nil
				})
				return err
			}, Product{ID: "1", Title: "Another thing"}).Rate(0.1),
			ddbaccess.Write("close an order", func(o Order) ddb.Op {
				return s.orders.Update(o, ddb.Set(&s.orders.Fields().Status, "closed"))
			}, Order{ID: "10", CustomerID: "1"}).Rate(2),
		},
	}
}
