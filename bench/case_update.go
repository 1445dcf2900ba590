package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

func num(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// updated runs an UpdateItem that returns the new item.
func updated(ctx context.Context, client *dynamodb.Client, in *dynamodb.UpdateItemInput) (any, error) {
	in.TableName, in.ReturnValues = aws.String(tableName), types.ReturnValueAllNew
	res, err := client.UpdateItem(ctx, in)
	if failed := (*types.ConditionalCheckFailedException)(nil); errors.As(err, &failed) {
		return nil, errors.New("not found")
	}
	if err != nil {
		return nil, err
	}
	var rec record
	err = attributevalue.UnmarshalMap(res.Attributes, &rec)
	return rec.Order, err
}

// updateCase sets a field that is in the index.
func updateCase(w world) benchCase {
	want := olderOrder(0)
	want.Status = "shipped"
	client := w.table(encoded(Orders, []Order{olderOrder(0)}), must(Orders.Encode(want)))
	orders, f := repository(client, Orders, nil), Orders.Fields()
	return benchCase{name: "Update of a field in an index", goal: "time ≤ 0.95", want: want, writes: client, contenders: []contender{
		{sdk, func(ctx context.Context) (any, error) {
			return updated(ctx, client, &dynamodb.UpdateItemInput{
				Key: orderKey(want), UpdateExpression: aws.String("SET #status = :status, gsi1_pk = :gsi1_pk"), ConditionExpression: aws.String("attribute_exists(pk)"),
				ExpressionAttributeNames:  map[string]string{"#status": "status"},
				ExpressionAttributeValues: item{":status": str("shipped"), ":gsi1_pk": str("s#" + "shipped")},
			})
		}},
		{ours, func(ctx context.Context) (any, error) {
			return orders.Update(ctx, Order{Customer: want.Customer, ID: want.ID}, ddb.Set(&f.Status, "shipped"))
		}},
	}}
}

// updatePlainCase sets a field that is in no key.
func updatePlainCase(w world) benchCase {
	want := olderOrder(0)
	want.Total = 129900
	client := w.table(encoded(Orders, []Order{olderOrder(0)}), must(Orders.Encode(want)))
	orders, f := repository(client, Orders, nil), Orders.Fields()
	return benchCase{name: "Update of a plain field", goal: "time ≤ 0.95", want: want, writes: client, contenders: []contender{
		{sdk, func(ctx context.Context) (any, error) {
			return updated(ctx, client, &dynamodb.UpdateItemInput{
				Key: orderKey(want), UpdateExpression: aws.String("SET #total = :total"), ConditionExpression: aws.String("attribute_exists(pk)"),
				ExpressionAttributeNames: map[string]string{"#total": "total"}, ExpressionAttributeValues: item{":total": num(129900)},
			})
		}},
		{ours, func(ctx context.Context) (any, error) {
			return orders.Update(ctx, Order{Customer: want.Customer, ID: want.ID}, ddb.Set(&f.Total, 129900))
		}},
	}}
}

// upsertCase sets three fields, and what a new item needs: the fields of its primary key, its type and its index key.
func upsertCase(w world) benchCase {
	want := olderOrder(0)
	want.Status, want.Total = "shipped", 129900
	client := w.table(encoded(Orders, []Order{olderOrder(0)}), must(Orders.Encode(want)))
	orders, f := repository(client, Orders, nil), Orders.Fields()
	return benchCase{name: "Upsert", want: want, writes: client, contenders: []contender{
		{sdk, func(ctx context.Context) (any, error) {
			return updated(ctx, client, &dynamodb.UpdateItemInput{
				Key: orderKey(want), UpdateExpression: aws.String("SET #status = :status, #total = :total, created = :created, " +
					"id = :id, customer = :customer, entityType = :type, gsi1_pk = :gsi1_pk, gsi1_sk = :gsi1_sk"),
				ExpressionAttributeNames: map[string]string{"#status": "status", "#total": "total"},
				ExpressionAttributeValues: item{
					":status": str("shipped"), ":total": num(129900), ":created": str(want.Created.Format(time.RFC3339Nano)),
					":id": str(want.ID), ":customer": str(want.Customer), ":type": str("order"),
					":gsi1_pk": str("s#" + "shipped"), ":gsi1_sk": str(want.Created.UTC().Format(sortable)),
				},
			})
		}},
		{ours, func(ctx context.Context) (any, error) {
			return orders.Upsert(ctx, Order{Customer: want.Customer, ID: want.ID},
				ddb.Set(&f.Status, "shipped"), ddb.Set(&f.Total, 129900), ddb.Set(&f.Created, want.Created))
		}},
	}}
}

// modifyCase reads an item, changes it, and writes it if its version is still the same. Its revision is always equal to its
// version.
func modifyCase(w world) benchCase {
	of := func(n int) Draft {
		o := sampleOrder(0)
		o.Revision = n
		return Draft{o, int64(n)}
	}
	client := w.table(encoded(Drafts, []Draft{of(7)}), must(Drafts.Encode(of(8))))
	drafts := repository(client, Drafts, nil)
	key := func() item { return item{"pk": str(orderPK(theCustomer)), "sk": str("d#" + of(7).ID)} }
	read := func(ctx context.Context) (draftRecord, error) {
		var rec draftRecord
		res, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(tableName), Key: key(), ConsistentRead: aws.Bool(true)})
		switch {
		case err != nil:
			return rec, err
		case res.Item == nil:
			return rec, errors.New("not found")
		}
		return rec, attributevalue.UnmarshalMap(res.Item, &rec)
	}
	change := func(o *Order) { o.Revision++ }
	result := func(d Draft, err error) (any, error) { // which is the same after each call
		if err == nil && int64(d.Revision) != d.Version {
			err = fmt.Errorf("revision %d in version %d", d.Revision, d.Version)
		}
		d.Revision = 0
		return d.Order, err
	}
	return benchCase{name: "Modify", want: of(0).Order, writes: client, contenders: []contender{
		{sdk + ", a PutItem", func(ctx context.Context) (any, error) {
			rec, err := read(ctx)
			if err != nil {
				return nil, err
			}
			change(&rec.Order)
			old := rec.Version
			rec.Version++
			it, err := attributevalue.MarshalMap(rec)
			if err != nil {
				return nil, err
			}
			_, err = client.PutItem(ctx, &dynamodb.PutItemInput{
				TableName: aws.String(tableName), Item: it, ConditionExpression: aws.String("#version = :version"),
				ExpressionAttributeNames: map[string]string{"#version": "version"}, ExpressionAttributeValues: item{":version": num(old)},
			})
			return result(rec.Draft, err)
		}},
		{sdk + ", an UpdateItem of the one field", func(ctx context.Context) (any, error) {
			rec, err := read(ctx)
			if err != nil {
				return nil, err
			}
			change(&rec.Order)
			old := rec.Version
			rec.Version++
			_, err = client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
				TableName: aws.String(tableName), Key: key(), UpdateExpression: aws.String("SET revision = :revision, #version = :next"),
				ConditionExpression: aws.String("#version = :version"), ExpressionAttributeNames: map[string]string{"#version": "version"},
				ExpressionAttributeValues: item{":version": num(old), ":next": num(rec.Version), ":revision": num(int64(rec.Revision))},
			})
			return result(rec.Draft, err)
		}},
		{ours, func(ctx context.Context) (any, error) {
			return result(drafts.Modify(ctx, Draft{Order: Order{Customer: theCustomer, ID: of(7).ID}}, func(d *Draft) error {
				change(&d.Order)
				return nil
			}))
		}},
	}}
}
