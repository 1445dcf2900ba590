package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// request is one kind of request; those of one kind differ in their number.
type request struct {
	name string
	send func(ctx context.Context, client *dynamodb.Client, table string, i int) error
}

func requests() []request {
	orders := sampleOrders(pageSize)
	items := encoded(Orders, orders)
	// A batch must not have an item twice: these are 25 in a row.
	some := func(i int) []item { return items[i%4*25:][:25] }
	return []request{
		{"PutItem", func(ctx context.Context, client *dynamodb.Client, table string, i int) error {
			_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: items[i%pageSize]})
			return err
		}},
		{"BatchWriteItem of 25", func(ctx context.Context, client *dynamodb.Client, table string, i int) error {
			var puts []types.WriteRequest
			for _, it := range some(i) {
				puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: it}})
			}
			_, err := client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{table: puts}})
			return err
		}},
		{"GetItem", func(ctx context.Context, client *dynamodb.Client, table string, i int) error {
			_, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(table), Key: orderKey(orders[i%25])})
			return err
		}},
		{"UpdateItem of an index key", func(ctx context.Context, client *dynamodb.Client, table string, i int) error {
			_, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
				TableName: aws.String(table), Key: orderKey(orders[i%25]), UpdateExpression: aws.String("SET gsi1_pk = :pk"),
				ConditionExpression: aws.String("attribute_exists(pk)"), ExpressionAttributeValues: item{":pk": str(fmt.Sprintf("s#%d", i%2))},
			})
			return err
		}},
		{"Query of 100", func(ctx context.Context, client *dynamodb.Client, table string, _ int) error {
			_, err := client.Query(ctx, &dynamodb.QueryInput{
				TableName: aws.String(table), KeyConditionExpression: aws.String("pk = :pk AND begins_with(sk, :sk)"),
				ExpressionAttributeValues: item{":pk": str(orderPK(theCustomer)), ":sk": str("o#")},
			})
			return err
		}},
		{"BatchGetItem of 25", func(ctx context.Context, client *dynamodb.Client, table string, i int) error {
			var keys []item
			for _, it := range some(i) {
				keys = append(keys, item{"pk": it["pk"], "sk": it["sk"]})
			}
			_, err := client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{table: {Keys: keys}}})
			return err
		}},
		{"TransactWriteItems of 3", func(ctx context.Context, client *dynamodb.Client, table string, i int) error {
			return transactByHand(ctx, client, table, orders[i%20:][:1], orders[i%20+1:][:1])
		}},
		{"TransactGetItems of 10", func(ctx context.Context, client *dynamodb.Client, table string, _ int) error {
			gets := make([]types.TransactGetItem, 10)
			for i, o := range orders[:10] {
				gets[i].Get = &types.Get{TableName: aws.String(table), Key: orderKey(o)}
			}
			_, err := client.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: gets})
			return err
		}},
	}
}
