package define_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Whole says itself how it is stored.
type Whole struct {
	ID   string
	Body string
	also string
}

func (w Whole) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	attrs := map[string]types.AttributeValue{"body": fixture.Text(w.Body)}
	if w.also != "" {
		attrs[w.also] = fixture.Text("evil")
	}
	return &types.AttributeValueMemberM{Value: attrs}, nil
}

func (w *Whole) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	if m, ok := av.(*types.AttributeValueMemberM); ok {
		return attributevalue.Unmarshal(m.Value["body"], &w.Body)
	}
	return nil
}

// Greedy returns a key always.
type Greedy struct{ ID string }

func (Greedy) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"pk": fixture.Text("evil")}}, nil
}

func (*Greedy) UnmarshalDynamoDBAttributeValue(types.AttributeValue) error { return nil }

// Flat is no map.
type Flat struct{ ID string }

func (Flat) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return fixture.Text("flat"), nil
}

func (*Flat) UnmarshalDynamoDBAttributeValue(types.AttributeValue) error { return nil }

func TestAnItemThatMarshalsItselfLeavesTheKeysAlone(t *testing.T) {
	t.Parallel()
	_, err := ddb.Define(ddb.NewTable("pk", "sk"), "greedy", func(g *Greedy, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("g#"), ddb.Str(&g.ID))
		d.Primary(id, id)
	})
	require.ErrorContains(t, err, `MarshalDynamoDBAttributeValue returns attribute "pk", which the library sets: leave it out`)
	e := ddb.MustDefine(ddb.NewTable("pk", "sk"), "whole", func(w *Whole, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("w#"), ddb.Str(&w.ID))
		d.Primary(id, id)
	})
	attrs, err := e.Encode(Whole{ID: "1", Body: "b"})
	require.NoError(t, err)
	got, err := e.Decode(attrs)
	require.NoError(t, err)
	assert.Equal(t, Whole{ID: "1", Body: "b"}, got)
	for _, name := range []string{"pk", "sk", "entityType", "~s", "~w"} {
		_, err = e.Encode(Whole{ID: "1", also: name})
		require.ErrorContains(t, err, "which the library sets", name)
	}
	flat := ddb.MustDefine(ddb.NewTable("pk", "sk"), "flat", func(f *Flat, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("f#"), ddb.Str(&f.ID))
		d.Primary(id, id)
	})
	_, err = flat.Encode(Flat{"1"})
	require.ErrorContains(t, err, "an item is a map of attributes")
}

// Money says itself how it is stored, and has an exported field.
type Money struct{ Cents int64 }

func (m Money) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return fixture.Text(fmt.Sprint(m.Cents)), nil
}

func (m *Money) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	_, err := fmt.Sscan(av.(*types.AttributeValueMemberS).Value, &m.Cents)
	return err
}

func TestAFieldThatMarshalsItselfIsStoredSo(t *testing.T) {
	t.Parallel()
	keeps(t, Money{12})
	keeps(t, []Money{{12}, {13}})
	keeps(t, struct{ Price Money }{Money{14}})
	repo, _ := holders[*Money](t, false)
	_, err := repo.Create(t.Context(), Holder[*Money]{"1", &Money{15}})
	require.NoError(t, err)
	got, err := repo.Get(t.Context(), Holder[*Money]{ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, &Money{15}, got.Val)
}
