package template_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/template"
)

func values(vs ...any) (out []reflect.Value) {
	for _, v := range vs {
		out = append(out, reflect.ValueOf(v))
	}
	return out
}

func TestRangeGolden(t *testing.T) {
	t.Parallel()
	const last = template.Last
	type R = template.Range
	progress := key(lit("g#e#"), str("A"), lit("#h#"), str("B"))
	seq := key(lit("o#"), num("N", 4), lit("#"), str("A"))
	log := key(at("At"), lit("#"), str("A"))
	noon := date("2026-11-20T12:00:00Z")
	within := func(prefix, lo, hi string) R { return R{template.Within, prefix, lo, hi} }
	begins := func(p string) R { return R{template.Begins, p, p, p + last} }
	for _, c := range []struct {
		name string
		tm   template.Template
		eqs  []reflect.Value
		op   template.Op
		vals []reflect.Value
		want R
	}{
		{"nothing given", progress, nil, template.None, nil, begins("g#e#")},
		{"1 never matches 12", progress, values("1"), template.None, nil, begins("g#e#1#h#")},
		{"all given", progress, values("1", "9"), template.None, nil, R{template.Exact, "g#e#1#h#9", "g#e#1#h#9", "g#e#1#h#9"}},
		{"literal", key(lit("usr")), nil, template.None, nil, R{template.Exact, "usr", "usr", "usr"}},
		{"no prefix", log, nil, template.None, nil, R{template.Everything, "", "", last}},
		{"ends in a literal", key(lit("o#"), str("A"), lit("#")), values("1"), template.None, nil, R{template.Exact, "o#1#", "o#1#", "o#1#"}},
		{"fixed part follows", key(num("I8", 3), num("N", 2)), values(int8(7)), template.None, nil, begins("007")},

		{"last >=", progress, values("1"), template.Ge, values("9"), within("g#e#1#h#", "g#e#1#h#9", "g#e#1#h#"+last)},
		{"last >", progress, values("1"), template.Gt, values("9"), within("g#e#1#h#", "g#e#1#h#9\x00", "g#e#1#h#"+last)},
		{"last <=", progress, values("1"), template.Le, values("9"), within("g#e#1#h#", "g#e#1#h#", "g#e#1#h#9")},
		{"last <", progress, values("1"), template.Lt, values("19"), within("g#e#1#h#", "g#e#1#h#", "g#e#1#h#18"+last)},
		{"last < after the surrogates", key(str("A")), nil, template.Lt, values("\uE000"), within("", "\x00", "\uD7FF"+last)},
		{"last < a NUL", key(str("A")), nil, template.Lt, values("a\x00"), within("", "\x00", "a")},
		{"last < the least", key(lit("x"), str("A")), nil, template.Lt, values("\x00"), R{template.Nothing, "x", "", ""}},
		{"last between", progress, values("1"), template.Between, values("a", "b"), within("g#e#1#h#", "g#e#1#h#a", "g#e#1#h#b")},
		{"a sentinel as bound", key(str("A")), nil, template.Between, values("a", "~"), within("", "a", "~")},
		{"crossing", progress, values("1"), template.Between, values("b", "a"), R{template.Nothing, "g#e#1#h#", "", ""}},
		{"starts with", progress, values("1"), template.StartsWith, values("9"), begins("g#e#1#h#9")},
		{"starts with before a literal", progress, nil, template.StartsWith, values("a#i"), begins("g#e#a#i")},
		{"starts with folded", key(lit("s#"), fold("Email")), nil, template.StartsWith, values("ANN"), begins("s#ann")},

		{"number >=", seq, nil, template.Ge, values(int64(5)), within("o#", "o#0005", "o#"+last)},
		{"number >", seq, nil, template.Gt, values(int64(-1)), within("o#", "o#0000", "o#"+last)},
		{"number <=", seq, nil, template.Le, values(int64(5)), within("o#", "o#", "o#0005"+last)},
		{"number <", seq, nil, template.Lt, values(int64(0)), within("o#", "o#", "o#-998"+last)},
		{"number between, last", key(lit("v#"), num("N", 10)), nil, template.Between, values(int64(2), int64(3)), within("v#", "v#0000000002", "v#0000000003")},
		{"number above all", seq, nil, template.Le, values(int64(math.MaxInt64)), within("o#", "o#", "o#"+last)},
		{"number > the greatest", seq, nil, template.Gt, values(int64(9999)), R{template.Nothing, "o#", "", ""}},
		{"number >= too wide", seq, nil, template.Ge, values(int64(10000)), R{template.Nothing, "o#", "", ""}},
		{"number < the least", seq, nil, template.Lt, values(int64(math.MinInt64)), R{template.Nothing, "o#", "", ""}},
		{"digit < 0", key(lit("o#"), num("N", 1)), nil, template.Lt, values(int64(0)), R{template.Nothing, "o#", "", ""}},
		{"number without prefix", key(num("N", 3)), nil, template.Le, values(int64(5)), within("", "-00", "005")},
		{"unsigned without prefix", key(num("U", 3)), nil, template.Lt, values(uint64(5)), within("", "000", "004")},
		{"unsigned < 0", key(num("U", 3)), nil, template.Lt, values(uint64(0)), R{template.Nothing, "", "", ""}},
		{"unsigned > all", key(num("U", 20)), nil, template.Gt, values(uint64(math.MaxUint64)), R{template.Nothing, "", "", ""}},

		{"time >", log, nil, template.Gt, values(noon), within("", "2026-11-20T12:00:00.000000001Z", last)},
		{"time <", log, nil, template.Lt, values(noon), within("", "0001-01-01T00:00:00.000000000Z", "2026-11-20T11:59:59.999999999Z"+last)},
		{"time between", log, nil, template.Between, values(noon, noon.In(time.FixedZone("x", 3600))), within("", "2026-11-20T12:00:00.000000000Z", "2026-11-20T12:00:00.000000000Z"+last)},
		{"time beyond", log, nil, template.Ge, values(noon.AddDate(9000, 0, 0)), R{template.Nothing, "", "", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Empty(t, c.tm.Faults())
			r, err := c.tm.Range(c.eqs, c.op, c.vals)
			require.NoError(t, err)
			assert.Equal(t, c.want, r)
		})
	}
}

