package ddbaccess_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/ddbview"
)

func measure(t *testing.T, c *ddbaccess.Catalog) *ddbaccess.Report {
	t.Helper()
	rep, err := c.Measure(t.Context(), ddbmem.New().Client())
	require.NoError(t, err)
	return rep
}

func result(t *testing.T, rep *ddbaccess.Report, name string) ddbaccess.Result {
	t.Helper()
	for _, p := range rep.Patterns {
		if p.Name == name {
			return p
		}
	}
	require.Fail(t, "no pattern "+name)
	return ddbaccess.Result{}
}

// What each pattern of the shop requests, in names of fields.
func TestRequestsAreInNamesOfFields(t *testing.T) {
	t.Parallel()
	rep := measure(t, newShop().catalog())
	for name, want := range map[string][]string{
		"customer by id":              {`GetItem primary pk = "c#{ID}" AND sk = "c#"`},
		"order by id":                 {`Query gsi1 gsi1_pk = "o#{ID}" AND begins_with(gsi1_sk, "o#")`},
		"orders of a customer":        {`Query primary pk = "c#{CustomerID}" AND begins_with(sk, "o#")`},
		"latest orders of a customer": {`Query primary pk = "c#{CustomerID}" AND begins_with(sk, "o#")`},
		"open orders of a shard": {
			`Query gsi2 gsi2_pk = "open#{ID:shard4}" AND begins_with(gsi2_sk, "o#")`,
			`BatchGetItem primary pk = "c#{CustomerID}" AND sk = "o#{ID}"`,
		},
		"all products":          {`Query gsi1 gsi1_pk = "products" AND begins_with(gsi1_sk, "p#")`},
		"customer with orders":  {`Query primary pk = "c#{ID}"`},
		"versions of a product": {`Query primary pk = "pv#{ID}" AND begins_with(sk, "v#")`},
		"register": {
			`TransactWriteItems primary update customer pk = "c#{ID}" AND sk = "c#" IF attribute_not_exists(pk); put pk = "~u#customer~email={Email:fold}"`,
		},
		"place an order": {
			`TransactWriteItems primary check customer pk = "c#{ID}" AND sk = "c#" IF attribute_exists(pk); put order pk = "c#{CustomerID}" AND sk = "o#{ID}" IF attribute_not_exists(pk)`,
		},
		"rename a product": {
			`GetItem primary pk = "p#{ID}" AND sk = "p#{ID}"`,
			`TransactWriteItems primary update product pk = "p#{ID}" AND sk = "p#{ID}" IF (attribute_exists(pk)) AND (version = ?) AND (~w = ?); put version of product pk = "pv#{ID}" AND sk = "v#{Version:6}"`,
		},
	} {
		var got []string
		for _, q := range result(t, rep, name).Requests {
			var line strings.Builder
			line.WriteString(q.Operation + " " + q.Index + " ")
			for i, k := range q.Keys {
				if i > 0 {
					line.WriteString("; ")
				}
				line.WriteString(k)
			}
			got = append(got, line.String())
		}
		assert.Equal(t, want, got, name)
	}
	assert.Equal(t, 3, result(t, rep, "orders of a customer").Items)
	assert.Equal(t, 4, result(t, rep, "customer with orders").Items)
	latest := result(t, rep, "latest orders of a customer")
	assert.Equal(t, 2, latest.Requests[0].Limit)
	derived := result(t, rep, "place an order").Derived
	require.Len(t, derived, 1)
	assert.Equal(t, "order-count", derived[0].View)
	assert.Equal(t, ddbaccess.Units{Read: 4, Write: 4}, derived[0].Measured)
	assert.Empty(t, result(t, rep, "customer by id").Derived, "a read derives nothing")
}

