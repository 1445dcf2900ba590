package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

type Cart struct {
	Customer string         `dynamodbav:"-"`
	Items    map[string]int `dynamodbav:"items"`
	Version  int64          `dynamodbav:"version"`
}

var (
	Checkout = ddb.NewTable("pk", "sk")
	Carts    = ddb.MustDefine(Checkout, "cart", func(c *Cart, d *ddb.Definition) {
		customer := ddb.Key(ddb.Prefix("cart#"), ddb.Str(&c.Customer))
		d.Primary(customer, customer)
		d.Version(&c.Version)
	})
)

// A change that Go code makes: if another writer comes between the read and the write, the function runs again, on the
// item as it is then.
func ExampleRepository_Modify() {
	ctx := context.Background()
	db := ddb.New(ddbmem.New().Client(), "checkout", Checkout, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	carts := ddb.NewRepository(db, Carts)
	if _, err := carts.Create(ctx, Cart{Customer: "ann", Items: map[string]int{"tea": 8}}); err != nil {
		log.Fatal(err)
	}

	errFull := errors.New("a cart holds 10 of a kind")
	add := func(n int) func(*Cart) error {
		return func(c *Cart) error {
			if c.Items["tea"]+n > 10 {
				return errFull // nothing is written, and Modify returns this error
			}
			c.Items["tea"] += n
			return nil
		}
	}
	c, err := carts.Modify(ctx, Cart{Customer: "ann"}, add(2))
	fmt.Println(c.Items["tea"], c.Version, err)
	_, err = carts.Modify(ctx, Cart{Customer: "ann"}, add(1))
	fmt.Println(errors.Is(err, errFull), err)

	// Output:
	// 10 2 <nil>
	// true a cart holds 10 of a kind
}
