package template_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/template"
)

func TestOverlap(t *testing.T) {
	t.Parallel()
	type T = template.Template
	check := func(name string, want bool, f func(a, b T) bool, a, b T) {
		t.Helper()
		assert.Equal(t, want, f(a, b), "%s: %s, %s", name, a, b)
	}
	course, sub := key(lit("c#"), str("A")), key(lit("c#"), str("A"), lit("#"), str("B"))
	version := key(lit("v#"), num("N", 10))
	log := key(at("At"), lit("#"), str("A"))

	check("the same", true, template.MayEqual, course, course)
	check("a value may hold the literal of the other", true, template.MayEqual, course, sub)
	check("other prefix", false, template.MayEqual, course, key(lit("e#"), str("A")))
	check("literal and field", true, template.MayEqual, key(lit("USR")), key(str("A")))
	check("literals", false, template.MayEqual, key(lit("USR")), key(lit("USR2")))
	check("widths", false, template.MayEqual, version, key(lit("v#"), num("N", 9)))
	check("width and text", true, template.MayEqual, version, key(lit("v#"), str("A")))
	check("digits and letters", false, template.MayEqual, version, key(lit("v#"), str("A"), lit("x")))
	check("sign", true, template.MayEqual, key(num("I8", 2)), key(lit("-"), num("U", 1)))
	check("no sign", false, template.MayEqual, key(num("U8", 2)), key(lit("-"), num("U", 1)))
	check("a time is no number", false, template.MayEqual, key(at("At")), key(num("U", 20), shard("A", 100), shard("B", 100)))
	check("ends in a literal", false, template.MayEqual, key(lit("o#"), str("A"), lit("#")), key(lit("o#"), str("A"), lit("!")))
	check("a field that begins the key holds no tilde first", false, template.MayEqual, key(str("A")), key(lit("~a")))

	check("heads that differ", false, template.MayMeet, course, version)
	check("head within head", true, template.MayMeet, key(lit("c"), str("A")), course)
	check("no head reads everything", true, template.MayMeet, log, version)
	check("a literal is read by equality", false, template.MayMeet, key(lit("usr")), key(lit("usr#"), str("A")))
	check("a literal that a field renders", true, template.MayMeet, key(lit("usr#1")), key(lit("usr#"), str("A")))
	check("a literal that a number does not render", false, template.MayMeet, key(lit("v#latest")), key(lit("v"), lit("#0"), num("N", 4)))

	check("native text and a template", true, template.MayEqual, key(native("A")), course)
	check("native text and tilde", false, template.MayEqual, key(native("A")), key(lit("~x")))
	check("natives", true, template.MayEqual, key(native("A")), key(native("Score")))
	check("native sort keys", true, template.MayMeet, key(native("Score")), course)

	assert.True(t, template.MayBegin(course, "c#12"))
	assert.False(t, template.MayBegin(course, "d"))
	assert.False(t, template.MayBegin(version, "v#12345678901"))
	assert.False(t, template.MayBegin(log, "~"))
}

// TestOverlapExhaustive compares the automata with a search through all strings that are long enough for these templates.
func TestOverlapExhaustive(t *testing.T) {
	t.Parallel()
	all := words("a#01", 7)
	var tms []template.Template
	for _, head := range []string{"", "a", "#"} {
		for _, mid := range []string{"", "#", "##", "a#", "aa"} {
			for _, tail := range []string{"", "#", "0"} {
				if len(mid) > 1 && tail != "" {
					continue // its keys are too long for the search
				}
				var parts []template.Part
				if head != "" {
					parts = append(parts, lit(head))
				}
				parts = append(parts, str("A"))
				if mid != "" {
					parts = append(parts, lit(mid), num("I8", 1))
				}
				if tail != "" {
					parts = append(parts, lit(tail))
				}
				tms = append(tms, key(parts...))
			}
		}
	}
	parent := key(lit("a"), str("A"), lit("#"))
	tms = append(tms, parent, key(lit("a"), str("A"), lit("##"), str("B")).Under(parent), key(lit("a"), str("A"), lit("#a"), str("B")).Under(parent),
		key(lit("a#")), key(lit("0")), key(num("U", 2)), key(num("N", 2), str("A")))

	keys := make([][]bool, len(tms))
	for i, tm := range tms {
		require.Empty(t, tm.Faults(), "%s", tm)
		sample := encoded(t, tm, thing{A: "1", B: "1", N: 1, U: 1, I8: 1})
		for _, w := range all {
			keys[i] = append(keys[i], tm.Match(w))
			begins := false
			for from := range len(sample) + 1 { // if anything completes w, then the end of some key does
				begins = begins || tm.Match(w+sample[from:])
			}
			if begins != template.MayBegin(tm, w) {
				t.Errorf("%s: MayBegin %q is not %v", tm, w, begins)
			}
		}
	}
	meet := func(a, b []bool) bool {
		for n := range a {
			if a[n] && b[n] {
				return true
			}
		}
		return false
	}
	for i, a := range tms {
		for j, b := range tms {
			if meet(keys[i], keys[j]) != template.MayEqual(a, b) {
				t.Errorf("%s, %s: MayEqual is %v", a, b, template.MayEqual(a, b))
			}
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	check := func(want bool, tm template.Template, keys ...string) {
		t.Helper()
		for _, k := range keys {
			assert.Equal(t, want, tm.Match(k), "%s: %q", tm, k)
		}
	}
	progress := key(lit("g#e#"), str("A"), lit("#h#"), str("B"))
	check(true, progress, "g#e#1#h#2", "g#e#1#h#2#h#3", "g#e#x#h##h#")
	check(false, progress, "", "g#e#", "g#e#1", "g#e#1#h#", "g#e##h#2", "g#e##h##h#", "g#s#1#h#2", "x"+"g#e#1#h#2")
	check(true, key(num("N", 3)), "000", "-98", "999")
	check(false, key(num("N", 3)), "", "00", "0000", "--1", "0-1", "abc", "+12")
	check(false, key(num("U", 3)), "-98")
	check(false, key(num("N", 1)), "-")
	check(true, key(at("At")), "2026-11-20T12:00:00.000000000Z")
	check(false, key(at("At")), "2026-11-20T12:00:00.000000000z", "2026-11-20 12:00:00.000000000Z", "2026-11-20T12:00:00Z", "2026-11-20T12:00:00,000000000Z")
	check(false, key(str("A")), "~a", "")
	check(true, key(lit("a")), "a")
	check(false, key(lit("a")), "", "aa")
	check(false, template.Template{}, "", "a")
	check(true, key(lit("o#"), str("A"), lit("#")), "o#1#")
	check(false, key(lit("o#"), str("A"), lit("#")), "o#1#2#", strings.Repeat("o#", 9))
}