func TestRangeRefuses(t *testing.T) {
	t.Parallel()
	progress := key(lit("g#e#"), str("A"), lit("#h#"), str("B"))
	check := func(want string, tm template.Template, eqs []reflect.Value, op template.Op, vals ...any) {
		t.Helper()
		_, err := tm.Range(eqs, op, values(vals...))
		require.EqualError(t, err, want)
	}
	check("Lt: A stands before a literal, where keys do not sort as values do: it takes Eq and StartsWith; make it Num or Time, or the last part", progress, nil, template.Lt, "1")
	check("Between: A stands before a literal, where keys do not sort as values do: it takes Eq and StartsWith; make it Num or Time, or the last part", progress, nil, template.Between, "1", "2")
	check(`A ends in or holds what may be "#h#", which follows it in the key: take that off the prefix`, progress, nil, template.StartsWith, "a#")
	check(`A ends in or holds what may be "#h#", which follows it in the key: take that off the prefix`, progress, nil, template.StartsWith, "a#h#b")
	check("A is empty", progress, nil, template.StartsWith, "")
	check("B is empty", progress, values("1"), template.Gt, "")
	check("B is not valid UTF-8", progress, values("1"), template.Gt, "\xff")
	check("A is empty", progress, values(""), template.None)
	check(`A holds "#h#", which follows it in the key`, progress, values("a#h#"), template.None)
	check("has fewer fields than values", progress, values("1", "2", "3"), template.None)
	check("has no field left for Ge", progress, values("1", "2"), template.Ge, "3")
	check("Between with another number of values", progress, values("1"), template.Between, "3")
	check("None with another number of values", progress, values("1"), template.None, "3")
	check("B is a string, not a int", progress, values("1"), template.Ge, 3)
	check("A is a string, not a int", progress, values(1), template.None)
	check("At is empty", key(at("At")), nil, template.Ge, time.Time{})
	check("StartsWith: At is not rendered from a string as it is", key(at("At")), nil, template.StartsWith, time.Now())
	check("Gt: A is a shard number and takes Eq", key(shard("A", 8)), nil, template.Gt, "a")
	assert.Equal(t, "?", template.Op(99).String())
}

