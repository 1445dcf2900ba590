package ddbaccess_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbmem"
)

var _ ddbaccess.TestingT = (*testing.T)(nil)

// recorder is a test that fails without end.
type recorder struct {
	ctx    context.Context
	errors []string
	fatal  string
	logs   []string
}

func (r *recorder) Context() context.Context { return r.ctx }
func (r *recorder) Name() string             { return "TestModel" }
func (r *recorder) Helper()                  {}
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) { r.fatal = fmt.Sprintf(format, args...) }
func (r *recorder) Logf(format string, args ...any) {
	r.logs = append(r.logs, fmt.Sprintf(format, args...))
}

func checked(t *testing.T, c *ddbaccess.Catalog, update bool) *recorder {
	t.Helper()
	r := &recorder{ctx: t.Context()}
	ddbaccess.CheckWith(r, ddbmem.New().Client(), c, update)
	return r
}

const command = "go test -run '^TestModel$' -ddb.update ."

// The files are written by the flag, and compared by each run.
func TestCheckKeepsTheModel(t *testing.T) {
	t.Chdir(t.TempDir())
	r := checked(t, newShop().catalog(), false)
	assert.Equal(t, "ddbaccess: there is no "+filepath.Join("model", "patterns.json")+" yet: write it and the other files of the model with\n\t"+command, r.fatal)
	_, err := os.Stat("model")
	require.ErrorIs(t, err, os.ErrNotExist, "nothing is written without the flag")

	r = checked(t, newShop().catalog(), true)
	assert.Empty(t, r.errors)
	assert.Empty(t, r.fatal)
	files, err := filepath.Glob("model/*")
	require.NoError(t, err)
	assert.Equal(t, []string{
		"model/README.md", "model/design.json", "model/entities.svg", "model/gsi1.svg", "model/gsi2.svg", "model/model.html",
		"model/patterns.json", "model/primary.svg",
	}, files)
	page, err := os.ReadFile("model/README.md")
	require.NoError(t, err)
	assert.Contains(t, string(page), "![gsi1](gsi1.svg)")
	f, err := os.Open("model/design.json")
	require.NoError(t, err)
	defer f.Close()
	design, err := ddbdesign.Read(f)
	require.NoError(t, err)
	assert.Len(t, design.Entities, 4)

	r = checked(t, newShop().catalog(), false)
	assert.Empty(t, r.errors)
	assert.Empty(t, r.logs)

	for _, name := range files {
		stored, err := os.ReadFile(name)
		require.NoError(t, err)
		if name == "model/patterns.json" {
			continue // below
		}
		require.NoError(t, os.WriteFile(name, append(stored, "more\n"...), 0o600))
		r = checked(t, newShop().catalog(), false)
		require.Len(t, r.errors, 1, name)
		assert.Contains(t, r.errors[0], name+" is not up to date: line ")
		require.NoError(t, os.Remove(name))
		r = checked(t, newShop().catalog(), false)
		require.Len(t, r.errors, 1, name)
		assert.Contains(t, r.errors[0], name+" is not up to date: there is none")
		require.Len(t, r.logs, 1)
		assert.Contains(t, r.logs[0], command)
		require.NoError(t, os.WriteFile(name, stored, 0o600))
	}
	require.NoError(t, os.WriteFile("model/patterns.json", []byte("{"), 0o600))
	assert.Contains(t, checked(t, newShop().catalog(), false).fatal, "patterns.json")
}

