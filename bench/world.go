package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// world is what the cases run on: the stub or an engine.
type world struct {
	name   string
	client *dynamodb.Client // of most cases
	mixed  *dynamodb.Client // for a Query with items of three types
}

// stubWorld has all responses in memory, without an engine.
func stubWorld() world {
	orders := sampleOrders(pageSize)
	var page, mixed []item
	for _, o := range orders {
		page = append(page, must(Orders.Encode(o)))
	}
	mixed = append(mixed, must(Customers.Encode(sampleCustomer())))
	mixed = append(mixed, page[:50]...)
	for i := range 49 {
		mixed = append(mixed, must(Payments.Encode(samplePayment(i))))
	}
	return world{"stub", answers(page[0], page, page, mixed, false).client(), answers(page[0], page, page, mixed, true).client()}
}

// engineWorld is two tables of ddbmem with the same items.
func engineWorld(ctx context.Context) world {
	w := world{name: "ddbmem"}
	for i, c := range []**dynamodb.Client{&w.client, &w.mixed} {
		*c = ddbmem.New().Client()
		db := ddb.New(*c, tableName, Shop, nil)
		check(db.CreateTable(ctx))
		n := pageSize
		if i == 1 {
			n = 50
			check(db.Do(ctx, Customers.Put(sampleCustomer())))
			for i := range 49 {
				check(db.Do(ctx, Payments.Put(samplePayment(i))))
			}
		}
		for _, o := range sampleOrders(n) {
			check(db.Do(ctx, Orders.Put(o)))
		}
	}
	return w
}