// A key of several attributes, and one that is a field's own attribute.
func TestKeysOfSeveralAttributesAreFields(t *testing.T) {
	t.Parallel()
	type Booking struct {
		ID     string `dynamodbav:"id"`
		Org    string `dynamodbav:"org"`
		Status string `dynamodbav:"status"`
		Day    int    `dynamodbav:"day"`
	}
	table := ddb.NewTable("id", "")
	ix := table.MultiGSI("by-org", []string{"org"}, []string{"status", "day"})
	bookings := ddb.MustDefine(table, "booking", func(b *Booking, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Native(&b.ID)))
		d.Index(ix, ddb.Key(ddb.Native(&b.Org)), ddb.Key(ddb.Native(&b.Status), ddb.Native(&b.Day)))
	})
	f := bookings.Fields()
	rep := measure(t, &ddbaccess.Catalog{Table: table, Patterns: []*ddbaccess.Pattern{
		ddbaccess.Write("book", func(b Booking) ddb.Op { return bookings.Put(b) }, Booking{ID: "1", Org: "o", Status: "open", Day: 3}),
		ddbaccess.Get("booking", bookings, Booking{ID: "1"}),
		ddbaccess.Many("from a day", func(org string) ddb.Query[Booking] {
			return bookings.On(ix, Booking{Org: org}).SortKey(ddb.Eq(&f.Status, "open"), ddb.Ge(&f.Day, 2))
		}, "o"),
	}})
	assert.Equal(t, []string{"put booking id = ID"}, rep.Patterns[0].Requests[0].Keys)
	assert.Equal(t, []string{"id = ID"}, rep.Patterns[1].Requests[0].Keys)
	assert.Equal(t, []string{"org = Org AND status = Status AND day >= Day"}, rep.Patterns[2].Requests[0].Keys)
}

// The table is created under a new name and deleted, also if a pattern fails or the context ends.
func TestTheTableIsDeleted(t *testing.T) {
	t.Parallel()
	s := newShop()
	boom := errors.New("boom")
	ctx, cancel := context.WithCancel(t.Context())
	for want, c := range map[string]*ddbaccess.Catalog{
		"":                             {Table: s.table},
		"ddbaccess: seed: boom":        {Table: s.table, Seed: func(context.Context, *ddb.DB) error { return boom }},
		`ddbaccess: pattern "p": boom`: {Table: s.table, Patterns: []*ddbaccess.Pattern{ddbaccess.Func("p", func(context.Context, *ddb.DB, int) error { return boom }, 1)}},
		`ddbaccess: pattern "q": context canceled`: {Table: s.table, Patterns: []*ddbaccess.Pattern{ddbaccess.Func("q", func(ctx context.Context, _ *ddb.DB, _ int) error {
			cancel()
			return ctx.Err()
		}, 1)}},
	} {
		client := &counting{Client: ddbmem.New().Client()}
		_, err := c.Measure(ctx, client)
		if want == "" {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, want)
		}
		require.Len(t, client.created, 1, want)
		assert.Equal(t, client.created, client.dropped, want)
		out, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
		require.NoError(t, err)
		assert.Empty(t, out.TableNames, want)
		ctx, cancel = context.WithCancel(t.Context())
		defer cancel()
	}
}

// itemsOnly is a client without the calls for tables, and without options.
type itemsOnly struct{ ddb.Client }

func TestAClientWithoutItsPartsIsRefused(t *testing.T) {
	t.Parallel()
	s := newShop()
	client := itemsOnly{ddbmem.New().Client()}
	_, err := (&ddbaccess.Catalog{Table: s.table}).Measure(t.Context(), client)
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "no calls for tables")
	_, err = s.catalog().Measure(t.Context(), client)
	require.ErrorIs(t, err, ddb.ErrModel)
	assert.ErrorContains(t, err, "no Options for a client of the stream")
}

// A view whose function fails is an error that names pattern and view. Else its reader would try again for ever.
func TestAViewThatFailsIsNamed(t *testing.T) {
	t.Parallel()
	s := newShop()
	bad := ddbview.MustFanOut("bad", s.orders, s.carts, func(Order) ddb.Query[Cart] { panic("no targets") }, func(ddb.Change[Order], *Cart) bool { return false })
	c := s.catalog()
	c.Seed, c.Views = nil, []*ddb.View{bad}
	c.Patterns = []*ddbaccess.Pattern{ddbaccess.Write("place an order", s.orders.Create, Order{ID: "1", CustomerID: "1"})}
	_, err := c.Measure(t.Context(), ddbmem.New().Client())
	require.ErrorContains(t, err, `ddbaccess: pattern "place an order": views: view bad: `)
	assert.ErrorContains(t, err, "no targets")
}

// Patterns see each other's writes, in order, and the clock of the catalog; their requests have their names.
func TestPatternsRunInOrderUnderOneClock(t *testing.T) {
	t.Parallel()
	type Stamp struct {
		ID string `dynamodbav:"-"`
		At int64  `dynamodbav:"at"`
	}
	table := ddb.NewTable("pk", "sk")
	stamps := ddb.MustDefine(table, "stamp", func(s *Stamp, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("s#")))
	})
	var names []string
	rep := measure(t, &ddbaccess.Catalog{Table: table, Patterns: []*ddbaccess.Pattern{
		ddbaccess.Write("write", stamps.Create, Stamp{ID: "1"}),
		ddbaccess.Get("read", stamps, Stamp{ID: "1"}),
		ddbaccess.Func("name", func(ctx context.Context, _ *ddb.DB, _ int) error {
			names = append(names, ddbobserve.PatternOf(ctx))
			return nil
		}, 1),
	}})
	assert.Equal(t, 1, rep.Patterns[1].Items)
	assert.Empty(t, rep.Patterns[2].Requests)
	assert.Equal(t, []string{"name"}, names)
}

