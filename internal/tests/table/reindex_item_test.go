package table_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Folded has a key that does not say its field.
type Folded struct {
	ID  string `dynamodbav:"-"`
	Sub string `dynamodbav:"sub"`
}

func TestReindexSaysOnceOfWhichItem(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	e := ddb.MustDefine(table, "folded", func(x *Folded, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("q#"), ddb.Fold(&x.Sub)))
	})
	client := ddbmem.New().Client()
	db := ddb.New(client, "table", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	for _, c := range []struct {
		sub  types.AttributeValue
		want string
	}{
		{&types.AttributeValueMemberNULL{Value: true}, `ddb: reindex folded pk="p#1" sk="q#a": primary key "q#{Sub:fold}": Sub is empty`},
		{text(""), `ddb: reindex folded: decode folded pk="p#1" sk="q#a": Sub is "", the key says "a"`},
		{text("b"), `ddb: reindex folded: decode folded pk="p#1" sk="q#a": Sub is "b", the key says "a"`},
	} {
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("table"), Item: map[string]types.AttributeValue{
			"pk": text("p#1"), "sk": text("q#a"), "entityType": text("folded"), "sub": c.sub,
		}})
		require.NoError(t, err)
		_, err = ddb.NewRepository(db, e).Reindex(t.Context(), nil)
		require.EqualError(t, err, c.want)
	}
}

// Kept is an entity whose primary key is another one in a later model.
type Kept struct {
	ID    string `dynamodbav:"-"`
	Group string `dynamodbav:"group"`
}

// Items whose primary key the model no longer makes are not left behind in silence: their index entries may be stale.
func TestReindexReportsItemsUnderAnEarlierPrimaryKey(t *testing.T) {
	t.Parallel()
	model := func(sort ddb.Prefix) (*ddb.Table, *ddb.Entity[Kept]) {
		table := ddb.NewTable("pk", "sk")
		return table, ddb.MustDefine(table, "kept", func(x *Kept, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("k#"), ddb.Str(&x.ID)), ddb.Key(sort, ddb.Str(&x.ID)))
			d.Unique("group", ddb.Str(&x.Group))
		})
	}
	client := ddbmem.New().Client()
	table, e := model("k#")
	db := ddb.New(client, "table", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	_, err := ddb.NewRepository(db, e).Create(t.Context(), Kept{ID: "1", Group: "a"})
	require.NoError(t, err)

	table, e = model("v2#")
	later := ddb.NewRepository(ddb.New(client, "table", table, nil), e)
	_, err = later.Create(t.Context(), Kept{ID: "2", Group: "b"})
	require.NoError(t, err)
	const want = ` kept: item of no known entity: item pk="k#1" sk="k#1" says it is a kept, but its key is not of the shape k#{ID} / v2#{ID}`
	done, err := later.Reindex(t.Context(), nil)
	require.ErrorContains(t, err, "ddb: reindex"+want)
	require.ErrorIs(t, err, ddb.ErrUnknown)
	require.Equal(t, 1, done.Items, "the others are done")
	require.ErrorContains(t, later.EnsureUnique(t.Context(), nil), "ddb: ensure unique"+want)
}
