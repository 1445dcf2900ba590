package template_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/template"
)

func TestString(t *testing.T) {
	t.Parallel()
	for want, tm := range map[string]template.Template{
		"":                                 {},
		"g#e#{A}#h#{B}":                    key(lit("g#"), lit("e#"), str("A"), lit("#"), lit("h#"), str("B")),
		"s#{Email:fold}":                   key(lit("s#"), fold("Email")),
		"v#{N:10}":                         key(lit("v#"), num("N", 10)),
		"{At}#{ID}":                        key(at("At"), lit("#"), text("ID")),
		"x{Email:shard8}":                  key(lit("x"), shard("Email", 8)),
		"=A =Score":                        key(native("A"), native("Score")),
		"{Place.City}":                     key(str("Place.City")),
		"{?}":                              key(template.Part{Kind: template.Str}),
		"k#{A}#{N:10}{At}{Email:shard200}": key(lit("k#"), str("A"), lit("#"), num("N", 10), at("At"), shard("Email", 200)),
	} {
		assert.Equal(t, want, tm.String())
	}
}

func TestAccessors(t *testing.T) {
	t.Parallel()
	tm := key(lit("g#"), lit("e#"), str("A"), lit("#"), num("N", 4), fold("Email"), lit("!"))
	parts := tm.Parts()
	require.Len(t, parts, 6)
	assert.Equal(t, "g#e#", parts[0].Text)
	assert.Equal(t, "g#e#", tm.Head())
	assert.Equal(t, "!", tm.Tail())
	assert.False(t, tm.LiteralOnly())
	assert.True(t, key(lit("a"), lit("b")).LiteralOnly())
	assert.True(t, template.Template{}.IsZero())
	assert.Equal(t, 1, tm.Index(f("A")))
	assert.Equal(t, -1, tm.Index(f("B")))
	assert.True(t, tm.Holds(f("Email")))
	assert.False(t, tm.Lossless(f("Email")))
	assert.True(t, tm.Lossless(f("N")))
	assert.Len(t, tm.Fields(), 3)
	both := key(fold("Email"), lit("#"), str("Email"))
	assert.Equal(t, 2, both.Index(f("Email")), "the lossless part stands for the field")
	assert.Equal(t, 30, key(at("At")).Parts()[0].Width)
	assert.Equal(t, 2, key(shard("A", 100)).Parts()[0].Width)
	assert.Equal(t, 3, key(shard("A", 101)).Parts()[0].Width)
	assert.Equal(t, "", key(str("A")).Head()+key(str("A")).Tail())
}

func TestUnder(t *testing.T) {
	t.Parallel()
	order := key(lit("order#"), str("A"), lit("#"))
	plain := key(lit("order#"), str("A"), lit("#line#"), str("B"))
	line := plain.Under(order)
	note := key(lit("order#"), str("A"), lit("#note#"), str("B")).Under(order)

	t.Run("continues", func(t *testing.T) {
		t.Parallel()
		check := func(want bool, child, parent template.Template) {
			t.Helper()
			assert.Equal(t, want, child.Continues(parent), "%s under %s", child, parent)
		}
		check(true, line, order)
		check(true, key(lit("order#"), str("B"), lit("#line#"), str("A")), order)
		check(true, key(lit("o#"), num("I8", 4), lit("#x")), key(lit("o#"), num("N", 4), lit("#")))
		check(true, key(lit("o#"), num("U", 4), lit("#x")), key(lit("o#"), num("N", 4), lit("#")))
		check(false, key(lit("o#"), num("N", 4), lit("#x")), key(lit("o#"), num("U", 4), lit("#")))
		check(false, order, order)
		check(false, order, line)
		check(false, plain, key(lit("order#"), str("A")))
		check(false, plain, key(lit("other#"), str("A"), lit("#")))
		check(false, plain, key(lit("order#"), fold("Email"), lit("#")))
		check(false, key(lit("order#"), str("A"), lit("#"), str("B")), order)
		check(false, plain, template.Template{})
	})

	t.Run("a value ends where the parent's does", func(t *testing.T) {
		t.Parallel()
		x := thing{A: "1#2", B: "3"}
		require.Equal(t, "order#1#2#line#3", encoded(t, plain, x))
		_, err := line.Encode(of(x))
		require.ErrorIs(t, err, template.ErrLiteral)
		assert.False(t, line.Match("order#1#2#line#3"))
		assert.True(t, line.Match("order#1#line#3"))
	})

	t.Run("siblings never share a key", func(t *testing.T) {
		t.Parallel()
		bare := key(lit("order#"), str("A"), lit("#note#"), str("B"))
		assert.True(t, template.MayEqual(plain, bare), "order#1#note#2#line#3 is both")
		assert.True(t, plain.Match("order#1#note#2#line#3") && bare.Match("order#1#note#2#line#3"))
		assert.False(t, template.MayEqual(line, note))
		assert.False(t, template.MayEqual(line, order))
	})

	t.Run("what is left after the parent", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "line#{B}", line.After(order).String())
		assert.False(t, template.MayMeet(line.After(order), note.After(order)))
		assert.True(t, template.MayMeet(line, note), "both begin with order#")
		assert.True(t, plain.After(note).IsZero())
	})

	t.Run("grandchildren", func(t *testing.T) {
		t.Parallel()
		middle := key(lit("order#"), str("A"), lit("#line#"), str("B"), lit("#")).Under(order)
		leaf := key(lit("order#"), str("A"), lit("#line#"), str("B"), lit("#tax#"), str("C"))
		for _, tm := range []template.Template{leaf.Under(middle), leaf.Under(order).Under(middle), leaf.Under(middle).Under(order)} {
			assert.False(t, tm.Match("order#1#2#line#3#tax#4"))
			assert.False(t, tm.Match("order#1#line#2#3#tax#4"))
			assert.True(t, tm.Match("order#1#line#2#tax#4"))
		}
	})

	t.Run("the template itself stays", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, plain.String(), plain.Under(key(str("A"))).String())
		assert.True(t, plain.Match("order#1#2#line#3"))
	})
}
