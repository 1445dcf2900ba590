package template_test

import (
	"math"
	"reflect"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/singletable-go/ddb/internal/template"
)

// Literals and texts are drawn from few bytes, so that values run into literals all the time.

var drawLiteral = rapid.SampledFrom([]string{"#", "##", "#h#", "a", "a#", "aa", "ab", "0", "-", "9", "h#", "é", "é#", "~", "T", "Z"})

var drawText = rapid.OneOf(
	rapid.StringOfN(rapid.SampledFrom([]rune("a#hA0-9~bé\x00TZ")), 0, 4, -1),
	rapid.StringN(0, 6, -1),
	rapid.SampledFrom([]string{"\xff", "a\xe2\x82", "a\U0010FFFF", "\U0010FFFE", "\uD7FF", "\uE000", "\uFFFF", "\U00010000", "K", "İ"}),
)

var drawInt = rapid.OneOf(
	rapid.Int64Range(-12, 12),
	rapid.Int64(),
	rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64 - 1, math.MaxInt64, -1000, -999, 999, 1000, 9999}),
)

var drawUint = rapid.OneOf(
	rapid.Uint64Range(0, 12),
	rapid.Uint64(),
	rapid.SampledFrom([]uint64{math.MaxUint64, math.MaxUint64 - 1, math.MaxInt64, math.MaxInt64 + 1, 999, 1000}),
)

var drawTime = rapid.Custom(func(t *rapid.T) time.Time {
	zone := time.FixedZone("x", rapid.IntRange(-12, 14).Draw(t, "zone")*3600)
	switch rapid.IntRange(0, 3).Draw(t, "era") {
	case 0:
		return time.Unix(0, rapid.Int64Range(-3, 3).Draw(t, "ns")).In(zone)
	case 1:
		return date("9999-12-31T23:59:59.999999999Z").Add(time.Duration(rapid.Int64Range(-2, 2).Draw(t, "after the end"))).In(zone)
	case 2:
		return time.Time{}.Add(time.Duration(rapid.Int64Range(-2, 2).Draw(t, "after the beginning"))).In(zone)
	}
	return time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "s"), rapid.Int64Range(0, 999999999).Draw(t, "ns")).In(zone)
})

var drawThing = rapid.Custom(func(t *rapid.T) thing {
	n, u := drawInt.Draw(t, "N"), drawUint.Draw(t, "U")
	x := thing{
		A: drawText.Draw(t, "A"), B: drawText.Draw(t, "B"), OnlyKey: drawText.Draw(t, "OnlyKey"),
		Email: drawText.Draw(t, "Email"), Status: status(drawText.Draw(t, "Status")),
		N: n, I: int(n), I8: int8(n), I16: int16(n), I32: int32(n),
		U: u, U8: uint8(u), U16: uint16(u), U32: uint32(u), UU: uint(u),
		At: drawTime.Draw(t, "At"), Word: word{drawText.Draw(t, "Word")},
	}
	x.ID[15], x.ID[0] = byte(rapid.IntRange(0, 2).Draw(t, "ID")), byte(u)
	if rapid.Bool().Draw(t, "has a place") {
		x.Place = &place{drawText.Draw(t, "City")}
	}
	return x
})

var drawPart = rapid.Custom(func(t *rapid.T) template.Part {
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0, 1, 2:
		return str(rapid.SampledFrom([]string{"A", "B", "OnlyKey", "Status", "Place.City"}).Draw(t, "field"))
	case 3:
		return fold(rapid.SampledFrom([]string{"Email", "A"}).Draw(t, "field"))
	case 4:
		return num(rapid.SampledFrom([]string{"N", "I", "I8", "I16", "I32"}).Draw(t, "field"), rapid.IntRange(1, 20).Draw(t, "width"))
	case 5:
		return num(rapid.SampledFrom([]string{"U", "U8", "U16", "U32", "UU"}).Draw(t, "field"), rapid.IntRange(1, 20).Draw(t, "width"))
	case 6:
		return at("At")
	case 7:
		return text(rapid.SampledFrom([]string{"ID", "Word"}).Draw(t, "field"))
	case 8:
		return shard("B", rapid.SampledFrom([]int{2, 8, 100, 101, 1000}).Draw(t, "n"))
	}
	return lit(drawLiteral.Draw(t, "literal"))
})

// drawTemplate draws templates without faults.
var drawTemplate = rapid.Custom(func(t *rapid.T) template.Template {
	var parts []template.Part
	open := false
	for range rapid.IntRange(1, 5).Draw(t, "parts") {
		p := drawPart.Draw(t, "part")
		if open && p.Kind != template.Literal {
			parts = append(parts, lit(drawLiteral.Draw(t, "between")))
		}
		if next := append(parts, p); len(key(next...).Faults()) == 0 {
			parts = next
		}
		if n := len(parts); n > 0 {
			k := parts[n-1].Kind
			open = k == template.Str || k == template.Fold || k == template.Text
		}
	}
	if len(parts) == 0 {
		parts = []template.Part{lit("a")}
	}
	return key(parts...)
}).Filter(func(t template.Template) bool { return len(t.Faults()) == 0 })

// told returns the values in a key of tm for x: the values of the lossless parts, the text of the others.
func told(tm template.Template, x thing) []any {
	var out []any
	for i, p := range tm.Parts() {
		if p.Kind == template.Literal {
			continue
		}
		v := p.Field.Get(of(x))
		switch {
		case p.Kind == template.Time:
			out = append(out, v.Interface().(time.Time).UnixNano(), v.Interface().(time.Time).Unix())
		case p.Lossless():
			out = append(out, v.Interface())
		default:
			s, _ := tm.EncodePart(i, v)
			out = append(out, s)
		}
	}
	return out
}

// restored returns a zero thing but for the fields that Decode cannot set.
func restored(tm template.Template, x thing) (reflect.Value, *thing) {
	var y thing
	v := reflect.ValueOf(&y).Elem()
	for _, p := range tm.Parts() {
		if p.Kind == template.Fold || p.Kind == template.Shard {
			p.Field.Addr(v).Set(p.Field.Get(of(x)))
		}
	}
	return v, &y
}

func sign(x int) int { return max(-1, min(1, x)) }

// compare compares the field of part p in two things as Go does.
func compare(p template.Part, v, w reflect.Value) int {
	switch p.Kind {
	case template.Num:
		if v.CanInt() {
			return sign(cmpOrdered(v.Int(), w.Int()))
		}
		return sign(cmpOrdered(v.Uint(), w.Uint()))
	case template.Time:
		return v.Interface().(time.Time).Compare(w.Interface().(time.Time))
	case template.Text:
		return strings.Compare(marshaled(v), marshaled(w))
	case template.Fold:
		return strings.Compare(folded(v.String()), folded(w.String()))
	default:
		return strings.Compare(v.String(), w.String())
	}
}

func cmpOrdered[T int64 | uint64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func marshaled(v reflect.Value) string {
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	b, err := p.Interface().(interface{ MarshalText() ([]byte, error) }).MarshalText()
	if err != nil {
		panic(err)
	}
	return string(b)
}

// folded is the lower case of the toolchain, which agrees with the frozen table for what the tests draw.
func folded(s string) string { return strings.Map(toLower, s) }