// A pattern that comes to cost more, or less, fails with a sentence.
func TestCheckSaysWhatChanged(t *testing.T) {
	t.Chdir(t.TempDir())
	s := newShop()
	base := func(p *ddbaccess.Pattern) *ddbaccess.Catalog {
		return &ddbaccess.Catalog{Table: s.table, Seed: s.seed, Volumes: s.catalog().Volumes, Accept: []ddbaccess.Acceptance{
			{Rule: ddbaccess.UnusedEntry, Subject: "product in gsi1", Reason: "not here"},
		}, Patterns: []*ddbaccess.Pattern{
			ddbaccess.One("order by id", s.orderByID, "10"), ddbaccess.Many("open", s.openOrders, "10"), p,
		}}
	}
	get := func(n int) *ddbaccess.Pattern {
		return ddbaccess.Func("p", func(ctx context.Context, db *ddb.DB, _ int) error {
			for range n {
				if _, err := ddb.NewRepository(db, s.customers).Get(ctx, Customer{ID: "1"}); err != nil {
					return err
				}
			}
			return nil
		}, 1)
	}
	orders := func(q func(string) ddb.Query[Order]) *ddbaccess.Pattern { return ddbaccess.Many("p", q, "1") }
	place := func(id string) []ddb.Op {
		return []ddb.Op{s.orders.Create(Order{ID: id, CustomerID: "1"}), s.carts.Delete(Cart{CustomerID: "2", Item: "p"})}
	}
	placing := func(id string, checks ...string) *ddbaccess.Pattern {
		return ddbaccess.Transact("p", func(id string) []ddb.Op {
			ops := place(id)
			for _, c := range checks {
				ops = append(ops, s.customers.Check(Customer{ID: c}))
			}
			return ops
		}, id)
	}
	order := Order{ID: "9", CustomerID: "1"}
	have := Order{ID: "10", CustomerID: "1", Status: open}
	reading := func(count bool) *ddbaccess.Pattern {
		return ddbaccess.Func("p", func(ctx context.Context, db *ddb.DB, _ int) (err error) {
			if repo := ddb.NewRepository(db, s.orders); count {
				_, err = repo.Count(ctx, s.ordersOf("1"))
			} else {
				_, err = ddb.Collect(repo.Query(ctx, s.ordersOf("1")))
			}
			return err
		}, 1)
	}
	batchGet := func() *ddbaccess.Pattern {
		return ddbaccess.Func("p", func(ctx context.Context, db *ddb.DB, _ int) error {
			_, err := ddb.NewRepository(db, s.customers).BatchGet(ctx, []Customer{{ID: "1"}})
			return err
		}, 1)
	}
	for _, tt := range []struct {
		before, after *ddbaccess.Pattern
		want          string
	}{
		{get(1), get(2), "p: 1 → 2 requests, 0.5 → 1.0 RCU, estimated 0.5 → 1.0 RCU"},
		{get(2), get(1), "p: 2 → 1 request, 1.0 → 0.5 RCU, estimated 1.0 → 0.5 RCU"},
		{get(1), get(1).Fresh(), "p: consistent false → true, 0.5 → 1.0 RCU, estimated 0.5 → 1.0 RCU"},
		{
			orders(s.ordersOf), orders(func(c string) ddb.Query[Order] { return s.ordersOf(c).Limit(2) }),
			"p: limit none → 2, 3 → 2 items, estimated 4.0 → 0.5 RCU",
		},
		{
			orders(s.ordersOf), orders(func(c string) ddb.Query[Order] { return s.orderByID(c + "0") }),
			`p: index primary → gsi1, key pk = "c#{CustomerID}" AND begins_with(sk, "o#") → gsi1_pk = "o#{ID}" AND begins_with(gsi1_sk, "o#"), 3 → 1 item, estimated 4.0 → 0.5 RCU`,
		},
		{
			orders(func(c string) ddb.Query[Order] { return s.ordersOf(c).Desc() }), orders(s.ordersOf),
			"p: order descending → ascending",
		},
		{
			placing("9"), placing("9", "1"),
			`p: now checks customer pk = "c#{ID}" AND sk = "c#" IF attribute_exists(pk), 5.0 → 7.0 WCU, estimated 8.0 → 10.0 WCU`,
		},
		{
			placing("9", "1"), placing("9"),
			`p: no longer checks customer pk = "c#{ID}" AND sk = "c#" IF attribute_exists(pk), 7.0 → 5.0 WCU, estimated 10.0 → 8.0 WCU`,
		},
		{
			placing("9", "1", "2"), placing("9"),
			`p: no longer checks customer pk = "c#{ID}" AND sk = "c#" IF attribute_exists(pk) 2 times, 9.0 → 5.0 WCU, estimated 12.0 → 8.0 WCU`,
		},
		{
			placing("9"), ddbaccess.Transact("p", func(id string) []ddb.Op {
				return append(place(id), s.carts.Put(Cart{CustomerID: id, Item: "x"}), s.orders.Delete(Order{ID: "10", CustomerID: "1"}), s.customers.Check(Customer{ID: "1"}))
			}, "9"),
			`p: now puts cart pk = "cart#{CustomerID}" AND sk = "i#{Item}", now deletes order pk = "c#{CustomerID}" AND sk = "o#{ID}", now 1 more key, 5.0 → 13.0 WCU, estimated 8.0 → 19.0 WCU`,
		},
		{orders(s.ordersOf), orders(s.ordersOf).Finds(1).Rate(1), ""},
		{
			ddbaccess.Write("p", s.orders.Create, order), ddbaccess.Write("p", func(o Order) ddb.Op { return s.orders.Put(o) }, order),
			`p: condition of put order pk = "c#{CustomerID}" AND sk = "o#{ID}": attribute_not_exists(pk) → none`,
		},
		{
			ddbaccess.Write("p", func(o Order) ddb.Op { return s.orders.Put(o) }, have),
			ddbaccess.Write("p", func(o Order) ddb.Op { return s.orders.Put(o, ddb.If(ddb.Eq(&s.orders.Fields().Status, open))) }, have),
			`p: condition of put order pk = "c#{CustomerID}" AND sk = "o#{ID}": none → (attribute_exists(pk)) AND (status = ?)`,
		},
		{
			orders(s.ordersOf), orders(func(c string) ddb.Query[Order] { return s.ordersOf(c).Select(&s.orders.Fields().Status) }),
			"p: attributes none → pk, sk, entityType, expires, status",
		},
		{reading(true), reading(false), "p: only counts true → false"},
		{batchGet(), batchGet().Fresh(), "p: consistent false → true, 0.5 → 1.0 RCU, estimated 0.5 → 1.0 RCU"},
		{
			ddbaccess.Write("p", s.orders.Create, Order{ID: "9", CustomerID: "1"}), ddbaccess.Write("p", s.orders.Create, Order{ID: "9", CustomerID: "1", Status: open}),
			"p: 2.0 → 3.0 WCU, estimated 4.0 → 5.0 WCU",
		},
	} {
		require.Empty(t, checked(t, base(tt.before), true).errors)
		r := checked(t, base(tt.after), false)
		if tt.want != "" {
			assert.Equal(t, []string{tt.want}, r.errors)
			assert.Len(t, r.logs, 1, "and how to accept it")
		} else {
			require.NotEmpty(t, r.errors, "the rate is on the page")
			assert.Contains(t, r.errors[0], "is not up to date")
		}
	}
	require.Empty(t, checked(t, base(get(1)), true).errors)
	renamed := base(ddbaccess.Get("q", s.customers, Customer{ID: "1"}))
	assert.Equal(t, []string{"q: a new pattern, 1 request, 0.5 RCU", "p: the pattern is gone"}, checked(t, renamed, false).errors)
}

