package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/guregu/dynamo/v2"

	"github.com/singletable-go/ddb"
)

func queryCase(w world) benchCase {
	want := sampleOrders(pageSize)
	client := w.table(encoded(Orders, want), nil)
	orders, plainOrders := repository(client, Orders, nil), repository(client, Orders, attributeMaps)
	page := func(r *ddb.Repository[Order]) func(context.Context) (any, error) {
		return func(ctx context.Context) (any, error) {
			p, err := r.Page(ctx, Orders.Query(Order{Customer: theCustomer}), "")
			return p.Items, err
		}
	}
	c := benchCase{name: "Query, page of 100", goal: "time ≤ 0.25, allocations ≤ 0.27, bytes ≤ 0.22", want: want, contenders: []contender{
		{sdk, func(ctx context.Context) (any, error) {
			res, err := client.Query(ctx, &dynamodb.QueryInput{
				TableName: aws.String(tableName), KeyConditionExpression: aws.String("pk = :pk AND begins_with(sk, :sk)"),
				ExpressionAttributeValues: item{":pk": str(orderPK(theCustomer)), ":sk": str("o#")},
			})
			if err != nil {
				return nil, err
			}
			var recs []record
			if err := attributevalue.UnmarshalListOfMaps(res.Items, &recs); err != nil {
				return nil, err
			}
			return recs, nil
		}},
		{ours, page(orders)},
		{ours + ", ranged over", func(ctx context.Context) (any, error) {
			n := 0
			for _, err := range orders.Query(ctx, Orders.Query(Order{Customer: theCustomer})) {
				if err != nil {
					return nil, err
				}
				n++
			}
			return n, nil
		}},
		{attrs, page(plainOrders)},
	}}
	if w.stored == nil { // it uses the legacy KeyConditions, which ddbmem rejects
		c.contenders = append(c.contenders, contender{peer, func(ctx context.Context) (any, error) {
			var recs []record
			err := dynamo.NewFromIface(client).Table(tableName).Get("pk", orderPK(theCustomer)).Range("sk", dynamo.BeginsWith, "o#").All(ctx, &recs)
			return recs, err
		}})
	}
	return c
}

func scanCase(w world) benchCase {
	want := sampleOrders(pageSize)
	client := w.table(encoded(Orders, want), nil)
	db := ddb.New(client, tableName, Shop, nil)
	return benchCase{name: "Scan, page of 100", goal: "time ≤ 0.35", want: want, contenders: []contender{
		{sdk, func(ctx context.Context) (any, error) {
			res, err := client.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String(tableName)})
			if err != nil {
				return nil, err
			}
			var out []Order
			for _, it := range res.Items {
				var rec record
				if err := attributevalue.UnmarshalMap(it, &rec); err != nil {
					return nil, err
				}
				out = append(out, rec.Order)
			}
			return out, nil
		}},
		{ours, func(ctx context.Context) (any, error) {
			var out []Order
			for v, err := range db.Scan(ctx, nil) {
				if err != nil {
					return nil, err
				}
				if o, ok := v.(Order); ok {
					out = append(out, o)
				}
			}
			return out, nil
		}},
	}}
}
