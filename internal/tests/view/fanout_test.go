package view_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

type (
	Shop struct {
		ID   string `dynamodbav:"-"`
		Name string `dynamodbav:"name"`
	}
	// Offer stands under a shop and carries its name; its sort key does too, so that a new name moves it.
	Offer struct {
		Shop     string `dynamodbav:"-"`
		ShopName string `dynamodbav:"shopName"`
		ID       string `dynamodbav:"id"`
		Sold     int    `dynamodbav:"sold"`
		Version  int64  `dynamodbav:"version"`
	}
	// Row is a shop in the list of one of its customers, the last renamed first; Customer knows where it stands.
	Row struct {
		Customer string    `dynamodbav:"-"`
		At       time.Time `dynamodbav:"-"`
		Shop     string    `dynamodbav:"shop"`
		Name     string    `dynamodbav:"name"`
	}
	Customer struct {
		Shop string    `dynamodbav:"-"`
		ID   string    `dynamodbav:"-"`
		At   time.Time `dynamodbav:"at"`
	}
	Rename struct {
		Shop string    `dynamodbav:"-"`
		At   time.Time `dynamodbav:"-"`
		Name string    `dynamodbav:"name"`
	}
)

type market struct {
	table     *ddb.Table
	byShop    *ddb.Index
	shops     *ddb.Entity[Shop]
	offers    *ddb.Entity[Offer]
	rows      *ddb.Entity[Row]
	customers *ddb.Entity[Customer]
	renames   *ddb.Entity[Rename]
	names     *ddb.View
	lists     *ddb.View
	db        *ddb.DB
	stream    *fixture.School // reads the stream
}

func newMarket(t *testing.T) *market {
	const (
		shop, offer, list, customer, rename, sep ddb.Prefix = "shop#", "offer#", "list#", "customer#", "rename#", "#"
	)
	m := &market{table: ddb.NewTable("pk", "sk")}
	m.byShop = m.table.GSI("by-shop", "shop", "sk")
	m.shops = ddb.MustDefine(m.table, "shop", func(s *Shop, d *ddb.Definition) {
		d.Primary(ddb.Key(shop, ddb.Str(&s.ID)), ddb.Key(shop))
	})
	m.offers = ddb.MustDefine(m.table, "offer", func(o *Offer, d *ddb.Definition) {
		d.Primary(ddb.Key(shop, ddb.Str(&o.Shop)), ddb.Key(offer, ddb.Str(&o.ShopName), sep, ddb.Str(&o.ID)))
		d.Version(&o.Version)
	})
	m.rows = ddb.MustDefine(m.table, "row", func(r *Row, d *ddb.Definition) {
		at := ddb.Key(ddb.Time(&r.At), sep, ddb.Str(&r.Shop))
		d.Primary(ddb.Key(list, ddb.Str(&r.Customer)), at)
		d.Index(m.byShop, ddb.Key(ddb.Native(&r.Shop)), at)
	})
	m.customers = ddb.MustDefine(m.table, "customer", func(c *Customer, d *ddb.Definition) {
		d.Primary(ddb.Key(shop, ddb.Str(&c.Shop)), ddb.Key(customer, ddb.Str(&c.ID)))
	})
	m.renames = ddb.MustDefine(m.table, "rename", func(r *Rename, d *ddb.Definition) {
		d.Primary(ddb.Key(shop, ddb.Str(&r.Shop)), ddb.Key(rename, ddb.Time(&r.At)))
	})
	m.names = ddbview.MustFanOut("shop-names", m.shops, m.offers,
		func(s Shop) ddb.Query[Offer] { return m.offers.Query(Offer{Shop: s.ID}) },
		func(c ddb.Change[Shop], o *Offer) bool {
			changed := o.ShopName != c.New.Name
			o.ShopName = c.New.Name
			return changed && c.New.Name != ""
		})
	m.lists = ddbview.MustFanOutVia("lists", m.renames, m.customers, m.rows,
		func(r Rename) ddb.Query[Customer] { return m.customers.Query(Customer{Shop: r.Shop}) },
		func(c Customer) Row { return Row{Customer: c.ID, At: c.At, Shop: c.Shop} },
		func(c ddb.Change[Rename], m *Customer, r *Row) bool {
			if c.Kind != ddb.Inserted || !c.New.At.After(r.At) {
				return false
			}
			m.At, r.At, r.Name = c.New.At, c.New.At, c.New.Name
			return true
		})
	engine := ddbmem.New(ddbmem.Options{Faults: ddbmem.Faults{IndexLag: time.Hour, Conflict: 0.05, Drop: 0.02}})
	m.db = ddb.New(engine.Client(), "school", m.table, nil)
	require.NoError(t, m.db.CreateTable(t.Context()))
	m.stream = &fixture.School{Engine: engine, At: map[string]*string{}}
	return m
}

