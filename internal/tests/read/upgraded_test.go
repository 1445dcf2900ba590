package read_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Price had euros in schema 0, and has cents in schema 1.
type Price struct {
	ID     string `dynamodbav:"id"`
	Amount int    `dynamodbav:"amount"`
	Name   string `dynamodbav:"name"`
}

// An item is upgraded if, and only if, it is of an older schema, whatever is read of it and in whatever index.
func TestReadsUpgradeOlderItemsAlone(t *testing.T) {
	t.Parallel()
	ctx, table := t.Context(), ddb.NewTable("pk", "sk")
	indexes := []*ddb.Index{
		table.GSI("all-of-it", "a_pk", "a_sk"),
		table.GSI("fields", "f_pk", "f_sk").Include("id", "amount", "name"),
		table.GSI("fields-and-schema", "s_pk", "s_sk").Include("id", "amount", "name", "~s"),
		table.GSI("keys-only", "k_pk", "k_sk").KeysOnly(),
	}
	prices := ddb.MustDefine(table, "price", func(p *Price, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID))
		d.Primary(ddb.Key(ddb.Prefix("all")), id)
		for _, ix := range indexes {
			d.Index(ix, ddb.Key(ddb.Prefix("all")), id)
		}
		d.Schema(1, func(_ int, attrs map[string]types.AttributeValue) error {
			attrs["amount"] = fixture.Digits(attrs["amount"].(*types.AttributeValueMemberN).Value + "00") // which it takes
			attrs["name"] = fixture.Text(attrs["name"].(*types.AttributeValueMemberS).Value + " (was €)")
			return nil
		})
	})
	client := ddbmem.New().Client()
	db := ddb.New(client, "prices", table, nil)
	require.NoError(t, db.CreateTable(ctx))
	repo, f := ddb.NewRepository(db, prices), prices.Fields()
	old, err := prices.Encode(Price{ID: "1", Amount: 500, Name: "old"})
	require.NoError(t, err)
	delete(old, "~s")
	fixture.PutRaw(t, client, "prices", old)
	_, err = repo.Put(ctx, Price{ID: "2", Amount: 500, Name: "new"})
	require.NoError(t, err)

	whole := []Price{{"1", 50000, "old (was €)"}, {"2", 500, "new"}}
	queries := []ddb.Query[Price]{prices.Query(Price{})}
	for _, ix := range indexes {
		queries = append(queries, prices.On(ix, Price{}))
	}
	for i, q := range queries {
		for what, c := range map[string]struct {
			q    ddb.Query[Price]
			want []Price
		}{
			"everything": {q, whole},
			"amount":     {q.Select(&f.Amount), []Price{{"1", 50000, ""}, {"2", 500, ""}}},
			"name":       {q.Select(&f.Name), []Price{{"1", 0, "old (was €)"}, {"2", 0, "new"}}},
			"key":        {q.Select(&f.ID), []Price{{"1", 0, ""}, {"2", 0, ""}}},
			"filtered":   {q.Filter(ddb.Present(&f.Amount)).Select(&f.Amount), []Price{{"1", 50000, ""}, {"2", 500, ""}}},
		} {
			if what == "filtered" && i == 4 {
				continue // not projected
			}
			ctx, meter := ddb.WithMeter(ctx)
			got, err := ddb.Collect(repo.Query(ctx, c.q))
			require.NoError(t, err, "%d %s", i, what)
			assert.Equal(t, c.want, got, "%d %s", i, what)
			if what == "key" && (i == 2 || i == 4) {
				assert.Equal(t, 1, meter.Requests(), "%d: the key is no schema's", i)
			}
			n, err := repo.Count(ctx, c.q)
			require.NoError(t, err, "%d %s", i, what)
			assert.Equal(t, 2, n)
		}
	}
	for _, id := range []string{"1", "2"} {
		got, err := repo.Get(ctx, Price{ID: id})
		require.NoError(t, err)
		assert.True(t, slices.Contains(whole, got))
	}
	for _, q := range []ddb.Query[Price]{prices.Query(Price{}), prices.On(indexes[0], Price{}), prices.On(indexes[2], Price{})} {
		for _, q := range []ddb.Query[Price]{q, q.Select(&f.Amount)} {
			ctx, meter := ddb.WithMeter(ctx)
			got, err := ddb.Collect(repo.Query(ctx, q.SortKey(ddb.Eq(&f.ID, "2"))))
			require.NoError(t, err)
			assert.Len(t, got, 1)
			assert.Equal(t, 1, meter.Requests(), "%s: an item of this schema is not fetched", q)
		}
	}
}
