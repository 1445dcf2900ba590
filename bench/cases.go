package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

const (
	tableName = "shop"
	pageSize  = 100
)

// contender is one way to do the work of a case. It returns what it read, which is compared with want.
type contender struct {
	name string
	run  func(context.Context) (any, error)
}

// benchCase is work that several contenders do. The first is the yardstick.
type benchCase struct {
	name       string
	goal       string
	want       any
	contenders []contender
}

// world is what the cases run on: the stub or an engine.
type world struct {
	name   string
	client *dynamodb.Client // of most cases
	mixed  *dynamodb.Client // where a Query answers with items of three types
}

const (
	sdk   = "SDK + attributevalue"
	ours  = "ddb"
	attrs = "ddb, AttributePath"
	peer  = "guregu/dynamo v2"
)

// stubWorld answers from memory, without an engine.
func stubWorld() world {
	orders := sampleOrders(pageSize)
	var page, mixed []item
	for _, o := range orders {
		page = append(page, must(Orders.Encode(o)))
	}
	mixed = append(mixed, must(Customers.Encode(sampleCustomer())))
	mixed = append(mixed, page[:50]...)
	for i := range 49 {
		mixed = append(mixed, must(Payments.Encode(samplePayment(i))))
	}
	return world{"stub", answers(page[0], page, page, mixed, false).client(), answers(page[0], page, page, mixed, true).client()}
}

// engineWorld is two tables of ddbmem with the same items.
func engineWorld(ctx context.Context) world {
	w := world{name: "ddbmem"}
	for i, c := range []**dynamodb.Client{&w.client, &w.mixed} {
		*c = ddbmem.New().Client()
		db := ddb.New(*c, tableName, Shop, nil)
		check(db.CreateTable(ctx))
		n := pageSize
		if i == 1 {
			n = 50
			check(db.Do(ctx, Customers.Put(sampleCustomer())))
			for i := range 49 {
				check(db.Do(ctx, Payments.Put(samplePayment(i))))
			}
		}
		for _, o := range sampleOrders(n) {
			check(db.Do(ctx, Orders.Put(o)))
		}
	}
	return w
}

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
	plainOrders := ddb.NewRepository(ddb.New(w.client, tableName, Shop, &ddb.Options{AttributePath: true}), Orders)
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

// createCase meets an item that is there in the engine, and none in the stub: it takes either for an answer.
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
	if w.name == "stub" { // it asks with the legacy KeyConditions, which ddbmem refuses
		c.contenders = append(c.contenders, contender{peer, func(ctx context.Context) (any, error) {
			var recs []record
			err := table.Get("pk", orderPK(theCustomer)).Range("sk", dynamo.BeginsWith, "o#").All(ctx, &recs)
			return recs, err
		}})
	}
	return c
}

// mixed is what a Gather of three types returns.
type mixed struct {
	Customers []Customer
	Orders    []Order
	Payments  []Payment
}

