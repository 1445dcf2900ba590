package read_test

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Sample has a field for each kind of part that a sort key can end in.
type Sample struct {
	ID    string    `dynamodbav:"-"`
	Name  string    `dynamodbav:"name"`
	Title string    `dynamodbav:"title"`
	N     int       `dynamodbav:"n"`
	Score int8      `dynamodbav:"score"`
	Ratio float64   `dynamodbav:"ratio"`
	Raw   []byte    `dynamodbav:"raw"`
	At    time.Time `dynamodbav:"at"`
}

// sampleKinds has an index for each kind of sort key, with the field that is its last part.
type sampleKinds struct {
	table   *ddb.Table
	samples *ddb.Entity[Sample]
	kinds   map[string]sampleKind
}

type sampleKind struct {
	query func() ddb.Query[Sample]
	part  sortSample
}

// sortSample is a part as a test sees it, of samples.
type sortSample struct {
	compare func(a, b Sample) int
	bound   func(op string, lo, hi Sample) ddb.Bound
}

func samplePart[V any](field *V, of func(Sample) V, compare func(a, b V) int) sortSample {
	return sortSample{
		compare: func(a, b Sample) int { return compare(of(a), of(b)) },
		bound: func(op string, lo, hi Sample) ddb.Bound {
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

func newSampleKinds() *sampleKinds {
	s := &sampleKinds{table: ddb.NewTable("pk", "sk"), kinds: map[string]sampleKind{}}
	index := func(name, sort string) *ddb.Index { return s.table.GSI(name, "all", sort) }
	str, fold, num, at := index("str", "str_sk"), index("fold", "fold_sk"), index("num", "num_sk"), index("time", "time_sk")
	text, score, ratio, raw := index("text", "name"), index("score", "score"), index("ratio", "ratio"), index("raw", "raw")
	multi := s.table.MultiGSI("multi", []string{"title"}, []string{"score", "raw"})
	s.samples = ddb.MustDefine(s.table, "sample", func(x *Sample, d *ddb.Definition) {
		id, all := ddb.Key(ddb.Prefix("s#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("all"))
		d.Primary(id, id)
		d.Index(str, all, ddb.Key(ddb.Prefix("k#"), ddb.Str(&x.Name)))
		d.Index(fold, all, ddb.Key(ddb.Prefix("k#"), ddb.Fold(&x.Title)))
		d.Index(num, all, ddb.Key(ddb.Prefix("k#"), ddb.Num(&x.N, 3), ddb.Prefix("#"), ddb.Str(&x.ID)))
		d.Index(at, all, ddb.Key(ddb.Time(&x.At)))
		d.Index(text, all, ddb.Key(ddb.Native(&x.Name)))
		d.Index(score, all, ddb.Key(ddb.Native(&x.Score)))
		d.Index(ratio, all, ddb.Key(ddb.Native(&x.Ratio)))
		d.Index(raw, all, ddb.Key(ddb.Native(&x.Raw)))
		d.Index(multi, ddb.Key(ddb.Native(&x.Title)), ddb.Key(ddb.Native(&x.Score), ddb.Native(&x.Raw)))
	})
	f := s.samples.Fields()
	on := func(ix *ddb.Index) func() ddb.Query[Sample] {
		return func() ddb.Query[Sample] { return s.samples.On(ix, Sample{}) }
	}
	name := samplePart(&f.Name, func(x Sample) string { return x.Name }, strings.Compare)
	rawPart := samplePart(&f.Raw, func(x Sample) []byte { return x.Raw }, bytes.Compare)
	s.kinds["Str"] = sampleKind{on(str), name}
	s.kinds["Fold"] = sampleKind{on(fold), samplePart(&f.Title, func(x Sample) string { return x.Title }, func(a, b string) int {
		return strings.Compare(strings.ToLower(a), strings.ToLower(b))
	})}
	s.kinds["Num"] = sampleKind{on(num), samplePart(&f.N, func(x Sample) int { return x.N }, cmp.Compare[int])}
	s.kinds["Time"] = sampleKind{on(at), samplePart(&f.At, func(x Sample) time.Time { return x.At }, time.Time.Compare)}
	s.kinds["Native string"] = sampleKind{on(text), name}
	s.kinds["Native integer"] = sampleKind{on(score), samplePart(&f.Score, func(x Sample) int8 { return x.Score }, cmp.Compare[int8])}
	s.kinds["Native float"] = sampleKind{on(ratio), samplePart(&f.Ratio, func(x Sample) float64 { return x.Ratio }, cmp.Compare[float64])}
	s.kinds["Native bytes"] = sampleKind{on(raw), rawPart}
	s.kinds["Native in several"] = sampleKind{func() ddb.Query[Sample] {
		return s.samples.On(multi, Sample{Title: "T"}).SortKey(ddb.Eq(&f.Score, 1))
	}, rawPart}
	return s
}

// Whatever kind of part a sort key ends in, each bound, and each lower with each upper one, selects what Go's comparisons do.
func TestBoundsOnEveryKindOfPart(t *testing.T) {
	t.Parallel()
	s := newSampleKinds()
	ctx := t.Context()
	db := ddb.New(ddbmem.New().Client(), "samples", s.table, nil)
	require.NoError(t, db.CreateTable(ctx))
	repo := ddb.NewRepository(db, s.samples)
	words := []string{"a", "a\x00", "a ", "aa", "A", "b", "é", "\x00", "\uffff", "~"}
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var all []Sample
	for i, w := range words {
		for j := range 2 {
			x := Sample{
				ID: fmt.Sprint(i, "-", j), Name: w, Title: w, N: i - 4, Score: []int8{-128, -1, 0, 1, 1, 1, 1, 2, 126, 127}[i], At: day.Add(time.Duration(i)),
				Ratio: []float64{-1e20, -1.5, -1e-130, 0, 1e-130, 0.1, 0.30000000000000004, 1, 5, 1e125}[i],
				Raw:   [][]byte{{0}, {0, 0}, {1}, {1, 0}, {1, 255}, {1, 255, 0}, {2}, {254, 255, 255}, {255}, {255, 255}}[i],
			}
			if x.Name == "~" {
				x.Name, x.Title = "z~", "z~"
			}
			if 2 < i && i < 7 {
				x.Title = "T"
			}
			_, err := repo.Put(ctx, x)
			require.NoError(t, err)
			all = append(all, x)
		}
	}
	for name, kind := range s.kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				lo, hi := rapid.SampledFrom(all).Draw(rt, "lo"), rapid.SampledFrom(all).Draw(rt, "hi")
				lower, upper := rapid.SampledFrom([]string{"", "ge", "gt"}).Draw(rt, "lower"), rapid.SampledFrom([]string{"", "le", "lt"}).Draw(rt, "upper")
				var bounds []ddb.Bound
				if lower != "" {
					bounds = append(bounds, kind.part.bound(lower, lo, lo))
				}
				if upper != "" {
					bounds = append(bounds, kind.part.bound(upper, hi, hi))
				}
				if len(bounds) == 2 && rapid.Bool().Draw(rt, "turned") {
					bounds[0], bounds[1] = bounds[1], bounds[0]
				}
				if len(bounds) == 0 {
					bounds = append(bounds, kind.part.bound("between", lo, hi))
				}
				want := map[string]bool{}
				for _, x := range all {
					if name == "Native in several" && (x.Title != "T" || x.Score != 1) {
						continue
					}
					low, high := kind.part.compare(x, lo), kind.part.compare(x, hi)
					switch {
					case lower == "gt" && low <= 0, lower == "ge" && low < 0, upper == "lt" && high >= 0, upper == "le" && high > 0:
					case lower == "" && upper == "" && (low < 0 || high > 0):
					default:
						want[x.ID] = true
					}
				}
				q := kind.query().SortKey(bounds...)
				got, err := ddb.Collect(repo.Query(ctx, q))
				require.NoError(rt, err, "%s", q)
				found := map[string]bool{}
				for _, x := range got {
					found[x.ID] = true
				}
				require.Equal(rt, want, found, "%s", q)
				n, err := repo.Count(ctx, q)
				require.NoError(rt, err)
				require.Equal(rt, len(want), n, "%s", q)
			})
		})
	}
}

