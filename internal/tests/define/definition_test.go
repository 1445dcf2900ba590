package define_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

const (
	orderPrefix ddb.Prefix = "order#"
	custPrefix  ddb.Prefix = "cust#"
	linePrefix  ddb.Prefix = "line#"
	notePrefix  ddb.Prefix = "note#"
	sep         ddb.Prefix = "#"
)

// Order has a field for each mistake that a definition can make.
type Order struct {
	ID       string    `dynamodbav:"id"`
	Customer string    `dynamodbav:"customer"`
	Email    string    `dynamodbav:"email"`
	Status   string    `dynamodbav:"status"`
	Note     string    `dynamodbav:"note,omitempty"`
	Seq      int       `dynamodbav:"seq"`
	Points   int       `dynamodbav:"points,omitempty"`
	Digits   int       `dynamodbav:"digits,string"`
	Placed   time.Time `dynamodbav:"placed"`
	Stamp    time.Time `dynamodbav:"stamp,unixtime"`
	Version  int64     `dynamodbav:"version"`
	Hidden   string    `dynamodbav:"-"`
	Place    *Place    `dynamodbav:"place"`
}

type Place struct {
	City string `dynamodbav:"city"`
}

// primary is what a definition needs at least: its key, and a home for the hidden field.
func primary(o *Order, d *ddb.Definition) {
	d.Primary(ddb.Key(custPrefix, ddb.Str(&o.Customer)), ddb.Key(orderPrefix, ddb.Str(&o.ID), sep, ddb.Str(&o.Hidden)))
}

