package relational

import (
	"context"
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// OrderEntry shows AWS's order entry.
var OrderEntry = recipe.Recipe{
	Name:    "order-entry",
	Problem: "A relational schema of a dozen tables is to become one table, and each of its queries one request",
	Pattern: "List the access patterns, put what is read together into one partition, and the rest into indexes that entities share.",
	Not:     "Parts are not read together, or have their own load, owners and backups: then each gets its table, with the same keys.",
	Costs:   []string{"5 orders of a customer in a period", "6 open orders in a period"},
	Run: func(ctx context.Context, r *recipe.Run) error {
		return r.Patterns(ctx, orderEntry)
	},
}

// orderEntry has the numbers of AWS's list.
var orderEntry = &ddbaccess.Catalog{
	Table: OrderEntryTable, Seed: orders, Views: []*ddb.View{ProductStock},
	Patterns: []*ddbaccess.Pattern{
		ddbaccess.Get("1 and 3 an employee by id, with phone numbers", Employees, Employee{ID: "e1"}),
		ddbaccess.Many("2 employees by name", func(name string) ddb.Query[Employee] {
			return Employees.On(GSI1, Employee{Name: name})
		}, "MIA WOLF"),
		ddbaccess.Get("4 a customer, with phone numbers", Customers, Customer{ID: "acme"}),
		ddbaccess.Many("5 orders of a customer in a period", func(p period) ddb.Query[Order] {
			return OrdersOf(p.Of, p.From, p.Until)
		}, period{"acme", march(1), march(4)}),
		ddbaccess.Many("6 open orders in a period", func(p period) ddb.Query[Order] {
			return OpenOrders(p.From, p.Until)
		}, period{"", march(1), march(4)}),
		ddbaccess.Many("7 employees hired since", func(since time.Time) ddb.Query[Employee] {
			return Employees.On(GSI4, Employee{}).SortKey(ddb.Ge(&Employees.Fields().Hired, since)).Desc()
		}, march(1)),
		ddbaccess.Many("8 employees in a warehouse", func(id string) ddb.Query[Employee] {
			return Employees.On(GSI2, Employee{Warehouse: id})
		}, "oslo"),
		ddbaccess.Many("9 order lines of a product, the newest first", func(id string) ddb.Query[Line] {
			return Lines.On(GSI1, Line{Product: id}).Desc()
		}, "lamp"),
		ddbaccess.Many("10 stock of a product in all warehouses", func(id string) ddb.Query[Stock] {
			return Stocks.Query(Stock{Product: id})
		}, "lamp"),
		ddbaccess.Many("11 customers of a representative", func(id string) ddb.Query[Customer] {
			return Customers.On(GSI2, Customer{Rep: id})
		}, "e1"),
		ddbaccess.Many("12 orders of a representative in a period", func(p period) ddb.Query[Order] {
			return OrdersOfRep(p.Of, p.From, p.Until)
		}, period{"e1", march(1), march(4)}),
		ddbaccess.Many("13 employees with a title", func(title string) ddb.Query[Employee] {
			return Employees.On(GSI3, Employee{Title: title})
		}, "clerk"),
		ddbaccess.Get("14 stock of a product in a warehouse", Stocks, Stock{Product: "lamp", Warehouse: "oslo"}),
		ddbaccess.Get("15 a product, with its total stock", Products, Product{ID: "lamp"}),
		ddbaccess.Whole("an employee with former jobs", func(id string) ddb.Collection {
			return Employees.Query(Employee{ID: id}).Collection()
		}, "e1"),
		ddbaccess.Whole("an order with its lines", func(id string) ddb.Collection {
			return Orders.Query(Order{ID: id}).Collection()
		}, "o1"),
		ddbaccess.Get("a warehouse", Warehouses, Warehouse{ID: "oslo"}),
		ddbaccess.Transact("place an order of one line", func(o Order) []ddb.Op {
			return PlaceOrder(o, "oslo", Line{Product: "lamp", Quantity: 2})
		}, Order{ID: "o9", Customer: "acme", Rep: "e1", Placed: march(9), Open: true}),
	},
}

// period is whose orders a pattern reads, and of which time.
type period struct {
	Of          string
	From, Until time.Time
}

func march(n int) time.Time { return time.Date(2026, time.March, n, 0, 0, 0, 0, time.UTC) }

// orders writes a few items of each entity.
func orders(ctx context.Context, db *ddb.DB) error {
	ops := []ddb.Op{
		Warehouses.Put(Warehouse{ID: "oslo", City: "Oslo", Country: "Norway", Region: "Europe"}),
		Warehouses.Put(Warehouse{ID: "lima", City: "Lima", Country: "Peru", Region: "Americas"}),
		Employees.Put(Employee{
			ID: "e1", Name: "Mia Wolf", Phones: []string{"+47 1", "+47 2"}, Title: "seller", Department: "sales", Hired: march(1).AddDate(-9, 0, 0),
		}),
		Employees.Put(Employee{ID: "e2", Name: "Mia Wolf", Title: "clerk", Department: "stock", Warehouse: "oslo", Hired: march(2)}),
		Employees.Put(Employee{ID: "e3", Name: "Ali Koç", Title: "clerk", Department: "stock", Warehouse: "oslo", Hired: march(1).AddDate(-2, 0, 0)}),
		Jobs.Put(Job{Employee: "e1", From: march(1).AddDate(-9, 0, 0), Until: march(1), Title: "clerk", Department: "stock"}),
		Customers.Put(Customer{ID: "acme", Name: "Acme", Phones: []string{"+51 3"}, Rep: "e1"}),
		Customers.Put(Customer{ID: "bolt", Name: "Bolt", Rep: "e1"}),
		Products.Put(Product{ID: "lamp", Name: "A lamp"}),
		Stocks.Put(Stock{Product: "lamp", Warehouse: "oslo", Quantity: 40}),
		Stocks.Put(Stock{Product: "lamp", Warehouse: "lima", Quantity: 2}),
	}
	for i, o := range []Order{
		{ID: "o1", Customer: "acme", Placed: march(1), Open: true},
		{ID: "o2", Customer: "bolt", Placed: march(2), Open: true},
		{ID: "o3", Customer: "acme", Placed: march(3)},
		{ID: "o4", Customer: "acme", Placed: march(5), Open: true},
	} {
		o.Rep = "e1"
		ops = append(ops, Orders.Put(o), Lines.Put(Line{Order: o.ID, Number: 1, Product: "lamp", Quantity: i + 1, Placed: o.Placed}))
	}
	return db.Batch(ctx, ops...)
}
