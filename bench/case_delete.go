package main

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// refilled is a table whose one item is there again before each call: on an engine, where calls delete it.
func refilled(w world, name string, o, returned item) (client *dynamodb.Client, fill func(context.Context) error, title string) {
	client = w.table([]item{o}, returned)
	if w.stored == nil {
		return client, func(context.Context) error { return nil }, name
	}
	return client, func(ctx context.Context) error {
		_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(tableName), Item: o})
		return err
	}, name + ", with a PutItem before"
}

// takeCase deletes an item and returns it.
func takeCase(w world) benchCase {
	want := sampleOrder(0)
	stored := must(Orders.Encode(want))
	client, fill, name := refilled(w, "Take", stored, stored)
	orders := repository(client, Orders, nil)
	return benchCase{name: name, want: want, writes: client, contenders: []contender{
		{sdk, func(ctx context.Context) (any, error) {
			if err := fill(ctx); err != nil {
				return nil, err
			}
			res, err := client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
				TableName: aws.String(tableName), Key: orderKey(want), ConditionExpression: aws.String("attribute_exists(pk)"),
				ReturnValues: types.ReturnValueAllOld,
			})
			if failed := (*types.ConditionalCheckFailedException)(nil); errors.As(err, &failed) {
				return nil, errors.New("not found")
			}
			if err != nil {
				return nil, err
			}
			var rec record
			err = attributevalue.UnmarshalMap(res.Attributes, &rec)
			return rec.Order, err
		}},
		{ours, func(ctx context.Context) (any, error) {
			if err := fill(ctx); err != nil {
				return nil, err
			}
			return orders.Take(ctx, Order{Customer: want.Customer, ID: want.ID})
		}},
	}}
}

func deleteCase(w world) benchCase {
	o := sampleOrder(0)
	client, fill, name := refilled(w, "Delete", must(Orders.Encode(o)), nil)
	orders := repository(client, Orders, nil)
	return benchCase{name: name, writes: client, contenders: []contender{
		{sdk, func(ctx context.Context) (any, error) {
			if err := fill(ctx); err != nil {
				return nil, err
			}
			_, err := client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(tableName), Key: orderKey(o)})
			return nil, err
		}},
		{ours, func(ctx context.Context) (any, error) {
			if err := fill(ctx); err != nil {
				return nil, err
			}
			return nil, orders.Delete(ctx, Order{Customer: o.Customer, ID: o.ID})
		}},
	}}
}