// A bound near the longest key, or beyond it, is one like any other.
func TestBoundsNearTheLongestKey(t *testing.T) {
	t.Parallel()
	s := newSampleKinds()
	ctx := t.Context()
	db := ddb.New(ddbmem.New().Client(), "samples", s.table, nil)
	require.NoError(t, db.CreateTable(ctx))
	repo := ddb.NewRepository(db, s.samples)
	x := func(n int) string { return strings.Repeat("x", n) }
	names := []string{x(1), x(1017), x(1018), x(1019), x(1020), x(1020) + "é", x(1021), x(1021) + "y", x(1022), x(1016) + "y", x(1016) + "y" + x(5)}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, name := range names {
		_, err := repo.Put(ctx, Sample{ID: fmt.Sprint(i), Name: name, Title: name, Raw: []byte(name), N: 1, At: at})
		require.NoError(t, err)
	}
	for _, kind := range []string{"Str", "Native string", "Native bytes"} {
		k := s.kinds[kind]
		for _, name := range append(names, x(1023), x(1024), x(1025), x(2000), x(1016)+"y"+x(2000)) {
			v := Sample{Name: name, Raw: []byte(name)}
			for op, holds := range map[string]func(int) bool{
				"lt": func(c int) bool { return c < 0 }, "le": func(c int) bool { return c <= 0 },
				"gt": func(c int) bool { return c > 0 }, "ge": func(c int) bool { return c >= 0 },
				"between": func(c int) bool { return c == 0 },
			} {
				want := 0
				for _, have := range names {
					if holds(strings.Compare(have, name)) {
						want++
					}
				}
				q := k.query().SortKey(k.part.bound(op, v, v))
				got, err := ddb.Collect(repo.Query(ctx, q))
				require.NoError(t, err, "%s %s %d", kind, op, len(name))
				assert.Len(t, got, want, "%s %s %d", kind, op, len(name))
			}
		}
		_, err := ddb.Collect(repo.Query(ctx, k.query().SortKey(k.part.bound("eq", Sample{Name: x(1025), Raw: []byte(x(1025))}, Sample{}))))
		require.ErrorIs(t, err, ddb.ErrKey, "%s: no key can be that, as in Get", kind)
	}
	f := s.samples.Fields()
	for _, kind := range []string{"Str", "Native string"} {
		for _, n := range []int{1018, 1022, 1023, 1024, 1025, 3000} {
			got, err := ddb.Collect(repo.Query(ctx, s.kinds[kind].query().SortKey(ddb.StartsWith(&f.Name, x(n)))))
			require.NoError(t, err, n)
			assert.Equal(t, n > 1022, len(got) == 0, n)
		}
	}
}

