package read_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Thing has a field for each kind of condition.
type Thing struct {
	ID    string         `dynamodbav:"-"`
	Name  string         `dynamodbav:"name"`
	Nick  string         `dynamodbav:"nick,omitempty"`
	N     int            `dynamodbav:"n"`
	Maybe int            `dynamodbav:"maybe,omitempty"`
	Ratio float64        `dynamodbav:"ratio"`
	On    bool           `dynamodbav:"on"`
	Ptr   *int           `dynamodbav:"ptr"`
	Tags  []string       `dynamodbav:"tags,stringset,omitempty"`
	List  []int          `dynamodbav:"list"`
	Raw   []byte         `dynamodbav:"raw"`
	Map   map[string]int `dynamodbav:"map"`
	Place struct {
		City string `dynamodbav:"city"`
	} `dynamodbav:"place"`
}

var (
	word  = rapid.SampledFrom([]string{"", "a", "b", "ab", "é"})
	small = rapid.IntRange(-2, 2)
)

func drawThing(t *rapid.T, id int) Thing {
	it := Thing{
		ID: fmt.Sprintf("%02d", id), Name: word.Draw(t, "name"), Nick: word.Draw(t, "nick"), N: small.Draw(t, "n"), Maybe: small.Draw(t, "maybe"),
		Ratio: float64(small.Draw(t, "ratio")) / 2, On: rapid.Bool().Draw(t, "on"),
		Tags: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "ab"}), 0, 2, rapid.ID).Draw(t, "tags"),
		List: rapid.SliceOfN(small, 0, 2).Draw(t, "list"),
	}
	if rapid.Bool().Draw(t, "has ptr") {
		it.Ptr = new(small.Draw(t, "ptr"))
	}
	it.Raw = []byte(word.Draw(t, "raw"))
	it.Place.City = word.Draw(t, "city")
	return it
}

// drawCond draws a condition on the fields of f, at most depth levels deep.
func drawCond(t *rapid.T, f *Thing, depth int) ddb.Cond {
	kinds := 18
	if depth > 0 {
		kinds += 3
	}
	kid := func() ddb.Cond { return drawCond(t, f, depth-1) }
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return ddb.Eq(&f.Name, word.Draw(t, "v"))
	case 1:
		return ddb.Ne(&f.Nick, word.Draw(t, "v"))
	case 2:
		return ddb.Lt(&f.N, small.Draw(t, "v"))
	case 3:
		return ddb.Ge(&f.Ratio, float64(small.Draw(t, "v"))/2)
	case 4:
		return ddb.Between(&f.Name, rapid.SampledFrom([]string{"", "a", "b", "é"}).Draw(t, "lo"), "é"+word.Draw(t, "hi"))
	case 5:
		return ddb.In(&f.N, rapid.SliceOfN(small, 1, 3).Draw(t, "vs")...)
	case 6:
		return ddb.Contains(&f.Name, "a")
	case 7:
		return ddb.Has(&f.Tags, "ab")
	case 8:
		return ddb.Has(&f.List, small.Draw(t, "v"))
	case 9:
		return ddb.Present(&f.Nick)
	case 10:
		return ddb.Absent(&f.Tags)
	case 11:
		return ddb.Eq(&f.Maybe, small.Draw(t, "v"))
	case 12:
		return ddb.StartsWith(&f.Place.City, rapid.SampledFrom([]string{"a", "é"}).Draw(t, "v"))
	case 13:
		return ddb.Eq(&f.On, rapid.Bool().Draw(t, "v"))
	case 14:
		if rapid.Bool().Draw(t, "null") {
			return ddb.Eq(&f.Ptr, nil)
		}
		return ddb.Gt(&f.Ptr, new(small.Draw(t, "v")))
	case 15:
		return ddb.Le(&f.Raw, []byte("a"))
	case 16:
		return ddb.In(&f.Nick, rapid.SliceOfN(word, 1, 3).Draw(t, "vs")...)
	case 17:
		return ddb.In(&f.Maybe, rapid.SliceOfN(small, 1, 3).Draw(t, "vs")...)
	case 18:
		return ddb.And(kid(), kid())
	case 19:
		return ddb.Or(kid(), kid())
	}
	return ddb.Not(kid())
}

