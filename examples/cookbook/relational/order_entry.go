package relational

import (
	"time"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
)

// The tables of the relational schema, and what became of them. It is that of AWS's example: the Oracle samples HR and OE.
//
//	employees               Employee, by its id; the phone numbers are a list in it, since they are read with it
//	job_history             Job, in the partition of its employee
//	jobs, departments       attributes of Employee and Job: only their titles and names are read
//	warehouses              Warehouse, by its id
//	locations, countries,
//	regions                 attributes of Warehouse: they hardly change, and are read with it
//	customers               Customer, by its id
//	orders, order_items     Order and Line, in one partition: an order is read with its lines
//	product_information,
//	inventories             Product and Stock, in one partition: a product is read with its stock
//
// A join becomes a partition that holds both sides, or an attribute that is copied when the item is written.
// A secondary index of a relational table becomes an entry in one of four indexes, which all entities share.

// Employee is an employee. Some are account representatives of customers.
type Employee struct {
	ID         string    `dynamodbav:"-"`
	Name       string    `dynamodbav:"name"`
	Phones     []string  `dynamodbav:"phones"`
	Title      string    `dynamodbav:"title"`
	Department string    `dynamodbav:"department"`
	Warehouse  string    `dynamodbav:"warehouse,omitempty"`
	Hired      time.Time `dynamodbav:"hired"`
}

// Job is a job that an employee had before.
type Job struct {
	Employee   string    `dynamodbav:"-"`
	From       time.Time `dynamodbav:"-"`
	Until      time.Time `dynamodbav:"until"`
	Title      string    `dynamodbav:"title"`
	Department string    `dynamodbav:"department"`
}

// Warehouse is a warehouse.
type Warehouse struct {
	ID      string `dynamodbav:"-"`
	City    string `dynamodbav:"city"`
	Country string `dynamodbav:"country"`
	Region  string `dynamodbav:"region"`
}

// Customer is a customer, who has an account representative.
type Customer struct {
	ID     string   `dynamodbav:"-"`
	Name   string   `dynamodbav:"name"`
	Phones []string `dynamodbav:"phones"`
	Rep    string   `dynamodbav:"rep"`
}

// Order is an order. Its representative is the one who took it, also after the customer gets another.
type Order struct {
	ID       string    `dynamodbav:"-"`
	Customer string    `dynamodbav:"customer"`
	Rep      string    `dynamodbav:"rep"`
	Placed   time.Time `dynamodbav:"placed"`
	Open     bool      `dynamodbav:"open,omitempty"`
}

// Line is a product of an order. Placed is a copy, and never changes.
type Line struct {
	Order    string    `dynamodbav:"-"`
	Number   int       `dynamodbav:"-"`
	Product  string    `dynamodbav:"product"`
	Quantity int       `dynamodbav:"quantity"`
	Placed   time.Time `dynamodbav:"placed"`
}

// Product is a product. InStock is the total of its stock, which the view ProductStock keeps.
type Product struct {
	ID      string `dynamodbav:"-"`
	Name    string `dynamodbav:"name"`
	InStock int    `dynamodbav:"in_stock"`
}

// Stock is how much of a product is in a warehouse.
type Stock struct {
	Product   string `dynamodbav:"-"`
	Warehouse string `dynamodbav:"-"`
	Quantity  int    `dynamodbav:"quantity"`
}

// The table, and four indexes that the entities share. An entity without an entry costs an index nothing.
var (
	OrderEntryTable = ddb.NewTable("pk", "sk")
	GSI1            = OrderEntryTable.GSI("gsi1", "gsi1_pk", "gsi1_sk")
	GSI2            = OrderEntryTable.GSI("gsi2", "gsi2_pk", "gsi2_sk")
	GSI3            = OrderEntryTable.GSI("gsi3", "gsi3_pk", "gsi3_sk")
	GSI4            = OrderEntryTable.GSI("gsi4", "gsi4_pk", "gsi4_sk")
)

// The literals of the keys.
const (
	employee, job, warehouse ddb.Prefix = "employee#", "job#", "warehouse#"
	customer, rep            ddb.Prefix = "customer#", "rep#"
	order, line, open        ddb.Prefix = "order#", "line#", "open#"
	product, stock           ddb.Prefix = "product#", "stock#"
	name, title, hired       ddb.Prefix = "name#", "title#", "hired"
)

