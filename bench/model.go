package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/singletable-go/ddb"
)

// Order is the item of most cases: 19 attributes, with four keys and the type, and 1.2 KB of DynamoDB's JSON.
type Order struct {
	ID       string            `dynamodbav:"id" dynamo:"id"`
	Customer string            `dynamodbav:"customer" dynamo:"customer"`
	Status   string            `dynamodbav:"status" dynamo:"status"`
	Email    string            `dynamodbav:"email" dynamo:"email"`
	Total    int64             `dynamodbav:"total" dynamo:"total"`
	Weight   float64           `dynamodbav:"weight" dynamo:"weight"`
	Revision int               `dynamodbav:"revision" dynamo:"revision"`
	Paid     bool              `dynamodbav:"paid" dynamo:"paid"`
	Created  time.Time         `dynamodbav:"created" dynamo:"created"`
	Updated  time.Time         `dynamodbav:"updated" dynamo:"updated"`
	Labels   []string          `dynamodbav:"labels,stringset" dynamo:"labels,set"`
	Address  Address           `dynamodbav:"address" dynamo:"address"`
	Lines    []Line            `dynamodbav:"lines" dynamo:"lines"`
	Meta     map[string]string `dynamodbav:"meta" dynamo:"meta"`
}

// Address is a part of an Order.
type Address struct {
	Street  string `dynamodbav:"street" dynamo:"street"`
	City    string `dynamodbav:"city" dynamo:"city"`
	Zip     string `dynamodbav:"zip" dynamo:"zip"`
	Country string `dynamodbav:"country" dynamo:"country"`
}

// Line is a part of an Order.
type Line struct {
	SKU      string  `dynamodbav:"sku" dynamo:"sku"`
	Quantity int     `dynamodbav:"quantity" dynamo:"quantity"`
	Price    float64 `dynamodbav:"price" dynamo:"price"`
}

// Customer is in the partition of its orders.
type Customer struct {
	ID     string    `dynamodbav:"id"`
	Name   string    `dynamodbav:"name"`
	Email  string    `dynamodbav:"email"`
	Phone  string    `dynamodbav:"phone"`
	Since  time.Time `dynamodbav:"since"`
	Credit int64     `dynamodbav:"credit"`
}

// Payment is in the partition of the orders.
type Payment struct {
	Customer string    `dynamodbav:"customer"`
	ID       string    `dynamodbav:"id"`
	Order    string    `dynamodbav:"order"`
	Amount   int64     `dynamodbav:"amount"`
	Currency string    `dynamodbav:"currency"`
	At       time.Time `dynamodbav:"at"`
	Method   string    `dynamodbav:"method"`
}

// Draft is an Order with a version.
type Draft struct {
	Order
	Version int64 `dynamodbav:"version"`
}

// Article is an item of any size: texts, and a list of texts and of structs.
type Article struct {
	ID         string   `dynamodbav:"id"`
	Title      string   `dynamodbav:"title"`
	Body       string   `dynamodbav:"body"`
	Paragraphs []string `dynamodbav:"paragraphs"`
	Lines      []Line   `dynamodbav:"lines"`
}

const (
	customer ddb.Prefix = "c#"
	order    ddb.Prefix = "o#"
	payment  ddb.Prefix = "p#"
	draft    ddb.Prefix = "d#"
	article  ddb.Prefix = "a#"
	profile  ddb.Prefix = "c"
	status   ddb.Prefix = "s#"
)

// The model of an application.
var (
	Shop     = ddb.NewTable("pk", "sk")
	ByStatus = Shop.GSI("gsi1", "gsi1_pk", "gsi1_sk")

	Orders = ddb.MustDefine(Shop, "order", func(o *Order, d *ddb.Definition) {
		d.Primary(ddb.Key(customer, ddb.Str(&o.Customer)), ddb.Key(order, ddb.Str(&o.ID)))
		d.Index(ByStatus, ddb.Key(status, ddb.Str(&o.Status)), ddb.Key(ddb.Time(&o.Created)))
	})
	Customers = ddb.MustDefine(Shop, "customer", func(c *Customer, d *ddb.Definition) {
		d.Primary(ddb.Key(customer, ddb.Str(&c.ID)), ddb.Key(profile))
	})
	Payments = ddb.MustDefine(Shop, "payment", func(p *Payment, d *ddb.Definition) {
		d.Primary(ddb.Key(customer, ddb.Str(&p.Customer)), ddb.Key(payment, ddb.Str(&p.ID)))
	})
	Drafts = ddb.MustDefine(Shop, "draft", func(o *Draft, d *ddb.Definition) {
		d.Primary(ddb.Key(customer, ddb.Str(&o.Customer)), ddb.Key(draft, ddb.Str(&o.ID)))
		d.Version(&o.Version)
	})
	Articles = ddb.MustDefine(Shop, "article", func(a *Article, d *ddb.Definition) {
		id := ddb.Key(article, ddb.Str(&a.ID))
		d.Primary(id, id)
	})
)

