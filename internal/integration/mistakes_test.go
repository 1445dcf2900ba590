package integration_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/local"
)

// A shop: orders with lines under them, of which the open ones are in an index.
const (
	customer ddb.Prefix = "cust#"
	order    ddb.Prefix = "order#"
	line     ddb.Prefix = "line#"
	invoice  ddb.Prefix = "invoice#"
	open     ddb.Prefix = "open"
	hash     ddb.Prefix = "#"
)

type Order struct {
	Customer string    `dynamodbav:"-"`
	ID       string    `dynamodbav:"-"`
	Status   string    `dynamodbav:"status"`
	Region   string    `dynamodbav:"region"`
	Placed   time.Time `dynamodbav:"placed"`
	Note     string    `dynamodbav:"note,omitempty"`
}

type Line struct {
	Customer string `dynamodbav:"-"`
	OrderID  string `dynamodbav:"-"`
	N        int    `dynamodbav:"n"`
	Text     string `dynamodbav:"text"`
}

type Invoice struct {
	Customer string `dynamodbav:"-"`
	Number   int    `dynamodbav:"number"`
}

var (
	Shop   = ddb.NewTable("pk", "sk")
	ByOpen = Shop.GSI("by-open", "open_pk", "open_sk")

	Orders = ddb.MustDefine(Shop, "order", func(o *Order, d *ddb.Definition) {
		d.Primary(ddb.Key(customer, ddb.Str(&o.Customer)), ddb.Key(order, ddb.Str(&o.ID), hash))
		d.Index(ByOpen, ddb.Key(open, hash, ddb.Str(&o.Region)), ddb.Key(ddb.Str(&o.Status), hash, ddb.Time(&o.Placed))).
			When(ddb.Ne(&o.Status, "closed"))
	})
	Lines = ddb.MustDefine(Shop, "line", func(l *Line, d *ddb.Definition) {
		d.Primary(ddb.Key(customer, ddb.Str(&l.Customer)), ddb.Key(order, ddb.Str(&l.OrderID), hash, line, ddb.Num(&l.N, 3)))
		d.Under(Orders)
	})
	Invoices = ddb.MustDefine(Shop, "invoice", func(i *Invoice, d *ddb.Definition) {
		d.Primary(ddb.Key(customer, ddb.Str(&i.Customer)), ddb.Key(invoice, ddb.Num(&i.Number, 4)))
	})
)

