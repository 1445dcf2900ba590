package define_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

type Knot struct {
	Next *Knot          `dynamodbav:"next,omitempty"`
	More map[string]any `dynamodbav:"more,omitempty"`
}

// Onion stores itself as that many levels, a string in lists.
type Onion int

func (n Onion) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	var av types.AttributeValue = &types.AttributeValueMemberS{Value: "x"}
	for range int(n) - 1 {
		av = &types.AttributeValueMemberL{Value: []types.AttributeValue{av}}
	}
	return av, nil
}

func (n *Onion) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	for *n = 1; ; *n++ {
		l, ok := av.(*types.AttributeValueMemberL)
		if !ok {
			return nil
		}
		av = l.Value[0]
	}
}

type Bundle struct {
	ID    string  `dynamodbav:"-"`
	Next  *Knot   `dynamodbav:"next,omitempty"`
	Any   any     `dynamodbav:"any,omitempty"`
	Onion Onion   `dynamodbav:"onion"`
	Peels []Onion `dynamodbav:"peels,omitempty"`
	Inner struct{ Any any }
}

func bundles(t *testing.T, attributePath bool) (*ddb.DB, *ddb.Entity[Bundle]) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	e := ddb.MustDefine(table, "bundle", func(b *Bundle, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("b#"), ddb.Str(&b.ID))
		d.Primary(id, id)
	})
	db := ddb.New(ddbmem.New().Client(), "table", table, &ddb.Options{UseAttributeMaps: attributePath})
	require.NoError(t, db.CreateTable(t.Context()))
	return db, e
}

// chain is a value of that many levels: maps in one another.
func chain(levels int) *Knot {
	k := &Knot{}
	for range levels - 1 {
		k = &Knot{Next: k}
	}
	return k
}

func lists(levels int) any {
	var v any = "x"
	for range levels - 1 {
		v = []any{v}
	}
	return v
}

func TestValuesThatHoldThemselvesOrNestTooDeepAreRefused(t *testing.T) {
	t.Parallel()
	self, twins, list := &Knot{}, &Knot{More: map[string]any{}}, []any{nil}
	self.Next = self
	twins.More["a"], twins.More["b"] = twins, &twins
	list[0] = list
	var pointer any
	pointer = &pointer
	loop := map[string]any{}
	loop["loop"] = loop
	for _, path := range []bool{false, true} {
		db, e := bundles(t, path)
		repo := ddb.NewRepository(db, e)
		f := e.Fields()
		for field, all := range map[string][]Bundle{
			"Next":     {{Next: self}, {Next: twins}, {Next: chain(33)}},
			"Any":      {{Any: self}, {Any: twins}, {Any: list}, {Any: pointer}, {Any: loop}, {Any: lists(33)}, {Any: chain(33)}, {Any: Onion(33)}},
			"Onion":    {{Onion: 33}},
			"Peels[0]": {{Peels: []Onion{33}}},
			"Peels":    {{Peels: []Onion{32}}},
			"Inner":    {{Inner: struct{ Any any }{lists(32)}}, {Inner: struct{ Any any }{loop}}},
		} {
			for _, b := range all {
				b.ID = "1"
				ctx, meter := ddb.WithMeter(t.Context())
				_, err := e.Encode(b)
				require.ErrorIs(t, err, ddb.ErrValue, field)
				require.ErrorContains(t, err, field+": ")
				require.ErrorContains(t, err, "nested deeper than 32 levels")
				_, err = repo.Put(ctx, b)
				require.ErrorIs(t, err, ddb.ErrValue, field)
				require.ErrorContains(t, err, `ddb: put bundle pk="b#1" sk="b#1": `+field)
				require.ErrorIs(t, db.Transact(ctx, e.Put(b)), ddb.ErrValue)
				require.ErrorIs(t, db.Batch(ctx, e.Put(b)), ddb.ErrValue)
				assert.Zero(t, meter.Requests())
			}
		}
		ctx, meter := ddb.WithMeter(t.Context())
		for _, edit := range []ddb.Edit{
			ddb.Set(&f.Next, self), ddb.Set(&f.Any, any(loop)), ddb.Set(&f.Inner.Any, lists(32)), ddb.Set(&f.Onion, 33),
			ddb.If(ddb.Eq(&f.Next, self)), ddb.If(ddb.Eq(&f.Any, any(list))),
		} {
			_, err := repo.Update(ctx, Bundle{ID: "1"}, edit, ddb.Set(&f.Peels, nil))
			require.ErrorIs(t, err, ddb.ErrValue)
		}
		assert.Zero(t, meter.Requests())
		for _, b := range []Bundle{{Next: chain(32)}, {Any: lists(32)}, {Onion: 32}, {Peels: []Onion{31}}, {Inner: struct{ Any any }{lists(31)}}} {
			b.ID = "2"
			if b.Onion == 0 {
				b.Onion = 1
			}
			_, err := repo.Put(t.Context(), b)
			require.NoError(t, err)
			back, err := repo.Get(t.Context(), b)
			require.NoError(t, err)
			assert.Equal(t, b, back)
		}
		_, err := repo.Update(t.Context(), Bundle{ID: "2"}, ddb.Set(&f.Next, chain(32)), ddb.Set(&f.Inner.Any, lists(31)))
		require.NoError(t, err)
	}
}