func gatherCase(w world) benchCase {
	db := ddb.New(w.mixed, tableName, Shop, nil)
	plainDB := ddb.New(w.mixed, tableName, Shop, &ddb.Options{AttributePath: true})
	want := mixed{Customers: []Customer{sampleCustomer()}, Orders: sampleOrders(50)}
	for i := range 49 {
		want.Payments = append(want.Payments, samplePayment(i))
	}
	gather := func(db *ddb.DB) func(context.Context) (any, error) {
		return func(ctx context.Context) (any, error) {
			var m mixed
			err := db.Gather(ctx, Customers.Query(Customer{ID: theCustomer}).Collection(), Customers.Into(&m.Customers), Orders.Into(&m.Orders), Payments.Into(&m.Payments))
			return m, err
		}
	}
	return benchCase{"Gather, page of 100, three types", "time ≤ 0.30", want, []contender{
		{sdk, func(ctx context.Context) (any, error) {
			res, err := w.mixed.Query(ctx, &dynamodb.QueryInput{
				TableName: aws.String(tableName), KeyConditionExpression: aws.String("pk = :pk AND sk BETWEEN :lo AND :hi"),
				ExpressionAttributeValues: item{":pk": str(orderPK(theCustomer)), ":lo": str("c"), ":hi": str("p$")},
			})
			if err != nil {
				return nil, err
			}
			var m mixed
			for _, it := range res.Items {
				var kind string
				if err := attributevalue.Unmarshal(it["entityType"], &kind); err != nil {
					return nil, err
				}
				switch kind {
				case "customer":
					var rec customerRecord
					if err := attributevalue.UnmarshalMap(it, &rec); err != nil {
						return nil, err
					}
					m.Customers = append(m.Customers, rec.Customer)
				case "order":
					var rec record
					if err := attributevalue.UnmarshalMap(it, &rec); err != nil {
						return nil, err
					}
					m.Orders = append(m.Orders, rec.Order)
				case "payment":
					var rec paymentRecord
					if err := attributevalue.UnmarshalMap(it, &rec); err != nil {
						return nil, err
					}
					m.Payments = append(m.Payments, rec.Payment)
				default:
					return nil, fmt.Errorf("a %q", kind)
				}
			}
			return m, nil
		}},
		{ours, gather(db)},
		{attrs, gather(plainDB)},
	}}
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
			byID := make(map[string]record, len(want)) // the answer comes in any order
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

// streamCase handles an event of Lambda: 100 changes, each with the item before and after.
func streamCase(want []Order) benchCase {
	var records []string
	for i, o := range want {
		old := o
		old.Status, old.Revision = "paid", 6
		keys := item{"pk": str(orderPK(o.Customer)), "sk": str(orderSK(o.ID))}
		records = append(records, fmt.Sprintf(`{"eventID":"%032d","eventName":"MODIFY","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"eu-central-1",`+
			`"dynamodb":{"ApproximateCreationDateTime":1763672400,"Keys":%s,"NewImage":%s,"OldImage":%s,"SequenceNumber":"%021d","SizeBytes":1800,"StreamViewType":"NEW_AND_OLD_IMAGES"},`+
			`"eventSourceARN":"arn:aws:dynamodb:eu-central-1:123456789012:table/shop/stream/2026-11-20T00:00:00.000"}`,
			i, itemJSON(keys), itemJSON(must(Orders.Encode(o))), itemJSON(must(Orders.Encode(old))), i+1))
	}
	event := json.RawMessage(`{"Records":[` + strings.Join(records, ",") + `]}`)
	return benchCase{"Stream event of 100 records", "time ≤ 0.35", want, []contender{
		{"aws-lambda-go + attributevalue", func(context.Context) (any, error) {
			var in events.DynamoDBEvent
			if err := json.Unmarshal(event, &in); err != nil {
				return nil, err
			}
			var out []Order
			for _, r := range in.Records {
				var was, is record
				if err := attributevalue.UnmarshalMap(fromEvent(r.Change.OldImage), &was); err != nil {
					return nil, err
				}
				if err := attributevalue.UnmarshalMap(fromEvent(r.Change.NewImage), &is); err != nil {
					return nil, err
				}
				if was.Status != "paid" {
					return nil, errors.New("other old image")
				}
				out = append(out, is.Order)
			}
			return out, nil
		}},
		{ours, func(ctx context.Context) (any, error) {
			var out []Order
			mux := ddb.NewMux(Shop, nil)
			ddb.Handle(mux, Orders, func(_ context.Context, c ddb.Change[Order]) error {
				if c.Old.Status != "paid" {
					return errors.New("other old image")
				}
				out = append(out, c.New)
				return nil
			})
			_, err := mux.Lambda(ctx, event)
			return out, err
		}},
	}}
}

func fromEvent(m map[string]events.DynamoDBAttributeValue) item {
	out := make(item, len(m))
	for name, v := range m {
		out[name] = fromEventValue(v)
	}
	return out
}

func fromEventValue(v events.DynamoDBAttributeValue) types.AttributeValue {
	switch v.DataType() {
	case events.DataTypeString:
		return &types.AttributeValueMemberS{Value: v.String()}
	case events.DataTypeNumber:
		return &types.AttributeValueMemberN{Value: v.Number()}
	case events.DataTypeBoolean:
		return &types.AttributeValueMemberBOOL{Value: v.Boolean()}
	case events.DataTypeStringSet:
		return &types.AttributeValueMemberSS{Value: v.StringSet()}
	case events.DataTypeMap:
		return &types.AttributeValueMemberM{Value: fromEvent(v.Map())}
	case events.DataTypeList:
		list := make([]types.AttributeValue, len(v.List()))
		for i, e := range v.List() {
			list[i] = fromEventValue(e)
		}
		return &types.AttributeValueMemberL{Value: list}
	default:
		return &types.AttributeValueMemberNULL{Value: true}
	}
}

// verify runs a contender once and compares what it read.
func (c benchCase) verify(ctx context.Context, k contender) error {
	got, err := k.run(ctx)
	if err != nil {
		return fmt.Errorf("%s, %s: %w", c.name, k.name, err)
	}
	want := c.want
	switch g := got.(type) { // outside of what is measured
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
