package table_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

const (
	parcelKey ddb.Prefix = "parcel#"
	stopKey   ddb.Prefix = "stop#"
	cityKey   ddb.Prefix = "city#"
)

// Parcel is what tests of whole tables store: it has an index, a TTL, a unique value and versions.
type Parcel struct {
	ID      string    `dynamodbav:"-"`
	City    string    `dynamodbav:"city"`
	Code    string    `dynamodbav:"code,omitempty"`
	Version int64     `dynamodbav:"version"`
	Expires time.Time `dynamodbav:"expires,unixtime,omitempty"`
}

// Stop is an item in the partition of its parcel.
type Stop struct {
	ParcelID string `dynamodbav:"-"`
	N        int    `dynamodbav:"-"`
}

// depot is a model with everything that the library keeps beside its items.
type depot struct {
	table   *ddb.Table
	byCity  *ddb.Index
	parcels *ddb.Entity[Parcel]
	stops   *ddb.Entity[Stop]
}

func newDepot() depot {
	m := depot{table: ddb.NewTable("pk", "sk").TTL("expires")}
	m.byCity = m.table.GSI("by-city", "cpk", "csk")
	m.parcels = ddb.MustDefine(m.table, "parcel", func(p *Parcel, d *ddb.Definition) {
		id := ddb.Key(parcelKey, ddb.Str(&p.ID))
		d.Primary(id, id)
		d.Index(m.byCity, ddb.Key(cityKey, ddb.Str(&p.City)), id)
		d.TTL(&p.Expires)
		d.Version(&p.Version)
		d.Unique("code", ddb.Str(&p.Code))
		d.History(ddb.Key(ddb.Prefix("old#"), ddb.Str(&p.ID)), ddb.Key(ddb.Prefix("v#"), ddb.Num(&p.Version, 6)))
	})
	m.stops = ddb.MustDefine(m.table, "stop", func(s *Stop, d *ddb.Definition) {
		d.Primary(ddb.Key(parcelKey, ddb.Str(&s.ParcelID)), ddb.Key(stopKey, ddb.Num(&s.N, 4)))
	})
	return m
}

// live makes a table of m's, changed by change, without the library's help.
func (m depot) live(t *testing.T, client *dynamodb.Client, name string, change func(*dynamodb.CreateTableInput)) *ddb.DB {
	t.Helper()
	in := m.table.CreateTableInput(name)
	if change != nil {
		change(in)
	}
	_, err := client.CreateTable(t.Context(), in)
	require.NoError(t, err)
	return ddb.New(client, name, m.table, nil)
}

// putStops writes n stops of one parcel.
func (m depot) putStops(t *testing.T, db *ddb.DB, parcel string, n int) {
	t.Helper()
	ops := make([]ddb.Op, n)
	for i := range ops {
		ops[i] = m.stops.Put(Stop{ParcelID: parcel, N: i})
	}
	require.NoError(t, db.Batch(t.Context(), ops...))
}

// putForeign writes an item of strings without a model.
func putForeign(t *testing.T, client *dynamodb.Client, table string, attrs map[string]string) {
	t.Helper()
	it := map[string]types.AttributeValue{}
	for name, text := range attrs {
		it[name] = &types.AttributeValueMemberS{Value: text}
	}
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: it})
	require.NoError(t, err)
}

// countLive counts what is in a table.
func countLive(t *testing.T, client *dynamodb.Client, table string) int {
	t.Helper()
	n := 0
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &table, ConsistentRead: new(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		n += len(page.Items)
	}
	return n
}

func openDepot(t *testing.T, opts ...ddbmem.Options) (depot, *ddbmem.Engine, *ddb.DB) {
	t.Helper()
	m, engine := newDepot(), ddbmem.New(opts...)
	db := ddb.New(engine.Client(), "parcels", m.table, &ddb.Options{MaxAttempts: 2})
	require.NoError(t, db.CreateTable(t.Context()))
	return m, engine, db
}

// withGSI is a CreateTableInput with one more global index, on attributes that the table has.
func withGSI(name, partition, sort string) func(*dynamodb.CreateTableInput) {
	return func(in *dynamodb.CreateTableInput) {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: &name, Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
			KeySchema: []types.KeySchemaElement{{AttributeName: &partition, KeyType: types.KeyTypeHash}, {AttributeName: &sort, KeyType: types.KeyTypeRange}},
		})
	}
}

func liveTTLOf(t *testing.T, client *dynamodb.Client, table string) string {
	t.Helper()
	out, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &table})
	require.NoError(t, err)
	if out.TimeToLiveDescription.AttributeName == nil {
		return ""
	}
	return *out.TimeToLiveDescription.AttributeName
}

func switchTTLOn(t *testing.T, client *dynamodb.Client, table, attr string) {
	t.Helper()
	_, err := client.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
		TableName: &table, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &attr, Enabled: new(true)},
	})
	require.NoError(t, err)
}

// itemClient has the calls for items alone, as a client of a cache has.
type itemClient struct{ ddb.Client }

// ttlClient is a client whose first UpdateTimeToLive fails, before or after it is done.
type ttlClient struct {
	*dynamodb.Client
	done  bool
	fails int
	err   error
}

func (c *ttlClient) UpdateTimeToLive(ctx context.Context, in *dynamodb.UpdateTimeToLiveInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error) {
	if c.fails--; c.fails >= 0 {
		if c.done {
			if _, err := c.Client.UpdateTimeToLive(ctx, in, opts...); err != nil {
				return nil, err
			}
		}
		return nil, c.err
	}
	return c.Client.UpdateTimeToLive(ctx, in, opts...)
}

func keyOfText(pk, sk string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: pk}, "sk": &types.AttributeValueMemberS{Value: sk}}
}
