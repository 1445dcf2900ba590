package template_test

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/internal/template"
)

var id = uuid{0x7f, 0x3a, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 255}

// goldens are stored keys: none of them may ever change.
var goldens = []struct {
	name string
	tm   template.Template
	x    thing
	want string
}{
	{"literal", key(lit("track")), thing{}, "track"},
	{"prefix", key(lit("c#"), str("A")), thing{A: "1"}, "c#1"},
	{"two ids", key(lit("g#"), lit("e#"), str("A"), lit("#h#"), str("B")), thing{A: "12", B: "9"}, "g#e#12#h#9"},
	{"named string", key(str("Status"), lit("#"), str("A")), thing{Status: "DRAFT", A: "org"}, "DRAFT#org"},
	{"nested", key(str("Place.City")), thing{Place: &place{"Zürich"}}, "Zürich"},
	{"a part of the literal", key(str("A"), lit("#h#"), str("B")), thing{A: "a#b", B: "#h#"}, "a#b#h##h#"},
	{"last takes all", key(lit("x#"), str("A")), thing{A: "x#~#"}, "x#x#~#"},
	{"tilde inside", key(lit("x"), str("A")), thing{A: "~"}, "x~"},
	{"fold", key(lit("s#"), fold("Email")), thing{Email: "ÄNN@Example.COM"}, "s#änn@example.com"},
	{"fold without special casing", key(fold("Email")), thing{Email: "ΟΔΟΣ İSTANBUL"}, "οδοσ istanbul"},
	{"text", key(lit("i#"), text("ID")), thing{ID: id}, "i#7f3a0001-0203-0405-0607-08090a0b0cff"},
	{"text by pointer", key(text("Word"), lit("#")), thing{Word: word{"w"}}, "w#"},
	{"version", key(lit("v#"), num("N", 10)), thing{N: 3}, "v#0000000003"},
	{"zero", key(num("N", 4)), thing{}, "0000"},
	{"widest", key(num("N", 4)), thing{N: 9999}, "9999"},
	{"minus one", key(num("N", 4)), thing{N: -1}, "-998"},
	{"minus two", key(num("N", 4)), thing{N: -2}, "-997"},
	{"most negative", key(num("N", 4)), thing{N: -999}, "-000"},
	{"one digit", key(num("N", 1)), thing{N: 9}, "9"},
	{"least int64", key(num("N", 20)), thing{N: math.MinInt64}, "-0776627963145224191"},
	{"greatest int64", key(num("N", 19)), thing{N: math.MaxInt64}, "9223372036854775807"},
	{"greatest uint64", key(num("U", 20)), thing{U: math.MaxUint64}, "18446744073709551615"},
	{"int8", key(num("I8", 4)), thing{I8: -128}, "-871"},
	{"time", key(at("At"), lit("#"), str("A")), thing{At: date("2026-11-20T10:30:00.5+01:00"), A: "m"}, "2026-11-20T09:30:00.500000000Z#m"},
	{"first instant", key(at("At")), thing{At: time.Time{}.Add(1)}, "0001-01-01T00:00:00.000000001Z"},
	{"last instant", key(at("At")), thing{At: date("9999-12-31T23:59:59.999999999Z")}, "9999-12-31T23:59:59.999999999Z"},
	{"fixed parts side by side", key(num("N", 3), at("At"), num("U8", 3), str("A")), thing{N: -1, At: date("2026-01-02T03:04:05Z"), U8: 7, A: "z"}, "-982026-01-02T03:04:05.000000000Z007z"},
	{"shard", key(lit("x"), shard("Email", 8)), thing{Email: "a@example.com"}, "x07"},
	{"shard of 1000", key(lit("x"), shard("Email", 1000)), thing{Email: "a@example.com"}, "x095"},
}

