package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
)

// mixed is the result of a Gather of three types.
type mixed struct {
	Customers []Customer
	Orders    []Order
	Payments  []Payment
}

func gatherCase(w world) benchCase {
	want := mixed{Customers: []Customer{sampleCustomer()}, Orders: sampleOrders(50)}
	for i := range 49 {
		want.Payments = append(want.Payments, samplePayment(i))
	}
	client := w.table(slices.Concat(encoded(Customers, want.Customers), encoded(Orders, want.Orders), encoded(Payments, want.Payments)), nil)
	db := ddb.New(client, tableName, Shop, nil)
	plainDB := ddb.New(client, tableName, Shop, attributeMaps)
	gather := func(db *ddb.DB) func(context.Context) (any, error) {
		return func(ctx context.Context) (any, error) {
			var m mixed
			err := db.Gather(ctx, Customers.Query(Customer{ID: theCustomer}).Collection(), Customers.Into(&m.Customers), Orders.Into(&m.Orders), Payments.Into(&m.Payments))
			return m, err
		}
	}
	return benchCase{name: "Gather, page of 100, three types", goal: "time ≤ 0.30", want: want, contenders: []contender{
		{sdk, func(ctx context.Context) (any, error) {
			res, err := client.Query(ctx, &dynamodb.QueryInput{
				TableName: aws.String(tableName), KeyConditionExpression: aws.String("pk = :pk AND sk BETWEEN :lo AND :hi"),
				ExpressionAttributeValues: item{":pk": str(orderPK(theCustomer)), ":lo": str("c"), ":hi": str("p$")},
			})
			if err != nil {
				return nil, err
			}
			var m mixed
			for _, it := range res.Items {
				var kind string
				if err := attributevalue.Unmarshal(it["entityType"], &kind); err != nil {
					return nil, err
				}
				switch kind {
				case "customer":
					var rec customerRecord
					if err := attributevalue.UnmarshalMap(it, &rec); err != nil {
						return nil, err
					}
					m.Customers = append(m.Customers, rec.Customer)
				case "order":
					var rec record
					if err := attributevalue.UnmarshalMap(it, &rec); err != nil {
						return nil, err
					}
					m.Orders = append(m.Orders, rec.Order)
				case "payment":
					var rec paymentRecord
					if err := attributevalue.UnmarshalMap(it, &rec); err != nil {
						return nil, err
					}
					m.Payments = append(m.Payments, rec.Payment)
				default:
					return nil, fmt.Errorf("a %q", kind)
				}
			}
			return m, nil
		}},
		{ours, gather(db)},
		{attrs, gather(plainDB)},
	}}
}
