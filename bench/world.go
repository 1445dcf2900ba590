package main

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// world is what the cases run on: the stub or an engine.
type world struct {
	name string
	// table makes a table with items and returns its client. The stub's UpdateItem and DeleteItem return the other item.
	table func(items []item, returned item) *dynamodb.Client
	// stored returns the items of a table, as text, without the attributes that only the library writes. The stub has none.
	stored func(context.Context, *dynamodb.Client) []string
}

// stubWorld has all responses in memory, without an engine.
func stubWorld() world {
	return world{name: "stub", table: func(items []item, returned item) *dynamodb.Client { return answers(items, returned).client() }}
}

// engineWorld makes each table in a ddbmem of its own.
func engineWorld(ctx context.Context) world {
	return world{
		name: "ddbmem",
		table: func(items []item, _ item) *dynamodb.Client {
			client := ddbmem.New().Client()
			check(ddb.New(client, tableName, Shop, nil).CreateTable(ctx))
			for _, it := range items {
				must(client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(tableName), Item: it}))
			}
			return client
		},
		stored: func(ctx context.Context, client *dynamodb.Client) []string {
			var out []string
			in := &dynamodb.ScanInput{TableName: aws.String(tableName)}
			for {
				res := must(client.Scan(ctx, in))
				for _, it := range res.Items {
					it = maps.Clone(it)
					delete(it, "~w")
					out = append(out, itemJSON(it))
				}
				if in.ExclusiveStartKey = res.LastEvaluatedKey; in.ExclusiveStartKey == nil {
					slices.Sort(out)
					return out
				}
			}
		},
	}
}
