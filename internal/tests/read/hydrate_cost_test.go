package read_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Coupon expires, which its indexes do not say.
type Coupon struct {
	ID  string    `dynamodbav:"-"`
	N   int       `dynamodbav:"n"`
	End time.Time `dynamodbav:"end,unixtime,omitempty"`
}

type couponTable struct {
	*ddb.DB
	table          *ddb.Index
	engine         *ddbmem.Engine
	clock          *ddbmem.ManualClock
	coupons        *ddb.Entity[Coupon]
	repo           *ddb.Repository[Coupon]
	plain, sharded *ddb.Index
}

func newCouponTable(t require.TestingT) *couponTable {
	table := ddb.NewTable("pk", "").TTL("end")
	c := &couponTable{plain: table.GSI("plain", "p_pk", "p_sk").KeysOnly(), sharded: table.GSI("sharded", "s_pk", "s_sk").KeysOnly()}
	c.coupons = ddb.MustDefine(table, "coupon", func(x *Coupon, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("c#"), ddb.Str(&x.ID)))
		d.Index(c.plain, ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Num(&x.N, 6)))
		d.Index(c.sharded, ddb.Key(ddb.Prefix("all#"), ddb.Shard(&x.ID, 4)), ddb.Key(ddb.Num(&x.N, 6)))
		d.TTL(&x.End)
	})
	c.clock = ddbmem.NewManualClock(time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC))
	c.engine = ddbmem.New(ddbmem.Options{Clock: c.clock, TTLDelay: 1000 * time.Hour})
	c.DB = ddb.New(c.engine.Client(), "coupons", table, &ddb.Options{Now: c.clock.Now})
	c.table = table.Primary()
	c.repo = ddb.NewRepository(c.DB, c.coupons)
	return c
}

// fill stores coupons, of which those are expired of which expired says so.
func (c *couponTable) fill(ctx context.Context, t require.TestingT, n int, expired func(i int) bool) {
	ops := make([]ddb.Op, n)
	for i := range n {
		x := Coupon{ID: fmt.Sprint(i), N: i}
		if expired(i) {
			x.End = c.clock.Now().Add(-time.Hour)
		}
		ops[i] = c.coupons.Put(x)
	}
	require.NoError(t, c.Batch(ctx, ops...))
}

// Rows whose items are expired or gone are passed in growing steps, each of them read and fetched once.
func TestRowsWithoutItemsAreReadOnce(t *testing.T) {
	t.Parallel()
	const dead = 1600
	for name, prepare := range map[string]func(c *couponTable){
		"expired": func(c *couponTable) { c.fill(t.Context(), t, dead+400, func(i int) bool { return i < dead }) },
		"gone": func(c *couponTable) {
			c.fill(t.Context(), t, dead+400, func(int) bool { return false })
			c.engine.SetFaults(ddbmem.Faults{IndexLag: time.Hour})
			for i := range dead {
				require.NoError(t, c.repo.Delete(t.Context(), Coupon{ID: fmt.Sprint(i)}))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCouponTable(t)
			require.NoError(t, c.CreateTable(t.Context()))
			prepare(c)
			for _, ix := range []*ddb.Index{c.plain, c.sharded} {
				for _, limit := range []int{1, 10} {
					q := c.coupons.On(ix, Coupon{}).Limit(limit)
					for verb, read := range map[string]func(ctx context.Context) (int, error){
						"Page": func(ctx context.Context) (int, error) {
							page, err := c.repo.Page(ctx, q, "")
							return len(page.Items), err
						},
						"Query": func(ctx context.Context) (int, error) {
							all, err := ddb.Collect(c.repo.Query(ctx, q))
							return len(all), err
						},
						"Items": func(ctx context.Context) (int, error) {
							all, err := ddb.Collect(c.Items(ctx, q.Collection()))
							return len(all), err
						},
						"Count": func(ctx context.Context) (int, error) { return c.repo.Count(ctx, q) },
					} {
						ctx, meter := ddb.WithMeter(t.Context())
						n, err := read(ctx)
						require.NoError(t, err)
						assert.Equal(t, limit, n, verb)
						what := fmt.Sprintf("%s of %d on %s", verb, limit, ix.Name())
						queries := 12
						if ix == c.sharded {
							queries *= 4
						}
						assert.LessOrEqual(t, meter.RequestsOf("Query"), queries, what)
						assert.LessOrEqual(t, meter.RequestsOf("BatchGetItem"), 36, what)
						assert.Less(t, meter.Capacity(ix).Read, 40., what)
						assert.LessOrEqual(t, meter.Capacity(c.table).Read, (dead+110)*0.5, what)
					}
				}
			}
		})
	}
}

// Of the rows that several shards have at hand those are fetched that are returned.
func TestAMergeFetchesWhatItReturns(t *testing.T) {
	t.Parallel()
	c := newCouponTable(t)
	require.NoError(t, c.CreateTable(t.Context()))
	c.fill(t.Context(), t, 400, func(int) bool { return false })
	ctx, meter := ddb.WithMeter(t.Context())
	page, err := c.repo.Page(ctx, c.coupons.On(c.sharded, Coupon{}).Limit(10), "")
	require.NoError(t, err)
	assert.Len(t, page.Items, 10)
	assert.Equal(t, 4, meter.RequestsOf("Query"))
	assert.Equal(t, 1, meter.RequestsOf("BatchGetItem"))
	assert.InDelta(t, 10*0.5, meter.Capacity(c.table).Read, 0)
}

// The pages of an index that does not hold whole items have what is there, each once, whatever lies between.
func TestPagesOfRowsWithoutItems(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := newCouponTable(t)
		require.NoError(t, c.CreateTable(t.Context()))
		expired := rapid.SliceOfN(rapid.Bool(), 0, 60).Draw(t, "expired")
		c.fill(t.Context(), t, len(expired), func(i int) bool { return expired[i] })
		want := []int{}
		for i, e := range expired {
			if !e {
				want = append(want, i)
			}
		}
		for _, ix := range []*ddb.Index{c.plain, c.sharded} {
			q := c.coupons.On(ix, Coupon{})
			limit := rapid.IntRange(0, 7).Draw(t, "limit")
			if q = q.Limit(limit); rapid.Bool().Draw(t, "examine") {
				q = q.Examine(rapid.IntRange(1, 7).Draw(t, "size"))
			}
			got := []int{}
			for cursor, more := ddb.Cursor(""), true; more; more = cursor != "" {
				page, err := c.repo.Page(t.Context(), q, cursor)
				require.NoError(t, err)
				require.True(t, limit == 0 || len(page.Items) <= limit)
				for _, x := range page.Items {
					got = append(got, x.N)
				}
				cursor = page.Next
			}
			require.Equal(t, want, got, "%s", q)
			var looked []int
			for l, err := range c.repo.Lookups(t.Context(), q.Limit(0)) {
				require.NoError(t, err)
				looked = append(looked, len(looked))
				require.Equal(t, expired[len(looked)-1], l.Outcome == ddb.LookupGone)
			}
			require.Len(t, looked, len(expired))
		}
	})
}
