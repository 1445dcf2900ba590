package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"

	"github.com/singletable-go/ddb"
)

const (
	tableName = "shop"
	pageSize  = 100
)

// contender is one way to do the work of a case. It returns what it read, for the comparison with want.
type contender struct {
	name string
	run  func(context.Context) (any, error)
}

// benchCase is work that several contenders do. The first one is the reference.
type benchCase struct {
	name       string
	goal       string
	want       any
	contenders []contender
}

const (
	sdk   = "SDK + attributevalue"
	ours  = "ddb"
	attrs = "ddb, UseAttributeMaps"
	peer  = "guregu/dynamo v2"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[V any](v V, err error) V {
	check(err)
	return v
}

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func cases(w world) []benchCase {
	db := ddb.New(w.client, tableName, Shop, nil)
	orders := ddb.NewRepository(db, Orders)
	plainOrders := ddb.NewRepository(ddb.New(w.client, tableName, Shop, &ddb.Options{UseAttributeMaps: true}), Orders)
	table := dynamo.NewFromIface(w.client).Table(tableName)
	want := sampleOrders(pageSize)
	example := want[0]
	out := []benchCase{
		getCase(w, orders, plainOrders, table, example),
		putCase(w, orders, plainOrders, table, example),
		createCase(w, orders, example),
		queryCase(w, orders, plainOrders, table, want),
		gatherCase(w),
		scanCase(w, db, want),
		batchGetCase(w, orders, plainOrders, want),
	}
	if w.name == "stub" {
		out = append(out, streamCase(want))
	}
	return out
}

func getCase(w world, orders, plainOrders *ddb.Repository[Order], table dynamo.Table, example Order) benchCase {
	get := func(r *ddb.Repository[Order]) func(context.Context) (any, error) {
		return func(ctx context.Context) (any, error) {
			return r.Get(ctx, Order{Customer: example.Customer, ID: example.ID})
		}
	}
	return benchCase{"Get", "time ≤ 0.85, fewer allocations", example, []contender{
		{sdk, func(ctx context.Context) (any, error) {
			res, err := w.client.GetItem(ctx, &dynamodb.GetItemInput{
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
		{ours, get(orders)},
		{attrs, get(plainOrders)},
		{peer, func(ctx context.Context) (any, error) {
			var rec record
			err := table.Get("pk", orderPK(example.Customer)).Range("sk", dynamo.Equal, orderSK(example.ID)).One(ctx, &rec)
			return rec.Order, err
		}},
	}}
}

func putCase(w world, orders, plainOrders *ddb.Repository[Order], table dynamo.Table, example Order) benchCase {
	put := func(r *ddb.Repository[Order]) func(context.Context) (any, error) {
		return func(ctx context.Context) (any, error) { return r.Put(ctx, example) }
	}
	return benchCase{"Put", "time ≤ 0.80", example, []contender{
		{sdk, func(ctx context.Context) (any, error) {
			it, err := attributevalue.MarshalMap(recordOf(example))
			if err != nil {
				return nil, err
			}
			_, err = w.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(tableName), Item: it})
			return example, err
		}},
		{ours, put(orders)},
		{attrs, put(plainOrders)},
		{peer, func(ctx context.Context) (any, error) {
			return example, table.Put(recordOf(example)).Run(ctx)
		}},
	}}
}

// createCase creates an item that exists in the engine and not in the stub: it accepts both results.
func createCase(w world, orders *ddb.Repository[Order], example Order) benchCase {
	if w.name != "stub" {
		example.Customer, example.ID = "01JCXN3Q7Z5M8W4R2T6Y9CREATE", "created"
	}
	return benchCase{"Create", "time ≤ 0.80", example, []contender{
		{sdk, func(ctx context.Context) (any, error) {
			it, err := attributevalue.MarshalMap(recordOf(example))
			if err != nil {
				return nil, err
			}
			_, err = w.client.PutItem(ctx, &dynamodb.PutItemInput{
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

func queryCase(w world, orders, plainOrders *ddb.Repository[Order], table dynamo.Table, want []Order) benchCase {
	page := func(r *ddb.Repository[Order]) func(context.Context) (any, error) {
		return func(ctx context.Context) (any, error) {
			p, err := r.Page(ctx, Orders.Query(Order{Customer: theCustomer}), "")
			return p.Items, err
		}
	}
	c := benchCase{"Query, page of 100", "time ≤ 0.25, allocations ≤ 0.27, bytes ≤ 0.22", want, []contender{
		{sdk, func(ctx context.Context) (any, error) {
			res, err := w.client.Query(ctx, &dynamodb.QueryInput{
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
	if w.name == "stub" { // it uses the legacy KeyConditions, which ddbmem rejects
		c.contenders = append(c.contenders, contender{peer, func(ctx context.Context) (any, error) {
			var recs []record
			err := table.Get("pk", orderPK(theCustomer)).Range("sk", dynamo.BeginsWith, "o#").All(ctx, &recs)
			return recs, err
		}})
	}
	return c
}

func scanCase(w world, db *ddb.DB, want []Order) benchCase {
	return benchCase{"Scan, page of 100", "time ≤ 0.35", want, []contender{
		{sdk, func(ctx context.Context) (any, error) {
			res, err := w.client.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String(tableName)})
			if err != nil {
				return nil, err
			}
			var out []Order
			for _, it := range res.Items {
				var rec record
				if err := attributevalue.UnmarshalMap(it, &rec); err != nil {
					return nil, err
				}
				if rec.ID != "created" {
					out = append(out, rec.Order)
				}
			}
			return out, nil
		}},
		{ours, func(ctx context.Context) (any, error) {
			var out []Order
			for v, err := range db.Scan(ctx, nil) {
				if err != nil {
					return nil, err
				}
				if o, ok := v.(Order); ok && o.ID != "created" {
					out = append(out, o)
				}
			}
			return out, nil
		}},
	}}
}

func batchGetCase(w world, orders, plainOrders *ddb.Repository[Order], want []Order) benchCase {
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
	return benchCase{"BatchGet of 100", "time ≤ 0.35", want, []contender{
		{sdk, func(ctx context.Context) (any, error) {
			keys := make([]item, len(want))
			for i, o := range want {
				keys[i] = item{"pk": str(orderPK(o.Customer)), "sk": str(orderSK(o.ID))}
			}
			res, err := w.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{tableName: {Keys: keys}}})
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
		{ours, batch(orders)},
		{attrs, batch(plainOrders)},
	}}
}

// verify runs a contender once and compares what it read.
func (c benchCase) verify(ctx context.Context, k contender) error {
	got, err := k.run(ctx)
	if err != nil {
		return fmt.Errorf("%s, %s: %w", c.name, k.name, err)
	}
	want := c.want
	switch g := got.(type) { // not part of the measurement
	case int:
		want = reflect.ValueOf(c.want).Len()
	case []record:
		orders := make([]Order, len(g))
		for i := range g {
			orders[i] = g[i].Order
		}
		got = orders
	case []ddb.Lookup[Order]:
		orders := make([]Order, len(g))
		for i := range g {
			orders[i] = g[i].Item
		}
		got = orders
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Errorf("%s, %s: other results: %.300v where %.300v is stored", c.name, k.name, fmt.Sprint(got), fmt.Sprint(want))
	}
	return nil
}
