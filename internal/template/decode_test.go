package template_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/template"
)

func decoded(tm template.Template, s string, x thing) (thing, error) {
	err := tm.Decode(s, reflect.ValueOf(&x).Elem())
	return x, err
}

func TestDecode(t *testing.T) {
	t.Parallel()

	t.Run("sets what is zero", func(t *testing.T) {
		t.Parallel()
		tm := key(lit("a#"), str("Place.City"), lit("#"), num("N", 4), at("At"), text("ID"), lit("#"), text("Word"))
		x, err := decoded(tm, "a#Zürich#-9972026-11-20T12:00:00.000000001Z7f3a0001-0203-0405-0607-08090a0b0cff#w", thing{})
		require.NoError(t, err)
		assert.Equal(t, thing{Place: &place{"Zürich"}, N: -2, At: date("2026-11-20T12:00:00.000000001Z"), ID: id, Word: word{"w"}}, x)
		assert.Equal(t, time.UTC, x.At.Location())
	})

	t.Run("compares what is not", func(t *testing.T) {
		t.Parallel()
		tm := key(lit("c#"), str("A"), lit("#"), num("N", 2))
		x, err := decoded(tm, "c#1#07", thing{A: "1", N: 7})
		require.NoError(t, err)
		assert.Equal(t, thing{A: "1", N: 7}, x)
		_, err = decoded(tm, "c#1#07", thing{A: "2"})
		require.ErrorIs(t, err, template.ErrDisagrees)
		require.EqualError(t, err, `A is "2", the key says "1"`)
		_, err = decoded(tm, "c#1#07", thing{N: 100})
		require.ErrorIs(t, err, template.ErrDisagrees)
		require.EqualError(t, err, "N is 100, the key says 7")
		_, err = decoded(tm, "c#1#07", thing{A: "1"})
		require.NoError(t, err, "a zero number was not read")
		require.EqualError(t, tm.Agrees("c#1#07", of(thing{A: "1"})), "N is 0, the key says 7")
		local := date("2026-11-20T13:00:00+01:00")
		_, err = decoded(key(at("At")), "2026-11-20T12:00:00.000000000Z", thing{At: local})
		require.NoError(t, err, "the same instant")
		_, err = decoded(key(at("At")), "2026-11-20T12:00:00.500000000Z", thing{At: local})
		require.EqualError(t, err, "At is 2026-11-20T12:00:00Z, the key says 2026-11-20T12:00:00.5Z")
		_, err = decoded(key(text("Word")), "a", thing{Word: word{"b"}})
		require.EqualError(t, err, `Word is "b", the key says "a"`)
	})

	t.Run("checks what is encode-only", func(t *testing.T) {
		t.Parallel()
		tm := key(lit("s#"), shard("A", 8), lit("#"), fold("Email"))
		x := thing{A: "a", Email: "Ann"}
		k := encoded(t, tm, x)
		_, err := decoded(tm, k, x)
		require.NoError(t, err)
		_, err = decoded(tm, k, thing{})
		require.NoError(t, err, "they were not read")
		_, err = decoded(tm, k, thing{A: "a", Email: "Bob"})
		require.EqualError(t, err, `Email is "Bob", the key says "ann"`)
		_, err = decoded(tm, "s#00#ann", thing{A: "a"})
		require.EqualError(t, err, `A is "a" of shard 3, the key says shard 0`)
		_, err = decoded(tm, "s#08#ann", thing{})
		require.ErrorIs(t, err, template.ErrShape)
		_, err = decoded(tm, "s#00#Ann", thing{})
		require.ErrorIs(t, err, template.ErrShape)
		_, err = decoded(key(fold("Email"), lit("#"), str("Email")), "ann#Ann", thing{})
		require.NoError(t, err, "a fold of a part that follows it")
		_, err = decoded(key(fold("Email"), lit("#"), str("Email")), "ann#Bob", thing{})
		require.ErrorIs(t, err, template.ErrDisagrees)
	})

	for name, c := range map[string]struct {
		tm   template.Template
		keys []string
		msg  string
	}{
		"other literal":     {key(lit("c#"), str("A")), []string{"", "c#", "d#1", "xc#1"}, "is not a key of the template c#{A}"},
		"more than a key":   {key(lit("c"), num("N", 2)), []string{"c011", "c0", "c-1x"}, "is not a key of the template c{N:2}"},
		"not UTF-8":         {key(lit("c#"), str("A")), []string{"c#\xff", "c#\U0010FFFF"}, "is not a key of the template c#{A}"},
		"minus zero":        {key(num("N", 4)), []string{"-999"}, "N cannot hold the number in its key"},
		"too great":         {key(num("N", 20)), []string{"09223372036854775808", "99999999999999999999", "-0776627963145224190"}, "N cannot hold the number in its key"},
		"too great for one": {key(num("I8", 4)), []string{"0128", "-870"}, "I8 cannot hold the number in its key"},
		"too great for two": {key(num("U8", 4)), []string{"0256"}, "U8 cannot hold the number in its key"},
		"no date":           {key(at("At")), []string{"2026-13-20T12:00:00.000000000Z", "2026-02-29T12:00:00.000000000Z", "2026-11-20T24:00:00.000000000Z", "0000-01-01T00:00:00.000000000Z", "0001-01-01T00:00:00.000000000Z"}, "is not a key of the template {At}"},
		"another spelling":  {key(text("ID")), []string{"7F3A0001-0203-0405-0607-08090A0B0CFF", "00000000-0000-0000-0000-000000000000"}, "is not a key of the template {ID}"},
		"its own error":     {key(text("ID")), []string{"x"}, "ID is no uuid"},
		"no template":       {template.Template{}, []string{""}, "is not a key of the template "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, k := range c.keys {
				_, err := decoded(c.tm, k, thing{})
				require.EqualError(t, err, c.msg, "%q", k)
				require.Error(t, c.tm.Agrees(k, of(thing{A: "1", N: 1})))
			}
		})
	}
}
