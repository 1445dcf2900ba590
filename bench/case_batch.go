package main

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

func batchGetCase(w world) benchCase {
	want := sampleOrders(pageSize)
	client := w.table(encoded(Orders, want), nil)
	batch := func(r *ddb.Repository[Order]) func(context.Context) (any, error) {
		return func(ctx context.Context) (any, error) {
			keys := make([]Order, len(want))
			for i := range want {
				keys[i].Customer, keys[i].ID = want[i].Customer, want[i].ID
			}
			found, err := r.BatchGet(ctx, keys)
			if err != nil {
				return nil, err
			}
			return found, nil
		}
	}
	return benchCase{name: "BatchGet of 100", goal: "time ≤ 0.35", want: want, contenders: []contender{
		{sdk, func(ctx context.Context) (any, error) {
			keys := make([]item, len(want))
			for i, o := range want {
				keys[i] = item{"pk": str(orderPK(o.Customer)), "sk": str(orderSK(o.ID))}
			}
			res, err := client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{tableName: {Keys: keys}}})
			if err != nil {
				return nil, err
			}
			if len(res.UnprocessedKeys) > 0 {
				return nil, errors.New("unprocessed keys")
			}
			byID := make(map[string]record, len(want)) // the response has any order
			for _, it := range res.Responses[tableName] {
				var rec record
				if err := attributevalue.UnmarshalMap(it, &rec); err != nil {
					return nil, err
				}
				byID[rec.SK] = rec
			}
			out := make([]Order, len(want))
			for i, o := range want {
				out[i] = byID[orderSK(o.ID)].Order
			}
			return out, nil
		}},
		{ours, batch(repository(client, Orders, nil))},
		{attrs, batch(repository(client, Orders, attributeMaps))},
	}}
}

// batchWriteCase puts as many items as a request can have.
func batchWriteCase(w world) benchCase {
	const n = 25
	orders := sampleOrders(n)
	client := w.table(nil, nil)
	db := ddb.New(client, tableName, Shop, nil)
	return benchCase{name: "BatchWrite of 25 puts", writes: client, contenders: []contender{
		{sdk, func(ctx context.Context) (any, error) { return nil, writeByHand(ctx, client, orders) }},
		{ours, func(ctx context.Context) (any, error) {
			ops := make([]ddb.Op, n)
			for i, o := range orders {
				ops[i] = Orders.Put(o)
			}
			return nil, db.Batch(ctx, ops...)
		}},
	}}
}
