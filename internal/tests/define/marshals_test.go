package define_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Sealed stores itself: no field tells what its attributes are.
type Sealed struct {
	ID     string
	secret string
}

// MarshalDynamoDBAttributeValue stores the secret alone.
func (s Sealed) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"secret": fixture.Text(s.secret)}}, nil
}

// UnmarshalDynamoDBAttributeValue reads it.
func (s *Sealed) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	if m, ok := av.(*types.AttributeValueMemberM); ok {
		if v, ok := m.Value["secret"].(*types.AttributeValueMemberS); ok {
			s.secret = v.Value
		}
	}
	return nil
}

// An item that marshals itself is read in whole, whatever the index projects: nobody else knows what it needs.
func TestAnItemThatMarshalsItselfIsReadInWhole(t *testing.T) {
	t.Parallel()
	for _, byAttributes := range []bool{false, true} {
		table := ddb.NewTable("pk", "sk")
		all, some, keys := table.GSI("all-of-it", "a_pk", "a_sk"), table.GSI("some", "s_pk", "s_sk").Include("other"), table.GSI("keys-only", "k_pk", "k_sk").KeysOnly()
		sealed := ddb.MustDefine(table, "sealed", func(x *Sealed, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("s#"), ddb.Str(&x.ID))
			d.Primary(id, id)
			for _, ix := range []*ddb.Index{all, some, keys} {
				d.Index(ix, ddb.Key(ddb.Prefix("all")), id)
			}
		})
		db := ddb.New(ddbmem.New().Client(), "sealed", table, &ddb.Options{UseAttributeMaps: byAttributes})
		require.NoError(t, db.CreateTable(t.Context()))
		repo := ddb.NewRepository(db, sealed)
		want := Sealed{"1", "hidden"}
		_, err := repo.Put(t.Context(), want)
		require.NoError(t, err)
		got, err := repo.Get(t.Context(), Sealed{ID: "1"})
		require.NoError(t, err)
		assert.Equal(t, want, got)
		for _, q := range []ddb.Query[Sealed]{sealed.Query(Sealed{ID: "1"}), sealed.On(all, Sealed{}), sealed.On(some, Sealed{}), sealed.On(keys, Sealed{})} {
			got, err := ddb.Collect(repo.Query(t.Context(), q))
			require.NoError(t, err)
			assert.Equal(t, []Sealed{want}, got, "%s", q)
		}
	}
}