func anOrder(id string) Order {
	return Order{Customer: "7", ID: id, Status: "new", Region: "eu", Placed: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
}

// Each mistake gives an error that says what to do, and changes nothing.
func TestMistakes(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		db := env.Open(t, Shop)
		orders, lines, invoices := ddb.NewRepository(db, Orders), ddb.NewRepository(db, Lines), ddb.NewRepository(db, Invoices)
		stored, err := orders.Create(t.Context(), anOrder("1"))
		require.NoError(t, err)
		f, loaded := Orders.Fields(), stored
		with := func(change func(*Order)) Order {
			o := anOrder("2")
			change(&o)
			return o
		}
		page := func(ctx context.Context, q ddb.Query[Order], c ddb.Cursor) error {
			_, err := orders.Page(ctx, q, c)
			return err
		}
		all := Orders.On(ByOpen, Order{Region: "eu"})
		for i := range 3 {
			_, err := orders.Create(t.Context(), anOrder(fmt.Sprint("p", i)))
			require.NoError(t, err)
		}
		env.CatchUp()
		first, err := orders.Page(t.Context(), all.Limit(1), "")
		require.NoError(t, err)
		require.NotEmpty(t, first.Next)
		tampered := ddb.Cursor(strings.Replace(string(first.Next), string(first.Next[20]), string('A'+('Z'-first.Next[20]+13)%26), 1))

		cases := map[string]struct {
			do   func(ctx context.Context) error
			is   error
			want string
		}{
			"foreign field pointer": {func(ctx context.Context) error {
				_, err := orders.Put(ctx, anOrder("2"), ddb.If(ddb.Eq(&Lines.Fields().Text, "x")))
				return err
			}, ddb.ErrModel, "a string that is not a field of Order (name fields through Fields(), not through an item)"},
			"a loaded item's field": {func(ctx context.Context) error {
				_, err := orders.Put(ctx, anOrder("2"), ddb.If(ddb.Eq(&loaded.Status, "x")))
				return err
			}, ddb.ErrModel, "name fields through Fields(), not through an item"},
			"a loaded item's field in a sort key": {func(ctx context.Context) error {
				return page(ctx, all.SortKey(ddb.Eq(&loaded.Status, "new")), "")
			}, ddb.ErrModel, "ddb: query order on by-open: SortKey: a string that is not a field of Order"},
			"empty key field on write": {func(ctx context.Context) error {
				_, err := orders.Create(ctx, with(func(o *Order) { o.ID = "" }))
				return err
			}, ddb.ErrKey, `ddb: create order: primary key "order#{ID}#": ID is empty`},
			"empty index field on write": {func(ctx context.Context) error {
				_, err := orders.Create(ctx, with(func(o *Order) { o.Region = "" }))
				return err
			}, ddb.ErrKey, `ddb: create order pk="cust#7" sk="order#2#": by-open key "open#{Region}": Region is empty`},
			"zero time in a key": {func(ctx context.Context) error {
				_, err := orders.Put(ctx, with(func(o *Order) { o.Placed = time.Time{} }))
				return err
			}, ddb.ErrKey, "Placed is empty"},
			"invalid UTF-8 in a key": {func(ctx context.Context) error {
				_, err := orders.Create(ctx, with(func(o *Order) { o.ID = "u\xff" }))
				return err
			}, ddb.ErrKey, "ID is not valid UTF-8"},
			"value in which the literal that follows begins": {func(ctx context.Context) error {
				_, err := orders.Create(ctx, with(func(o *Order) { o.ID = "1#line#2" }))
				return err
			}, ddb.ErrKey, `ID holds "#", which follows it in the key`},
			"oversized number in a padded key": {func(ctx context.Context) error {
				_, err := invoices.Create(ctx, Invoice{Customer: "7", Number: 10000})
				return err
			}, ddb.ErrKey, "Number"},
			"partition key over 2048 bytes": {func(ctx context.Context) error {
				_, err := orders.Create(ctx, with(func(o *Order) { o.Customer = strings.Repeat("x", 2048) }))
				return err
			}, ddb.ErrKey, "has 2053 bytes, DynamoDB allows 2048 in a partition key"},
			"sort key over 1024 bytes": {func(ctx context.Context) error {
				_, err := orders.Create(ctx, with(func(o *Order) { o.ID = strings.Repeat("x", 1024) }))
				return err
			}, ddb.ErrKey, "DynamoDB allows 1024 in a sort key"},
			"index key over 1024 bytes": {func(ctx context.Context) error {
				_, err := orders.Create(ctx, with(func(o *Order) { o.Status = strings.Repeat("x", 1024) }))
				return err
			}, ddb.ErrKey, "by-open key"},
			"item over 400 KB": {func(ctx context.Context) error {
				_, err := orders.Create(ctx, with(func(o *Order) { o.Note = strings.Repeat("x", 400<<10) }))
				return err
			}, ddb.ErrTooLarge, "DynamoDB allows 409600"},
			"cursor of another query": {func(ctx context.Context) error {
				return page(ctx, Orders.On(ByOpen, Order{Region: "us"}), first.Next)
			}, ddb.ErrCursor, "it belongs to another query"},
			"cursor of the other direction": {func(ctx context.Context) error { return page(ctx, all.Desc(), first.Next) }, ddb.ErrCursor, "it belongs to another query"},
			"cursor of another filter": {func(ctx context.Context) error {
				return page(ctx, all.Filter(ddb.Eq(&f.Note, "x")), first.Next)
			}, ddb.ErrCursor, "it belongs to another query"},
			"tampered cursor": {func(ctx context.Context) error { return page(ctx, all, tampered) }, ddb.ErrCursor, "modified"},
			"nonsense cursor": {func(ctx context.Context) error { return page(ctx, all, "nonsense") }, ddb.ErrCursor, "malformed"},
			"no partition":    {func(ctx context.Context) error { return page(ctx, Orders.On(ByOpen, Order{}), "") }, ddb.ErrKey, "Region is empty"},
			"a field that the partition does not take": {func(ctx context.Context) error {
				return page(ctx, Orders.On(ByOpen, Order{Region: "eu", Status: "new"}), "")
			}, ddb.ErrModel, `Status is not part of partition key "open#{Region}": use SortKey`},
			"a range that skips a part": {func(ctx context.Context) error {
				return page(ctx, all.SortKey(ddb.Gt(&f.Placed, time.Now())), "")
			}, ddb.ErrModel, "Placed comes after Status in sort key"},
			"a range on text before a literal": {func(ctx context.Context) error { return page(ctx, all.SortKey(ddb.Gt(&f.Status, "a")), "") }, ddb.ErrModel, "stands before a literal"},
			"a filter on the next part": {func(ctx context.Context) error {
				return page(ctx, all.Filter(ddb.Eq(&f.Status, "new")), "")
			}, ddb.ErrModel, "use SortKey, which reads fewer items"},
			"not part of the sort key": {func(ctx context.Context) error { return page(ctx, all.SortKey(ddb.Eq(&f.Note, "x")), "") }, ddb.ErrModel, "Note is not part of sort key"},
			"a parent without its children": {func(ctx context.Context) error {
				return page(ctx, Orders.Query(Order{Customer: "7"}), "")
			}, ddb.ErrModel, "the range also contains line, declared Under it: use Collection"},
			"children without their parent": {func(ctx context.Context) error {
				_, err := ddb.Collect(lines.Query(ctx, Lines.Query(Line{Customer: "7"})))
				return err
			}, ddb.ErrModel, "the range also contains order: fix OrderID"},
			"consistent read of a global index": {func(ctx context.Context) error { return page(ctx, all.Consistent(), "") }, ddb.ErrModel, "no consistent reads"},
			"an index that the entity is not in": {func(ctx context.Context) error {
				_, err := ddb.Collect(lines.Query(ctx, Lines.On(ByOpen, Line{})))
				return err
			}, ddb.ErrModel, "the entity has no keys in this index"},
			"a collection of what is never there": {func(ctx context.Context) error {
				var ls []Line
				return db.Gather(ctx, all.Collection(), Lines.Into(&ls))
			}, ddb.ErrModel, "line has no keys in by-open"},
			"not found": {func(ctx context.Context) error {
				_, err := orders.Get(ctx, Order{Customer: "7", ID: "none"})
				return err
			}, ddb.ErrNotFound, `ddb: get order pk="cust#7" sk="order#none#": not found`},
			"exists": {func(ctx context.Context) error {
				_, err := orders.Create(ctx, anOrder("1"))
				return err
			}, ddb.ErrExists, `ddb: create order pk="cust#7" sk="order#1#": exists already`},
			"replace of none": {func(ctx context.Context) error {
				_, err := orders.Replace(ctx, anOrder("2"))
				return err
			}, ddb.ErrNotFound, `ddb: replace order pk="cust#7" sk="order#2#": not found`},
			"take of none": {func(ctx context.Context) error {
				_, err := orders.Take(ctx, anOrder("2"))
				return err
			}, ddb.ErrNotFound, `ddb: take order pk="cust#7" sk="order#2#": not found`},
			"condition": {func(ctx context.Context) error {
				return orders.Delete(ctx, anOrder("1"), ddb.If(ddb.Eq(&f.Status, "closed")))
			}, ddb.ErrCondition, `ddb: delete order pk="cust#7" sk="order#1#": condition failed`},
			"context ended": {func(ctx context.Context) error {
				ctx, cancel := context.WithCancel(ctx)
				cancel()
				_, err := orders.Create(ctx, anOrder("2"))
				return err
			}, context.Canceled, "ddb: create order"},
		}
		before := contents(t, env)
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				err := c.do(t.Context())
				require.ErrorIs(t, err, c.is)
				assert.Contains(t, err.Error(), c.want)
				assert.True(t, strings.HasPrefix(err.Error(), "ddb: "), err)
			})
		}
		assert.Equal(t, before, contents(t, env), "a mistake changed the table")
	})
}

