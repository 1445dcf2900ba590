package read_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Leaf is an item with a field of each kind that queries are narrowed by.
type Leaf struct {
	P     string    `dynamodbav:"-"`
	K     string    `dynamodbav:"-"`
	N     int       `dynamodbav:"n"`
	At    time.Time `dynamodbav:"at"`
	G     string    `dynamodbav:"g,omitempty"`
	Score int       `dynamodbav:"score"`
}

// Noise stands beside leaves in all of their partitions.
type Noise struct {
	P string `dynamodbav:"-"`
	K string `dynamodbav:"-"`
	G string `dynamodbav:"g"`
}

var (
	tree         = ddb.NewTable("pk", "sk")
	leavesByAge  = tree.GSI("by-age", "age_pk", "age_sk")
	leavesOfG    = tree.GSI("of-g", "g_pk", "score")
	leavesKeys   = tree.GSI("keys", "keys_pk", "keys_sk").KeysOnly()
	leavesInP    = tree.LSI("in-p", "in_sk")
	leavesMulti  = tree.MultiGSI("multi", []string{"g"}, []string{"score", "n"})
	leavesSpread = tree.GSI("spread", "spread_pk", "spread_sk")

	leaves = ddb.MustDefine(tree, "leaf", func(l *Leaf, d *ddb.Definition) {
		inP := ddb.Key(ddb.Prefix("p#"), ddb.Str(&l.P))
		ofG := ddb.Key(ddb.Prefix("g#"), ddb.Str(&l.G))
		d.Primary(inP, ddb.Key(ddb.Prefix("leaf#"), ddb.Str(&l.K)))
		d.Index(leavesByAge, ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Prefix("leaf#"), ddb.Num(&l.N, 3), ddb.Prefix("|"), ddb.Time(&l.At), ddb.Prefix("|"), ddb.Str(&l.K)))
		d.Index(leavesOfG, ofG, ddb.Key(ddb.Native(&l.Score))).When(ddb.Present(&l.G))
		d.Index(leavesKeys, ofG, ddb.Key(ddb.Prefix("leaf#"), ddb.Str(&l.K), ddb.Prefix("|"), ddb.Num(&l.N, 3))).When(ddb.Present(&l.G))
		d.Index(leavesInP, inP, ddb.Key(ddb.Prefix("leaf#"), ddb.Num(&l.Score, 2)))
		d.Index(leavesMulti, ddb.Key(ddb.Native(&l.G)), ddb.Key(ddb.Native(&l.Score), ddb.Native(&l.N))).When(ddb.Present(&l.G))
		d.Index(leavesSpread, ddb.Key(ddb.Prefix("s#"), ddb.Shard(&l.K, 3)), ddb.Key(ddb.Num(&l.N, 3), ddb.Prefix("|"), ddb.Str(&l.K)))
	})
	noises = ddb.MustDefine(tree, "noise", func(n *Noise, d *ddb.Definition) {
		inP := ddb.Key(ddb.Prefix("p#"), ddb.Str(&n.P))
		d.Primary(inP, ddb.Key(ddb.Prefix("lea"), ddb.Prefix("#"), ddb.Str(&n.K)))
		d.Index(leavesByAge, ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Prefix("leag#"), ddb.Str(&n.K)))
		d.Index(leavesKeys, ddb.Key(ddb.Prefix("g#"), ddb.Str(&n.G)), ddb.Key(ddb.Prefix("le#"), ddb.Str(&n.K)))
		d.Index(leavesInP, inP, ddb.Key(ddb.Prefix("leag#"), ddb.Str(&n.K)))
	})
)

// sortPart is a part of a sort key, as a test sees it.
type sortPart struct {
	compare func(a, b Leaf) int
	bound   func(op string, lo, hi Leaf) ddb.Bound
	begins  func(l, with Leaf) bool // nil for what has no beginning
}

func partOf[V any](field *V, of func(Leaf) V, compare func(a, b V) int) sortPart {
	return sortPart{
		compare: func(a, b Leaf) int { return compare(of(a), of(b)) },
		bound: func(op string, lo, hi Leaf) ddb.Bound {
			switch op {
			case "eq":
				return ddb.Eq(field, of(lo))
			case "lt":
				return ddb.Lt(field, of(lo))
			case "le":
				return ddb.Le(field, of(lo))
			case "gt":
				return ddb.Gt(field, of(lo))
			case "ge":
				return ddb.Ge(field, of(lo))
			}
			return ddb.Between(field, of(lo), of(hi))
		},
	}
}

