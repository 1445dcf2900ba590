package template_test

import (
	"reflect"
	"testing"

	"github.com/singletable-go/ddb/internal/template"
)

var (
	benchItem = thing{
		A: "7f3a0001-0203-0405-0607-08090a0b0cff", B: "9c3a0001-0203-0405-0607-08090a0b0cff",
		Email: "Ann@Example.com", N: 42, At: date("2026-11-20T12:00:00Z"), ID: id,
	}
	benchTemplates = []struct {
		name           string
		tm             template.Template
		encode, decode float64 // allocations
	}{
		{"Literal", key(lit("track")), 1, 0},
		{"TwoIDs", key(lit("g#e#"), str("A"), lit("#h#"), str("B")), 1, 0},
		{"Fold", key(lit("s#"), fold("Email")), 1, 0},
		{"Num", key(lit("v#"), num("N", 10)), 1, 0},
		{"Time", key(at("At"), lit("#"), str("A")), 1, 0},
		{"Text", key(lit("i#"), text("ID")), 2, 2},
		{"Shard", key(lit("x"), shard("Email", 8)), 1, 0},
	}
)

func BenchmarkEncode(b *testing.B) {
	item := reflect.ValueOf(&benchItem).Elem()
	for _, c := range benchTemplates {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.tm.Encode(item); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendTo(b *testing.B) {
	item := reflect.ValueOf(&benchItem).Elem()
	dst := make([]byte, 0, 256)
	for _, c := range benchTemplates {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.tm.AppendTo(dst, item); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, c := range benchTemplates {
		b.Run(c.name, func(b *testing.B) {
			k := encoded(b, c.tm, benchItem)
			var y thing
			into := reflect.ValueOf(&y).Elem()
			b.ReportAllocs()
			for b.Loop() {
				y = thing{}
				if err := c.tm.Decode(k, into); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	for _, c := range benchTemplates {
		b.Run(c.name, func(b *testing.B) {
			k := encoded(b, c.tm, benchItem)
			b.ReportAllocs()
			for b.Loop() {
				if !c.tm.Match(k) {
					b.Fatal(k)
				}
			}
		})
	}
}

func BenchmarkMayEqual(b *testing.B) {
	x, y := key(lit("g#e#"), str("A"), lit("#h#"), str("B")), key(lit("g#"), str("A"), lit("#x#"), at("At"))
	b.ReportAllocs()
	for b.Loop() {
		template.MayEqual(x, y)
	}
}
