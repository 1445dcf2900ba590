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
