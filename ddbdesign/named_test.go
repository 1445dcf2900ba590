package ddbdesign_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbview"
)

type (
	// Mark is stored as text.
	Mark struct{ V string }

	// Order has fields that a design does not list unless it names them: Mark, By.Value and Paid.Cents.
	Order struct {
		Mark
		ID   string           `dynamodbav:"-"`
		By   ddb.AsText[Mark] `dynamodbav:"by"`
		Paid Money            `dynamodbav:"paid"`
		At   int64            `dynamodbav:"version"`
	}
	// Buyer is what orders are counted for.
	Buyer struct {
		ID    Mark     `dynamodbav:"-"`
		Paid  int      `dynamodbav:"paid"`
		Count int      `dynamodbav:"count"`
		Most  []string `dynamodbav:"most"`
		First string   `dynamodbav:"first"`
	}
)

func (m Mark) MarshalText() ([]byte, error)     { return []byte(m.V), nil }
func (m *Mark) UnmarshalText(text []byte) error { m.V = string(text); return nil }

// Whatever names a field, the field is among those of its entity: also an embedded struct and a field inside one that encodes
// itself. So the design has no faults, and is what it was after Write and Read.
func TestEveryFieldThatADesignNamesIsListed(t *testing.T) {
	t.Parallel()
	type rules = func(o *Order, b *Buyer) []ddbview.Rule
	count := func(o *Order, b *Buyer) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&o.By.Value, &b.ID), ddbview.Count(&b.Count)}
	}
	with := func(more func(o *Order, b *Buyer) ddbview.Rule) rules {
		return func(o *Order, b *Buyer) []ddbview.Rule {
			return []ddbview.Rule{ddbview.By(&o.By.Value, &b.ID), more(o, b)}
		}
	}
	for _, c := range []struct {
		name    string
		declare func(o *Order, d *ddb.Definition, ix *ddb.Index, buyers ddb.AnyEntity)
		rules   rules
		want    []string // listed, of Mark, By.Value, By.Value.V and Paid.Cents
	}{
		{"nothing", nil, nil, nil},
		{"key of an embedded struct", func(o *Order, d *ddb.Definition, ix *ddb.Index, buyers ddb.AnyEntity) {
			d.Index(ix, ddb.Key(ddb.Prefix("m#"), ddb.Text(&o.Mark)), ddb.Key(ddb.Str(&o.ID)))
		}, nil, []string{"Mark"}},
		{"key of a field inside", func(o *Order, d *ddb.Definition, ix *ddb.Index, buyers ddb.AnyEntity) {
			d.Index(ix, ddb.Key(ddb.Prefix("m#"), ddb.Text(&o.By.Value)), ddb.Key(ddb.Str(&o.ID)))
		}, nil, []string{"By.Value"}},
		{"unique", func(o *Order, d *ddb.Definition, ix *ddb.Index, buyers ddb.AnyEntity) {
			d.Unique("mark", ddb.Text(&o.Mark), ddb.Prefix("#"), ddb.Text(&o.By.Value))
		}, nil, []string{"Mark", "By.Value"}},
		{"unique of what is inside a field inside", func(o *Order, d *ddb.Definition, ix *ddb.Index, buyers ddb.AnyEntity) {
			d.Unique("mark", ddb.Str(&o.By.Value.V))
		}, nil, []string{"By.Value.V"}},
		{"reference", func(o *Order, d *ddb.Definition, ix *ddb.Index, buyers ddb.AnyEntity) { d.Refers(&o.By.Value, buyers) }, nil, []string{"By.Value"}},
		{"by", nil, count, []string{"By.Value"}},
		{"by of an embedded struct", nil, func(o *Order, b *Buyer) []ddbview.Rule {
			return []ddbview.Rule{ddbview.By(&o.Mark, &b.ID), ddbview.Count(&b.Count)}
		}, []string{"Mark"}},
		{"sum", nil, with(func(o *Order, b *Buyer) ddbview.Rule { return ddbview.Sum(&o.Paid.Cents, &b.Paid) }), []string{"By.Value", "Paid.Cents"}},
		{"max", nil, with(func(o *Order, b *Buyer) ddbview.Rule { return ddbview.Max(&o.Paid.Cents, &b.Paid) }), []string{"By.Value", "Paid.Cents"}},
		{"distinct", nil, with(func(o *Order, b *Buyer) ddbview.Rule { return ddbview.Distinct(&o.Mark, &b.Count) }), []string{"Mark", "By.Value"}},
		{"latest", nil, with(func(o *Order, b *Buyer) ddbview.Rule {
			return ddbview.Latest(&o.Paid.Cents, &b.Paid, &o.By.Value.V, &b.First)
		}), []string{"By.Value", "By.Value.V", "Paid.Cents"}},
		{"top", nil, with(func(o *Order, b *Buyer) ddbview.Rule {
			return ddbview.Top(3, &o.Paid.Cents, &b.Most, func(o Order) string { return o.ID })
		}), []string{"By.Value", "Paid.Cents"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			table := ddb.NewTable("pk", "sk")
			ix := table.GSI("by-text", "gpk", "gsk")
			buyers := ddb.MustDefine(table, "buyer", func(b *Buyer, d *ddb.Definition) {
				d.Primary(ddb.Key(ddb.Prefix("b#"), ddb.Text(&b.ID)), ddb.Key(ddb.Prefix("b")))
			})
			orders := ddb.MustDefine(table, "order", func(o *Order, d *ddb.Definition) {
				d.Primary(ddb.Key(ddb.Prefix("o#"), ddb.Str(&o.ID)), ddb.Key(ddb.Prefix("o")))
				if c.declare != nil {
					c.declare(o, d, ix, buyers)
				}
			})
			if c.rules != nil {
				ddbview.MustAggregate("numbers", orders, buyers, c.rules)
			}
			d := table.Design()
			require.NoError(t, d.Check())
			read, err := ddbdesign.Read(strings.NewReader(written(t, d)))
			require.NoError(t, err)
			assert.Equal(t, d, read)
			order, _ := d.Entity("order")
			var listed []string
			for _, name := range []string{"Mark", "By.Value", "By.Value.V", "Paid.Cents"} {
				if _, ok := order.Field(name); ok {
					listed = append(listed, name)
				}
			}
			assert.Equal(t, c.want, listed)
		})
	}
}