// contents is the table as DynamoDB has it.
func contents(t *testing.T, env *integration.Env) map[string]string {
	t.Helper()
	out, err := env.Client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &env.Table, ConsistentRead: new(true)})
	require.NoError(t, err)
	items := map[string]string{}
	for _, it := range out.Items {
		items[fmt.Sprint(text(it["pk"]), text(it["sk"]))] = fmt.Sprint(text(it["status"]), text(it["note"]))
	}
	return items
}

func text(av types.AttributeValue) string {
	if s, ok := av.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// Faults of the table are reported where they matter.
func TestTableMistakes(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		ctx := t.Context()
		db := ddb.New(env.Client, env.Table, Shop, nil)
		orders := ddb.NewRepository(db, Orders)

		_, err := orders.Get(ctx, anOrder("1"))
		require.ErrorContains(t, err, fmt.Sprintf("table %q or the index is not there", env.Table))
		_, ok := errors.AsType[*types.ResourceNotFoundException](err)
		require.True(t, ok, "the SDK's error is in the tree")
		require.ErrorIs(t, db.VerifyTable(ctx), ddb.ErrNotFound)
		require.ErrorIs(t, db.DropTable(ctx), ddb.ErrNotFound)

		in := Shop.CreateTableInput(env.Table)
		in.GlobalSecondaryIndexes, in.AttributeDefinitions = nil, in.AttributeDefinitions[:2]
		env.Create(t, in)
		require.ErrorIs(t, db.CreateTable(ctx), ddb.ErrExists)
		purge := func(context.Context) error {
			_, err := db.Purge(ctx, nil)
			return err
		}
		for what, f := range map[string]func(context.Context) error{
			"verify": db.VerifyTable, "create": db.CreateTable, "drop": db.DropTable, "purge": purge,
		} {
			err = f(ctx)
			require.ErrorIs(t, err, ddb.ErrModel, what)
			require.ErrorContains(t, err, "by-open: the table does not have this index", what)
		}
		_, err = orders.Page(ctx, Orders.On(ByOpen, Order{Region: "eu"}), "")
		require.ErrorContains(t, err, "ddb: query order on by-open")
		require.ErrorContains(t, err, "VerifyTable")
	})
}

func TestEndpointDown(t *testing.T) {
	t.Parallel()
	client := local.Client("http://127.0.0.1:1")
	db := ddb.New(client, "none", Shop, nil)
	_, err := ddb.NewRepository(db, Orders).Get(t.Context(), anOrder("1"))
	require.ErrorContains(t, err, `ddb: get order pk="cust#7" sk="order#1#": `)
	require.ErrorContains(t, err, "connection refused")
}