func TestEncodeGolden(t *testing.T) {
	t.Parallel()
	for _, g := range goldens {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			require.Empty(t, g.tm.Faults())
			assert.Equal(t, g.want, encoded(t, g.tm, g.x))
			assert.True(t, g.tm.Match(g.want))
			assert.NoError(t, g.tm.Agrees(g.want, of(g.x)))
			b, err := g.tm.AppendTo([]byte("before "), reflect.ValueOf(&g.x).Elem())
			require.NoError(t, err)
			assert.Equal(t, "before "+g.want, string(b))
			var parts strings.Builder
			for i, p := range g.tm.Parts() {
				if p.Kind == template.Literal {
					parts.WriteString(p.Text)
					continue
				}
				s, err := g.tm.EncodePart(i, p.Field.Get(of(g.x)))
				require.NoError(t, err)
				parts.WriteString(s)
			}
			assert.Equal(t, g.want, parts.String())
		})
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	two := key(str("A"), lit("#h#"), str("B"))
	for _, c := range []struct {
		name  string
		tm    template.Template
		x     thing
		cause error
		msg   string
	}{
		{"empty string", two, thing{A: "a"}, template.ErrEmpty, "B is empty"},
		{"nil pointer in the way", key(str("Place.City")), thing{}, template.ErrEmpty, "Place.City is empty"},
		{"empty fold", key(fold("Email")), thing{}, template.ErrEmpty, "Email is empty"},
		{"empty shard", key(shard("Email", 8)), thing{}, template.ErrEmpty, "Email is empty"},
		{"zero time", key(at("At")), thing{}, template.ErrEmpty, "At is empty"},
		{"zero time in another zone", key(at("At")), thing{At: time.Time{}.In(time.FixedZone("x", 3600))}, template.ErrEmpty, "At is empty"},
		{"zero uuid", key(text("ID")), thing{}, template.ErrEmpty, "ID is empty"},
		{"zero text", key(text("Word")), thing{}, template.ErrEmpty, "Word is empty"},
		{"text methods fail", key(text("Word")), thing{Word: word{"bad"}}, nil, "Word is bad"},
		{"literal inside", two, thing{A: "a#h#b", B: "b"}, template.ErrLiteral, `A holds "#h#", which follows it in the key`},
		{"literal at the start", two, thing{A: "#h#", B: "b"}, template.ErrLiteral, `A holds "#h#", which follows it in the key`},
		{"literal runs on into itself", two, thing{A: "a#h", B: "b"}, template.ErrLiteral, `A ends in a beginning of "#h#", which follows it in the key, so its end would be ambiguous`},
		{"literal of one byte twice", key(str("A"), lit("##"), str("B")), thing{A: "a#", B: "b"}, template.ErrLiteral, `A ends in a beginning of "##", which follows it in the key, so its end would be ambiguous`},
		{"literal in folded text", key(fold("Email"), lit("#x"), str("A")), thing{Email: "a#Xb", A: "a"}, template.ErrLiteral, `Email holds "#x", which follows it in the key`},
		{"literal in Text", key(text("Word"), lit("#"), str("A")), thing{Word: word{"a#"}, A: "a"}, template.ErrLiteral, `Word holds "#", which follows it in the key`},
		{"literal at the end of the key", key(str("A"), lit("#")), thing{A: "1#"}, template.ErrLiteral, `A holds "#", which follows it in the key`},
		{"invalid UTF-8", key(lit("u"), str("A")), thing{A: "u\xff"}, template.ErrText, "A is not valid UTF-8"},
		{"invalid UTF-8 folded", key(lit("u"), fold("Email")), thing{Email: "U\xff"}, template.ErrText, "Email is not valid UTF-8"},
		{"a surrogate", key(lit("u"), str("A")), thing{A: "\xed\xa0\x80"}, template.ErrText, "A is not valid UTF-8"},
		{"the last code point", key(lit("u"), str("A")), thing{A: "a\U0010FFFFb"}, template.ErrText, "A contains U+10FFFF, which is reserved for the ends of ranges: remove it from the text"},
		{"tilde first", key(str("A"), lit("#")), thing{A: "~a"}, template.ErrText, `A begins the key with "~", as the keys of the library do`},
		{"four digits", key(num("N", 3)), thing{N: 1000}, template.ErrOverflow, "N does not fit width 3, which holds -99 to 999"},
		{"sign and three digits", key(num("N", 3)), thing{N: -100}, template.ErrOverflow, "N does not fit width 3, which holds -99 to 999"},
		{"sign alone", key(num("N", 1)), thing{N: -1}, template.ErrOverflow, "N does not fit width 1, which holds 0 to 9"},
		{"uint64 in 19", key(num("U", 19)), thing{U: math.MaxUint64}, template.ErrOverflow, "U does not fit width 19, which holds 0 to 9999999999999999999"},
		{"least int64 in 19", key(num("N", 19)), thing{N: math.MinInt64}, template.ErrOverflow, "N does not fit width 19, which holds -999999999999999999 to 9999999999999999999"},
		{"year 10000", key(at("At")), thing{At: date("9999-12-31T23:30:00-01:00")}, template.ErrOverflow, "At is in the year 10000, which is not 1 to 9999"},
		{"year 0", key(at("At")), thing{At: time.Date(1, 1, 1, 0, 0, 0, 0, time.FixedZone("x", 3600))}, template.ErrOverflow, "At is in the year 0, which is not 1 to 9999"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Empty(t, c.tm.Faults())
			_, err := c.tm.Encode(of(c.x))
			require.EqualError(t, err, c.msg)
			if c.cause != nil {
				require.ErrorIs(t, err, c.cause)
			}
			var ve *template.ValueError
			require.ErrorAs(t, err, &ve)
			assert.Equal(t, strings.Fields(c.msg)[0], ve.Field)
			dst, err := c.tm.AppendTo([]byte("kept"), of(c.x))
			require.Error(t, err)
			assert.Equal(t, "kept", string(dst))
		})
	}
}