// record is an Order as hand-written code stores it.
type record struct {
	PK     string `dynamodbav:"pk" dynamo:"pk"`
	SK     string `dynamodbav:"sk" dynamo:"sk"`
	GSI1PK string `dynamodbav:"gsi1_pk" dynamo:"gsi1_pk"`
	GSI1SK string `dynamodbav:"gsi1_sk" dynamo:"gsi1_sk"`
	Type   string `dynamodbav:"entityType" dynamo:"entityType"`
	Order
}

type customerRecord struct {
	PK   string `dynamodbav:"pk"`
	SK   string `dynamodbav:"sk"`
	Type string `dynamodbav:"entityType"`
	Customer
}

type paymentRecord struct {
	PK   string `dynamodbav:"pk"`
	SK   string `dynamodbav:"sk"`
	Type string `dynamodbav:"entityType"`
	Payment
}

type draftRecord struct {
	PK   string `dynamodbav:"pk"`
	SK   string `dynamodbav:"sk"`
	Type string `dynamodbav:"entityType"`
	Draft
}

type articleRecord struct {
	PK   string `dynamodbav:"pk"`
	SK   string `dynamodbav:"sk"`
	Type string `dynamodbav:"entityType"`
	Article
}

const sortable = "2006-01-02T15:04:05.000000000Z"

func orderPK(id string) string { return "c#" + id }
func orderSK(id string) string { return "o#" + id }

func orderKey(o Order) item { return item{"pk": str(orderPK(o.Customer)), "sk": str(orderSK(o.ID))} }

func recordOf(o Order) record {
	return record{orderPK(o.Customer), orderSK(o.ID), "s#" + o.Status, o.Created.UTC().Format(sortable), "order", o}
}

const theCustomer = "01JCXN3Q7Z5M8W4R2T6Y9B1D0G"

func sampleOrder(i int) Order {
	at := time.Date(2026, 11, 20, 21, 0, i%60, 123456789, time.UTC)
	return Order{
		ID: fmt.Sprintf("01JCXN3Q7Z5M8W4R2T6Y9%05d", i), Customer: theCustomer, Status: "shipped", Email: "jane.doe@example.com",
		Total: 129900 + int64(i), Weight: 12.75, Revision: 7, Paid: i%2 == 0,
		Created: at, Updated: at.Add(time.Hour), Labels: []string{"express", "fragile", "gift"},
		Address: Address{"Sendlinger Straße 8", "München", "80331", "DE"},
		Lines:   []Line{{"SKU-1001", 2, 19.99}, {"SKU-1002", 1, 59.5}, {"SKU-1003", 4, 7.25}},
		Meta:    map[string]string{"source": "web", "campaign": "autumn", "channel": "search"},
	}
}

// olderOrder is the sample as it was before the writes of the cases.
func olderOrder(i int) Order {
	o := sampleOrder(i)
	o.Status, o.Total, o.Revision = "paid", 1, 6
	return o
}

func sampleOrders(n int) []Order {
	out := make([]Order, n)
	for i := range out {
		out[i] = sampleOrder(i)
	}
	return out
}

func samplePayment(i int) Payment {
	return Payment{theCustomer, fmt.Sprintf("pay-%06d", i), fmt.Sprintf("01JCXN3Q7Z5M8W4R2T6Y9%05d", i), 4200 + int64(i), "EUR", time.Date(2026, 11, 20, 21, 0, i%60, 0, time.UTC), "card"}
}

func sampleCustomer() Customer {
	return Customer{theCustomer, "Jane Doe", "jane.doe@example.com", "+49 89 1234567", time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), 100000}
}

// sampleArticle has about so many KB.
func sampleArticle(kB int) Article {
	const paragraph = "Über den Dächern steht „Grüß Gott“, in a text of one hundred bytes with \"quotes\" and a\nline break."
	a := Article{ID: fmt.Sprintf("%d-kb", kB), Title: "An article", Body: strings.Repeat(paragraph, kB*5)}
	for i := range kB * 4 {
		a.Paragraphs = append(a.Paragraphs, paragraph)
		if i%4 == 0 {
			a.Lines = append(a.Lines, Line{fmt.Sprintf("SKU-%04d", i), i, 19.99})
		}
	}
	return a
}
