package ddbaccess_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
)

// Every mistake in a catalog is an error that names what is at fault, before any request.
func TestAMistakeInACatalogIsNamed(t *testing.T) {
	t.Parallel()
	s, other := newShop(), newShop()
	foreign := ddb.MustDefine(ddb.NewTable("pk", "sk"), "foreign", func(c *Customer, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("f#"), ddb.Str(&c.ID)), ddb.Key(ddb.Prefix("f#")))
	})
	get := func(name string) *ddbaccess.Pattern {
		return ddbaccess.Get(name, s.customers, Customer{ID: "1"})
	}
	patterns := func(p ...*ddbaccess.Pattern) *ddbaccess.Catalog {
		return &ddbaccess.Catalog{Table: s.table, Patterns: p}
	}
	volumes := func(v ...ddbaccess.Volume) *ddbaccess.Catalog {
		return &ddbaccess.Catalog{Table: s.table, Volumes: v}
	}
	per := func(p ...ddbaccess.Per) *ddbaccess.Catalog {
		return volumes(ddbaccess.Volume{Entity: s.orders, Per: p})
	}
	nan, inf := math.NaN(), math.Inf(1)
	for want, c := range map[string]*ddbaccess.Catalog{
		"a nil catalog":                            nil,
		"Catalog.Table is nil":                     {},
		"Catalog.Peak is -1":                       {Table: s.table, Peak: -1},
		"has no entities":                          {Table: ddb.NewTable("pk", "sk")},
		"Catalog.Peak is NaN":                      {Table: s.table, Peak: nan},
		"Catalog.Peak is +Inf":                     {Table: s.table, Peak: inf},
		"view order-count is there twice":          {Table: s.table, Views: []*ddb.View{s.counts, s.counts}},
		"view order-count is of another table":     {Table: s.table, Views: []*ddb.View{other.counts}},
		"view 2 is nil":                            {Table: s.table, Views: []*ddb.View{s.counts, {}}},
		"Catalog.Prices: ReadMillion is -1":        {Table: s.table, Prices: &ddbaccess.Prices{ReadMillion: -1}},
		"Catalog.Prices: WriteMillion is NaN":      {Table: s.table, Prices: &ddbaccess.Prices{WriteMillion: nan}},
		"Catalog.Prices: GBMonth is +Inf":          {Table: s.table, Prices: &ddbaccess.Prices{GBMonth: inf}},
		"pattern 1 is the zero Pattern":            patterns(&ddbaccess.Pattern{}),
		`pattern "b" has a rate of NaN`:            patterns(get("b").Rate(nan)),
		`pattern "b" has a hot share of NaN`:       patterns(get("b").Hot(nan)),
		`pattern "b" finds +Inf items`:             patterns(get("b").Finds(inf)),
		"customer: Volume.Items is NaN":            volumes(ddbaccess.Volume{Entity: s.customers, Items: nan}),
		"customer: Volume.Versions is +Inf":        volumes(ddbaccess.Volume{Entity: s.customers, Versions: inf}),
		"an item has 409601 bytes":                 volumes(ddbaccess.Volume{Entity: s.customers, Bytes: 400<<10 + 1}),
		"index gsi1 a value has NaN items":         per(ddbaccess.Per{Index: s.gsi1, Typical: nan}),
		"a value has 1 items, and +Inf at most":    per(ddbaccess.Per{Index: s.gsi1, Typical: 1, Most: inf}),
		"index gsi2 has NaN entries":               per(ddbaccess.Per{Index: s.gsi2, Entries: nan}),
		"a value has 9 items, of 8 entries in all": per(ddbaccess.Per{Index: s.gsi2, Typical: 2, Most: 9, Entries: 8}),
		"in index gsi1 a value has 6 items, of 5 in all": volumes(ddbaccess.Volume{
			Entity: s.orders, Items: 5, Per: []ddbaccess.Per{{Index: s.gsi1, Typical: 6}},
		}),
		"view 1 is nil":                                    {Table: s.table, Views: []*ddb.View{nil}},
		"acceptance 1":                                     {Table: s.table, Accept: []ddbaccess.Acceptance{{Rule: ddbaccess.Scan, Subject: "x"}}},
		"pattern 1 is nil":                                 patterns(nil),
		"pattern 2 has no name":                            patterns(get("a"), get("")),
		`pattern "a" is there twice`:                       patterns(get("a"), get("a")),
		`pattern "b" has a rate of -2`:                     patterns(get("b").Rate(-2)),
		`pattern "b" has a hot share of`:                   patterns(get("b").Hot(1.5)),
		`pattern "b" finds -1 items`:                       patterns(get("b").Finds(-1)),
		`pattern "b" accepts "scan"`:                       patterns(get("b").Accept(ddbaccess.Scan, "")),
		`pattern "b": its entity is nil`:                   patterns(ddbaccess.Get[Customer]("b", nil, Customer{})),
		`pattern "b": its function is nil`:                 patterns(ddbaccess.Func[string]("b", nil, "")),
		`pattern "c": its function is nil`:                 patterns(ddbaccess.All[Order]("c", nil)),
		`pattern "b": its function returns the zero Query`: patterns(ddbaccess.One("b", func(string) ddb.Query[Order] { return ddb.Query[Order]{} }, "")),
		`pattern "b" is of entity "foreign"`:               patterns(ddbaccess.Get("b", foreign, Customer{})),
		"volume 1 has no entity":                           volumes(ddbaccess.Volume{}),
		"the volume of foreign: it is of another table":    volumes(ddbaccess.Volume{Entity: foreign}),
		"customer has two volumes":                         volumes(ddbaccess.Volume{Entity: s.customers}, ddbaccess.Volume{Entity: s.customers}),
		"customer: Volume.Bytes is -1":                     volumes(ddbaccess.Volume{Entity: s.customers, Bytes: -1}),
		"the volume of order: a Per without an index":      per(ddbaccess.Per{}),
		"it has no entry in index gsi1": volumes(ddbaccess.Volume{
			Entity: s.customers, Per: []ddbaccess.Per{{Index: s.gsi1, Typical: 1}},
		}),
		"index gsi1 is there twice":         per(ddbaccess.Per{Index: s.gsi1, Typical: 1}, ddbaccess.Per{Index: s.gsi1, Typical: 1}),
		"declare Per.Typical too":           per(ddbaccess.Per{Index: s.gsi1, Most: 3}),
		"index gsi2 has -1 entries":         per(ddbaccess.Per{Index: s.gsi2, Entries: -1}),
		"all of its items are in the table": per(ddbaccess.Per{Index: s.table.Primary(), Typical: 1, Entries: 5}),
		"index gsi2 has 6 entries, of 5 items": volumes(ddbaccess.Volume{
			Entity: s.orders, Items: 5, Per: []ddbaccess.Per{{Index: s.gsi2, Entries: 6}},
		}),
		"a value has 5 items, and 3 at most": per(ddbaccess.Per{Index: s.gsi1, Typical: 5, Most: 3}),
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			client := &counting{Client: ddbmem.New().Client()}
			_, err := c.Measure(t.Context(), client)
			require.ErrorContains(t, err, want)
			assert.Zero(t, client.calls.Load(), "nothing is sent")
		})
	}
	assert.NoError(t, other.catalog().Validate())
}