// ranges: the keys that a compiled condition selects are those of the things that Go selects, and of no other template.
func ranges(t *rapid.T) {
	tm := drawTemplate.Draw(t, "template")
	things := rapid.SliceOfN(drawThing, 1, 12).Draw(t, "things")
	model := rapid.SampledFrom(things).Draw(t, "model") // its fields are the equalities, so that something is selected
	for i := range things {
		if rapid.Bool().Draw(t, "in its partition") { // differ from it in the fields of the ranges
			x := model
			x.B, x.N, x.I8, x.U8, x.At, x.Word, x.Email = things[i].B, things[i].N, things[i].I8, things[i].U8, things[i].At, things[i].Word, things[i].Email
			things[i] = x
		}
	}
	parts := slices.DeleteFunc(slices.Clone(tm.Parts()), func(p template.Part) bool { return p.Kind == template.Literal })
	n := rapid.IntRange(0, len(parts)).Draw(t, "equalities")
	var eqs, vals []reflect.Value
	for _, p := range parts[:n] {
		eqs = append(eqs, p.Field.Get(of(model)))
	}
	op := template.Op(rapid.IntRange(0, 6).Draw(t, "op"))
	if n == len(parts) {
		op = template.None
	}
	if op == template.Between {
		vals = append(vals, parts[n].Field.Get(of(drawThing.Draw(t, "from"))), parts[n].Field.Get(of(drawThing.Draw(t, "to"))))
	}
	if op != template.None && op != template.Between {
		v := parts[n].Field.Get(of(rapid.OneOf(drawThing, rapid.Just(model)).Draw(t, "bound")))
		if op == template.StartsWith && v.Kind() == reflect.String && v.Len() > 1 {
			v = v.Slice(0, 1)
		}
		vals = append(vals, v)
	}
	r, err := tm.Range(eqs, op, vals)
	if err != nil {
		return
	}
	if r.Form == template.Within {
		require.True(t, r.Lo != "" && r.Lo <= r.Hi, "%+v", r)
		require.True(t, strings.HasPrefix(r.Lo, r.Prefix) && strings.HasPrefix(r.Hi, r.Prefix), "%+v", r)
	}
	for _, x := range things {
		k, err := tm.Encode(of(x))
		if err != nil {
			continue
		}
		want := true
		for i, p := range parts[:n] {
			want = want && same(tm, p, p.Field.Get(of(x)), eqs[i])
		}
		if want && op != template.None {
			want = holds(parts[n], op, parts[n].Field.Get(of(x)), vals)
		}
		require.Equal(t, want, r.Contains(k), "%s %s: %+v, %q", tm, op, r, k)
	}
	other := drawTemplate.Draw(t, "another template")
	if template.MayMeet(tm, other) {
		return
	}
	for _, x := range things {
		if k, err := other.Encode(of(x)); err == nil {
			require.False(t, r.Contains(k), "%s reads %q of %s", tm, k, other)
		}
	}
}

func same(tm template.Template, p template.Part, v, w reflect.Value) bool {
	if p.Kind == template.Shard {
		a, _ := tm.EncodePart(indexOf(tm, p), v)
		b, _ := tm.EncodePart(indexOf(tm, p), w)
		return a == b
	}
	return compare(p, v, w) == 0
}

func indexOf(tm template.Template, p template.Part) int {
	return slices.IndexFunc(tm.Parts(), func(q template.Part) bool { return p == q })
}

func holds(p template.Part, op template.Op, v reflect.Value, vals []reflect.Value) bool {
	switch op {
	case template.StartsWith:
		if p.Kind == template.Fold {
			return strings.HasPrefix(folded(v.String()), folded(vals[0].String()))
		}
		return strings.HasPrefix(v.String(), vals[0].String())
	case template.Between:
		return compare(p, v, vals[0]) >= 0 && compare(p, v, vals[1]) <= 0
	case template.Lt:
		return compare(p, v, vals[0]) < 0
	case template.Le:
		return compare(p, v, vals[0]) <= 0
	case template.Gt:
		return compare(p, v, vals[0]) > 0
	default:
		return compare(p, v, vals[0]) >= 0
	}
}

// TestStartsWithExhaustive tries every short prefix on every short value, before a literal that overlaps itself.
func TestStartsWithExhaustive(t *testing.T) {
	t.Parallel()
	for _, l := range []string{"#", "##", "#a#"} {
		tm := key(str("A"), lit(l), str("B"))
		for _, prefix := range words("a#b", 4)[1:] {
			r, err := tm.Range(nil, template.StartsWith, values(prefix))
			if err != nil {
				continue
			}
			for _, a := range words("a#b", 3) {
				for _, b := range words("a#b", 2) {
					if k, err := tm.Encode(of(thing{A: a, B: b})); err == nil {
						require.Equal(t, strings.HasPrefix(a, prefix), r.Contains(k), "%q in %q", prefix, k)
					}
				}
			}
		}
	}
}

