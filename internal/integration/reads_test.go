package integration_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
)

// fill writes two orders with lines, and an invoice, into one partition.
func fill(t *testing.T, db *ddb.DB) {
	t.Helper()
	ctx := t.Context()
	for _, id := range []string{"1", "12"} {
		require.NoError(t, db.Do(ctx, Orders.Create(anOrder(id))))
		for n := range 3 {
			require.NoError(t, db.Do(ctx, Lines.Create(Line{Customer: "7", OrderID: id, N: n - 1, Text: "line"})))
		}
	}
	require.NoError(t, db.Do(ctx, Invoices.Create(Invoice{Customer: "7", Number: 3})))
}

func TestGatherSortsACollectionByType(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		db := env.Open(t, Shop)
		fill(t, db)
		ctx, meter := ddb.WithMeter(t.Context())
		whole := Orders.Query(Order{Customer: "7"}).Collection()

		var os []Order
		var ls []Line
		var is []Invoice
		require.NoError(t, db.Gather(ctx, whole, Orders.Into(&os), Lines.Into(&ls), Invoices.Into(&is)))
		assert.Len(t, os, 2)
		assert.Len(t, is, 1)
		assert.Equal(t, 1, meter.Requests())
		ns := make([]string, len(ls))
		for i, l := range ls {
			ns[i] = fmt.Sprint(l.OrderID, " ", l.N)
		}
		assert.Equal(t, []string{"1 -1", "1 0", "1 1", "12 -1", "12 0", "12 1"}, ns, "numbers sort as numbers, negative ones first")

		f := Orders.Fields()
		one := Orders.Query(Order{Customer: "7"}).SortKey(ddb.Eq(&f.ID, "1")).Collection()
		os, ls = nil, nil
		require.NoError(t, db.Gather(ctx, one, Orders.Into(&os), Lines.Into(&ls)))
		assert.Len(t, os, 1, "1 does not match 12")
		assert.Len(t, ls, 3)

		kinds := map[string]int{}
		for it, err := range db.Items(ctx, whole) {
			require.NoError(t, err)
			kinds[fmt.Sprintf("%T", it)]++
		}
		assert.Equal(t, map[string]int{"integration_test.Order": 2, "integration_test.Line": 6, "integration_test.Invoice": 1}, kinds)
	})
}

// A sink narrows the key condition: what it does not ask for is not paid for.
func TestGatherReadsWhatItsSinksAskFor(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		db := env.Open(t, Shop)
		fill(t, db)
		for n := range 30 {
			require.NoError(t, db.Do(t.Context(), Lines.Put(Line{Customer: "7", OrderID: "big", N: n, Text: fmt.Sprintf("%1000d", n)})))
		}
		ctx, meter := ddb.WithMeter(t.Context())
		var is []Invoice
		require.NoError(t, db.Gather(ctx, Orders.Query(Order{Customer: "7"}).Collection(), Invoices.Into(&is)))
		assert.Len(t, is, 1)
		assert.InDelta(t, 0.5, meter.Total().Read, 0)
	})
}

func TestAnUnknownItemIsAnErrorUnlessIgnored(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		db := env.Open(t, Shop)
		fill(t, db)
		s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
		put := func(it map[string]types.AttributeValue) {
			_, err := env.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &env.Table, Item: it})
			require.NoError(t, err)
		}
		whole := Orders.Query(Order{Customer: "7"}).Collection()
		read := func(c ddb.Collection) error {
			os := []Order{{ID: "untouched"}}
			ls := []Line(nil)
			err := db.Gather(t.Context(), c, Orders.Into(&os), Lines.Into(&ls))
			if err != nil {
				assert.Equal(t, []Order{{ID: "untouched"}}, os, "destinations change on success only")
			}
			return err
		}
		put(map[string]types.AttributeValue{"pk": s("~a#companion"), "sk": s("x")})
		put(map[string]types.AttributeValue{"pk": s("cust#7"), "sk": s("order#0"), "entityType": s("stranger")})
		require.ErrorIs(t, read(whole), ddb.ErrUnknown)
		require.ErrorContains(t, read(whole), `item pk="cust#7" sk="order#0" says it is a "stranger"`)
		require.NoError(t, read(whole.IgnoreUnknown()))

		_, err := env.Client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &env.Table, Key: map[string]types.AttributeValue{"pk": s("cust#7"), "sk": s("order#0")}})
		require.NoError(t, err)
		put(map[string]types.AttributeValue{"pk": s("cust#7"), "sk": s("order#3#"), "entityType": s("line")})
		require.ErrorContains(t, read(whole), "says it is a line, but its key is not of the shape")

		put(map[string]types.AttributeValue{"pk": s("cust#7"), "sk": s("order#3#")})
		require.NoError(t, read(whole), "without a type, the shape of the key says what it is")

		n := 0
		for _, err := range db.Scan(t.Context(), nil) {
			require.NoError(t, err, "companion items are skipped")
			n++
		}
		assert.Equal(t, 10, n)
	})
}