// Ops of a batch that are sent one by one are sent concurrently, so in any order.
func TestConcurrentRequestsHaveAnOrder(t *testing.T) {
	t.Parallel()
	s := newShop()
	rep := measure(t, &ddbaccess.Catalog{Table: s.table, Patterns: []*ddbaccess.Pattern{
		ddbaccess.Func("many", func(ctx context.Context, db *ddb.DB, _ int) error {
			var ops []ddb.Op
			for i := range 8 {
				id := string(rune('a' + i))
				ops = append(ops, s.orders.Create(Order{ID: id, CustomerID: id}), s.carts.Create(Cart{CustomerID: id, Item: "x"}))
			}
			return db.Batch(ctx, ops...)
		}, 1),
	}})
	require.Len(t, rep.Patterns[0].Requests, 16)
	for i, q := range rep.Patterns[0].Requests {
		want := `put cart pk = "cart#{CustomerID}" AND sk = "i#{Item}" IF attribute_not_exists(pk) OR expires <= ?`
		if i >= 8 {
			want = `put order pk = "c#{CustomerID}" AND sk = "o#{ID}" IF attribute_not_exists(pk)`
		}
		assert.Equal(t, []string{want}, q.Keys)
	}
}

func TestMeasuringTwiceGivesTheSame(t *testing.T) {
	t.Parallel()
	c := newShop().catalog()
	a, b := measure(t, c), measure(t, c)
	assert.Equal(t, text(t, a), text(t, b))
	assert.Empty(t, a.Changes(b))
}

// The library's clock decides what has expired, not that of the engine: a page is the same next year.
func TestAnItemExpiresByTheClockOfTheCatalog(t *testing.T) {
	t.Parallel()
	for _, day := range []time.Time{time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)} {
		c := newShop().catalog()
		client := ddbmem.New(ddbmem.Options{Clock: ddbmem.NewManualClock(day)}).Client()
		rep, err := c.Measure(t.Context(), client)
		require.NoError(t, err)
		assert.Equal(t, 1, result(t, rep, "cart of a customer").Items, "on %v", day)
		c.Now = time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC)
		rep, err = c.Measure(t.Context(), client)
		require.NoError(t, err)
		assert.Zero(t, result(t, rep, "cart of a customer").Items, "on %v", day)
	}
}

// A context that ends while the table is created leaves none, also where the engine is still at it.
func TestATableThatIsBeingCreatedIsDeleted(t *testing.T) {
	t.Parallel()
	c := &ddbaccess.Catalog{Table: newShop().table}
	for _, busy := range []int{0, 2} {
		ctx, cancel := context.WithCancel(t.Context())
		client := &slow{Client: ddbmem.New().Client(), busy: busy, created: cancel}
		_, err := c.Measure(ctx, client)
		require.ErrorIs(t, err, context.Canceled)
		out, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
		require.NoError(t, err)
		assert.Empty(t, out.TableNames)
	}
	ctx, cancel := context.WithCancel(t.Context())
	client := &slow{Client: ddbmem.New().Client(), creating: cancel, lost: func() {}}
	_, err := c.Measure(ctx, client)
	require.ErrorIs(t, err, context.Canceled)
	client.lost()
	out, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	assert.Empty(t, out.TableNames)
}

// A report of a measurement that was interrupted would be of half of it.
func TestAContextThatEndsInTheLastPatternIsAnError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	rep, err := (&ddbaccess.Catalog{Table: newShop().table, Patterns: []*ddbaccess.Pattern{
		ddbaccess.Func("p", func(context.Context, *ddb.DB, int) error { cancel(); return nil }, 1),
	}}).Measure(ctx, ddbmem.New().Client())
	require.ErrorIs(t, err, context.Canceled)
	assert.Nil(t, rep)
}

// What a view asks of its writes is the library's, and no part of the design.
func TestAViewHasNoConditions(t *testing.T) {
	t.Parallel()
	rep := measure(t, newShop().catalog())
	var keys []string
	for _, d := range result(t, rep, "place an order").Derived {
		for _, q := range d.Requests {
			keys = append(keys, q.Keys...)
		}
	}
	require.NotEmpty(t, keys)
	assert.NotContains(t, strings.Join(keys, "\n"), " IF ")
}