// An entity of the same name, of another table, is not told apart by its name: the index is.
func TestAPerOfAnotherTableIsAnError(t *testing.T) {
	t.Parallel()
	s, other := newShop(), newShop()
	c := &ddbaccess.Catalog{Table: s.table, Volumes: []ddbaccess.Volume{{Entity: other.orders, Items: 1}}}
	require.ErrorContains(t, c.Validate(), "of another table")
	c = &ddbaccess.Catalog{Table: s.table, Volumes: []ddbaccess.Volume{{Entity: s.orders, Items: 1, Per: []ddbaccess.Per{{Index: other.gsi1, Typical: 1}}}}}
	require.ErrorContains(t, c.Validate(), "index gsi1 is of another table")
	c = &ddbaccess.Catalog{Table: s.table, Patterns: []*ddbaccess.Pattern{ddbaccess.Get("a", other.customers, Customer{ID: "1"})}}
	require.ErrorContains(t, c.Validate(), `pattern "a"`)
	require.ErrorContains(t, (&ddbaccess.Catalog{Table: ddb.NewTable("pk", "sk"), Views: []*ddb.View{s.counts}}).Validate(), "view order-count is of another table")
	require.ErrorContains(t, c.Validate(), "of another table")
}

// A page can print a pattern, and a form can run it with other values.
func TestAPatternRunsWithOtherParameters(t *testing.T) {
	t.Parallel()
	s := newShop()
	db := ddb.New(ddbmem.New().Client(), "shop", s.table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, s.seed(t.Context(), db))
	p := ddbaccess.Many("orders of a customer", s.ordersOf, "1")
	assert.Equal(t, "orders of a customer", p.Name())
	assert.Equal(t, "many", p.Kind())
	assert.Equal(t, "string", p.Parameter().String())
	assert.Equal(t, "1", p.Example())
	text, err := p.Explain(nil)
	require.NoError(t, err)
	assert.Contains(t, text, `pk = "c#1"`)

	customer := func(items []any, err error) string {
		require.NoError(t, err)
		require.Len(t, items, 3)
		return items[0].(Order).CustomerID
	}
	assert.Equal(t, "1", customer(p.Run(t.Context(), db, nil)))
	assert.Equal(t, "2", customer(p.Run(t.Context(), db, "2")))
	two := "2"
	assert.Equal(t, "2", customer(p.Run(t.Context(), db, &two)))
	assert.Equal(t, "2", customer(p.RunJSON(t.Context(), db, []byte(`"2"`))))

	_, err = p.Run(t.Context(), db, 2)
	require.EqualError(t, err, `ddbaccess: pattern "orders of a customer" takes a string, and got a int`)
	_, err = p.Run(t.Context(), db, (*string)(nil))
	require.ErrorContains(t, err, "takes a string, and got a *string")
	_, err = p.RunJSON(t.Context(), db, []byte(`{}`))
	require.ErrorContains(t, err, `takes a string in JSON, such as "1"`)

	get := ddbaccess.Get("customer", s.customers, Customer{ID: "1", Name: "example"})
	items, err := get.RunJSON(t.Context(), db, []byte(`{"Email": "x"}`))
	require.NoError(t, err, "what the JSON leaves out is as in the example")
	assert.Len(t, items, 1)
	_, err = get.RunJSON(t.Context(), db, []byte(`{"Emial": "x"}`))
	require.ErrorContains(t, err, "Emial")
	_, err = get.RunJSON(t.Context(), db, []byte(`{} {}`))
	require.ErrorContains(t, err, "more than one value")
}

// The context of a pattern names it, for telemetry.
func TestAPatternOfSeveralOpsIsExplained(t *testing.T) {
	t.Parallel()
	s := newShop()
	p := ddbaccess.Transact("both", func(id string) []ddb.Op {
		return []ddb.Op{s.customers.Delete(Customer{ID: id}), s.orders.Delete(Order{ID: "1", CustomerID: id})}
	}, "7")
	text, err := p.Explain("8")
	require.NoError(t, err)
	assert.Contains(t, text, "c#8")
	assert.Contains(t, text, "o#1")
	text, err = ddbaccess.Func("f", func(context.Context, *ddb.DB, int) error { return nil }, 1).Explain(nil)
	require.NoError(t, err)
	assert.Empty(t, text)
}
