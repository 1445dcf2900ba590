package read_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/scale"
)

// Berth has a field for each kind of sort key; all of them are of one rank, and in its order.
type Berth struct {
	ID    string  `dynamodbav:"-"`
	N     int     `dynamodbav:"n"`
	Name  string  `dynamodbav:"name"`
	Deep  int     `dynamodbav:"deep"`
	Ratio float64 `dynamodbav:"ratio"`
	Raw   []byte  `dynamodbav:"raw"`
	High  int     `dynamodbav:"high"`
	Low   []byte  `dynamodbav:"low"`
}

const berthShards = 3

var (
	berthNames  = []string{"a", "a!", "aa", "b", "bé", "z", "z\x7f", "é", "\U0010fffd"}
	berthRaws   = [][]byte{{0}, {0, 0}, {0, 1}, {1}, {1, 0}, {0x7f}, {0x7f, 0xff}, {0xff}, {0xff, 0xff}}
	berthDepths = []int{-1 << 62, -10, -9, -1, 0, 1, 9, 10, 1 << 62}
	berthRatios = []float64{-1e100, -1.5, -1e-9, 0, 1e-9, 0.5, 1, 1.5, 1e100}
)

func newBerth(id string, rank int) Berth {
	return Berth{
		ID: id, N: rank, Name: berthNames[rank], Deep: berthDepths[rank], Ratio: berthRatios[rank], Raw: berthRaws[rank],
		High: rank / 3, Low: berthRaws[rank%3],
	}
}

// berthKind is a sort key in two indexes, of which one is in shards.
type berthKind struct {
	sharded, plain *ddb.Index
	low, high      func(rank int) ddb.Bound // included
	floor          func(rank int) int       // the least rank of which the bounds are that of this one
}

type berthModel struct {
	table  *ddb.Table
	berths *ddb.Entity[Berth]
	kinds  map[string]berthKind
	ties   map[string]int // how DynamoDB orders items of one sort key
}

func newBerthModel() *berthModel {
	m := &berthModel{table: ddb.NewTable("pk", ""), kinds: map[string]berthKind{}}
	type pair struct{ sharded, plain *ddb.Index }
	pairs := map[string]pair{}
	add := func(name string, sort ...string) {
		for _, part := range []string{"s_", "p_"} {
			pk, sk := part+name, sort
			if len(sort) == 0 {
				sk = []string{part + name + "_sk"}
			}
			ix := m.table.MultiGSI(part+name, []string{pk}, sk)
			p := pairs[name]
			if part == "s_" {
				p.sharded = ix
			} else {
				p.plain = ix
			}
			pairs[name] = p
		}
	}
	add("num")
	add("str")
	add("keys")
	add("text", "name")
	add("integer", "deep")
	add("float", "ratio")
	add("bytes", "raw")
	add("several", "high", "low")
	pairs["keys"].sharded.KeysOnly()
	pairs["keys"].plain.KeysOnly()
	m.berths = ddb.MustDefine(m.table, "berth", func(b *Berth, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("b#"), ddb.Str(&b.ID)))
		index := func(name string, sort ...ddb.Part) {
			d.Index(pairs[name].sharded, ddb.Key(ddb.Prefix("all#"), ddb.Shard(&b.ID, berthShards)), ddb.Key(sort...))
			d.Index(pairs[name].plain, ddb.Key(ddb.Prefix("all")), ddb.Key(sort...))
		}
		index("num", ddb.Prefix("n#"), ddb.Num(&b.N, 3))
		index("str", ddb.Prefix("n#"), ddb.Str(&b.Name))
		index("keys", ddb.Num(&b.N, 3))
		index("text", ddb.Native(&b.Name))
		index("integer", ddb.Native(&b.Deep))
		index("float", ddb.Native(&b.Ratio))
		index("bytes", ddb.Native(&b.Raw))
		index("several", ddb.Native(&b.High), ddb.Native(&b.Low))
	})
	f := m.berths.Fields()
	same := func(rank int) int { return rank }
	kind := func(name string, low, high func(rank int) ddb.Bound) {
		m.kinds[name] = berthKind{pairs[name].sharded, pairs[name].plain, low, high, same}
	}
	number := func(v *int, of func(Berth) int) (low, high func(int) ddb.Bound) {
		return func(r int) ddb.Bound { return ddb.Ge(v, of(newBerth("", r))) }, func(r int) ddb.Bound { return ddb.Le(v, of(newBerth("", r))) }
	}
	name := func(v *string) (low, high func(int) ddb.Bound) {
		return func(r int) ddb.Bound { return ddb.Ge(v, berthNames[r]) }, func(r int) ddb.Bound { return ddb.Le(v, berthNames[r]) }
	}
	low, high := number(&f.N, func(b Berth) int { return b.N })
	kind("num", low, high)
	kind("keys", low, high)
	low, high = number(&f.Deep, func(b Berth) int { return b.Deep })
	kind("integer", low, high)
	low, high = name(&f.Name)
	kind("str", low, high)
	kind("text", low, high)
	kind("float", func(r int) ddb.Bound { return ddb.Ge(&f.Ratio, berthRatios[r]) }, func(r int) ddb.Bound { return ddb.Le(&f.Ratio, berthRatios[r]) })
	kind("bytes", func(r int) ddb.Bound { return ddb.Ge(&f.Raw, berthRaws[r]) }, func(r int) ddb.Bound { return ddb.Le(&f.Raw, berthRaws[r]) })
	low, high = number(&f.High, func(b Berth) int { return b.High })
	kind("several", low, high)
	several := m.kinds["several"]
	several.floor = func(rank int) int { return rank / 3 * 3 }
	m.kinds["several"] = several
	return m
}