// A query of children under one parent reads them alone.
func TestChildrenOfOneParent(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		db := env.Open(t, Shop)
		fill(t, db)
		f := Lines.Fields()
		of := Lines.Query(Line{Customer: "7"}).SortKey(ddb.Eq(&f.OrderID, "1"))
		assert.Equal(t, `Query primary: pk = "cust#7" AND begins_with(sk, "order#1#line#")`, of.String())
		ls, err := ddb.Collect(ddb.NewRepository(db, Lines).Query(t.Context(), of))
		require.NoError(t, err)
		assert.Len(t, ls, 3)
		ls, err = ddb.Collect(ddb.NewRepository(db, Lines).Query(t.Context(), of.SortKey(ddb.Lt(&f.N, 0))))
		require.NoError(t, err)
		require.Len(t, ls, 1)
		assert.Equal(t, -1, ls[0].N)
	})
}

// A lower and an upper bound are one range, half-open as times are asked for.
func TestAWindowOfTime(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		db := env.Open(t, Shop)
		day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
		for i := range 5 {
			o := anOrder(fmt.Sprint(i))
			o.Placed = day.Add(time.Duration(i) * 12 * time.Hour)
			require.NoError(t, db.Do(t.Context(), Orders.Create(o)))
		}
		f := Orders.Fields()
		q := Orders.On(ByOpen, Order{Region: "eu"}).SortKey(ddb.Eq(&f.Status, "new"), ddb.Ge(&f.Placed, day), ddb.Lt(&f.Placed, day.AddDate(0, 0, 1)))
		env.Settles(t, func() bool {
			n, err := ddb.NewRepository(db, Orders).Count(t.Context(), q)
			return err == nil && n == 2
		})
		assert.Equal(t, "Query by-open: open_pk = \"open#eu\" AND open_sk BETWEEN \"new#2026-11-20T00:00:00.000000000Z\" AND \"new#2026-11-20T23:59:59.999999999Z\"", q.String())
	})
}

// A filter drops items, and Limit is filled from further pages; Examine makes one request.
func TestLimitIsWhatTheCallerGets(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		db := env.Open(t, Shop)
		orders := ddb.NewRepository(db, Orders)
		for i := range 40 {
			o := anOrder(fmt.Sprintf("%03d", i))
			if i%10 == 9 {
				o.Note = "rare"
			}
			_, err := orders.Create(t.Context(), o)
			require.NoError(t, err)
		}
		f := Orders.Fields()
		rare := Orders.On(ByOpen, Order{Region: "eu"}).Filter(ddb.Eq(&f.Note, "rare"))
		env.Settles(t, func() bool {
			n, err := orders.Count(t.Context(), rare)
			return err == nil && n == 4
		})
		var got []string
		var cursor ddb.Cursor
		for {
			page, err := orders.Page(t.Context(), rare.Limit(3), cursor)
			require.NoError(t, err)
			for _, o := range page.Items {
				got = append(got, o.ID)
			}
			if cursor = page.Next; cursor == "" {
				break
			}
			require.Len(t, page.Items, 3, "a page that is not the last is full")
		}
		slices.Sort(got)
		assert.Equal(t, []string{"009", "019", "029", "039"}, got)

		ctx, meter := ddb.WithMeter(t.Context())
		page, err := orders.Page(ctx, rare.Examine(5), "")
		require.NoError(t, err)
		assert.Equal(t, 1, meter.Requests())
		assert.NotEmpty(t, page.Next)

		four, err := ddb.Collect(orders.Query(t.Context(), rare.Limit(2)))
		require.NoError(t, err)
		assert.Len(t, four, 2)
		_, err = orders.One(t.Context(), rare)
		require.ErrorIs(t, err, ddb.ErrTooMany)
		_, err = orders.One(t.Context(), rare.SortKey(ddb.Eq(&f.Status, "none")))
		require.ErrorIs(t, err, ddb.ErrNotFound)
	})
}

