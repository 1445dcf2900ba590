package write_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

// parcel is an entity of the budgets: two keys of two parts, one index.
type parcel struct {
	Depot  string    `dynamodbav:"depot"`
	ID     string    `dynamodbav:"id"`
	Status string    `dynamodbav:"status"`
	Sent   time.Time `dynamodbav:"sent"`
	Weight int       `dynamodbav:"weight"`
}

const (
	depotPrefix  ddb.Prefix = "d#"
	parcelPrefix ddb.Prefix = "p#"
	statusPrefix ddb.Prefix = "s#"
)

// canned is a client that answers at once, with what it has: what is measured with it is the library's own work. As a fake does, it ignores
// Options.Protocol.
type canned struct {
	ddb.Client
	item  map[string]types.AttributeValue
	items []map[string]types.AttributeValue

	get      dynamodb.GetItemOutput
	put      dynamodb.PutItemOutput
	update   dynamodb.UpdateItemOutput
	delete   dynamodb.DeleteItemOutput
	transact dynamodb.TransactWriteItemsOutput
	batch    dynamodb.BatchWriteItemOutput
	query    dynamodb.QueryOutput
}

func (c *canned) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	c.get.Item = c.item
	return &c.get, nil
}

func (c *canned) PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return &c.put, nil
}

func (c *canned) Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	c.query.Items = c.items
	return &c.query, nil
}

func (c *canned) UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	c.update.Attributes = c.item
	return &c.update, nil
}

func (c *canned) DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return &c.delete, nil
}

func (c *canned) TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return &c.transact, nil
}

func (c *canned) BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	return &c.batch, nil
}

type parcels struct {
	table  *ddb.Table
	entity *ddb.Entity[parcel]
	index  *ddb.Index
	repo   *ddb.Repository[parcel]
	client *canned
	sample parcel
	db     *ddb.DB
}

func newParcels(t testing.TB) *parcels {
	table := ddb.NewTable("pk", "sk")
	p := &parcels{table: table, client: &canned{}, index: table.GSI("gsi1", "gsi1_pk", "gsi1_sk")}
	p.entity = ddb.MustDefine(table, "parcel", func(p0 *parcel, d *ddb.Definition) {
		d.Primary(ddb.Key(depotPrefix, ddb.Str(&p0.Depot)), ddb.Key(parcelPrefix, ddb.Str(&p0.ID)))
		d.Index(p.index, ddb.Key(statusPrefix, ddb.Str(&p0.Status)), ddb.Key(ddb.Time(&p0.Sent)))
	})
	p.db = ddb.New(p.client, "parcels", table, nil)
	p.repo = ddb.NewRepository(p.db, p.entity)
	p.sample = parcel{"muc", "1234", "sent", time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC), 12}
	var err error
	p.client.item, err = p.entity.Encode(p.sample)
	require.NoError(t, err)
	return p
}

// work is what the budgets and the benchmarks are about.
func (p *parcels) work() map[string]struct {
	allocs float64
	run    func(context.Context) error
} {
	type entry = struct {
		allocs float64
		run    func(context.Context) error
	}
	f := p.entity.Fields()
	mux := ddb.NewMux(p.table, nil)
	ddb.Handle(mux, p.entity, func(context.Context, ddb.Change[parcel]) error { return nil })
	record := ddb.Record{Kind: ddb.Inserted, Sequence: "1", New: p.client.item, Keys: map[string]types.AttributeValue{"pk": p.client.item["pk"], "sk": p.client.item["sk"]}}
	other := parcel{Depot: "muc", ID: "2", Status: "sent", Sent: p.sample.Sent}
	return map[string]entry{
		"A record of a stream": {22, func(ctx context.Context) error {
			_, err := mux.Process(ctx, []ddb.Record{record})
			return err
		}},
		"Get": {10, func(ctx context.Context) error {
			_, err := p.repo.Get(ctx, p.sample)
			return err
		}},
		"Put": {29, func(ctx context.Context) error {
			_, err := p.repo.Put(ctx, p.sample)
			return err
		}},
		"Create": {34, func(ctx context.Context) error {
			_, err := p.repo.Create(ctx, p.sample)
			return err
		}},
		"Put with If": {49, func(ctx context.Context) error {
			_, err := p.repo.Put(ctx, p.sample, ddb.If(ddb.Eq(&f.Weight, 2)))
			return err
		}},
		"Update of an index entry": {62, func(ctx context.Context) error {
			_, err := p.repo.Update(ctx, p.sample, ddb.Set(&f.Status, "lost"))
			return err
		}},
		"Update with If": {57, func(ctx context.Context) error {
			_, err := p.repo.Update(ctx, p.sample, ddb.Set(&f.Weight, 3), ddb.If(ddb.Eq(&f.Weight, 2)))
			return err
		}},
		"Delete": {14, func(ctx context.Context) error { return p.repo.Delete(ctx, p.sample) }},
		"Transact of three": {106, func(ctx context.Context) error {
			return p.db.Transact(ctx, p.entity.Put(p.sample), p.entity.Update(other, ddb.Set(&f.Weight, 3)),
				p.entity.Check(parcel{Depot: "muc", ID: "3"}, ddb.Eq(&f.Weight, 2)))
		}},
		"Batch of three": {122, func(ctx context.Context) error {
			return p.db.Batch(ctx, p.entity.Put(p.sample), p.entity.Put(other), p.entity.Delete(parcel{Depot: "muc", ID: "3"}))
		}},
		"Query": {25, func(ctx context.Context) error {
			_, err := p.repo.Page(ctx, p.entity.Query(parcel{Depot: "muc"}), "")
			return err
		}},
		"Query of an index by a range": {32, func(ctx context.Context) error {
			_, err := p.repo.Page(ctx, p.entity.On(p.index, parcel{Status: "sent"}).SortKey(ddb.Ge(&f.Sent, p.sample.Sent)), "")
			return err
		}},
	}
}

func BenchmarkOwnWork(b *testing.B) {
	for name, w := range newParcels(b).work() {
		b.Run(name, func(b *testing.B) {
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				if err := w.run(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
