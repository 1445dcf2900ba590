package ddbaccess_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
)

func raw(t *testing.T, rep *ddbaccess.Report) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, rep.Markdown(&b))
	return b.String()
}

// A unit stays in the line of its number, but not in code, which a reader may copy.
func TestUnitsStayWithTheirNumbers(t *testing.T) {
	t.Parallel()
	s := newShop()
	c := s.catalog()
	c.Patterns = append(c.Patterns, ddbaccess.Many("at 5 R or 10 KB, 5 Rows", func(id string) ddb.Query[Order] {
		return s.ordersOf(id).Filter(ddb.Eq(&s.orders.Fields().Note, "5 R"))
	}, "1"))
	page := raw(t, measure(t, c))
	for _, want := range []string{
		"| 0.5\u00a0R |", "| 4\u00a0R + 4\u00a0W |", "| 2 × 800\u00a0W |", "| 128.5\u00a0R × pages |", "| 82\u00a0% |", "| 3.04\u00a0GB |",
		"3,000\u00a0R and 1,000\u00a0W", "below 0.1\u00a0%.", "| at 5\u00a0R or 10\u00a0KB, 5 Rows |", `note = "5 R"`,
	} {
		assert.Contains(t, page, want)
	}
	code, out, _ := run(t, c, "patterns")
	assert.Equal(t, 1, code, "the filter")
	assert.NotContains(t, out, "\u00a0", "a terminal has lines of known width")
	assert.NotRegexp(t, `\d\n +(R|W|KB)\b`, out)
}

// A column that says nothing is left out, and numbers have up to three digits.
func TestThePageIsShort(t *testing.T) {
	t.Parallel()
	s := newShop()
	c := s.catalog()
	page := text(t, measure(t, c))
	assert.NotContains(t, page, "largest collection", "there is no local index")
	assert.NotContains(t, page, "| accepted |")

	c.Patterns = []*ddbaccess.Pattern{
		ddbaccess.Write("register", s.customers.Create, Customer{ID: "3", Email: "Bob@example.com"}).Rate(0.0012),
		ddbaccess.Many("orders of a customer", s.ordersOf, "1").Rate(1),
	}
	page = text(t, measure(t, c))
	assert.Contains(t, page, "| `c#{ID}` | primary | 0.05 | &lt; 0.01 | &lt; 0.1 % |\n", "the busiest key has a line")
	assert.Contains(t, page, "1 more key below 0.1 %.")
	assert.NotContains(t, page, "~u#customer~email={Email:fold}` | primary |")
	assert.NotContains(t, page, "0.00")

	c.Patterns = []*ddbaccess.Pattern{ddbaccess.Get("customer", s.customers, Customer{ID: "1"})}
	page = text(t, measure(t, c))
	assert.NotContains(t, page, "calls/s", "no pattern has a rate")
	assert.Contains(t, page, "has 400 KB.\n", "there is neither a page nor a transaction to explain")
}

// A key whose load is unknown is not folded.
func TestAnUnknownLoadHasALine(t *testing.T) {
	t.Parallel()
	s := newShop()
	c := s.catalog()
	c.Volumes = c.Volumes[2:]
	page := text(t, measure(t, c))
	assert.Regexp(t, `\| .c#\{ID\}. \| primary \|.*unknown: customer by id`, page)
	assert.Contains(t, page, "Volume.Bytes of customer, Volume.Items of customer and Per.Typical of order in primary.\n\n## Storage")
}

// What a view costs is counted if the catalog has the view.
func TestAViewThatIsNotCountedIsNamed(t *testing.T) {
	t.Parallel()
	s := newShop()
	c := s.catalog()
	const note = "View order-count is not in Catalog.Views: what it reads and writes is not counted."
	assert.NotContains(t, measure(t, c).Notes, note)
	c.Views = nil
	assert.Contains(t, measure(t, c).Notes, note)
}

// Only entities with fields of a view are created by an update.
func TestACreateThatIsAnUpdateIsExplained(t *testing.T) {
	t.Parallel()
	s := newShop()
	notes := func(p *ddbaccess.Pattern) string {
		return strings.Join(measure(t, &ddbaccess.Catalog{Table: s.table, Seed: s.seed, Patterns: []*ddbaccess.Pattern{p}}).Notes, "\n")
	}
	assert.Contains(t, notes(ddbaccess.Write("p", s.customers.Create, Customer{ID: "7", Email: "e"})), "A create or put of customer is sent as an update")
	assert.NotContains(t, notes(ddbaccess.Write("p", s.orders.Create, Order{ID: "7", CustomerID: "1"})), "is sent as an update")
	assert.NotContains(t, notes(ddbaccess.Write("p", func(o Order) ddb.Op {
		return s.orders.Update(o, ddb.Set(&s.orders.Fields().Note, "x"))
	}, Order{ID: "10", CustomerID: "1"})), "is sent as an update")
}

// The order and the limit of a query are in a terminal too.
func TestATerminalHasTheBounds(t *testing.T) {
	t.Parallel()
	_, out, _ := run(t, newShop().catalog(), "patterns")
	assert.Contains(t, out, "Query primary DESC LIMIT 2\n")
}

// The picture of the entities shows references that are inferred or declared. The page says which entities have none.
func TestEntitiesWithoutAReferenceAreNamed(t *testing.T) {
	t.Chdir(t.TempDir())
	s := newShop()
	require.Empty(t, checked(t, s.catalog(), true).errors)
	page, err := os.ReadFile("model/README.md")
	require.NoError(t, err)
	assert.Contains(t, string(page),
		"![entities](entities.svg)\n\nNo reference leads from or to product and cart. One that is not drawn is declared with Definition.Refers.\n")
	assert.Equal(t, 1, strings.Count(string(page), "Definition.Refers"))
	assert.NotContains(t, text(t, measure(t, s.catalog())), "Definition.Refers", "there is no picture")

	table := ddb.NewTable("pk", "sk")
	ddb.MustDefine(table, "note", func(c *Customer, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("n#"), ddb.Str(&c.ID)), ddb.Key(ddb.Prefix("n#")))
	})
	require.Empty(t, checked(t, &ddbaccess.Catalog{Table: table}, true).errors)
	page, err = os.ReadFile("model/README.md")
	require.NoError(t, err)
	assert.NotContains(t, string(page), "No reference", "an entity alone has none")
}
