package ddbaccess_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
)

func findings(rep *ddbaccess.Report) (out []string) {
	for _, f := range rep.Findings {
		out = append(out, f.String())
	}
	return out
}

func TestAShopWithoutFaultsHasNoFindings(t *testing.T) {
	t.Parallel()
	assert.Empty(t, measure(t, newShop().catalog()).Findings, "the filter of expired carts is the library's own")
}

func TestFindingsAreSentences(t *testing.T) {
	t.Parallel()
	s := newShop()
	c := s.catalog()
	note := &s.orders.Fields().Note
	noted := func(q ddb.Query[Order]) ddb.Query[Order] { return q.Filter(ddb.Eq(note, "x")) }
	c.Patterns = []*ddbaccess.Pattern{
		ddbaccess.Func("everything", scan, 1),
		ddbaccess.Many("noted orders", func(id string) ddb.Query[Order] { return noted(s.ordersOf(id)) }, "1"),
		ddbaccess.Many("a cart with an item", func(id string) ddb.Query[Cart] {
			return s.cartOf(id).Filter(ddb.Present(&s.carts.Fields().Expires))
		}, "1"),
		ddbaccess.One("order by id", s.orderByID, "10"),
		ddbaccess.Many("nothing", func(id string) ddb.Query[Order] { return noted(s.ordersOf(id)) }, "none"),
	}
	assert.Equal(t, []string{
		"scan: everything reads all of the table: its cost grows with the table.",
		`filter: noted orders pays for what it drops: 3 of 3 items of the sample, by note = "x".`,
		`filter: a cart with an item pays for what it drops: 0 of 1 items of the sample, by attribute_exists(expires).`,
		`filter: nothing pays for what it drops, by note = "x". Its example finds nothing in the sample.`,
		"unused-entry: No pattern reads product in gsi1, and each write of it pays for the entry.",
		"unused-index: No pattern reads index gsi2, and writes pay for it.",
	}, findings(measure(t, c)))
}

func TestAnIndexWithoutEntriesCostsNothing(t *testing.T) {
	t.Parallel()
	s := newShop()
	s.table.GSI("spare", "spare_pk", "")
	assert.Contains(t, findings(measure(t, s.catalog())), "unused-index: No pattern reads index spare, and no entity has entries in it.")
}

// An index that a view reads is used.
func TestAcceptancesNeedFindings(t *testing.T) {
	t.Parallel()
	s := newShop()
	c := s.catalog()
	c.Patterns = []*ddbaccess.Pattern{
		ddbaccess.Func("everything", scan, 1).Accept(ddbaccess.Scan, "once a year"),
		ddbaccess.One("order by id", s.orderByID, "10").Accept(ddbaccess.Filter, "it had one"),
		ddbaccess.Many("open orders", s.openOrders, "10"),
	}
	c.Accept = []ddbaccess.Acceptance{
		{Rule: ddbaccess.UnusedEntry, Subject: "product in gsi1", Reason: "soon"},
		{Rule: ddbaccess.UnusedIndex, Subject: "gsi2", Reason: "it was unused"},
	}
	rep := measure(t, c)
	assert.Equal(t, []string{
		`accepted: There is no finding "unused-index" of gsi2 any more: remove its acceptance.`,
		`accepted: There is no finding "filter" of order by id any more: remove its acceptance.`,
		"scan: everything reads all of the table: its cost grows with the table. Accepted: once a year",
		"unused-entry: No pattern reads product in gsi1, and each write of it pays for the entry. Accepted: soon",
	}, findings(rep))
	assert.Contains(t, text(t, rep), "| scan | everything reads all of the table: its cost grows with the table. | once a year |")
}

// A read of an item collection is of all the entities that can be in it, whether the sample has them or not.
func TestACollectionReadsItsEntities(t *testing.T) {
	t.Parallel()
	type A struct{ ID, Of string }
	type B struct{ ID, Of string }
	type C struct{ ID, Of string }
	table := ddb.NewTable("pk", "sk")
	ix := table.GSI("gsi1", "g", "h")
	as := ddb.MustDefine(table, "a", func(e *A, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("a#"), ddb.Str(&e.ID))
		d.Primary(id, id)
		d.Index(ix, ddb.Key(ddb.Prefix("of#"), ddb.Str(&e.Of)), id)
	})
	ddb.MustDefine(table, "b", func(e *B, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("b#"), ddb.Str(&e.ID))
		d.Primary(id, id)
		d.Index(ix, ddb.Key(ddb.Prefix("of#"), ddb.Str(&e.Of)), id)
	})
	ddb.MustDefine(table, "c", func(e *C, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("c#"), ddb.Str(&e.ID))
		d.Primary(id, id)
		d.Index(ix, ddb.Key(ddb.Prefix("other#"), ddb.Str(&e.Of)), id)
	})
	of := func(id string) ddb.Query[A] { return as.On(ix, A{Of: id}) }
	unused := func(name string) string {
		return "unused-entry: No pattern reads " + name + " in gsi1, and each write of it pays for the entry."
	}
	found := func(p *ddbaccess.Pattern) []string {
		return findings(measure(t, &ddbaccess.Catalog{Table: table, Patterns: []*ddbaccess.Pattern{p}}))
	}
	assert.Equal(t, []string{unused("c")}, found(ddbaccess.Whole("w", func(id string) ddb.Collection { return of(id).Collection() }, "1")))
	assert.Equal(t, []string{unused("b"), unused("c")}, found(ddbaccess.Many("m", of, "1")))
}
