package main

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"

	"github.com/singletable-go/ddb"
)

func getCase(w world) benchCase {
	want := sampleOrders(pageSize)
	example := want[0]
	client := w.table(encoded(Orders, want), nil)
	get := func(r *ddb.Repository[Order]) func(context.Context) (any, error) {
		return func(ctx context.Context) (any, error) {
			return r.Get(ctx, Order{Customer: example.Customer, ID: example.ID})
		}
	}
	return benchCase{name: "Get", goal: "time ≤ 0.75, fewer allocations", want: example, contenders: []contender{
		{sdk, func(ctx context.Context) (any, error) {
			res, err := client.GetItem(ctx, &dynamodb.GetItemInput{
				TableName: aws.String(tableName), Key: item{"pk": str(orderPK(example.Customer)), "sk": str(orderSK(example.ID))},
			})
			if err != nil {
				return nil, err
			}
			if res.Item == nil {
				return nil, errors.New("not found")
			}
			var rec record
			err = attributevalue.UnmarshalMap(res.Item, &rec)
			return rec.Order, err
		}},
		{ours, get(repository(client, Orders, nil))},
		{brief, get(repository(signed(client), Orders, nil))},
		{attrs, get(repository(client, Orders, attributeMaps))},
		{peer, func(ctx context.Context) (any, error) {
			var rec record
			err := dynamo.NewFromIface(client).Table(tableName).Get("pk", orderPK(example.Customer)).Range("sk", dynamo.Equal, orderSK(example.ID)).One(ctx, &rec)
			return rec.Order, err
		}},
	}}
}

func putCase(w world) benchCase {
	example := sampleOrder(0)
	client := w.table(encoded(Orders, []Order{olderOrder(0)}), nil)
	put := func(r *ddb.Repository[Order]) func(context.Context) (any, error) {
		return func(ctx context.Context) (any, error) { return r.Put(ctx, example) }
	}
	return benchCase{name: "Put", goal: "time ≤ 0.80", want: example, writes: client, contenders: []contender{
		{sdk, func(ctx context.Context) (any, error) {
			it, err := attributevalue.MarshalMap(recordOf(example))
			if err != nil {
				return nil, err
			}
			_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(tableName), Item: it})
			return example, err
		}},
		{ours, put(repository(client, Orders, nil))},
		{brief, put(repository(signed(client), Orders, nil))},
		{attrs, put(repository(client, Orders, attributeMaps))},
		{peer, func(ctx context.Context) (any, error) {
			return example, dynamo.NewFromIface(client).Table(tableName).Put(recordOf(example)).Run(ctx)
		}},
	}}
}

// createCase creates an item that does not exist in the stub. In the engine it exists after the first call.
func createCase(w world) benchCase {
	example := sampleOrder(0)
	client := w.table(nil, nil)
	orders := repository(client, Orders, nil)
	name := "Create"
	if w.stored != nil {
		name = "Create of an item that exists"
	}
	return benchCase{name: name, goal: "time ≤ 0.80", want: example, writes: client, contenders: []contender{
		{sdk, func(ctx context.Context) (any, error) {
			it, err := attributevalue.MarshalMap(recordOf(example))
			if err != nil {
				return nil, err
			}
			_, err = client.PutItem(ctx, &dynamodb.PutItemInput{
				TableName: aws.String(tableName), Item: it, ConditionExpression: aws.String("attribute_not_exists(#0)"),
				ExpressionAttributeNames:            map[string]string{"#0": "pk"},
				ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
			})
			if failed := (*types.ConditionalCheckFailedException)(nil); errors.As(err, &failed) {
				var have record
				return example, attributevalue.UnmarshalMap(failed.Item, &have)
			}
			return example, err
		}},
		{ours, func(ctx context.Context) (any, error) {
			_, err := orders.Create(ctx, example)
			if errors.Is(err, ddb.ErrExists) {
				err = nil
			}
			return example, err
		}},
	}}
}
