package leases

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/app"
	"github.com/singletable-go/ddb/examples/internal/engine"
)

func session() (*ddbmem.Engine, *app.Session) {
	memory := ddbmem.New()
	client := memory.Client()
	return memory, &app.Session{Engine: &engine.Engine{Client: client}, DB: ddb.New(client, "songs", ddb.NewTable("pk", "sk"), nil)}
}

func TestAGroupHasATableOfItsOwn(t *testing.T) {
	t.Parallel()
	_, s := session()
	readers := Group("readers")
	require.NoError(t, readers.Check(t.Context(), s), "there is none")
	require.NoError(t, readers.Drop(t.Context(), s))
	for range 2 {
		store, err := readers.Create(t.Context(), s)
		require.NoError(t, err)
		_ = store.Swap(t.Context(), ddbstream.Lease{Stream: "arn", Shard: "1", Counter: 1}, 0)
		_, err = store.Begin(t.Context(), ddbstream.Start{Stream: "arn", Shard: "1"})
		require.NoError(t, err)
	}
	require.NoError(t, readers.Check(t.Context(), s))
	require.ErrorContains(t, Group("others").Check(t.Context(), s), "no positions of others")
	require.NoError(t, readers.Drop(t.Context(), s))
}

// Nothing is written to a table of others that has the name.
func TestATableOfOthersIsRefused(t *testing.T) {
	t.Parallel()
	key := func(name string, kind types.KeyType) types.KeySchemaElement {
		return types.KeySchemaElement{AttributeName: &name, KeyType: kind}
	}
	for what, c := range map[string]struct {
		pk      string
		indexed bool
		item    bool
	}{"other keys": {pk: "id"}, "an index": {pk: "pk", indexed: true}, "items of a model": {pk: "pk", item: true}} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			memory, s := session()
			in := &dynamodb.CreateTableInput{
				TableName: new(name(s)), BillingMode: types.BillingModePayPerRequest,
				KeySchema: []types.KeySchemaElement{key(c.pk, types.KeyTypeHash), key("sk", types.KeyTypeRange)},
				AttributeDefinitions: []types.AttributeDefinition{
					{AttributeName: &c.pk, AttributeType: types.ScalarAttributeTypeS}, {AttributeName: new("sk"), AttributeType: types.ScalarAttributeTypeS},
				},
			}
			if c.indexed {
				in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{
					IndexName: new("by-sk"), KeySchema: []types.KeySchemaElement{key("sk", types.KeyTypeHash)},
					Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
				}}
			}
			_, err := s.Engine.Client.CreateTable(t.Context(), in)
			require.NoError(t, err)
			if c.item {
				_, err = s.Engine.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: in.TableName, Item: map[string]types.AttributeValue{
					"pk": &types.AttributeValueMemberS{Value: "s#1"}, "sk": &types.AttributeValueMemberS{Value: "s#1"},
				}})
				require.NoError(t, err)
			}
			before := memory.Changes()
			_, err = Group("readers").Create(t.Context(), s)
			require.Error(t, err)
			assert.Equal(t, before, memory.Changes())
		})
	}
}