// textPart is a part of text, which sorts together with the literal that follows it.
func textPart(field *string, of func(Leaf) string, tail string) sortPart {
	p := partOf(field, of, func(a, b string) int { return strings.Compare(a+tail, b+tail) })
	bound := p.bound
	p.bound = func(op string, lo, hi Leaf) ddb.Bound {
		if op == "begins" {
			return ddb.StartsWith(field, of(lo))
		}
		return bound(op, lo, hi)
	}
	p.begins = func(l, with Leaf) bool { return strings.HasPrefix(of(l), of(with)) }
	return p
}

// leafIndex is an index as a test sees it.
type leafIndex struct {
	ix      *ddb.Index // nil is the table
	example func(Leaf) Leaf
	in      func(l, example Leaf) bool
	parts   []sortPart
}

func leafIndexes() map[string]leafIndex {
	f := leaves.Fields()
	ofK := func(l Leaf) string { return l.K }
	k, inner := textPart(&f.K, ofK, ""), textPart(&f.K, ofK, "|")
	n := partOf(&f.N, func(l Leaf) int { return l.N }, cmp.Compare[int])
	at := partOf(&f.At, func(l Leaf) time.Time { return l.At }, time.Time.Compare)
	score := partOf(&f.Score, func(l Leaf) int { return l.Score }, cmp.Compare[int])
	ofP, inP := func(l Leaf) Leaf { return Leaf{P: l.P} }, func(l, x Leaf) bool { return l.P == x.P }
	ofG, inG := func(l Leaf) Leaf { return Leaf{G: l.G} }, func(l, x Leaf) bool { return l.G == x.G }
	return map[string]leafIndex{
		"primary": {nil, ofP, inP, []sortPart{k}},
		"by-age":  {leavesByAge, func(Leaf) Leaf { return Leaf{} }, func(Leaf, Leaf) bool { return true }, []sortPart{n, at, k}},
		"of-g":    {leavesOfG, ofG, inG, []sortPart{score}},
		"keys":    {leavesKeys, ofG, inG, []sortPart{inner, n}},
		"in-p":    {leavesInP, ofP, inP, []sortPart{score}},
		"multi":   {leavesMulti, ofG, inG, []sortPart{score, n}},
		"spread":  {leavesSpread, func(Leaf) Leaf { return Leaf{} }, func(Leaf, Leaf) bool { return true }, []sortPart{n, k}},
	}
}

// narrowed is a random query, and what it says as a function.
type narrowed struct {
	ix      leafIndex
	query   ddb.Query[Leaf]
	matches func(Leaf) bool
	limit   int
	desc    bool
}

func drawLeaf(t *rapid.T) Leaf {
	return Leaf{
		P:     rapid.SampledFrom([]string{"1", "12", "é"}).Draw(t, "P"),
		K:     rapid.SampledFrom([]string{"a", "aa", "ab", "b", "B", "z", "é", "\x00", "a ", "10", "9"}).Draw(t, "K"),
		N:     rapid.IntRange(-12, 12).Draw(t, "N"),
		At:    time.Date(2026, 1, rapid.IntRange(1, 3).Draw(t, "day"), 0, 0, 0, rapid.IntRange(0, 1).Draw(t, "ns"), time.UTC),
		G:     rapid.SampledFrom([]string{"", "x", "xy", "x"}).Draw(t, "G"),
		Score: rapid.IntRange(-3, 3).Draw(t, "score"),
	}
}

func drawNarrowed(t *rapid.T) narrowed {
	indexes := leafIndexes()
	name := rapid.SampledFrom([]string{"primary", "by-age", "of-g", "keys", "in-p", "multi", "spread"}).Draw(t, "index")
	q := narrowed{ix: indexes[name]}
	example := drawLeaf(t)
	if example.G == "" {
		example.G = "x"
	}
	if q.ix.ix == nil {
		q.query = leaves.Query(q.ix.example(example))
	} else {
		q.query = leaves.On(q.ix.ix, q.ix.example(example))
	}
	conds := []func(Leaf) bool{func(l Leaf) bool { return q.ix.in(l, example) }}
	lo, hi := drawLeaf(t), drawLeaf(t)
	fixed := rapid.IntRange(0, len(q.ix.parts)).Draw(t, "fixed")
	for _, p := range q.ix.parts[:fixed] {
		q.query = q.query.SortKey(p.bound("eq", lo, hi))
		conds = append(conds, func(l Leaf) bool { return p.compare(l, lo) == 0 })
	}
	if fixed < len(q.ix.parts) {
		p := q.ix.parts[fixed]
		ops := []string{"", "lt", "le", "gt", "ge", "between", "window", "open window"}
		if p.begins != nil {
			ops = append(ops, "begins", "begins")
		}
		op := rapid.SampledFrom(ops).Draw(t, "op")
		switch op {
		case "":
		case "window":
			q.query = q.query.SortKey(p.bound("lt", hi, hi), p.bound("ge", lo, lo))
		case "open window":
			q.query = q.query.SortKey(p.bound("gt", lo, lo), p.bound("le", hi, hi))
		default:
			q.query = q.query.SortKey(p.bound(op, lo, hi))
		}
		conds = append(conds, func(l Leaf) bool {
			low, high := p.compare(l, lo), p.compare(l, hi)
			switch op {
			case "lt":
				return low < 0
			case "le":
				return low <= 0
			case "gt":
				return low > 0
			case "ge":
				return low >= 0
			case "between":
				return low >= 0 && high <= 0
			case "window":
				return low >= 0 && high < 0
			case "open window":
				return low > 0 && high <= 0
			case "begins":
				return p.begins(l, lo)
			}
			return true
		})
	}
	if f := leaves.Fields(); name != "keys" && name != "of-g" && name != "multi" && rapid.IntRange(0, 3).Draw(t, "filter") == 0 {
		q.query = q.query.Filter(ddb.Ne(&f.G, "x"))
		conds = append(conds, func(l Leaf) bool { return l.G != "x" })
	}
	if q.desc = rapid.Bool().Draw(t, "desc"); q.desc {
		q.query = q.query.Desc()
	}
	if q.limit = rapid.IntRange(0, 4).Draw(t, "limit"); q.limit > 0 {
		q.query = q.query.Limit(q.limit)
	}
	q.matches = func(l Leaf) bool {
		return !slices.ContainsFunc(conds, func(holds func(Leaf) bool) bool { return !holds(l) })
	}
	return q
}