// shardOf returns the number of the shard that an item stands in.
func (m *berthModel) shardOf(t require.TestingT, b Berth) int {
	attrs, err := m.berths.Encode(b)
	require.NoError(t, err)
	text := attrs["s_num"].(*types.AttributeValueMemberS).Value
	return int(text[len(text)-1] - '0')
}

// learn finds out how items of one sort key are ordered.
func (m *berthModel) learn(t *testing.T) {
	db := ddb.New(ddbmem.New().Client(), "berths", m.table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, m.berths)
	for i := range 100 {
		_, err := repo.Put(t.Context(), newBerth(fmt.Sprintf("%03d", i), 0))
		require.NoError(t, err)
	}
	m.ties = map[string]int{}
	for b, err := range repo.Query(t.Context(), m.berths.On(m.kinds["num"].plain, Berth{})) {
		require.NoError(t, err)
		m.ties[b.ID] = len(m.ties)
	}
}

// Pages of a query over all shards go on behind the last item, in the order of the sort key and then of the shards, whatever is
// written or taken away meanwhile, and wherever the range moves. Where no two sort keys are equal that is what the same index without shards returns.
func TestPagesOfAllShardsGoOnBehindTheLastItem(t *testing.T) {
	t.Parallel()
	m := newBerthModel()
	m.learn(t)
	for name, kind := range m.kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) { m.page(t, kind) })
		})
	}
}

func (m *berthModel) page(t *rapid.T, kind berthKind) {
	ctx := t.Context()
	db := ddb.New(ddbmem.New().Client(), "berths", m.table, nil)
	require.NoError(t, db.CreateTable(ctx))
	repo := ddb.NewRepository(db, m.berths)
	desc, unique := rapid.Bool().Draw(t, "desc"), rapid.Bool().Draw(t, "unique")
	var stored []Berth
	ids := 0
	write := func(n int) {
		for range n {
			rank := rapid.IntRange(0, len(berthNames)-1).Draw(t, "rank")
			if unique && slices.ContainsFunc(stored, func(b Berth) bool { return b.N == rank }) {
				continue
			}
			ids++
			b := newBerth(fmt.Sprintf("%03d", ids), rank)
			_, err := repo.Put(ctx, b)
			require.NoError(t, err)
			stored = append(stored, b)
		}
	}
	direction := func(c int) int {
		if desc {
			return -c
		}
		return c
	}
	order := func(a, b Berth) int {
		return cmp.Or(direction(cmp.Compare(a.N, b.N)), cmp.Compare(m.shardOf(t, a), m.shardOf(t, b)), direction(cmp.Compare(m.ties[a.ID], m.ties[b.ID])))
	}
	write(rapid.IntRange(0, 12).Draw(t, "items"))
	var last *Berth
	var cursor, plain ddb.Cursor
	lower, upper := rapid.Bool().Draw(t, "lower"), rapid.Bool().Draw(t, "upper")
	for range 12 {
		lo, hi := rapid.IntRange(0, len(berthNames)-1).Draw(t, "lo"), rapid.IntRange(0, len(berthNames)-1).Draw(t, "hi")
		limit := rapid.IntRange(1, 4).Draw(t, "limit")
		query := func(ix *ddb.Index) ddb.Query[Berth] {
			q := m.berths.On(ix, Berth{}).Limit(limit)
			if lower {
				q = q.SortKey(kind.low(lo))
			}
			if upper {
				q = q.SortKey(kind.high(hi))
			}
			if desc {
				q = q.Desc()
			}
			return q
		}
		var want []Berth
		for _, b := range stored {
			if (!lower || kind.floor(b.N) >= kind.floor(lo)) && (!upper || kind.floor(b.N) <= kind.floor(hi)) && (last == nil || order(*last, b) < 0) {
				want = append(want, b)
			}
		}
		slices.SortFunc(want, order)
		want = want[:min(len(want), limit)]

		page, err := repo.Page(ctx, query(kind.sharded), cursor)
		require.NoError(t, err)
		require.Equal(t, idsOf(want), idsOf(page.Items), "%s", query(kind.sharded))
		if unique && (cursor == "") == (plain == "") {
			same, err := repo.Page(ctx, query(kind.plain), plain)
			require.NoError(t, err)
			require.Equal(t, idsOf(same.Items), idsOf(page.Items))
			plain = same.Next
		}
		if cursor = page.Next; cursor == "" || unique && plain == "" {
			return
		}
		if n := len(page.Items); n > 0 {
			last = &page.Items[n-1]
		}
		write(rapid.IntRange(0, 3).Draw(t, "written"))
		if len(stored) > 0 && rapid.Bool().Draw(t, "delete") {
			i := rapid.IntRange(0, len(stored)-1).Draw(t, "gone")
			require.NoError(t, repo.Delete(ctx, stored[i]))
			stored = slices.Delete(stored, i, i+1)
		}
	}
}