func TestSelectReadsSomeFields(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		db := env.Open(t, Shop)
		fill(t, db)
		f := Orders.Fields()
		q := Orders.On(ByOpen, Order{Region: "eu"}).Select(&f.Status).Limit(1)
		var got Order
		env.Settles(t, func() bool {
			page, err := ddb.NewRepository(db, Orders).Page(t.Context(), q, "")
			if err != nil || len(page.Items) == 0 {
				return assert.NoError(t, err) && false
			}
			got = page.Items[0]
			return true
		})
		assert.Equal(t, Order{Customer: "7", ID: got.ID, Status: "new"}, got)
	})
}

func TestBatchGetKeepsOrderAndDuplicates(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		db := env.Open(t, Shop)
		invoices := ddb.NewRepository(db, Invoices)
		var keys []Invoice
		for n := range 230 {
			if n%3 != 0 {
				_, err := invoices.Put(t.Context(), Invoice{Customer: "7", Number: n})
				require.NoError(t, err)
			}
			keys = append(keys, Invoice{Customer: "7", Number: n})
		}
		keys = append(keys, keys[4], keys[3])
		ctx, meter := ddb.WithMeter(t.Context())
		got, err := invoices.BatchGet(ctx, keys)
		require.NoError(t, err)
		require.Len(t, got, len(keys))
		for i, l := range got {
			assert.Equal(t, keys[i].Number, l.Item.Number)
			assert.Equal(t, keys[i].Number%3 != 0, l.Found(), i)
		}
		assert.Equal(t, 3, meter.RequestsOf("BatchGetItem"))
	})
}

// A parallel scan reads every item once, and continues from a checkpoint.
func TestScanResumes(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		db := env.Open(t, Shop)
		for n := range 60 {
			require.NoError(t, db.Do(t.Context(), Lines.Put(Line{Customer: fmt.Sprint(n % 7), OrderID: "1", N: n, Text: fmt.Sprintf("%90000d", n)})))
		}
		seen := map[string]int{}
		var checkpoint ddb.Cursor
		opts := &ddb.ScanOptions{Workers: 2, Segments: 4, Checkpoint: func(c ddb.Cursor) { checkpoint = c }}
		var held []string // of pages that are not consumed
		for it, err := range db.Scan(t.Context(), opts) {
			require.NoError(t, err)
			held = append(held, fmt.Sprint(it.(Line).Customer, " ", it.(Line).N))
			if checkpoint != "" && len(held) > 20 {
				break
			}
		}
		require.NotEmpty(t, checkpoint, "no page was consumed: the items are too small")
		for _, id := range held {
			seen[id]++
		}
		rest := 0
		opts = &ddb.ScanOptions{Workers: 3, Resume: checkpoint, Checkpoint: opts.Checkpoint}
		for l, err := range ddb.NewRepository(db, Lines).Scan(t.Context(), opts) {
			require.NoError(t, err)
			seen[fmt.Sprint(l.Customer, " ", l.N)]++
			rest++
		}
		assert.Len(t, seen, 60)
		assert.Less(t, rest, 60, "what was consumed is not read again")
		assert.Empty(t, checkpoint, "all is done")

		err := error(nil)
		for _, err = range db.Scan(t.Context(), &ddb.ScanOptions{Resume: "nonsense"}) {
		}
		require.ErrorIs(t, err, ddb.ErrCursor)
	})
}

func TestPurgeDeletesEveryItem(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		db := env.Open(t, Shop)
		fill(t, db)
		ctx, meter := ddb.WithMeter(t.Context())
		last := 0
		n, err := db.Purge(ctx, &ddb.JobOptions{Workers: 2, Progress: func(p ddb.Progress) { last = p.Changed }})
		require.NoError(t, err)
		assert.Equal(t, 9, n)
		assert.Equal(t, 9, last)
		assert.Positive(t, meter.Total().Write)
		assert.Empty(t, contents(t, env))
	})
}
