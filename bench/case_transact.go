package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

// transactCase puts, updates and checks in one transaction: of three, a third of each, and of thirty, one check and nine
// updates.
func transactCase(n int) func(world) benchCase {
	return func(w world) benchCase {
		updates := max(1, n*3/10)
		var puts, updated, older []Order
		for i := range n - 1 {
			if i < updates {
				updated, older = append(updated, sampleOrder(i)), append(older, olderOrder(i))
			} else {
				puts = append(puts, sampleOrder(i))
			}
		}
		client := w.table(slices.Concat(encoded(Orders, older), encoded(Customers, []Customer{sampleCustomer()})), nil)
		db, of, cf := ddb.New(client, tableName, Shop, nil), Orders.Fields(), Customers.Fields()
		c := benchCase{name: fmt.Sprintf("Transact of %d", n), writes: client, contenders: []contender{
			{sdk, func(ctx context.Context) (any, error) {
				return nil, transactByHand(ctx, client, tableName, puts, updated)
			}},
			{ours, func(ctx context.Context) (any, error) {
				ops := make([]ddb.Op, 0, n)
				for _, o := range puts {
					ops = append(ops, Orders.Put(o))
				}
				for _, o := range updated {
					ops = append(ops, Orders.Update(Order{Customer: o.Customer, ID: o.ID}, ddb.Set(&of.Status, o.Status)))
				}
				ops = append(ops, Customers.Check(Customer{ID: theCustomer}, ddb.Ge(&cf.Credit, 1000)))
				return nil, db.Transact(ctx, ops...)
			}},
		}}
		if n == 3 {
			c.goal = "time ≤ 1.0"
		}
		return c
	}
}

// transactByHand sends an idempotency token: the SDK makes one.
func transactByHand(ctx context.Context, client *dynamodb.Client, table string, puts, updated []Order) error {
	writes := make([]types.TransactWriteItem, 0, len(puts)+len(updated)+1)
	for _, o := range puts {
		it, err := attributevalue.MarshalMap(recordOf(o))
		if err != nil {
			return err
		}
		writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: aws.String(table), Item: it}})
	}
	for _, o := range updated {
		writes = append(writes, types.TransactWriteItem{Update: &types.Update{
			TableName: aws.String(table), Key: orderKey(o),
			UpdateExpression: aws.String("SET #status = :status, gsi1_pk = :gsi1_pk"), ConditionExpression: aws.String("attribute_exists(pk)"),
			ExpressionAttributeNames:            map[string]string{"#status": "status"},
			ExpressionAttributeValues:           item{":status": str(o.Status), ":gsi1_pk": str("s#" + o.Status)},
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}})
	}
	writes = append(writes, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: aws.String(table), Key: item{"pk": str(orderPK(theCustomer)), "sk": str("c")},
		ConditionExpression: aws.String("attribute_exists(pk) AND credit >= :credit"), ExpressionAttributeValues: item{":credit": num(1000)},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}})
	_, err := client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
	if canceled := (*types.TransactionCanceledException)(nil); errors.As(err, &canceled) {
		for i, reason := range canceled.CancellationReasons {
			if aws.ToString(reason.Code) != "None" {
				err = errors.Join(err, fmt.Errorf("write %d: %s", i, aws.ToString(reason.Code)))
			}
		}
	}
	return err
}

// transactGetCase reads ten items as of one moment.
func transactGetCase(w world) benchCase {
	const n = 10
	want := sampleOrders(n)
	client := w.table(encoded(Orders, want), nil)
	db := ddb.New(client, tableName, Shop, nil)
	return benchCase{name: "TransactGet of 10", want: want, contenders: []contender{
		{sdk, func(ctx context.Context) (any, error) {
			gets := make([]types.TransactGetItem, n)
			for i, o := range want {
				gets[i].Get = &types.Get{TableName: aws.String(tableName), Key: orderKey(o)}
			}
			res, err := client.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: gets})
			if err != nil {
				return nil, err
			}
			out := make([]Order, n)
			for i, r := range res.Responses {
				if r.Item == nil {
					return nil, errors.New("not found")
				}
				var rec record
				if err := attributevalue.UnmarshalMap(r.Item, &rec); err != nil {
					return nil, err
				}
				out[i] = rec.Order
			}
			return out, nil
		}},
		{ours, func(ctx context.Context) (any, error) {
			out := make([]Order, n)
			reads := make([]ddb.Read, n)
			for i, o := range want {
				out[i].Customer, out[i].ID = o.Customer, o.ID
				reads[i] = Orders.Load(&out[i])
			}
			err := db.TransactGet(ctx, reads...)
			return out, err
		}},
	}}
}