func idsOf(bs []Berth) []string {
	out := []string{}
	for _, b := range bs {
		out = append(out, b.ID)
	}
	return out
}

// Each row is read once, not with each page: those of equal sort keys, and those in front of where a shard stood itself.
func TestPagesOfAllShardsReadEachRowOnce(t *testing.T) {
	t.Parallel()
	m, items := newBerthModel(), scale.Of(300, 150)
	for name, rank := range map[string]func(i int) int{
		"equal":     func(int) int { return 4 },
		"different": func(i int) int { return i * len(berthNames) / items },
	} {
		db := ddb.New(ddbmem.New().Client(), "berths", m.table, nil)
		require.NoError(t, db.CreateTable(t.Context()))
		repo := ddb.NewRepository(db, m.berths)
		for i := range items {
			_, err := repo.Put(t.Context(), newBerth(fmt.Sprintf("%03d", i), rank(i)))
			require.NoError(t, err)
		}
		for kindName, kind := range m.kinds {
			for _, q := range []ddb.Query[Berth]{m.berths.On(kind.sharded, Berth{}), m.berths.On(kind.sharded, Berth{}).Desc()} {
				ctx, meter := ddb.WithMeter(t.Context())
				n := 0
				for cursor, more := ddb.Cursor(""), true; more; more = cursor != "" {
					page, err := repo.Page(ctx, q.Limit(10), cursor)
					require.NoError(t, err)
					n, cursor = n+len(page.Items), page.Next
				}
				assert.Equal(t, items, n)
				assert.LessOrEqual(t, meter.RequestsOf("Query"), 3*items/10+12, "%s %s", kindName, name)
			}
		}
	}
}

// Pier is an item of which there were cursors before they said where all shards stand.
type Pier struct {
	ID string `dynamodbav:"-"`
	N  int    `dynamodbav:"n"`
}

// A cursor that was made before cursors said where all shards stand is taken where it tells that, else refused.
func TestACursorOfAllShardsOfTheFormerForm(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "")
	all := table.GSI("all", "all", "rank")
	piers := ddb.MustDefine(table, "pier", func(p *Pier, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID)))
		d.Index(all, ddb.Key(ddb.Prefix("all#"), ddb.Shard(&p.ID, 3)), ddb.Key(ddb.Num(&p.N, 3)))
	})
	db := ddb.New(ddbmem.New().Client(), "piers", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, piers)
	for i := range 12 {
		_, err := repo.Put(t.Context(), Pier{fmt.Sprint(i), i})
		require.NoError(t, err)
	}
	for _, id := range []string{"12", "13", "14", "15", "16"} { // of all shards, after the first page
		_, err := repo.Put(t.Context(), Pier{id, 1})
		require.NoError(t, err)
	}
	q := piers.On(all, Pier{})
	const (
		behind4 = "ApwpCDKGYwhfAwEDUwZhbGwjMDBTAzAwNFMDcCM0AQNTBmFsbCMwMVMDMDAyUwNwIzIACzN1hWLMmLFsR6qCVrw_aQ" // of shard 2 nothing was read
		behind9 = "ApwpCDKGYwhfAwIBA1MGYWxsIzAxUwMwMDlTA3AjOQEDUwZhbGwjMDJTAzAwOFMDcCM44Qh5lQ3UQFCbkRJhB0tssA" // shard 0 is at its end
	)
	page, err := repo.Page(t.Context(), q.Limit(20), behind4)
	require.NoError(t, err)
	ranks := []int{}
	for _, p := range page.Items {
		ranks = append(ranks, p.N)
	}
	assert.Equal(t, []int{5, 6, 7, 8, 9, 10, 11}, ranks)
	_, err = repo.Page(t.Context(), q.Limit(20), behind9)
	require.ErrorIs(t, err, ddb.ErrCursor)
	assert.ErrorContains(t, err, "older release")
}