// TestTextRangesExhaustive tries every operator with every short bound on every short value, at the edges of UTF-8.
func TestTextRangesExhaustive(t *testing.T) {
	t.Parallel()
	texts := words("\x00a\uD7FF\uE000\uFFFF\U00010000\U0010FFFE"+template.Last, 3)[1:]
	for _, head := range []string{"", "x#"} {
		tm := key(str("A"))
		if head != "" {
			tm = key(lit(head), str("A"))
		}
		part := tm.Parts()[len(tm.Parts())-1]
		var stored, keys []string
		for _, s := range texts {
			if k, err := tm.Encode(of(thing{A: s})); err == nil {
				stored, keys = append(stored, s), append(keys, k)
			}
		}
		require.Greater(t, len(stored), 300)
		for _, op := range []template.Op{template.Lt, template.Le, template.Gt, template.Ge, template.StartsWith} {
			for _, bound := range texts {
				r, err := tm.Range(nil, op, values(bound))
				require.NoError(t, err)
				for i, s := range stored {
					if holds(part, op, reflect.ValueOf(s), values(bound)) != r.Contains(keys[i]) {
						t.Fatalf("%s %q: %+v, %q", op, bound, r, keys[i])
					}
				}
			}
		}
	}
}

func TestHull(t *testing.T) {
	t.Parallel()
	begins := template.BeginsWith
	exact := func(s string) template.Range {
		r, err := key(lit(s)).Range(nil, template.None, nil)
		require.NoError(t, err)
		return r
	}
	nothing := template.Range{Form: template.Nothing}
	assert.Equal(t, begins("c#"), begins("c#").Hull(begins("c#1#")))
	assert.Equal(t, begins("c#"), begins("c#1#").Hull(begins("c#")))
	assert.Equal(t, begins("c#"), exact("c#1").Hull(begins("c#")))
	assert.Equal(t, exact("c#"), exact("c#").Hull(exact("c#")))
	assert.Equal(t, template.Range{Form: template.Within, Lo: "c#", Hi: "h#" + template.Last}, begins("h#").Hull(begins("c#")))
	assert.Equal(t, template.Range{Form: template.Within, Prefix: "h#", Lo: "h#1", Hi: "h#2"}, exact("h#2").Hull(exact("h#1")))
	assert.Equal(t, "x", exact("xé").Hull(exact("xè")).Prefix, "whole code points")
	assert.Equal(t, begins("c#"), nothing.Hull(begins("c#")))
	assert.Equal(t, begins("c#"), begins("c#").Hull(nothing))
	assert.Equal(t, template.Everything, begins("c#").Hull(begins("")).Form)
	assert.False(t, nothing.Contains(""))
}

// Two ranges of one template select together what both select.
func TestAnd(t *testing.T) {
	t.Parallel()
	tb := t
	rapid.Check(t, func(t *rapid.T) {
		tm := key(lit("a#"), num("N", 2), lit("#"), str("A"))
		draw := func() template.Range {
			op := rapid.SampledFrom([]template.Op{template.None, template.Lt, template.Le, template.Gt, template.Ge}).Draw(t, "op")
			var vals []reflect.Value
			if op != template.None {
				vals = values(rapid.Int64Range(-12, 105).Draw(t, "bound"))
			}
			r, err := tm.Range(nil, op, vals)
			require.NoError(t, err)
			return r
		}
		r, s := draw(), draw()
		both := r.And(s)
		for n := int64(-9); n <= 99; n++ {
			k := encoded(tb, tm, thing{N: n, A: "x"})
			require.Equal(t, r.Contains(k) && s.Contains(k), both.Contains(k), "%s in %v and %v: %v", k, r, s, both)
		}
	})
}

// TestCollectionUnderAParent reads a parent and its children, and nothing of another parent.
func TestCollectionUnderAParent(t *testing.T) {
	t.Parallel()
	order := key(lit("order#"), str("A"), lit("#"))
	line := key(lit("order#"), str("A"), lit("#line#"), str("B")).Under(order)
	for _, id := range words("a#l", 3) {
		one, err := order.Range(values(id), template.None, nil)
		if err != nil {
			continue
		}
		r := template.BeginsWith(one.Lo)
		for _, a := range words("a#l", 4) {
			if k, err := line.Encode(of(thing{A: a, B: "1"})); err == nil {
				require.Equal(t, a == id, r.Contains(k), "order %q, line %q", id, k)
			}
		}
	}
}
