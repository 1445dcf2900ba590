package read_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// A hierarchy of four, of which the two in the middle are not in the index.
type (
	region struct {
		ID string `dynamodbav:"-"`
	}
	city struct {
		Region string `dynamodbav:"-"`
		ID     string `dynamodbav:"-"`
	}
	street struct {
		Region string `dynamodbav:"-"`
		City   string `dynamodbav:"-"`
		ID     string `dynamodbav:"-"`
	}
	house struct {
		Region string `dynamodbav:"region"`
		City   string `dynamodbav:"-"`
		Street string `dynamodbav:"-"`
		ID     string `dynamodbav:"id"`
	}
)

type country struct {
	table   *ddb.Table
	sparse  *ddb.Index
	regions *ddb.Entity[region]
	cities  *ddb.Entity[city]
	streets *ddb.Entity[street]
	houses  *ddb.Entity[house]
}

func newCountry() country {
	c := country{table: ddb.NewTable("pk", "sk")}
	c.sparse = c.table.GSI("sparse", "s_pk", "s_sk")
	all := ddb.Key(ddb.Prefix("all"))
	c.regions = ddb.MustDefine(c.table, "region", func(x *region, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("r#"), ddb.Str(&x.ID), ddb.Prefix("#"))
		d.Primary(all, id)
		d.Index(c.sparse, all, id)
	})
	c.cities = ddb.MustDefine(c.table, "city", func(x *city, d *ddb.Definition) {
		d.Primary(all, ddb.Key(ddb.Prefix("r#"), ddb.Str(&x.Region), ddb.Prefix("#c#"), ddb.Str(&x.ID), ddb.Prefix("#")))
		d.Under(c.regions)
	})
	c.streets = ddb.MustDefine(c.table, "street", func(x *street, d *ddb.Definition) {
		d.Primary(all, ddb.Key(ddb.Prefix("r#"), ddb.Str(&x.Region), ddb.Prefix("#c#"), ddb.Str(&x.City), ddb.Prefix("#s#"), ddb.Str(&x.ID), ddb.Prefix("#")))
		d.Under(c.cities)
	})
	c.houses = ddb.MustDefine(c.table, "house", func(x *house, d *ddb.Definition) {
		d.Primary(all, ddb.Key(ddb.Prefix("r#"), ddb.Str(&x.Region), ddb.Prefix("#c#"), ddb.Str(&x.City), ddb.Prefix("#s#"), ddb.Str(&x.Street), ddb.Prefix("#h#"), ddb.Str(&x.ID)))
		d.Index(c.sparse, all, ddb.Key(ddb.Prefix("r#"), ddb.Str(&x.Region), ddb.Prefix("#h#"), ddb.Str(&x.ID)))
		d.Under(c.streets)
	})
	return c
}

// A query is refused where it would read what stands under it, also where all that stands between is not in the index; and
// a collection reads all of it.
func TestHierarchiesWithoutTheirMiddle(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), newCountry()
	db := ddb.New(ddbmem.New().Client(), "country", c.table, nil)
	require.NoError(t, db.CreateTable(ctx))
	for _, r := range []string{"1", "12", "2"} {
		require.NoError(t, db.Do(ctx, c.regions.Put(region{r})))
		require.NoError(t, db.Do(ctx, c.cities.Put(city{r, "1"})))
		require.NoError(t, db.Do(ctx, c.streets.Put(street{r, "1", "1"})))
		for _, h := range []string{"1", "2"} {
			require.NoError(t, db.Do(ctx, c.houses.Put(house{r, "1", "1", h})))
		}
	}
	for name, q := range map[string]fmt.Stringer{
		"primary": c.regions.Query(region{}), "sparse": c.regions.On(c.sparse, region{}),
	} {
		assert.Contains(t, q.String(), "house", "%s: %s", name, q)
		assert.Contains(t, q.String(), "use Collection", name)
	}
	assert.Contains(t, c.regions.Query(region{}).String(), "the range also contains city, street, house")
	assert.Contains(t, c.regions.On(c.sparse, region{}).String(), "the range also contains house")
	_, err := ddb.Collect(ddb.NewRepository(db, c.regions).Query(ctx, c.regions.On(c.sparse, region{})))
	require.ErrorIs(t, err, ddb.ErrModel)

	read := func(of ddb.Collection) string {
		var rs []region
		var hs []house
		require.NoError(t, db.Gather(ctx, of, c.regions.Into(&rs), c.houses.Into(&hs)))
		return fmt.Sprint(len(rs), len(hs))
	}
	f := c.regions.Fields()
	assert.Equal(t, "3 6", read(c.regions.On(c.sparse, region{}).Collection()))
	assert.Equal(t, "1 2", read(c.regions.On(c.sparse, region{}).SortKey(ddb.Eq(&f.ID, "1")).Collection()))
	assert.Equal(t, "1 2", read(c.regions.Query(region{}).SortKey(ddb.Eq(&f.ID, "1")).Collection()))
	hf := c.houses.Fields()
	hs, err := ddb.Collect(ddb.NewRepository(db, c.houses).Query(ctx, c.houses.On(c.sparse, house{}).SortKey(ddb.Eq(&hf.Region, "1"))))
	require.NoError(t, err)
	assert.Len(t, hs, 2)
	assert.Contains(t, c.houses.On(c.sparse, house{}).String(), "the range also contains region: fix Region")
}

