package ddbaccess_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
)

// What is published is compared with what the declared volumes cost: the number of requests of the sample does not hide it.
func TestThePublishedEstimateIsCompared(t *testing.T) {
	t.Parallel()
	s := newShop()
	each := func(f func(context.Context, *ddb.DB, []Order) error) *ddbaccess.Pattern {
		return ddbaccess.Func("each", func(ctx context.Context, db *ddb.DB, _ int) error {
			orders, err := ddb.Collect(ddb.NewRepository(db, s.orders).Query(ctx, s.ordersOf("1")))
			if err != nil {
				return err
			}
			return f(ctx, db, orders)
		}, 1)
	}
	for want, p := range map[string]*ddbaccess.Pattern{
		"it made 4 requests with 3 keys on the sample, and 21 requests with 20 keys here": each(func(ctx context.Context, db *ddb.DB, orders []Order) error {
			for range orders {
				if _, err := ddb.NewRepository(db, s.customers).Get(ctx, Customer{ID: "1"}); err != nil {
					return err
				}
			}
			return nil
		}),
		"it made 2 requests with 3 keys on the sample, and 2 requests with 20 keys here": each(func(ctx context.Context, db *ddb.DB, orders []Order) error {
			var ops []ddb.Op
			for _, o := range orders {
				ops = append(ops, s.orders.Delete(o))
			}
			return db.Batch(ctx, ops...)
		}),
	} {
		c := s.catalog()
		c.Views, c.Patterns = nil, []*ddbaccess.Pattern{p}
		at, err := c.MeasureAtScale(t.Context(), ddbmem.New().Client())
		require.NoError(t, err)
		assert.Equal(t, measure(t, c).Patterns[0].Estimated, at.Patterns[0].Estimated)
		if assert.Len(t, at.Deviations(), 1) {
			assert.Contains(t, at.Deviations()[0], want)
		}
	}
}

// nested is a table whose index has a part of each item collection of the table.
type nested struct {
	Tenant, State, ID, Body string
}

// A collection within another has its items copied first. Together they are to be no more than what is declared.
func TestCollectionsWithinCollections(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	states := table.GSI("states", "s", "i")
	e := ddb.MustDefine(table, "n", func(n *nested, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("n#"), ddb.Str(&n.ID))
		d.Primary(ddb.Key(ddb.Prefix("t#"), ddb.Str(&n.Tenant)), id)
		d.Index(states, ddb.Key(ddb.Prefix("t#"), ddb.Str(&n.Tenant), ddb.Prefix("#"), ddb.Str(&n.State)), id)
	})
	items := func(all float64) (*ddbaccess.Report, error) {
		c := &ddbaccess.Catalog{
			Table: table,
			Seed: func(ctx context.Context, db *ddb.DB) error {
				return db.Do(ctx, e.Put(nested{Tenant: "x", State: "on", ID: "1", Body: strings.Repeat("b", 1000)}))
			},
			Volumes: []ddbaccess.Volume{{Entity: e, Items: 1000, Bytes: 3000, Per: []ddbaccess.Per{
				{Index: table.Primary(), Typical: all}, {Index: states, Typical: 20},
			}}},
			Patterns: []*ddbaccess.Pattern{
				ddbaccess.Many("all", func(tenant string) ddb.Query[nested] { return e.Query(nested{Tenant: tenant}) }, "x"),
				ddbaccess.Many("of a state", func(state string) ddb.Query[nested] { return e.On(states, nested{Tenant: "x", State: state}) }, "on"),
			},
		}
		return c.MeasureAtScale(t.Context(), ddbmem.New().Client())
	}
	at, err := items(40)
	require.NoError(t, err)
	assert.Equal(t, []int{40, 20}, []int{at.Patterns[0].Items, at.Patterns[1].Items})
	assert.Empty(t, at.Deviations())
	_, err = items(10)
	assert.ErrorContains(t, err, `n in primary at "t#x": it has 29 items`)
	assert.ErrorContains(t, err, "declare a larger Per.Typical")
}

type (
	numbered struct {
		A string `dynamodbav:"-"`
		N int64  `dynamodbav:"-"`
	}
	binary struct {
		A string `dynamodbav:"-"`
		B []byte `dynamodbav:"sk"`
	}
	fraction struct {
		A string  `dynamodbav:"-"`
		F float64 `dynamodbav:"sk"`
	}
)

// copies returns how many items a partition has that has one in the sample.
func copies[T any](t *testing.T, seed T, key func(*T) (partition *string, sort ddb.Part), typical float64) (int, error) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	e := ddb.MustDefine(table, "e", func(it *T, d *ddb.Definition) {
		partition, sort := key(it)
		d.Primary(ddb.Key(ddb.Prefix("a#"), ddb.Str(partition)), ddb.Key(sort))
	})
	partition := func(value string) ddb.Query[T] {
		var it T
		of, _ := key(&it)
		*of = value
		return e.Query(it)
	}
	c := &ddbaccess.Catalog{
		Table: table, Seed: func(ctx context.Context, db *ddb.DB) error { return db.Do(ctx, e.Put(seed)) },
		Volumes:  []ddbaccess.Volume{{Entity: e, Items: 1000, Bytes: 500, Per: []ddbaccess.Per{{Index: table.Primary(), Typical: typical}}}},
		Patterns: []*ddbaccess.Pattern{ddbaccess.Many("p", partition, "1")},
	}
	at, err := c.MeasureAtScale(t.Context(), ddbmem.New().Client())
	if err != nil {
		return 0, err
	}
	return at.Patterns[0].Items, nil
}

func TestCopiesOfSortKeys(t *testing.T) {
	t.Parallel()
	number := func(n *numbered) (*string, ddb.Part) { return &n.A, ddb.Num(&n.N, 2) }
	items, err := copies(t, numbered{A: "1", N: 20}, number, 98)
	require.NoError(t, err)
	assert.Equal(t, 98, items)
	_, err = copies(t, numbered{A: "1", N: 20}, number, 101)
	require.ErrorContains(t, err, "the keys have room for 100 items of this partition key, and 101 are declared")
	items, err = copies(t, binary{A: "1", B: []byte("x")}, func(b *binary) (*string, ddb.Part) { return &b.A, ddb.Native(&b.B) }, 40)
	require.NoError(t, err)
	assert.Equal(t, 40, items)
	items, err = copies(t, fraction{A: "1", F: 1.5}, func(f *fraction) (*string, ddb.Part) { return &f.A, ddb.Native(&f.F) }, 40)
	require.NoError(t, err)
	assert.Equal(t, 40, items)
}
