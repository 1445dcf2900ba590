package template_test

import (
	"reflect"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/template"
)

func toLower(r rune) rune { return unicode.ToLower(r) }

// injective: two things with one key have the same values in it.
func injective(t *rapid.T) {
	tm := drawTemplate.Draw(t, "template")
	x, y := drawThing.Draw(t, "x"), drawThing.Draw(t, "y")
	if rapid.Bool().Draw(t, "near") { // differ in one field only
		near := x
		near.A = y.A
		y = near
	}
	k, err := tm.Encode(of(x))
	if err != nil {
		return
	}
	l, err := tm.Encode(of(y))
	if err != nil || k != l {
		return
	}
	require.Equal(t, told(tm, x), told(tm, y), "%s: both are %q", tm, k)
}

// roundTrip: Decode(Encode(x)) is x, and the key matches, agrees, and is the sum of its parts.
func roundTrip(t *rapid.T) {
	tm := drawTemplate.Draw(t, "template")
	x := drawThing.Draw(t, "x")
	k, err := tm.Encode(of(x))
	if err != nil {
		var ve *template.ValueError
		require.ErrorAs(t, err, &ve)
		return
	}
	require.True(t, tm.Match(k), "%s: %q", tm, k)
	require.NoError(t, tm.Agrees(k, of(x)))
	v, y := restored(tm, x)
	require.NoError(t, tm.Decode(k, v), "%s: %q", tm, k)
	require.Equal(t, told(tm, x), told(tm, *y), "%s: %q", tm, k)
	again, err := tm.Encode(v)
	require.NoError(t, err)
	require.Equal(t, k, again)
	require.NoError(t, tm.Decode(k, v), "what an attribute told agrees")
}

// canonical: Decode accepts only what Encode renders, and what it accepts has the shape.
func canonical(t *rapid.T) {
	tm := drawTemplate.Draw(t, "template")
	s := rapid.OneOf(drawText, rapid.StringOf(rapid.SampledFrom([]rune("a#h0-9é")))).Draw(t, "s")
	if k, err := tm.Encode(of(drawThing.Draw(t, "x"))); err == nil && rapid.Bool().Draw(t, "change a key") {
		at := rapid.IntRange(0, len(k)).Draw(t, "at")
		s = k[:at] + s + k[min(len(k), at+rapid.IntRange(0, 2).Draw(t, "cut")):]
	}
	onlyText := true
	for _, p := range tm.Parts() {
		onlyText = onlyText && p.Kind != template.Fold && p.Kind != template.Shard
	}
	var y thing
	v := reflect.ValueOf(&y).Elem()
	if tm.Decode(s, v) != nil {
		return
	}
	require.True(t, tm.Match(s), "%s: %q", tm, s)
	if onlyText {
		again, err := tm.Encode(v)
		require.NoError(t, err)
		require.Equal(t, s, again)
	}
}

// ordered: within one prefix, keys sort as the values of a part that is fixed or last.
func ordered(t *rapid.T) {
	tm := drawTemplate.Draw(t, "template")
	parts := tm.Parts()
	i := rapid.IntRange(0, len(parts)-1).Draw(t, "part")
	p := parts[i]
	if p.Kind == template.Literal || p.Kind == template.Shard || !p.Fixed() && i < len(parts)-1 {
		return
	}
	x, y := drawThing.Draw(t, "x"), drawThing.Draw(t, "y")
	a, errA := tm.EncodePart(i, p.Field.Get(of(x)))
	b, errB := tm.EncodePart(i, p.Field.Get(of(y)))
	if errA != nil || errB != nil {
		return
	}
	want := compare(p, p.Field.Get(of(x)), p.Field.Get(of(y)))
	require.Equal(t, want, sign(compareBytes(a, b)), "%s: %q, %q", p, a, b)
	if p.Fixed() {
		require.Len(t, a, p.Width)
	}
}