func TestDefineReportsEachFault(t *testing.T) {
	t.Parallel()
	type indexes struct{ gsi, inverted, byEmail, multi, elsewhere *ddb.Index }
	cases := map[string]struct {
		define func(o *Order, d *ddb.Definition, ix indexes)
		want   string
	}{
		"no primary key": {func(*Order, *ddb.Definition, indexes) {}, "no primary key"},
		"foreign field pointer": {func(o *Order, d *ddb.Definition, _ indexes) {
			var x struct{ ID string }
			d.Primary(ddb.Key(ddb.Str(&x.ID)), ddb.Key(ddb.Str(&o.Hidden)))
		}, "a string that is not a field of Order (name fields through Fields(), not through an item)"},
		"missing literal between two parts": {func(o *Order, d *ddb.Definition, _ indexes) {
			d.Primary(ddb.Key(custPrefix, ddb.Str(&o.Customer), ddb.Str(&o.Email)), ddb.Key(ddb.Str(&o.Hidden)))
		}, `needs a literal between {Customer} and {Email}`},
		"an empty key":   {func(o *Order, d *ddb.Definition, _ indexes) { d.Primary(ddb.Key(), ddb.Key(ddb.Str(&o.Hidden))) }, "is empty"},
		"no sort key":    {func(o *Order, d *ddb.Definition, _ indexes) { d.Primary(ddb.Key(ddb.Str(&o.Hidden))) }, "primary: the table has a sort key: pass a second template"},
		"declared twice": {func(o *Order, d *ddb.Definition, _ indexes) { primary(o, d); primary(o, d) }, "primary: declared twice: remove one"},
		"a library prefix": {func(o *Order, d *ddb.Definition, _ indexes) {
			d.Primary(ddb.Key(ddb.Prefix("~x"), ddb.Str(&o.Customer)), ddb.Key(ddb.Str(&o.Hidden)))
		}, `begins with "~"`},
		"the function panics": {func(o *Order, d *ddb.Definition, _ indexes) {
			primary(o, d)
			panic("oh")
		}, "the function panicked: oh"},
		"an index of another table": {func(o *Order, d *ddb.Definition, ix indexes) {
			primary(o, d)
			d.Index(ix.elsewhere, ddb.Key(orderPrefix))
		}, "index other: it belongs to another table"},
		"an index twice": {func(o *Order, d *ddb.Definition, ix indexes) {
			primary(o, d)
			d.Index(ix.gsi, ddb.Key(orderPrefix), ddb.Key(ddb.Str(&o.ID)))
			d.Index(ix.gsi, ddb.Key(orderPrefix), ddb.Key(ddb.Str(&o.ID)))
		}, "gsi: declared twice: remove one"},
		"key-only field outside the primary key": {func(o *Order, d *ddb.Definition, ix indexes) {
			d.Primary(ddb.Key(custPrefix, ddb.Str(&o.Customer)), ddb.Key(orderPrefix, ddb.Str(&o.ID)))
			d.Index(ix.gsi, ddb.Key(ddb.Str(&o.Hidden)), ddb.Key(orderPrefix))
		}, `field Hidden is dynamodbav:"-" and only in keys of [gsi]`},
		"key-only field in no key": {func(o *Order, d *ddb.Definition, _ indexes) {
			d.Primary(ddb.Key(custPrefix, ddb.Str(&o.Customer)), ddb.Key(orderPrefix, ddb.Str(&o.ID)))
		}, `field Hidden is dynamodbav:"-" and in no key, so its value would be lost: give it an attribute name, or remove it`},
		"a folded key-only field": {func(o *Order, d *ddb.Definition, _ indexes) {
			d.Primary(ddb.Key(custPrefix, ddb.Str(&o.Customer)), ddb.Key(orderPrefix, ddb.Fold(&o.Hidden)))
		}, "the primary key holds only a part of it: give it an attribute name"},
		"a time stored in seconds": {func(o *Order, d *ddb.Definition, ix indexes) {
			primary(o, d)
			d.Index(ix.gsi, ddb.Key(orderPrefix), ddb.Key(ddb.Time(&o.Stamp)))
		}, "Time(Stamp)"},
		"an unpadded number": {func(o *Order, d *ddb.Definition, ix indexes) {
			primary(o, d)
			d.Index(ix.gsi, ddb.Key(orderPrefix), ddb.Key(ddb.Num(&o.Seq, 0)))
		}, "width 0 of {Seq}"},
		"a number stored as text": {func(o *Order, d *ddb.Definition, ix indexes) {
			primary(o, d)
			d.Index(ix.multi, ddb.Key(ddb.Native(&o.Status)), ddb.Key(ddb.Native(&o.Digits)))
		}, "which does not sort as numbers do"},
		"a number that vanishes at zero": {func(o *Order, d *ddb.Definition, ix indexes) {
			primary(o, d)
			d.Index(ix.multi, ddb.Key(ddb.Native(&o.Status)), ddb.Key(ddb.Native(&o.Points)))
		}, "so an item with 0 would not be in the index"},
		"native under another name": {func(o *Order, d *ddb.Definition, ix indexes) {
			primary(o, d)
			d.Index(ix.byEmail, ddb.Key(ddb.Native(&o.Status)))
		}, `Native(Status) is stored as "status", the key attribute is "email"`},
		"a template over a field's attribute": {func(o *Order, d *ddb.Definition, ix indexes) {
			primary(o, d)
			d.Index(ix.byEmail, ddb.Key(custPrefix, ddb.Fold(&o.Email)))
		}, `attribute "email" is also field Email`},
		"accidental index member": {func(o *Order, d *ddb.Definition, ix indexes) { primary(o, d) }, "the items have all key attributes of by-email [email], so they are in it without a declaration"},
		"inverted index with another template": {func(o *Order, d *ddb.Definition, ix indexes) {
			primary(o, d)
			d.Index(ix.inverted, ddb.Key(orderPrefix, ddb.Str(&o.ID)), ddb.Key(custPrefix, ddb.Str(&o.Customer)))
		}, `attribute "sk" has two templates`},
		"a sparse row that cannot be left": {func(o *Order, d *ddb.Definition, ix indexes) {
			primary(o, d)
			d.Index(ix.byEmail, ddb.Key(ddb.Native(&o.Email))).When(ddb.Eq(&o.Status, "open"))
		}, "When cannot keep an item out of the index"},
		"a predicate on a foreign field": {func(o *Order, d *ddb.Definition, ix indexes) {
			var x Order
			primary(o, d)
			d.Index(ix.gsi, ddb.Key(orderPrefix), ddb.Key(ddb.Str(&o.ID))).When(ddb.Eq(&x.Status, "open"))
		}, "gsi: When: a string that is not a field of Order"},
		"ttl without an attribute": {func(o *Order, d *ddb.Definition, _ indexes) { primary(o, d); d.TTL(&o.Stamp) }, "ttl: the table has no TTL attribute"},
		"ttl in nanoseconds":       {func(o *Order, d *ddb.Definition, _ indexes) { primary(o, d); d.TTL(&o.Placed) }, `needs the tag`},
		"a written prototype":      {func(o *Order, d *ddb.Definition, _ indexes) { primary(o, d); o.Seq = 3 }, "Seq"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := ddb.NewTable("pk", "sk")
			ix := indexes{
				gsi: table.GSI("gsi", "gsi_pk", "gsi_sk"), inverted: table.GSI("inverted", "sk", "inv_sk"),
				byEmail: table.GSI("by-email", "email", ""), multi: table.MultiGSI("multi", []string{"status"}, []string{"digits"}),
				elsewhere: ddb.NewTable("a", "b").GSI("other", "x", "y"),
			}
			if name == "a number that vanishes at zero" {
				table = ddb.NewTable("pk", "sk")
				ix.multi = table.MultiGSI("multi", []string{"status"}, []string{"points"})
			}
			_, err := ddb.Define(table, "order", func(o *Order, d *ddb.Definition) { c.define(o, d, ix) })
			require.Error(t, err)
			require.ErrorIs(t, err, ddb.ErrModel)
			assert.Contains(t, err.Error(), c.want)
			assert.Contains(t, err.Error(), "ddb: define order: ")
		})
	}
}

func TestDefineReportsAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	table.GSI("by-email", "email", "")
	_, err := ddb.Define(table, "order", func(o *Order, d *ddb.Definition) {
		var x struct{ N int }
		d.Primary(ddb.Key(custPrefix, ddb.Str(&o.Customer), ddb.Str(&o.ID)), ddb.Key(ddb.Num(&x.N, 4)))
		d.TTL(&o.Placed)
	})
	require.Error(t, err)
	lines := strings.Split(err.Error(), "\n")
	assert.GreaterOrEqual(t, len(lines), 5, err)
	for _, want := range []string{"needs a literal between", "sort key, part 1", "ttl:", "by-email"} {
		assert.Contains(t, err.Error(), want)
	}
	assert.NotContains(t, err.Error(), "Hidden", "it may be meant for the key that is wrong")
}

// A fault leaves the table as it was, so that a test can go on defining.
func TestDefineLeavesTheTableAfterAFault(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	_, err := ddb.Define(table, "order", func(o *Order, d *ddb.Definition) {})
	require.Error(t, err)
	_, err = ddb.Define(table, "order", primary)
	require.NoError(t, err)
	_, err = ddb.Define(table, "order", primary)
	require.ErrorContains(t, err, `name "order" is taken by another entity of the table: use another name`)
}

