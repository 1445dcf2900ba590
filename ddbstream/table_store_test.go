package ddbstream_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// there reports whether there is a table of that name.
func there(t *testing.T, client *dynamodb.Client, table string) bool {
	t.Helper()
	out, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	return slices.Contains(out.TableNames, table)
}

func TestDropTableDeletesATableOfLeases(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := ddbmem.New(ddbmem.Options{TableDelay: 10 * time.Second}).Client()
		store := ddbstream.NewTableStore(client, "positions", "readers")
		require.ErrorIs(t, store.DropTable(t.Context()), ddb.ErrNotFound)
		require.NoError(t, store.CreateTable(t.Context()))
		require.NoError(t, store.Swap(t.Context(), ddbstream.Lease{Stream: "arn", Shard: "1", Counter: 1}, 0))
		require.NoError(t, store.DropTable(t.Context()))
		assert.False(t, there(t, client, "positions"), "it waits until the table is gone")
		require.NoError(t, store.CreateTable(t.Context()))
		require.NoError(t, store.DropTable(t.Context()), "an empty one")
	})
}

// A table that has the name of a store and is not one is kept.
func TestDropTableLeavesWhatIsNoTableOfLeases(t *testing.T) {
	t.Parallel()
	plain := &dynamodb.CreateTableInput{
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: new("pk"), AttributeType: types.ScalarAttributeTypeS}, {AttributeName: new("sk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: new("pk"), KeyType: types.KeyTypeHash}, {AttributeName: new("sk"), KeyType: types.KeyTypeRange}},
	}
	numbers := *plain
	numbers.AttributeDefinitions = []types.AttributeDefinition{plain.AttributeDefinitions[0], {AttributeName: new("sk"), AttributeType: types.ScalarAttributeTypeN}}
	indexed := *plain
	indexed.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{
		IndexName: new("by-sk"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		KeySchema: []types.KeySchemaElement{{AttributeName: new("sk"), KeyType: types.KeyTypeHash}},
	}}
	item := func(pk, sk string) map[string]types.AttributeValue {
		return map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: pk}, "sk": &types.AttributeValueMemberS{Value: sk}}
	}
	lease := item("~l#readers", "arn#1")
	for what, c := range map[string]struct {
		table   *dynamodb.CreateTableInput
		items   []map[string]types.AttributeValue
		creates bool // CreateTable accepts the table as its own
		err     error
		says    string
	}{
		"other keys":            {&numbers, nil, false, ddb.ErrModel, "its key is [pk S sk N], a lease table has [pk S sk S]"},
		"an index":              {&indexed, nil, true, ddb.ErrModel, "it has 1 indexes"},
		"items of a model":      {plain, []map[string]types.AttributeValue{lease, item("s#1", "s#1")}, true, ddb.ErrUnknown, `item pk="s#1" sk="s#1" is not a lease of group "readers"`},
		"other companion items": {plain, []map[string]types.AttributeValue{lease, item("~u#user~mail=x", "~u#user~mail=x")}, true, ddb.ErrUnknown, `is not a lease of group "readers"`},
		"another group":         {plain, []map[string]types.AttributeValue{lease, item("~l#others", "arn#1")}, true, ddb.ErrUnknown, `item pk="~l#others" sk="arn#1" is not a lease of group "readers"`},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			client := ddbmem.New().Client()
			in := *c.table
			in.TableName = new("positions")
			_, err := client.CreateTable(t.Context(), &in)
			require.NoError(t, err)
			for _, it := range c.items {
				_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("positions"), Item: it})
				require.NoError(t, err)
			}
			store := ddbstream.NewTableStore(client, "positions", "readers")
			err = store.DropTable(t.Context())
			require.ErrorIs(t, err, c.err)
			require.ErrorContains(t, err, `ddbstream: drop table in table "positions": `)
			require.ErrorContains(t, err, c.says)
			assert.True(t, there(t, client, "positions"))
			if err = store.CreateTable(t.Context()); c.creates {
				require.NoError(t, err, "leases may be beside other items")
			} else {
				require.ErrorIs(t, err, ddb.ErrModel)
			}
		})
	}
}