func TestEncodePart(t *testing.T) {
	t.Parallel()
	tm := key(lit("g#"), str("A"), lit("#"), num("N", 4))
	_, err := tm.EncodePart(1, reflect.ValueOf("a#"))
	require.ErrorIs(t, err, template.ErrLiteral, "as in its place")
	_, err = tm.EncodePart(1, reflect.ValueOf(status("a")))
	require.EqualError(t, err, "A is a string, not a template_test.status")
	_, err = tm.EncodePart(3, reflect.Value{})
	require.EqualError(t, err, "N has no value")
	_, err = tm.EncodePart(0, reflect.ValueOf(""))
	require.EqualError(t, err, `the literal "g#" has no value`)
	_, err = key(native("A")).EncodePart(0, reflect.ValueOf("a"))
	require.EqualError(t, err, "A a Native template has no text")
}

func TestShards(t *testing.T) {
	t.Parallel()
	tm := key(lit("all#"), shard("Email", 12), lit("#"), str("A"))
	assert.Equal(t, 12, tm.Shards())
	assert.Equal(t, 0, key(str("A")).Shards())
	seen := map[string]bool{}
	for i := range tm.Shards() {
		s, err := tm.EncodeShard(of(thing{A: "x"}), i)
		require.NoError(t, err)
		assert.True(t, tm.Match(s))
		seen[s] = true
	}
	assert.Len(t, seen, 12)
	assert.True(t, seen["all#00#x"] && seen["all#11#x"])
	for _, email := range []string{"a", "b", "c", strings.Repeat("z", 1000)} {
		assert.True(t, seen[encoded(t, tm, thing{Email: email, A: "x"})])
	}
	_, err := tm.EncodeShard(of(thing{A: "x"}), 12)
	require.EqualError(t, err, "shard 12 of 12")
	_, err = tm.EncodeShard(of(thing{}), 1)
	require.ErrorIs(t, err, template.ErrEmpty)
	assert.False(t, tm.Match("all#1#x"))
}

func TestCheckNative(t *testing.T) {
	t.Parallel()
	type (
		S = types.AttributeValueMemberS
		B = types.AttributeValueMemberB
		N = types.AttributeValueMemberN
	)
	multi := key(native("A"), native("Score"), native("B"), native("Bytes"))
	own, other := template.Limits{Bytes: 4, Side: "sort", Reserved: true}, template.Limits{Bytes: 4, Side: "sort"}
	for _, c := range []struct {
		part   int
		av     types.AttributeValue
		limits template.Limits
		want   string
	}{
		{0, &S{Value: "a"}, own, ""},
		{0, &S{Value: ""}, own, "A is empty"},
		{0, nil, own, "A is empty"},
		{0, &types.AttributeValueMemberBOOL{}, own, "A is empty"},
		{0, &S{Value: "~a"}, own, `A begins the key with "~", as the keys of the library do`},
		{0, &S{Value: "~a"}, other, ""},
		{0, &S{Value: "\xff"}, own, "A is not valid UTF-8"},
		{2, &S{Value: "\xff"}, other, "B is not valid UTF-8"},
		{2, &S{Value: "12345"}, other, "B has 5 bytes, DynamoDB allows 4 in a sort key"},
		{1, &N{Value: "1234567"}, own, ""},
		{3, &B{Value: []byte{0xff}}, own, ""},
		{3, &B{}, own, "Bytes is empty"},
		{3, &B{Value: make([]byte, 5)}, own, "Bytes has 5 bytes, DynamoDB allows 4 in a sort key"},
	} {
		if err := multi.CheckNative(c.part, c.av, c.limits); c.want == "" {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, c.want)
		}
	}

	one := key(native("A"))
	assert.True(t, one.Match("a"))
	assert.False(t, one.Match(""))
	assert.False(t, one.Match("~a"))
	assert.False(t, multi.Match("a"))
	_, err := one.Encode(of(thing{A: "a"}))
	require.Error(t, err)
	require.Error(t, one.Decode("a", reflect.ValueOf(&thing{}).Elem()))
	require.Error(t, one.Agrees("a", of(thing{A: "a"})))
	_, err = one.Range(nil, template.None, nil)
	require.Error(t, err)
}