// What ends no range is refused before any request.
func TestBoundsThatAreNoKey(t *testing.T) {
	t.Parallel()
	s := newSampleKinds()
	for _, kind := range []string{"Str", "Native string", "Native bytes"} {
		for _, op := range []string{"eq", "lt", "le", "gt", "ge", "between"} {
			q := s.kinds[kind].query().SortKey(s.kinds[kind].part.bound(op, Sample{}, Sample{}))
			assert.Contains(t, q.String(), "is empty", "%s %s", kind, op)
			if kind != "Native bytes" {
				q = s.kinds[kind].query().SortKey(s.kinds[kind].part.bound(op, Sample{Name: "\xff"}, Sample{Name: "\xff"}))
				assert.Contains(t, q.String(), "is not valid UTF-8", "%s %s", kind, op)
			}
		}
	}
	f := s.samples.Fields()
	assert.Contains(t, s.kinds["Native string"].query().SortKey(ddb.Gt(&f.Name, "a"), ddb.Gt(&f.Name, "b")).String(), "2 bounds on Name")
	assert.Contains(t, s.kinds["Native string"].query().SortKey(ddb.Gt(&f.Name, "a"), ddb.StartsWith(&f.Name, "b")).String(), "2 bounds on Name")
}

// A window on a Native key is one condition, as DynamoDB wants it.
func TestAWindowIsOneCondition(t *testing.T) {
	t.Parallel()
	s := newSampleKinds()
	f := s.samples.Fields()
	assert.Equal(t, `Query score: all = "all" AND score BETWEEN 6 AND 9`, s.kinds["Native integer"].query().SortKey(ddb.Gt(&f.Score, 5), ddb.Lt(&f.Score, 10)).String())
	assert.Equal(t, `Query text: all = "all" AND name BETWEEN "a\x00" AND "b"`, s.kinds["Native string"].query().SortKey(ddb.Le(&f.Name, "b"), ddb.Gt(&f.Name, "a")).String())
	assert.Equal(t, `Query score: nothing: no key lies within the bounds`, s.kinds["Native integer"].query().SortKey(ddb.Gt(&f.Score, 5), ddb.Lt(&f.Score, 6)).String())
}