// answer is what the query finds among the leaves that there are. Leaves that share a sort key come in any order.
func (q narrowed) answer(all map[string]Leaf) []Leaf {
	var found []Leaf
	for _, l := range all {
		if q.matches(l) {
			found = append(found, l)
		}
	}
	slices.SortFunc(found, q.compare)
	return found
}

func (q narrowed) compare(a, b Leaf) int {
	for _, p := range q.ix.parts {
		if c := p.compare(a, b); c != 0 && q.desc {
			return -c
		} else if c != 0 {
			return c
		}
	}
	return 0
}

// Whatever a query is narrowed by, in whatever index, it finds what a walk over all items finds, in order, in one piece or in
// pages; nothing beside it, and nothing that stands in the same partition.
func TestQueriesFindWhatAWalkFinds(t *testing.T) {
	t.Parallel()
	asked, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		db := ddb.New(ddbmem.New().Client(), "tree", tree, nil)
		require.NoError(t, db.CreateTable(ctx))
		repo := ddb.NewRepository(db, leaves)
		all := map[string]Leaf{}
		for range rapid.IntRange(0, 30).Draw(t, "leaves") {
			l, err := repo.Put(ctx, drawLeaf(t))
			require.NoError(t, err)
			all[l.P+"/"+l.K] = l
		}
		for i := range 6 {
			require.NoError(t, db.Do(ctx, noise(i)))
		}
		for range 10 {
			q := drawNarrowed(t)
			asked++
			got, err := ddb.Collect(repo.Query(ctx, q.query))
			if errors.Is(err, ddb.ErrModel) || errors.Is(err, ddb.ErrKey) {
				refused++
				continue
			}
			require.NoError(t, err, q.query)
			want := q.answer(all)
			first := want
			if q.limit > 0 {
				first = want[:min(q.limit, len(want))]
			}
			requireSame(t, q, first, got, want)

			n, err := repo.Count(ctx, q.query)
			require.NoError(t, err)
			require.Equal(t, len(first), n, "count of %s", q.query)

			var paged []Leaf
			for cursor := ddb.Cursor(""); ; {
				page, err := repo.Page(ctx, q.query, cursor)
				require.NoError(t, err, q.query)
				if q.limit > 0 {
					require.LessOrEqual(t, len(page.Items), q.limit)
				}
				paged = append(paged, page.Items...)
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			requireSame(t, q, want, paged, want)
		}
	})
	t.Logf("%d queries, of which %d were refused", asked, refused)
	require.Less(t, refused, asked/4)
}

func noise(i int) ddb.Op {
	return noises.Put(Noise{P: []string{"1", "12", "é"}[i%3], K: fmt.Sprint(i), G: []string{"x", "xy"}[i%2]})
}

// requireSame requires the same items in the same order, but for the order of those that share a sort key; all are those that
// could have been found in place of one of them.
func requireSame(t *rapid.T, q narrowed, want, got, all []Leaf) {
	require.Len(t, got, len(want), "%s", q.query)
	seen := map[string]bool{}
	for i, l := range got {
		require.Zero(t, q.compare(want[i], l), "%s: %+v where %+v is expected", q.query, l, want[i])
		require.Contains(t, all, l, "%s", q.query)
		require.False(t, seen[l.P+"/"+l.K], "%s: %+v twice", q.query, l)
		seen[l.P+"/"+l.K] = true
	}
}
