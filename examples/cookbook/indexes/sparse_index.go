// Package indexes has the recipes of secondary indexes.
package indexes

import (
	"time"

	"github.com/singletable-go/ddb"
)

// Order is in the index ByOpen as long as it is open.
type Order struct {
	Customer string    `dynamodbav:"-"`
	ID       string    `dynamodbav:"-"`
	Placed   time.Time `dynamodbav:"placed"`
	Open     bool      `dynamodbav:"open,omitempty"`
}

// The table of orders, its sparse index, and the entity.
var (
	OrderTable = ddb.NewTable("customer", "order_id")
	ByOpen     = OrderTable.GSI("open", "open_of", "open_since")

	Orders = ddb.MustDefine(OrderTable, "order", func(o *Order, d *ddb.Definition) {
		customer := ddb.Key(ddb.Prefix("customer#"), ddb.Str(&o.Customer))
		d.Primary(customer, ddb.Key(ddb.Prefix("order#"), ddb.Str(&o.ID)))
		d.Index(ByOpen, customer, ddb.Key(ddb.Time(&o.Placed))).When(ddb.Eq(&o.Open, true))
	})
)

// OpenOrders are the open orders of a customer, the oldest first.
func OpenOrders(customer string) ddb.Query[Order] {
	return Orders.On(ByOpen, Order{Customer: customer})
}

// CloseOrder takes an order out of the index.
func CloseOrder(o Order) ddb.Op {
	f := Orders.Fields()
	return Orders.Update(Order{Customer: o.Customer, ID: o.ID}, ddb.Set(&f.Open, false))
}
