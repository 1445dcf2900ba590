package ddb_test

import (
	"context"
	"fmt"
	"log"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

type Country struct {
	Code    string `dynamodbav:"-"`
	Capital string `dynamodbav:"capital"`
}

var (
	Atlas     = ddb.NewTable("pk", "sk")
	Countries = ddb.MustDefine(Atlas, "country", func(c *Country, d *ddb.Definition) {
		code := ddb.Key(ddb.Prefix("country#"), ddb.Str(&c.Code))
		d.Primary(code, code)
	})
)

// Many items by their keys, a hundred to a request. The lookups come in the order of the keys, also of those that find
// nothing.
func ExampleRepository_BatchGet() {
	ctx := context.Background()
	db := ddb.New(ddbmem.New().Client(), "atlas", Atlas, nil)
	if err := db.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	err := db.Batch(ctx,
		Countries.Put(Country{Code: "KE", Capital: "Nairobi"}),
		Countries.Put(Country{Code: "PE", Capital: "Lima"}))
	if err != nil {
		log.Fatal(err)
	}

	countries := ddb.NewRepository(db, Countries)
	lookups, err := countries.BatchGet(ctx, []Country{{Code: "PE"}, {Code: "XX"}, {Code: "KE"}})
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range lookups {
		if !l.Found() {
			fmt.Println(l.Item.Code, "is", l.Outcome)
			continue
		}
		fmt.Println(l.Item.Code, l.Item.Capital)
	}

	// Output:
	// PE Lima
	// XX is gone
	// KE Nairobi
}