// What the views make of a write is compared too.
func TestCheckComparesViews(t *testing.T) {
	t.Chdir(t.TempDir())
	s := newShop()
	c := s.catalog()
	require.Empty(t, checked(t, c, true).errors)
	c.Views = nil
	r := checked(t, c, false)
	assert.Contains(t, r.errors, "place an order: view order-count makes no request any more")
	require.Empty(t, checked(t, c, true).errors)
	r = checked(t, s.catalog(), false)
	assert.Contains(t, r.errors, "place an order: view order-count now makes 3 requests")
}

// Findings fail also while files are written: they are no numbers that change.
func TestCheckFailsForFindings(t *testing.T) {
	t.Chdir(t.TempDir())
	s := newShop()
	c := s.catalog()
	c.Patterns = append(c.Patterns, ddbaccess.Func("everything", scan, 1))
	r := checked(t, c, true)
	assert.Equal(t, []string{"scan: everything reads all of the table: its cost grows with the table."}, r.errors)
	c.Patterns[len(c.Patterns)-1].Accept(ddbaccess.Scan, "a test")
	assert.Empty(t, checked(t, c, true).errors)
	assert.Contains(t, checked(t, &ddbaccess.Catalog{}, false).fatal, "Catalog.Table is nil")
}

// A README beside the test keeps what its markers enclose.
func TestCheckKeepsTheReadme(t *testing.T) {
	t.Chdir(t.TempDir())
	const around = "# Mine\n\n<!-- ddb:patterns -->\nstale\n<!-- /ddb:patterns -->\n\ntext\n<!-- ddb:design -->\n<!-- /ddb:design -->\n"
	require.NoError(t, os.WriteFile("README.md", []byte(around), 0o600))
	require.Empty(t, checked(t, newShop().catalog(), true).errors)
	b, err := os.ReadFile("README.md")
	require.NoError(t, err)
	page := string(b)
	assert.True(t, strings.HasPrefix(page, "# Mine\n\n<!-- ddb:patterns -->\n| # | access pattern |"), page[:80])
	assert.Contains(t, page, "|\n<!-- /ddb:patterns -->\n\ntext\n<!-- ddb:design -->\n```\nENTITY ")
	assert.NotContains(t, page, "stale")
	assert.Empty(t, checked(t, newShop().catalog(), false).errors)

	require.NoError(t, os.WriteFile("README.md", []byte(strings.Replace(page, "order by id", "order by name", 1)), 0o600))
	r := checked(t, newShop().catalog(), false)
	require.Len(t, r.errors, 1)
	assert.Contains(t, r.errors[0], "README.md is not up to date: line 7 is\n\t| 2 | order by name |")

	require.NoError(t, os.WriteFile("README.md", []byte("nothing\n"), 0o600))
	assert.Empty(t, checked(t, newShop().catalog(), false).errors)
}

// The flag is in test binaries alone.
func TestTheFlagIsForTests(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"/tmp/shop.test"}, {`shop.test.exe`}, {"mine", "-test.run=X"}, {"mine", "x", "--test.v"}} {
		assert.True(t, ddbaccess.IsTest(args...), "%v", args)
	}
	for _, args := range [][]string{nil, {"shop"}, {"/bin/test"}, {"shop", "test.json"}, {"testing", "-tested"}} {
		assert.False(t, ddbaccess.IsTest(args...), "%v", args)
	}
}