func TestFanOutCarriesTheSourceAsItIsNow(t *testing.T) {
	t.Parallel()
	m := newMarket(t)
	mux := ddb.NewMux(m.table, nil)
	mux.Maintain(m.db, m.names)
	shops, offers := ddb.NewRepository(m.db, m.shops), ddb.NewRepository(m.db, m.offers).Consistent()
	_, err := shops.Put(t.Context(), Shop{ID: "1", Name: "old"})
	require.NoError(t, err)
	for _, id := range []string{"a", "b"} {
		_, err := offers.Create(t.Context(), Offer{Shop: "1", ShopName: "old", ID: id, Sold: 3})
		require.NoError(t, err)
	}
	for _, name := range []string{"newer", "newest"} {
		_, err = shops.Put(t.Context(), Shop{ID: "1", Name: name})
		require.NoError(t, err)
	}
	records := m.stream.Records(t)
	for _, i := range rand.Perm(len(records)) { // in any order, one by one
		_, err := mux.Process(t.Context(), records[i:i+1])
		require.NoError(t, err)
	}
	got, err := ddb.Collect(offers.Query(t.Context(), m.offers.Query(Offer{Shop: "1"})))
	require.NoError(t, err)
	assert.Equal(t, []Offer{
		{Shop: "1", ShopName: "newest", ID: "a", Sold: 3, Version: 2}, {Shop: "1", ShopName: "newest", ID: "b", Sold: 3, Version: 2},
	}, got)
}

// However records come, a row is at its newest source, and there is one; the first source comes right after the row, and
// indexes lag.
func TestFanOutViaNeverGoesBack(t *testing.T) {
	t.Parallel()
	for _, members := range []int{2, 200} {
		t.Run(fmt.Sprint(members), func(t *testing.T) {
			t.Parallel()
			m := newMarket(t)
			start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			for n := range members {
				c := Customer{Shop: "1", ID: fmt.Sprint(n), At: start}
				require.NoError(t, m.db.Transact(t.Context(), m.customers.Create(c), m.rows.Create(Row{Customer: c.ID, At: start, Shop: "1", Name: "first"})))
			}
			for n := 1; n <= 4; n++ {
				_, err := ddb.NewRepository(m.db, m.renames).Put(t.Context(), Rename{Shop: "1", At: start.Add(time.Duration(n) * time.Second), Name: fmt.Sprint(n)})
				require.NoError(t, err)
			}
			records := m.stream.Records(t)
			var order []ddb.Record
			for range 2 {
				for _, i := range rand.Perm(len(records)) {
					order = append(order, records[i])
				}
			}
			done := make(chan error, 2)
			for half := range 2 { // two workers
				go func() {
					mux := ddb.NewMux(m.table, nil)
					mux.Maintain(m.db, m.lists)
					var err error
					left := order[half*len(order)/2 : (half+1)*len(order)/2]
					for range 20 {
						var failed []string
						failed, err = mux.Process(t.Context(), left)
						var again []ddb.Record
						for _, r := range left {
							for _, f := range failed {
								if f == r.Sequence {
									again = append(again, r)
								}
							}
						}
						if left = again; len(left) == 0 {
							break
						}
					}
					done <- err
				}()
			}
			require.NoError(t, <-done)
			require.NoError(t, <-done)
			for n := range members {
				rows, err := ddb.Collect(ddb.NewRepository(m.db, m.rows).Consistent().Query(t.Context(), m.rows.Query(Row{Customer: fmt.Sprint(n)})))
				require.NoError(t, err)
				require.Equal(t, []Row{{Customer: fmt.Sprint(n), At: start.Add(4 * time.Second), Shop: "1", Name: "4"}}, rows)
			}
		})
	}
}

func TestFanOutRefusesAGlobalIndex(t *testing.T) {
	t.Parallel()
	type Note struct {
		Shop string `dynamodbav:"-"`
		ID   string `dynamodbav:"-"`
	}
	m := &market{table: ddb.NewTable("pk", "sk")}
	gsi := m.table.GSI("gsi1", "gsi1_pk", "gsi1_sk")
	shops := ddb.MustDefine(m.table, "shop", func(s *Shop, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("s")))
	})
	notes := ddb.MustDefine(m.table, "note", func(n *Note, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("n#"), ddb.Str(&n.ID))
		d.Primary(id, ddb.Key(ddb.Prefix("of#"), ddb.Str(&n.Shop)))
		d.Index(gsi, ddb.Key(ddb.Prefix("s#"), ddb.Str(&n.Shop)), id)
	})
	v := ddbview.MustFanOut("notes", shops, notes, func(s Shop) ddb.Query[Note] { return notes.On(gsi, Note{Shop: s.ID}) },
		func(ddb.Change[Shop], *Note) bool { return true })
	engine := ddbmem.New()
	db := ddb.New(engine.Client(), "school", m.table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	_, err := ddb.NewRepository(db, shops).Put(t.Context(), Shop{ID: "1"})
	require.NoError(t, err)
	mux := ddb.NewMux(m.table, nil)
	mux.Maintain(db, v)
	_, err = mux.Process(t.Context(), (&fixture.School{Engine: engine, At: map[string]*string{}}).Records(t))
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "gsi1, a global secondary index, which is eventually consistent")
}

func TestFanOutFaults(t *testing.T) {
	t.Parallel()
	table, other := ddb.NewTable("pk", "sk"), ddb.NewTable("pk", "sk")
	shops := ddb.MustDefine(table, "shop", func(s *Shop, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("s")))
	})
	rows := ddb.MustDefine(other, "shop", func(s *Shop, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("s")))
	})
	_, err := ddbview.FanOut[Shop, Shop]("a#", shops, rows, nil, nil)
	for _, want := range []string{"neither # nor ~", "a function is nil", "shop and shop are of two tables"} {
		require.ErrorContains(t, err, want)
	}
	_, err = ddbview.FanOut[Shop, Shop]("a", shops, shops, nil, nil)
	require.ErrorContains(t, err, "shop would be copied into itself")
}