func compareBytes(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// disjoint: two templates that cannot be equal, or meet, are not and do not.
func disjoint(t *rapid.T) {
	a, b := drawTemplate.Draw(t, "a"), drawTemplate.Draw(t, "b")
	k, errK := a.Encode(of(drawThing.Draw(t, "x")))
	if errK != nil {
		return
	}
	require.True(t, template.MayEqual(a, a) && template.MayMeet(a, a), "%s", a)
	require.Equal(t, template.MayEqual(a, b), template.MayEqual(b, a))
	if b.Match(k) {
		require.True(t, template.MayEqual(a, b), "%s, %s: %q", a, b, k)
		require.True(t, template.MayMeet(a, b))
	}
	for n := range len(k) {
		require.True(t, template.MayBegin(a, k[:n]))
	}
	whole, err := b.Range(nil, template.None, nil)
	require.NoError(t, err)
	if whole.Contains(k) {
		require.True(t, template.MayMeet(a, b), "%s, %s: %q", a, b, k)
	}
}

func TestInjective(t *testing.T) { t.Parallel(); rapid.Check(t, injective) }
func TestRoundTrip(t *testing.T) { t.Parallel(); rapid.Check(t, roundTrip) }
func TestCanonical(t *testing.T) { t.Parallel(); rapid.Check(t, canonical) }
func TestOrdered(t *testing.T)   { t.Parallel(); rapid.Check(t, ordered) }
func TestDisjoint(t *testing.T)  { t.Parallel(); rapid.Check(t, disjoint) }
func TestRanges(t *testing.T)    { t.Parallel(); rapid.Check(t, ranges) }

func FuzzInjective(f *testing.F) { f.Fuzz(rapid.MakeFuzz(injective)) }
func FuzzRoundTrip(f *testing.F) { f.Fuzz(rapid.MakeFuzz(roundTrip)) }
func FuzzCanonical(f *testing.F) { f.Fuzz(rapid.MakeFuzz(canonical)) }
func FuzzOrdered(f *testing.F)   { f.Fuzz(rapid.MakeFuzz(ordered)) }
func FuzzDisjoint(f *testing.F)  { f.Fuzz(rapid.MakeFuzz(disjoint)) }
func FuzzRanges(f *testing.F)    { f.Fuzz(rapid.MakeFuzz(ranges)) }

// FuzzDecode reads any string with each of a few templates: an accepted string is a rendered one.
func FuzzDecode(f *testing.F) {
	tms := []template.Template{
		key(lit("g#e#"), str("A"), lit("#h#"), str("B")), key(str("Status"), lit("##"), num("N", 4), str("A")),
		key(lit("v#"), num("N", 20)), key(num("U", 20)), key(num("I8", 4), lit("#")), key(at("At"), lit("#"), text("ID")),
	}
	for _, s := range []string{"g#e#1#h#2", "DRAFT##-998x", "v#-0776627963145224191", "18446744073709551615", "-871#", "2026-11-20T12:00:00.000000000Z#7f3a0001-0203-0405-0607-08090a0b0cff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, tm := range tms {
			x, err := decoded(tm, s, thing{})
			if err != nil {
				continue
			}
			require.True(t, tm.Match(s))
			require.NoError(t, tm.Agrees(s, of(x)))
			require.Equal(t, s, encoded(t, tm, x))
			for _, other := range tms {
				if other.Match(s) {
					require.True(t, template.MayEqual(tm, other))
				}
			}
		}
	})
}

// TestInjectiveExhaustive leaves nothing to chance: all pairs of short texts around literals that overlap themselves.
func TestInjectiveExhaustive(t *testing.T) {
	t.Parallel()
	texts := words("a#h", 4)
	for _, l := range []string{"#", "##", "#h#", "#a#", "h#h", "a#aa#"} {
		tm := key(lit("x"), str("A"), lit(l), str("B"))
		seen := map[string][2]string{}
		for _, a := range texts {
			for _, b := range texts {
				k, err := tm.Encode(of(thing{A: a, B: b}))
				if err != nil {
					continue
				}
				if other, ok := seen[k]; ok {
					t.Fatalf("%s: %q and %q are both %q", tm, other, [2]string{a, b}, k)
				}
				seen[k] = [2]string{a, b}
			}
		}
	}
}

// words returns all texts of up to n letters, the empty one first.
func words(letters string, n int) []string {
	out := []string{""}
	for from := 0; n > 0; n-- {
		to := len(out)
		for _, w := range out[from:to] {
			for _, c := range letters {
				out = append(out, w+string(c))
			}
		}
		from = to
	}
	return out
}
