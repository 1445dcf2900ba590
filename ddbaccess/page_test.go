package ddbaccess_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbobserve"
)

func text(t *testing.T, rep *ddbaccess.Report) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, rep.Markdown(&b))
	return plain(b.String())
}

// plain is text with spaces that break.
func plain(text string) string { return strings.ReplaceAll(text, "\u00a0", " ") }

func TestThePageHasItsTables(t *testing.T) {
	t.Parallel()
	page := text(t, measure(t, newShop().catalog()))
	for _, want := range []string{
		"# A shop\n",
		"## Patterns\n",
		"| 2 | order by id | Query | gsi1 | `gsi1_pk = \"o#{ID}\" AND begins_with(gsi1_sk, \"o#\") LIMIT 2` | 1 | 1 | 0.5 R | 0.5 R | 100 R | 30 |\n",
		"| 5 | open orders of a shard | 2 requests |  |  | 1 | 2 | 1 R | 25.5 R |  | 1 |\n|  | open orders of a shard | Query | gsi2 |",
		"|  | place an order → view order-count | 3 requests |",
		"|  | place an order → view order-count | TransactWriteItems |",
		"7 more keys below 0.1 %.",
		"At most: what a request costs in the table if each item has 400 KB. 2 × 800 W is 800 W for each of 2 items. " +
			"128.5 R × pages is 128.5 R for each page of 1 MB that a query reads.",
		"A create or put of customer is sent as an update: it keeps the fields that a view fills.",
		"## Busiest keys\n",
		"| `products` | gsi1 | 2,445 | 1 | 82 % |\n",
		"## Storage\n",
		"For each write unit of the table, the indexes take 0.455, as the examples write.",
		"## Design\n\n```\nENTITY ",
	} {
		assert.Contains(t, page, want)
	}
	assert.NotContains(t, page, "## Findings")
	assert.NotContains(t, page, "a month", "there are no prices")
	for line := range strings.Lines(page) {
		assert.NotRegexp(t, `[ \t]\n$`, line, "no trailing spaces")
	}
}

// Text of the catalog is no markup.
func TestTextIsEscaped(t *testing.T) {
	t.Parallel()
	s := newShop()
	page := text(t, measure(t, &ddbaccess.Catalog{
		Title: "A <b>shop*", Doc: "with `code`", Table: s.table, Seed: s.seed,
		Patterns: []*ddbaccess.Pattern{ddbaccess.Many("a|b", func(c string) ddb.Query[Order] {
			return s.ordersOf(c).Filter(ddb.Eq(&s.orders.Fields().Note, "x|`y`"))
		}, "1")},
	}))
	assert.Contains(t, page, `# A &lt;b>shop\*`)
	assert.Contains(t, page, "with \\`code\\`")
	assert.Contains(t, page, `| 1 | a\|b |`)
	assert.Contains(t, page, "`` pk = \"c#{CustomerID}\" AND begins_with(sk, \"o#\") FILTER note = \"x\\|`y`\" ``")
}

