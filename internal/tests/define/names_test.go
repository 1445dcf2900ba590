package define_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
)

type (
	naming struct {
		ID    string `dynamodbav:"-"`
		Name  string `dynamodbav:"name"`
		Count int    `dynamodbav:"count"`
	}
	badAttribute struct {
		ID   string `dynamodbav:"-"`
		Name string "dynamodbav:\"\\xff\""
	}
	badInside struct {
		ID    string `dynamodbav:"-"`
		Place struct {
			City string "dynamodbav:\"\\xff\""
		} `dynamodbav:"place"`
	}
)

// Every name is stored in items, in keys, in the live table or in a design, which are text: one that is not valid UTF-8 is refused
// where it is given, whatever it names.
func TestANameThatIsNotTextIsRefused(t *testing.T) {
	t.Parallel()
	const bad = "bad\xff"
	primary := func(x *naming, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("x#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("x")))
	}
	entity := func(name string, more func(x *naming, d *ddb.Definition)) func(*ddb.Table) error {
		return func(table *ddb.Table) error {
			_, err := ddb.Define(table, name, func(x *naming, d *ddb.Definition) {
				primary(x, d)
				if more != nil {
					more(x, d)
				}
			})
			return err
		}
	}
	tableOf := func(declare func(*ddb.Table)) func(*ddb.Table) error {
		return func(table *ddb.Table) error {
			declare(table)
			return table.Check()
		}
	}
	view := func(declare func(a, b *ddb.Entity[naming]) error) func(*ddb.Table) error {
		return func(table *ddb.Table) error {
			a := ddb.MustDefine(table, "a", primary)
			b := ddb.MustDefine(table, "b", func(x *naming, d *ddb.Definition) {
				d.Primary(ddb.Key(ddb.Prefix("y#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("y")))
			})
			return declare(a, b)
		}
	}
	for name, declare := range map[string]func(*ddb.Table) error{
		"entity": entity(bad, nil),
		"alias":  entity("x", func(_ *naming, d *ddb.Definition) { d.Alias(bad) }),
		"unique": entity("x", func(x *naming, d *ddb.Definition) { d.Unique(bad, ddb.Str(&x.Name)) }),
		"prefix": entity("x", func(x *naming, d *ddb.Definition) { d.Unique("u", ddb.Prefix(bad), ddb.Str(&x.Name)) }),
		"value of a condition": view(func(a, b *ddb.Entity[naming]) error {
			_, err := ddbview.Aggregate("v", a, b, func(s, t *naming) []ddbview.Rule {
				return []ddbview.Rule{ddbview.By(&s.Name, &t.ID), ddbview.Count(&t.Count), ddbview.When(ddb.Eq(&s.Name, bad))}
			})
			return err
		}),
		"aggregate": view(func(a, b *ddb.Entity[naming]) error {
			_, err := ddbview.Aggregate(bad, a, b, func(s, t *naming) []ddbview.Rule {
				return []ddbview.Rule{ddbview.By(&s.Name, &t.ID), ddbview.Count(&t.Count)}
			})
			return err
		}),
		"fan-out": view(func(a, b *ddb.Entity[naming]) error {
			_, err := ddbview.FanOut(bad, a, b, func(s naming) ddb.Query[naming] { return b.Query(s) }, func(ddb.Change[naming], *naming) bool { return false })
			return err
		}),
		"index":               tableOf(func(table *ddb.Table) { table.GSI(bad, "gpk", "gsk") }),
		"key attribute":       tableOf(func(table *ddb.Table) { table.GSI("gsi", bad, "gsk") }),
		"sort attribute":      tableOf(func(table *ddb.Table) { table.GSI("gsi", "gpk", bad) }),
		"projected attribute": tableOf(func(table *ddb.Table) { table.GSI("gsi", "gpk", "gsk").Include(bad) }),
		"type attribute":      tableOf(func(table *ddb.Table) { table.TypeAttribute(bad) }),
		"TTL attribute":       tableOf(func(table *ddb.Table) { table.TTL(bad) }),
		"attribute": func(table *ddb.Table) error {
			_, err := ddb.Define(table, "x", func(x *badAttribute, d *ddb.Definition) {
				d.Primary(ddb.Key(ddb.Prefix("x#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("x")))
			})
			return err
		},
		"attribute in another": func(table *ddb.Table) error {
			_, err := ddb.Define(table, "x", func(x *badInside, d *ddb.Definition) {
				d.Primary(ddb.Key(ddb.Prefix("x#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("x")))
			})
			return err
		},
	} {
		err := declare(ddb.NewTable("pk", "sk"))
		if !assert.ErrorIs(t, err, ddb.ErrModel, name) {
			continue
		}
		if name != "index" { // which has few characters
			assert.ErrorContains(t, err, "UTF-8", name)
		}
	}
	assert.PanicsWithValue(t, `ddb: New: table name "bad\xff" is not valid UTF-8`, func() {
		table := ddb.NewTable("pk", "sk")
		require.NoError(t, entity("x", nil)(table))
		ddb.New(ddbmem.New().Client(), bad, table, nil)
	}, "physical table")
}
