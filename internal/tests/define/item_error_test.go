package define_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Hollow returns a nil pointer in an interface that is not nil.
type Hollow struct{ A string }

func (Hollow) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	var none *types.AttributeValueMemberS
	return none, nil
}

func (*Hollow) UnmarshalDynamoDBAttributeValue(types.AttributeValue) error { panic("at the disco") }

type Shell struct {
	ID     string  `dynamodbav:"-"`
	Hollow *Hollow `dynamodbav:"hollow,omitempty"`
}

func shells(t *testing.T) (*ddb.DB, *ddb.Entity[Shell], *dynamodb.Client) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	e := ddb.MustDefine(table, "shell", func(s *Shell, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("shells")), ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)))
	})
	client := ddbmem.New().Client()
	db := ddb.New(client, "table", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	return db, e, client
}

func TestNilAttributesAndPanicsAreErrorsOfTheItem(t *testing.T) {
	t.Parallel()
	db, e, client := shells(t)
	repo := ddb.NewRepository(db, e)
	_, err := repo.Put(t.Context(), Shell{ID: "1", Hollow: &Hollow{}})
	require.ErrorIs(t, err, ddb.ErrValue)
	require.ErrorContains(t, err, `sk="s#1": Hollow: is a *types.AttributeValueMemberS that is nil`)
	attrs, err := e.Encode(Shell{ID: "1"})
	require.NoError(t, err)
	for name := range attrs {
		bad := map[string]types.AttributeValue{"pk": attrs["pk"], "sk": attrs["sk"], "entityType": attrs["entityType"]}
		bad[name] = (*types.AttributeValueMemberS)(nil)
		_, err = e.Decode(bad)
		require.ErrorContains(t, err, `ddb: decode shell: ["`+name+`"]: is a *types.AttributeValueMemberS that is nil`)
	}
	assert.PanicsWithValue(t, "ddb: New: a nil client", func() { ddb.New(nil, "table", db.Table(), nil) })
	assert.PanicsWithValue(t, "ddb: New: a nil client", func() { ddb.New((*dynamodb.Client)(nil), "table", db.Table(), nil) })

	name := "table"
	for _, id := range []string{"1", "2", "3"} {
		attrs, err := e.Encode(Shell{ID: id})
		require.NoError(t, err)
		if id == "2" {
			attrs["hollow"] = &types.AttributeValueMemberS{Value: "x"}
		}
		_, err = client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: attrs})
		require.NoError(t, err)
	}
	var read []string
	var failed []error
	for s, err := range repo.Query(t.Context(), e.Query(Shell{})) {
		if err != nil {
			failed = append(failed, err)
			continue
		}
		read = append(read, s.ID)
	}
	assert.Equal(t, []string{"1", "3"}, read)
	require.Len(t, failed, 1)
	bad, ok := errors.AsType[*ddb.ItemError](failed[0])
	require.True(t, ok)
	require.ErrorContains(t, bad, "panic: at the disco")
}
