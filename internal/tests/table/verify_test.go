package table_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// lines are what VerifyTable says, without what begins each line.
func lines(err error, table string) []string {
	if err == nil {
		return nil
	}
	found := strings.Split(err.Error(), "\n")
	for i := range found {
		found[i] = strings.TrimPrefix(found[i], fmt.Sprintf("ddb: verify table %q: ", table))
	}
	return found
}

// A table is not as the model says before it is ready, nor once it goes.
func TestVerifyTableSaysWhatIsNotReady(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, client := newDepot(), ddbmem.New(ddbmem.Options{TableDelay: 10 * time.Second}).Client()
		db := m.live(t, client, "parcels", nil)
		verify := func() []string {
			t.Helper()
			err := db.VerifyTable(t.Context())
			if err != nil {
				require.ErrorIs(t, err, ddb.ErrModel)
			}
			return lines(err, "parcels")
		}
		assert.Equal(t, []string{"the table is CREATING: wait until it is ACTIVE"}, verify(), "its index is made with it, and TTL cannot be on yet")
		time.Sleep(11 * time.Second)
		assert.Equal(t, []string{`TTL is off, in the model on attribute "expires"`}, verify())
		switchTTLOn(t, client, "parcels", "expires")
		assert.Empty(t, verify())

		_, err := client.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
			TableName: new("parcels"), GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Delete: &types.DeleteGlobalSecondaryIndexAction{IndexName: new("by-city")}}},
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"by-city: the index is DELETING: create it again after that"}, verify())
		time.Sleep(11 * time.Second)
		assert.Equal(t, []string{"by-city: the table does not have this index"}, verify())
		in := m.table.CreateTableInput("parcels")
		_, err = client.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
			TableName: new("parcels"), AttributeDefinitions: in.AttributeDefinitions,
			GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Create: &types.CreateGlobalSecondaryIndexAction{
				IndexName: new("by-city"), KeySchema: in.GlobalSecondaryIndexes[0].KeySchema, Projection: in.GlobalSecondaryIndexes[0].Projection,
			}}},
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"by-city: the index is CREATING: wait until it is ACTIVE"}, verify())
		time.Sleep(11 * time.Second)
		assert.Empty(t, verify())

		_, err = client.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: new("parcels")})
		require.NoError(t, err)
		assert.Equal(t, []string{"the table is DELETING: create it again after that"}, verify())
		time.Sleep(11 * time.Second)
		require.ErrorIs(t, db.VerifyTable(t.Context()), ddb.ErrNotFound)
	})
}

func TestVerifyTableListsUnknownIndexesInOrder(t *testing.T) {
	t.Parallel()
	m, client := newDepot(), ddbmem.New().Client()
	db := m.live(t, client, "parcels", func(in *dynamodb.CreateTableInput) {
		for _, name := range []string{"zebra", "primary", "mole", "ant", "horse"} {
			withGSI(name, "pk", "sk")(in) // "primary" has the keys of the table
		}
	})
	switchTTLOn(t, client, "parcels", "expires")
	for range 20 {
		require.Equal(t, []string{
			"ant: the model does not have this index", "horse: the model does not have this index", "mole: the model does not have this index",
			"primary: the model does not have this index", "zebra: the model does not have this index",
		}, lines(db.VerifyTable(t.Context()), "parcels"))
	}
}

// A live index may be called "primary": it is compared with nothing, and the key with the table's.
func TestVerifyTableTellsAnIndexCalledPrimaryFromTheKey(t *testing.T) {
	t.Parallel()
	m, client := newDepot(), ddbmem.New().Client()
	for name, change := range map[string]func(*dynamodb.CreateTableInput){"other-keys": withGSI("primary", "cpk", "csk"), "same-keys": withGSI("primary", "pk", "sk")} {
		db := m.live(t, client, name, change)
		switchTTLOn(t, client, name, "expires")
		assert.Equal(t, []string{"primary: the model does not have this index"}, lines(db.VerifyTable(t.Context()), name))
	}
	db := m.live(t, client, "swapped", func(in *dynamodb.CreateTableInput) {
		in.KeySchema = []types.KeySchemaElement{{AttributeName: new("sk"), KeyType: types.KeyTypeHash}, {AttributeName: new("pk"), KeyType: types.KeyTypeRange}}
		withGSI("primary", "pk", "sk")(in)
	})
	switchTTLOn(t, client, "swapped", "expires")
	assert.Equal(t, []string{"primary: the key is [sk] [pk], in the model [pk] [sk]", "primary: the model does not have this index"}, lines(db.VerifyTable(t.Context()), "swapped"))
}

// Whatever an index may differ in is said: what it is, its key and the types of that, and what it projects.
func TestVerifyTableComparesIndexes(t *testing.T) {
	t.Parallel()
	m, client := newDepot(), ddbmem.New().Client()
	for name, c := range map[string]struct {
		change func(*dynamodb.CreateTableInput)
		want   string
	}{
		"keys-only": {func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes[0].Projection = &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}
		}, "by-city: projects KEYS_ONLY [], in the model ALL []"},
		"some": {func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes[0].Projection = &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"b", "a"}}
		}, "by-city: projects INCLUDE [a b], in the model ALL []"},
		"number": {func(in *dynamodb.CreateTableInput) {
			for i, a := range in.AttributeDefinitions {
				if *a.AttributeName == "csk" {
					in.AttributeDefinitions[i].AttributeType = types.ScalarAttributeTypeN
				}
			}
		}, `by-city: key attribute "csk" is of type N, in the model S`},
		"swapped": {func(in *dynamodb.CreateTableInput) {
			k := in.GlobalSecondaryIndexes[0].KeySchema
			k[0].AttributeName, k[1].AttributeName = k[1].AttributeName, k[0].AttributeName
		}, "by-city: the key is [csk] [cpk], in the model [cpk] [csk]"},
	} {
		db := m.live(t, client, name, c.change)
		switchTTLOn(t, client, name, "expires")
		assert.Equal(t, []string{c.want}, lines(db.VerifyTable(t.Context()), name))
	}
}

func TestVerifyTableComparesTTL(t *testing.T) {
	t.Parallel()
	m, client := newDepot(), ddbmem.New().Client()
	db := m.live(t, client, "parcels", nil)
	switchTTLOn(t, client, "parcels", "other")
	assert.Equal(t, []string{`TTL is on attribute "other", in the model on attribute "expires"`}, lines(db.VerifyTable(t.Context()), "parcels"))

	b := newBrickwork()
	walls := ddb.New(client, "walls", b.table, nil)
	require.NoError(t, walls.CreateTable(t.Context()))
	assert.Empty(t, lines(walls.VerifyTable(t.Context()), "walls"))
	switchTTLOn(t, client, "walls", "n")
	assert.Equal(t, []string{`TTL is on attribute "n", in the model off`}, lines(walls.VerifyTable(t.Context()), "walls"))
}