// A sparse index holds the very items that its condition, sent to DynamoDB as a filter, would find.
func TestWhenAgreesWithDynamoDB(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		table := ddb.NewTable("pk", "sk")
		sparse := table.GSI("sparse", "sparse_pk", "")
		var cond ddb.Cond
		things := ddb.MustDefine(table, "thing", func(th *Thing, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Prefix("t#"), ddb.Str(&th.ID)))
			cond = drawCond(rt, th, 2)
			d.Index(sparse, ddb.Key(ddb.Prefix("sparse"))).When(cond)
		})
		db := ddb.New(ddbmem.New().Client(), "things", table, nil)
		require.NoError(rt, db.CreateTable(t.Context()))
		for i := range rapid.IntRange(1, 8).Draw(rt, "items") {
			require.NoError(rt, db.Do(t.Context(), things.Put(drawThing(rt, i))))
		}
		repo := ddb.NewRepository(db, things)
		ids := func(q ddb.Query[Thing]) (out []string) {
			all, err := ddb.Collect(repo.Query(t.Context(), q))
			require.NoError(rt, err)
			for _, it := range all {
				out = append(out, it.ID)
			}
			slices.Sort(out)
			return out
		}
		require.Equal(rt, ids(things.Query(Thing{}).Filter(cond)), ids(things.On(sparse, Thing{})), cond)
	})
}

// In is Eq with any of its values, for what is empty and what is absent too, in a filter, an index and a write.
func TestInAgreesWithEq(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	byIn, byEq := table.GSI("by-in", "in_pk", ""), table.GSI("by-eq", "eq_pk", "")
	type pair struct{ in, eq ddb.Cond }
	var kinds []pair
	things := ddb.MustDefine(table, "thing", func(th *Thing, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Prefix("t#"), ddb.Str(&th.ID)))
		kinds = []pair{
			{ddb.In(&th.Nick, "x", ""), ddb.Or(ddb.Eq(&th.Nick, "x"), ddb.Eq(&th.Nick, ""))},
			{ddb.In(&th.Nick, "x"), ddb.Eq(&th.Nick, "x")},
			{ddb.In(&th.Name, "x", ""), ddb.Or(ddb.Eq(&th.Name, "x"), ddb.Eq(&th.Name, ""))},
			{ddb.In(&th.Maybe, 0), ddb.Eq(&th.Maybe, 0)},
			{ddb.In(&th.Maybe, 1, 0), ddb.Or(ddb.Eq(&th.Maybe, 1), ddb.Eq(&th.Maybe, 0))},
			{ddb.In(&th.N, 1, 0), ddb.Or(ddb.Eq(&th.N, 1), ddb.Eq(&th.N, 0))},
			{ddb.In(&th.Tags, nil), ddb.Eq(&th.Tags, nil)},
			{ddb.In(&th.Ptr, nil, new(1)), ddb.Or(ddb.Eq(&th.Ptr, nil), ddb.Eq(&th.Ptr, new(1)))},
		}
		d.Index(byIn, ddb.Key(ddb.Prefix("in"))).When(kinds[0].in)
		d.Index(byEq, ddb.Key(ddb.Prefix("eq"))).When(kinds[0].eq)
	})
	db := ddb.New(ddbmem.New().Client(), "things", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, things)
	full := Thing{ID: "full", Nick: "x", Name: "x", Maybe: 1, N: 1, Ptr: new(1), Tags: []string{"a"}}
	all := []Thing{{ID: "empty"}, full, {ID: "other", Nick: "y", Name: "y", Maybe: 2, N: 2, Ptr: new(2)}}
	for _, it := range all {
		require.NoError(t, db.Do(t.Context(), things.Put(it)))
	}
	ids := func(q ddb.Query[Thing]) (out []string) {
		found, err := ddb.Collect(repo.Query(t.Context(), q))
		require.NoError(t, err)
		for _, it := range found {
			out = append(out, it.ID)
		}
		return out
	}
	require.Equal(t, []string{"empty", "full"}, ids(things.On(byIn, Thing{})))
	require.Equal(t, ids(things.On(byEq, Thing{})), ids(things.On(byIn, Thing{})))
	for i, k := range kinds {
		require.Equal(t, ids(things.Query(Thing{}).Filter(k.eq)), ids(things.Query(Thing{}).Filter(k.in)), "kind %d", i)
		require.Equal(t, ids(things.Query(Thing{}).Filter(ddb.Not(k.eq))), ids(things.Query(Thing{}).Filter(ddb.Not(k.in))), "kind %d", i)
		for _, it := range all {
			_, byEq := repo.Replace(t.Context(), it, ddb.If(k.eq))
			_, byIn := repo.Replace(t.Context(), it, ddb.If(k.in))
			require.Equal(t, byEq == nil, byIn == nil, "kind %d: %s: %v, %v", i, it.ID, byEq, byIn)
		}
	}
}