// Person is sorted by name without case, and then by the name itself.
type Person struct {
	ID   string `dynamodbav:"id"`
	Name string `dynamodbav:"name"`
}

// A field that stands in two parts of a sort key is bounded by the first that the bound does not fix.
func TestAFieldInTwoParts(t *testing.T) {
	t.Parallel()
	ctx, table := t.Context(), ddb.NewTable("pk", "sk")
	people := ddb.MustDefine(table, "person", func(p *Person, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Prefix("p#"), ddb.Fold(&p.Name), ddb.Prefix("#"), ddb.Str(&p.Name), ddb.Prefix("#"), ddb.Str(&p.ID)))
	})
	f := people.Fields()
	assert.Equal(t, `Query primary: pk = "all" AND begins_with(sk, "p#al")`, people.Query(Person{}).SortKey(ddb.StartsWith(&f.Name, "Al")).String())
	assert.Equal(t, `Query primary: pk = "all" AND begins_with(sk, "p#al#Al#")`, people.Query(Person{}).SortKey(ddb.Eq(&f.Name, "Al")).String())
	assert.Equal(t, `Query primary: pk = "all" AND begins_with(sk, "p#al#Al#1")`, people.Query(Person{}).SortKey(ddb.StartsWith(&f.ID, "1"), ddb.Eq(&f.Name, "Al")).String())
	assert.Contains(t, people.Query(Person{}).SortKey(ddb.Gt(&f.Name, "Al")).String(), "stands before a literal")
	assert.Contains(t, people.Query(Person{}).SortKey(ddb.StartsWith(&f.Name, "Al"), ddb.Eq(&f.ID, "1")).String(), "ID comes after Name in sort key")

	db := ddb.New(ddbmem.New().Client(), "people", table, nil)
	require.NoError(t, db.CreateTable(ctx))
	for i, name := range []string{"Al", "AL", "alice", "Bo", "a"} {
		require.NoError(t, db.Do(ctx, people.Put(Person{ID: fmt.Sprint(i), Name: name})))
	}
	got, err := ddb.Collect(ddb.NewRepository(db, people).Query(ctx, people.Query(Person{}).SortKey(ddb.StartsWith(&f.Name, "Al"))))
	require.NoError(t, err)
	assert.Equal(t, []Person{{"1", "AL"}, {"0", "Al"}, {"2", "alice"}}, got)
}

type parent struct {
	ID string `dynamodbav:"-"`
}

type child struct {
	Parent string `dynamodbav:"-"`
	N      int    `dynamodbav:"-"`
}

// Bounds come in any order, those of a child too.
func TestBoundsComeInAnyOrder(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	parents := ddb.MustDefine(table, "parent", func(p *parent, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID), ddb.Prefix("#")))
	})
	children := ddb.MustDefine(table, "child", func(c *child, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Prefix("p#"), ddb.Str(&c.Parent), ddb.Prefix("#c#"), ddb.Num(&c.N, 4)))
		d.Under(parents)
	})
	f := children.Fields()
	of, from, until := ddb.Eq(&f.Parent, "1"), ddb.Ge(&f.N, 3), ddb.Lt(&f.N, 7)
	want := children.Query(child{}).SortKey(of, from, until).String()
	assert.Equal(t, `Query primary: pk = "all" AND sk BETWEEN "p#1#c#0003" AND "p#1#c#0006"`, want)
	for _, bounds := range [][]ddb.Bound{{of, until, from}, {from, of, until}, {from, until, of}, {until, from, of}, {until, of, from}} {
		assert.Equal(t, want, children.Query(child{}).SortKey(bounds...).String())
	}
	assert.Contains(t, children.Query(child{}).SortKey(from).String(), "N comes after Parent")
	assert.Contains(t, children.Query(child{}).SortKey(ddb.StartsWith(&f.Parent, "1")).String(), "the range also contains parent: fix Parent")
}