// The entities.
var (
	Employees = ddb.MustDefine(OrderEntryTable, "employee", func(e *Employee, d *ddb.Definition) {
		id, byName := ddb.Key(employee, ddb.Str(&e.ID)), ddb.Key(employee, ddb.Fold(&e.Name))
		d.Primary(id, ddb.Key(employee))
		d.Index(GSI1, ddb.Key(name, ddb.Fold(&e.Name)), id) // several have one name
		d.Index(GSI2, ddb.Key(warehouse, ddb.Str(&e.Warehouse)), byName).When(ddb.Ne(&e.Warehouse, ""))
		d.Index(GSI3, ddb.Key(title, ddb.Str(&e.Title)), byName)
		d.Index(GSI4, ddb.Key(hired), ddb.Key(ddb.Time(&e.Hired))) // one partition: few are hired at a time
	})
	Jobs = ddb.MustDefine(OrderEntryTable, "job", func(j *Job, d *ddb.Definition) {
		d.Primary(ddb.Key(employee, ddb.Str(&j.Employee)), ddb.Key(job, ddb.Time(&j.From)))
	})
	Warehouses = ddb.MustDefine(OrderEntryTable, "warehouse", func(w *Warehouse, d *ddb.Definition) {
		d.Primary(ddb.Key(warehouse, ddb.Str(&w.ID)), ddb.Key(warehouse))
	})
	Customers = ddb.MustDefine(OrderEntryTable, "customer", func(c *Customer, d *ddb.Definition) {
		id := ddb.Key(customer, ddb.Str(&c.ID))
		d.Primary(id, ddb.Key(customer))
		d.Index(GSI2, ddb.Key(rep, ddb.Str(&c.Rep)), id)
	})
	Orders = ddb.MustDefine(OrderEntryTable, "order", func(o *Order, d *ddb.Definition) {
		placed := ddb.Key(order, ddb.Time(&o.Placed))
		d.Primary(ddb.Key(order, ddb.Str(&o.ID)), ddb.Key(order))
		d.Index(GSI1, ddb.Key(customer, ddb.Str(&o.Customer)), placed)
		d.Index(GSI2, ddb.Key(rep, ddb.Str(&o.Rep)), placed) // beside the customers of the representative
		// Every order is written here and leaves again: four shards take four times the writes of one partition.
		d.Index(GSI3, ddb.Key(open, ddb.Shard(&o.ID, 4)), placed).When(ddb.Eq(&o.Open, true))
	})
	Lines = ddb.MustDefine(OrderEntryTable, "line", func(l *Line, d *ddb.Definition) {
		d.Primary(ddb.Key(order, ddb.Str(&l.Order)), ddb.Key(line, ddb.Num(&l.Number, 3)))
		d.Index(GSI1, ddb.Key(product, ddb.Str(&l.Product)), ddb.Key(line, ddb.Time(&l.Placed)))
	})
	Products = ddb.MustDefine(OrderEntryTable, "product", func(p *Product, d *ddb.Definition) {
		d.Primary(ddb.Key(product, ddb.Str(&p.ID)), ddb.Key(product))
	})
	Stocks = ddb.MustDefine(OrderEntryTable, "stock", func(s *Stock, d *ddb.Definition) {
		d.Primary(ddb.Key(product, ddb.Str(&s.Product)), ddb.Key(stock, ddb.Str(&s.Warehouse)))
	})

	// ProductStock adds up the stock of a product, from the stream of the table.
	ProductStock = ddbview.MustAggregate("product-stock", Stocks, Products, func(s *Stock, p *Product) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&s.Product, &p.ID), ddbview.Sum(&s.Quantity, &p.InStock)}
	})
)

// OrdersOf are the orders of a customer, from a time until just before another.
func OrdersOf(customer string, from, until time.Time) ddb.Query[Order] {
	f := Orders.Fields()
	return Orders.On(GSI1, Order{Customer: customer}).SortKey(ddb.Ge(&f.Placed, from), ddb.Lt(&f.Placed, until))
}

// OrdersOfRep are the orders that a representative took, of such a period.
func OrdersOfRep(rep string, from, until time.Time) ddb.Query[Order] {
	f := Orders.Fields()
	return Orders.On(GSI2, Order{Rep: rep}).SortKey(ddb.Ge(&f.Placed, from), ddb.Lt(&f.Placed, until))
}

// OpenOrders are the open orders of such a period: one request for each shard, merged in the order of time.
func OpenOrders(from, until time.Time) ddb.Query[Order] {
	f := Orders.Fields()
	return Orders.On(GSI3, Order{}).SortKey(ddb.Ge(&f.Placed, from), ddb.Lt(&f.Placed, until))
}

// PlaceOrder writes an order and its lines, each of another product, and takes them out of the stock of a warehouse, in one
// transaction. If there is too little of a product, nothing is written.
func PlaceOrder(o Order, warehouse string, lines ...Line) []ddb.Op {
	f := Stocks.Fields()
	ops := []ddb.Op{Orders.Create(o)}
	for i, l := range lines {
		l.Order, l.Number, l.Placed = o.ID, i+1, o.Placed
		ops = append(ops, Lines.Create(l),
			Stocks.Update(Stock{Product: l.Product, Warehouse: warehouse},
				ddb.Sub(&f.Quantity, l.Quantity), ddb.If(ddb.Ge(&f.Quantity, l.Quantity))))
	}
	return ops
}