// The limit of a collection counts what its reader gets, of all that stands in the partition.
func TestALimitCountsWhatTheReaderGets(t *testing.T) {
	t.Parallel()
	b := openBooks(t) // a cover, and notes of which four cannot be read
	all := b.notes.Query(Jotting{Book: "1"})
	b.both(t, func(t *testing.T, db *ddb.DB, _ *ddb.Repository[Jotting]) {
		for limit := 1; limit <= 8; limit++ {
			var notes []Jotting
			require.Error(t, db.GatherAll(t.Context(), all.Collection(), b.notes.Into(&notes))) // what cannot be read
			err := db.GatherAll(t.Context(), all.Limit(limit).Collection(), b.notes.Into(&notes))
			assert.Len(t, notes, min(limit, 6), "notes alone: the cover does not count, nor what cannot be read (%v)", err)
			n := 0
			for _, err := range db.Items(t.Context(), all.Limit(limit).Collection().IgnoreUnknown()) {
				if err == nil {
					n++
				}
			}
			assert.Equal(t, min(limit, 7), n)
		}
		var covers []Cover
		ctx, meter := ddb.WithMeter(t.Context())
		require.NoError(t, db.Gather(ctx, all.Limit(1).Collection(), b.covers.Into(&covers)))
		assert.Len(t, covers, 1)
		assert.Equal(t, 1, meter.Requests())
	})
}

// What lies between the entities that are asked for is read, and does not count.
func TestALimitDoesNotCountWhatNoSinkTakes(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), newCountry()
	db := ddb.New(ddbmem.New().Client(), "country", c.table, nil)
	require.NoError(t, db.CreateTable(ctx))
	require.NoError(t, db.Do(ctx, c.regions.Put(region{"1"})))
	for i := range 5 {
		n := fmt.Sprint(i)
		require.NoError(t, db.Do(ctx, c.cities.Put(city{"1", n})))
		require.NoError(t, db.Do(ctx, c.streets.Put(street{"1", n, n})))
		require.NoError(t, db.Do(ctx, c.houses.Put(house{"1", n, n, n})))
	}
	for limit := 1; limit <= 7; limit++ {
		var regions []region
		var houses []house
		require.NoError(t, db.Gather(ctx, c.regions.Query(region{}).Limit(limit).Collection(), c.regions.Into(&regions), c.houses.Into(&houses)))
		assert.Len(t, regions, 1)
		assert.Len(t, houses, min(limit, 6)-1)
	}
}

// A collection reads, and costs, what its sinks ask for, and what lies between.
func TestACollectionIsNarrowedToItsSinks(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	for i := range 20 {
		attrs, err := b.notes.Encode(Jotting{Book: "2", ID: fmt.Sprint(i)})
		require.NoError(t, err)
		attrs["pad"] = fixture.Text(strings.Repeat("x", 8000))
		fixture.PutRaw(t, b.client, "books", attrs)
	}
	db := ddb.New(b.client, "books", b.table, nil)
	require.NoError(t, db.Do(t.Context(), b.covers.Put(Cover{"2", "Two"})))
	var covers []Cover
	ctx, meter := ddb.WithMeter(t.Context())
	require.NoError(t, db.Gather(ctx, b.notes.Query(Jotting{Book: "2"}).Collection(), b.covers.Into(&covers)))
	assert.Equal(t, []Cover{{"2", "Two"}}, covers)
	assert.Equal(t, ddb.Capacity{Read: 0.5}, meter.Total(), "the notes are 160 KB")
}

