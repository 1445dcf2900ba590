package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/singletable-go/ddb"
)

func articleKey(a Article) string { return "a#" + a.ID }

// getLargeCase reads an item of texts and lists.
func getLargeCase(kB int) func(world) benchCase {
	return func(w world) benchCase {
		want := sampleArticle(kB)
		client := w.table(encoded(Articles, []Article{want}), nil)
		get := func(r *ddb.Repository[Article]) func(context.Context) (any, error) {
			return func(ctx context.Context) (any, error) { return r.Get(ctx, Article{ID: want.ID}) }
		}
		return benchCase{name: fmt.Sprintf("Get of %d KB", kB), goal: "time ≤ 0.75", want: want, contenders: []contender{
			{sdk, func(ctx context.Context) (any, error) {
				res, err := client.GetItem(ctx, &dynamodb.GetItemInput{
					TableName: aws.String(tableName), Key: item{"pk": str(articleKey(want)), "sk": str(articleKey(want))},
				})
				switch {
				case err != nil:
					return nil, err
				case res.Item == nil:
					return nil, errors.New("not found")
				}
				var rec articleRecord
				err = attributevalue.UnmarshalMap(res.Item, &rec)
				return rec.Article, err
			}},
			{ours, get(repository(client, Articles, nil))},
			{attrs, get(repository(client, Articles, attributeMaps))},
		}}
	}
}

// putLargeCase writes an item of texts and lists.
func putLargeCase(kB int) func(world) benchCase {
	return func(w world) benchCase {
		want := sampleArticle(kB)
		client := w.table(nil, nil)
		put := func(r *ddb.Repository[Article]) func(context.Context) (any, error) {
			return func(ctx context.Context) (any, error) { return r.Put(ctx, want) }
		}
		return benchCase{name: fmt.Sprintf("Put of %d KB", kB), goal: "time ≤ 0.80", want: want, writes: client, contenders: []contender{
			{sdk, func(ctx context.Context) (any, error) {
				it, err := attributevalue.MarshalMap(articleRecord{articleKey(want), articleKey(want), "article", want})
				if err != nil {
					return nil, err
				}
				_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(tableName), Item: it})
				return want, err
			}},
			{ours, put(repository(client, Articles, nil))},
			{attrs, put(repository(client, Articles, attributeMaps))},
		}}
	}
}