func TestAReportIsReadBack(t *testing.T) {
	t.Parallel()
	c := newShop().catalog()
	c.Prices = prices()
	rep := measure(t, c)
	var b, again bytes.Buffer
	require.NoError(t, rep.JSON(&b))
	assert.Contains(t, b.String(), `"estimated": {`)
	assert.Contains(t, b.String(), `"parameter": "ddbaccess_test.Customer"`)
	assert.JSONEq(t, `{"ID": "1", "Email": "", "Name": "", "Orders": 0}`, string(rep.Patterns[0].Example))
	read, err := ddbaccess.ReadReport(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	require.NoError(t, read.JSON(&again))
	assert.Equal(t, b.String(), again.String())
	assert.Empty(t, rep.Changes(read))

	_, err = ddbaccess.ReadReport(strings.NewReader("{"))
	require.Error(t, err)
	_, err = ddbaccess.ReadReport(strings.NewReader(`{"format": 1} >>>>>>> theirs`))
	require.ErrorContains(t, err, "there is more behind it")
	_, err = ddbaccess.ReadReport(strings.NewReader(`{"format": 99}`))
	require.ErrorContains(t, err, "its format is 99, and this release reads 1")
}

// The drawing has the same tables, with code in backticks.
func TestTheDrawingHasTheTables(t *testing.T) {
	t.Parallel()
	rep := measure(t, newShop().catalog())
	d := rep.Drawing()
	require.Len(t, d.Sections, 3)
	s := d.Sections[0]
	assert.Equal(t, "Patterns", s.Title)
	assert.Equal(t, "`pk = \"c#{ID}\" AND sk = \"c#\"`", s.Cells[0][4])
	for _, line := range s.Cells {
		assert.Len(t, line, len(s.Header))
	}
	kinds := map[string]int{}
	for _, sample := range d.Samples {
		switch {
		case sample.Version:
			kinds["version of "+sample.Entity]++
		case sample.Companion != "":
			kinds[sample.Companion]++
		default:
			kinds[sample.Entity]++
		}
	}
	assert.Equal(t, map[string]int{"customer": 2, "order": 6, "product": 2, "cart": 2, "version of product": 2, "unique": 2, "ledger": 6}, kinds)
}

// What a request costs at most, with the largest items: 400 KB, and pages of 1 MB.
func TestAtMost(t *testing.T) {
	t.Parallel()
	keys := func(n int) []ddbobserve.Key { return make([]ddbobserve.Key, n) }
	writes := func(n int) []ddbobserve.Write { return make([]ddbobserve.Write, n) }
	for _, tt := range []struct {
		want string
		r    ddbobserve.Request
	}{
		{"50 R", ddbobserve.Request{Operation: "GetItem", Keys: keys(1)}},
		{"100 R", ddbobserve.Request{Operation: "GetItem", Keys: keys(1), Consistent: true}},
		{"3 × 50 R", ddbobserve.Request{Operation: "BatchGetItem", Keys: keys(3)}},
		{"4 × 200 R", ddbobserve.Request{Operation: "TransactGetItems", Keys: keys(4)}},
		{"128.5 R × pages", ddbobserve.Request{Operation: "Query"}},
		{"257 R × pages", ddbobserve.Request{Operation: "Query", Consistent: true}},
		{"100 R", ddbobserve.Request{Operation: "Query", Limit: 2}},
		{"128.5 R", ddbobserve.Request{Operation: "Query", Limit: 20}},
		{"257 R", ddbobserve.Request{Operation: "Scan", Limit: 20, Consistent: true}},
		{"400 W", ddbobserve.Request{Operation: "PutItem", Writes: writes(1)}},
		{"5 × 800 W", ddbobserve.Request{Operation: "TransactWriteItems", Writes: writes(5)}},
		{"25 × 400 W", ddbobserve.Request{Operation: "BatchWriteItem", Writes: writes(25)}},
	} {
		assert.Equal(t, tt.want, ddbaccess.AtMost(tt.r), "%+v", tt.r)
	}
}

// A query that needs several requests is one line with their number.
func TestPagesAreOneRequest(t *testing.T) {
	t.Parallel()
	s := newShop()
	rep := measure(t, &ddbaccess.Catalog{
		Table: s.table,
		Seed: func(ctx context.Context, db *ddb.DB) error {
			for i := range 5 {
				o := Order{ID: string(rune('a' + i)), CustomerID: "1", Note: strings.Repeat("x", 300<<10)}
				if err := db.Do(ctx, s.orders.Create(o)); err != nil {
					return err
				}
			}
			return nil
		},
		Patterns: []*ddbaccess.Pattern{ddbaccess.Many("orders", s.ordersOf, "1"), ddbaccess.Many("orders again", s.ordersOf, "1")},
	})
	require.Len(t, rep.Patterns[0].Requests, 1)
	q := rep.Patterns[0].Requests[0]
	assert.Equal(t, 2, q.Pages)
	assert.Equal(t, 5, q.Items)
	assert.Equal(t, q.Measured, rep.Patterns[0].Measured)
	assert.Contains(t, text(t, rep), "| 1 | orders | Query | primary | `pk = \"c#{CustomerID}\" AND begins_with(sk, \"o#\")` | 5 | 2 |")
}

func prices() *ddbaccess.Prices {
	return &ddbaccess.Prices{Region: "moon-1", Date: "2026-11-30", Source: "a test", Currency: "XTS", ReadMillion: 0.1, WriteMillion: 0.5, GBMonth: 0.2}
}