func TestDefineRefusesEntitiesThatCanCollide(t *testing.T) {
	t.Parallel()
	type A struct{ ID, Sub string }
	cases := map[string]struct {
		first, second func(a *A, d *ddb.Definition, gsi *ddb.Index)
		want          string // "" where the two do not meet
	}{
		"same key": {
			func(a *A, d *ddb.Definition, _ *ddb.Index) {
				k := ddb.Key(ddb.Prefix("a#"), ddb.Str(&a.ID))
				d.Primary(k, k)
			},
			func(a *A, d *ddb.Definition, _ *ddb.Index) {
				k := ddb.Key(ddb.Prefix("a#"), ddb.Str(&a.ID))
				d.Primary(k, k)
			},
			"overlaps",
		},
		"one sort prefix begins the other": {
			func(a *A, d *ddb.Definition, _ *ddb.Index) {
				d.Primary(ddb.Key(ddb.Prefix("a#"), ddb.Str(&a.ID)), ddb.Key(ddb.Prefix("x"), ddb.Str(&a.Sub)))
			},
			func(a *A, d *ddb.Definition, _ *ddb.Index) {
				d.Primary(ddb.Key(ddb.Prefix("a#"), ddb.Str(&a.ID)), ddb.Key(ddb.Prefix("xy#"), ddb.Str(&a.Sub)))
			},
			`sort key "xy#{Sub}" of second overlaps first's "x{Sub}", in partition keys "a#{ID}" and "a#{ID}": a second Sub="a" and a first Sub="y#a" both have "xy#a": begin the sort keys`,
		},
		"a partition that is a literal of the other's kind": {
			func(a *A, d *ddb.Definition, _ *ddb.Index) {
				d.Primary(ddb.Key(ddb.Str(&a.ID)), ddb.Key(ddb.Prefix("x#"), ddb.Str(&a.Sub)))
			},
			func(a *A, d *ddb.Definition, _ *ddb.Index) {
				d.Primary(ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Prefix("x#"), ddb.Str(&a.ID)))
			},
			"overlaps",
		},
		"in an index": {
			func(a *A, d *ddb.Definition, gsi *ddb.Index) {
				k := ddb.Key(ddb.Prefix("a#"), ddb.Str(&a.ID))
				d.Primary(k, k)
				d.Index(gsi, ddb.Key(ddb.Prefix("g")), ddb.Key(ddb.Str(&a.Sub)))
			},
			func(a *A, d *ddb.Definition, gsi *ddb.Index) {
				k := ddb.Key(ddb.Prefix("b#"), ddb.Str(&a.ID))
				d.Primary(k, k)
				d.Index(gsi, ddb.Key(ddb.Prefix("g")), ddb.Key(ddb.Prefix("b#"), ddb.Str(&a.Sub)))
			},
			"gsi: sort key",
		},
		"two types of a key attribute": {
			func(a *A, d *ddb.Definition, gsi *ddb.Index) {
				k := ddb.Key(ddb.Prefix("a#"), ddb.Str(&a.ID))
				d.Primary(k, k)
				d.Index(gsi, ddb.Key(ddb.Prefix("g")), ddb.Key(ddb.Str(&a.Sub)))
			}, nil, `key attribute "gsi_sk" has type N here and S in first`,
		},
		"a read that begins with nothing": {
			func(a *A, d *ddb.Definition, _ *ddb.Index) {
				d.Primary(ddb.Key(ddb.Prefix("a#"), ddb.Str(&a.ID)), ddb.Key(ddb.Prefix("J:"), ddb.Str(&a.Sub)))
			},
			func(a *A, d *ddb.Definition, _ *ddb.Index) {
				d.Primary(ddb.Key(ddb.Prefix("a#"), ddb.Str(&a.ID)), ddb.Key(ddb.Shard(&a.Sub, 10)))
			},
			`a query of all second, with prefix "", would also read a first Sub="a" at "J:a"`,
		},
		"apart by partition": {
			func(a *A, d *ddb.Definition, _ *ddb.Index) {
				k := ddb.Key(ddb.Prefix("a#"), ddb.Str(&a.ID))
				d.Primary(k, k)
			},
			func(a *A, d *ddb.Definition, _ *ddb.Index) {
				k := ddb.Key(ddb.Prefix("b#"), ddb.Str(&a.ID))
				d.Primary(k, k)
			}, "",
		},
		"apart by sort key": {
			func(a *A, d *ddb.Definition, _ *ddb.Index) {
				d.Primary(ddb.Key(ddb.Str(&a.ID)), ddb.Key(ddb.Prefix("X")))
			},
			func(a *A, d *ddb.Definition, _ *ddb.Index) {
				d.Primary(ddb.Key(ddb.Str(&a.ID)), ddb.Key(ddb.Prefix("Y#"), ddb.Str(&a.Sub)))
			}, "",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := ddb.NewTable("pk", "sk")
			gsi := table.GSI("gsi", "gsi_pk", "gsi_sk")
			ddb.MustDefine(table, "first", func(a *A, d *ddb.Definition) { c.first(a, d, gsi) })
			var err error
			if c.second == nil {
				type N struct {
					ID    string
					Score int `dynamodbav:"gsi_sk"`
				}
				_, err = ddb.Define(table, "second", func(n *N, d *ddb.Definition) {
					k := ddb.Key(ddb.Prefix("n#"), ddb.Str(&n.ID))
					d.Primary(k, k)
					d.Index(gsi, ddb.Key(ddb.Prefix("board")), ddb.Key(ddb.Native(&n.Score)))
				})
			} else {
				_, err = ddb.Define(table, "second", func(a *A, d *ddb.Definition) { c.second(a, d, gsi) })
			}
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestUnderNeedsALiteralAtTheEnd(t *testing.T) {
	t.Parallel()
	type Line struct{ Customer, OrderID, ID string }
	type Head struct{ Customer, ID string }
	table := ddb.NewTable("pk", "sk")
	open := ddb.MustDefine(table, "open", func(h *Head, d *ddb.Definition) {
		d.Primary(ddb.Key(custPrefix, ddb.Str(&h.Customer)), ddb.Key(orderPrefix, ddb.Str(&h.ID)))
	})
	_, err := ddb.Define(table, "line", func(l *Line, d *ddb.Definition) {
		d.Primary(ddb.Key(custPrefix, ddb.Str(&l.Customer)), ddb.Key(orderPrefix, ddb.Str(&l.OrderID), sep, linePrefix, ddb.Str(&l.ID)))
		d.Under(open)
	})
	require.ErrorContains(t, err, "with a further literal; the parent's sort key must end in a literal, so that 1 does not match 12")
}

func TestFieldsThatCannotBeStoredAreRefused(t *testing.T) {
	t.Parallel()
	type Inner struct {
		Weights []complex128 `dynamodbav:"weights"`
	}
	type Job struct {
		ID    string             `dynamodbav:"-"`
		Done  chan struct{}      `dynamodbav:"done"`
		Hooks map[string]func()  `dynamodbav:"hooks"`
		Inner *Inner             `dynamodbav:"inner"`
		Any   *any               `dynamodbav:"any"`
		Anys  []*any             `dynamodbav:"anys"`
		when  chan time.Duration //nolint:unused // an unexported field is nobody's business
	}
	_, err := ddb.Define(ddb.NewTable("pk", "sk"), "job", func(j *Job, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("j#"), ddb.Str(&j.ID)), ddb.Key(ddb.Prefix("j")))
	})
	require.ErrorContains(t, err, "field Done: attributevalue cannot store a chan struct {}")
	require.ErrorContains(t, err, "field Hooks: attributevalue cannot store a func()")
	require.ErrorContains(t, err, "field Inner.Weights: attributevalue cannot store a complex128")
	require.ErrorContains(t, err, "field Any: attributevalue stores nothing of a *interface {}, whatever it points at: use any")
	require.ErrorContains(t, err, "field Anys: attributevalue stores nothing of a *interface {}")
	require.NotContains(t, err.Error(), "when")
}