// Version rows and items that have expired stand in the partition, and count for nobody.
func TestALimitDoesNotCountVersions(t *testing.T) {
	t.Parallel()
	type page struct {
		Doc     string `dynamodbav:"-"`
		ID      string `dynamodbav:"-"`
		Version int64  `dynamodbav:"version"`
	}
	table := ddb.NewTable("pk", "sk")
	pages := ddb.MustDefine(table, "page", func(x *page, d *ddb.Definition) {
		doc := ddb.Key(ddb.Prefix("d#"), ddb.Str(&x.Doc))
		d.Primary(doc, ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID)))
		d.Version(&x.Version)
		d.History(doc, ddb.Key(ddb.Prefix("a#"), ddb.Str(&x.ID), ddb.Prefix("#"), ddb.Num(&x.Version, 6)))
	})
	db := ddb.New(ddbmem.New().Client(), "docs", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, pages)
	for i := range 3 {
		x, err := repo.Create(t.Context(), page{Doc: "1", ID: fmt.Sprint(i)})
		require.NoError(t, err)
		for range 5 {
			x, err = repo.Replace(t.Context(), x)
			require.NoError(t, err)
		}
	}
	for limit := 1; limit < 5; limit++ {
		n := 0
		for v, err := range db.Items(t.Context(), pages.Query(page{Doc: "1"}).Limit(limit).Collection()) {
			require.NoError(t, err)
			assert.EqualValues(t, 6, v.(page).Version)
			n++
		}
		assert.Equal(t, min(limit, 3), n)
	}
}

func TestTheZeroCollection(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	db := ddb.New(b.client, "books", b.table, nil)
	var notes []Jotting
	for _, c := range []ddb.Collection{{}, ddb.Query[Jotting]{}.Collection(), b.notes.On(nil, Jotting{}).Collection()} {
		require.ErrorIs(t, db.Gather(t.Context(), c, b.notes.Into(&notes)), ddb.ErrModel)
		require.ErrorIs(t, db.GatherAll(t.Context(), c), ddb.ErrModel)
		for _, err := range db.Items(t.Context(), c) {
			require.ErrorIs(t, err, ddb.ErrModel)
		}
		assert.NotEmpty(t, c.String())
	}
	require.ErrorIs(t, db.Gather(t.Context(), b.notes.Query(Jotting{Book: "1"}).Collection(), ddb.Sink{}), ddb.ErrModel)
}

// limits is a client that notes the Limit of each query.
type limits struct {
	ddb.Client
	asked []int32
}

func (c *limits) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	n := int32(0)
	if in.Limit != nil {
		n = *in.Limit
	}
	c.asked = append(c.asked, n)
	return c.Client.Query(ctx, in, o...)
}

// What is more than a request can ask for is all that it can ask for.
func TestLimitsBeyondThoseOfARequest(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	client := &limits{Client: b.client}
	repo := ddb.NewRepository(ddb.New(client, "books", b.table, nil), b.notes)
	all := b.notes.Query(Jotting{Book: "1"}).IgnoreUnknown()
	for _, n := range []int{math.MaxInt32 - 1, math.MaxInt32, math.MaxInt32 + 1, 1 << 32, math.MaxInt} {
		found, _ := ddb.CollectAll(repo.Query(t.Context(), all.Limit(n)))
		assert.Len(t, found, 6, n)
		count, err := repo.Count(t.Context(), all.Limit(n))
		require.NoError(t, err, n)
		assert.Equal(t, 8, count)
		page, _ := repo.Page(t.Context(), all.Limit(n), "")
		assert.Len(t, page.Items, 6, n)
		page, _ = repo.Page(t.Context(), all.Examine(n), "")
		assert.Len(t, page.Items, 6, n)
		page, _ = repo.Page(t.Context(), all.Examine(n).Limit(2), "")
		assert.Len(t, page.Items, 2, n)
	}
	assert.NotContains(t, client.asked, int32(-1))
	for _, n := range client.asked {
		assert.Positive(t, n)
	}
	// A filter that drops all but the last makes the requests grow, and never beyond.
	client.asked = nil
	found, err := ddb.Collect(repo.Query(t.Context(), all.Filter(ddb.Eq(&b.notes.Fields().N, 9)).Limit(1)))
	require.NoError(t, err)
	assert.Len(t, found, 1)
	assert.Equal(t, []int32{1, 2, 4, 8}, client.asked)
	client.asked = nil
	_, err = ddb.Collect(repo.Query(t.Context(), all.Filter(ddb.Eq(&b.notes.Fields().N, 9)).Limit(1<<30)))
	require.NoError(t, err)
	_, err = repo.Count(t.Context(), all.Filter(ddb.Eq(&b.notes.Fields().N, 9)).Limit(1<<31))
	require.NoError(t, err)
	for _, n := range client.asked {
		assert.Positive(t, n)
	}
}

// One is a request that reads two items, and where a filter leaves some out as many as it takes to know that there is no
// second.
func TestWhatOneCosts(t *testing.T) {
	t.Parallel()
	b := openBooks(t)
	client := &limits{Client: b.client}
	repo := ddb.NewRepository(ddb.New(client, "books", b.table, nil), b.notes)
	all, f := b.notes.Query(Jotting{Book: "1"}), b.notes.Fields()
	for name, c := range map[string]struct {
		q     ddb.Query[Jotting]
		is    error
		asked []int32
	}{
		"one":            {all.SortKey(ddb.Eq(&f.ID, "3")), nil, []int32{2}},
		"none":           {all.SortKey(ddb.Eq(&f.ID, "99")), ddb.ErrNotFound, []int32{2}},
		"more":           {all, ddb.ErrTooMany, []int32{2}},
		"one of many":    {all.Filter(ddb.Eq(&f.N, 3)), nil, []int32{2, 4, 4, 8}},
		"none of many":   {all.Filter(ddb.Eq(&f.N, 99)), ddb.ErrNotFound, []int32{2, 4, 8}},
		"more than two":  {all.Filter(ddb.Ge(&f.N, 0)), ddb.ErrTooMany, []int32{2}},
		"the last alone": {all.Filter(ddb.Ge(&f.N, 9)), nil, []int32{2, 4, 8}},
	} {
		client.asked = nil
		_, err := repo.One(t.Context(), c.q)
		if c.is == nil {
			require.NoError(t, err, name)
		} else {
			require.ErrorIs(t, err, c.is, name)
		}
		assert.Equal(t, c.asked, client.asked, name)
	}
}

// Keys of a batch that are one key are asked for once, however they are spelled, and each finds its item.
func TestKeysOfABatchAreComparedByValue(t *testing.T) {
	t.Parallel()
	type point struct {
		Line string  `dynamodbav:"-"`
		X    float64 `dynamodbav:"x"`
		V    string  `dynamodbav:"v"`
	}
	table := ddb.NewTable("pk", "x")
	points := ddb.MustDefine(table, "point", func(p *point, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("l#"), ddb.Str(&p.Line)), ddb.Key(ddb.Native(&p.X)))
	})
	db := ddb.New(ddbmem.New().Client(), "points", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, points)
	values := []float64{0, math.Copysign(0, -1), 1e-7, 1e21, 1e40, -1e-40, 0.1, 123456789012345678}
	keys := make([]point, len(values))
	for i, x := range values {
		_, err := repo.Put(t.Context(), point{"1", x, "v"})
		require.NoError(t, err)
		keys[i] = point{Line: "1", X: x}
	}
	got, err := repo.BatchGet(t.Context(), keys)
	require.NoError(t, err)
	for i, l := range got {
		assert.True(t, l.Found(), "%v", values[i])
		assert.Equal(t, "v", l.Item.V)
	}
	a, b := keys[0], keys[1]
	require.NoError(t, db.LoadAll(t.Context(), points.Load(&a), points.Load(&b)))
	assert.Equal(t, []string{"v", "v"}, []string{a.V, b.V})
	a, b = keys[0], keys[1]
	require.NoError(t, db.TransactGet(t.Context(), points.Load(&a), points.Load(&b)))
	assert.Equal(t, []string{"v", "v"}, []string{a.V, b.V})
}
