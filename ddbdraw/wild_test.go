package ddbdraw_test

import (
	"fmt"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbdraw"
)

// odd are texts that break what is careless.
var odd = []string{
	`<script>alert("1")</script>`, `</title></style></svg>]]>&amp;&#39;'`, "\x00\x01\x1b\x7f\u0085\ufffe\uffff", "a\xff\xfe\xc3(b", "\u202eevil\u202c \u2066x",
	"مرحبا بالعالم", "שלום c#1", "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪", "漢字かな交じり文", "e\u0301\u0301\u0301", "a\nb\tc\r", "`code` and ` one", `" onmouseover="x`, "%s%d%!", "", " ",
	strings.Repeat("k", 2048), strings.Repeat("Ẅ", 300),
}

// wild is a large design: entities that refer to many, in cycles and to themselves, and indexes of all kinds.
func wild(entities, indexes int) (d ddbdraw.Drawing) {
	literal := func(s string) ddbdesign.Template {
		return ddbdesign.Template{Text: s + "#{ID}", Parts: []ddbdesign.Part{{Kind: ddbdesign.PartLiteral, Text: s + "#"}, {Kind: ddbdesign.PartStr, Field: "ID"}}}
	}
	d.Design.Indexes = []ddbdesign.Index{{
		Name: ddbdesign.Primary, Kind: ddbdesign.KindPrimary, Projection: "ALL",
		Partition: []ddbdesign.Attribute{{Name: "pk", Type: "S"}}, Sort: []ddbdesign.Attribute{{Name: "sk", Type: "N"}},
	}}
	for i := 1; i < indexes; i++ {
		ix := ddbdesign.Index{
			Name: fmt.Sprintf("gsi%d", i), Kind: ddbdesign.KindGlobal, Projection: []string{"ALL", "KEYS_ONLY", "INCLUDE"}[i%3],
			Partition: []ddbdesign.Attribute{{Name: fmt.Sprintf("g%d", i), Type: "S"}},
		}
		if i%3 == 2 {
			ix.Include = []string{"name", odd[i%len(odd)]}
		}
		if i%4 == 0 {
			ix.Kind, ix.Partition = ddbdesign.KindLocal, d.Design.Indexes[0].Partition
			ix.Sort = []ddbdesign.Attribute{{Name: fmt.Sprintf("l%d", i), Type: "S"}}
		}
		if i%5 == 0 {
			ix.Partition = append(ix.Partition, ddbdesign.Attribute{Name: fmt.Sprintf("more%d", i), Type: "S"})
		}
		d.Design.Indexes = append(d.Design.Indexes, ix)
	}
	for i := range entities {
		e := ddbdesign.Entity{
			Name: fmt.Sprintf("entity%d", i), Go: "main.E", Entries: []ddbdesign.IndexEntry{{Index: ddbdesign.Primary, Partition: literal(fmt.Sprint("e", i)), Sort: literal("x")}},
			Fields: []ddbdesign.Field{{Name: "ID", Go: "string"}, {Name: "Name", Go: "string", Path: []string{"name"}}},
		}
		for f := range i * 7 % 23 {
			e.Fields = append(e.Fields, ddbdesign.Field{Name: fmt.Sprintf("Field%dOfTheEntity", f), Go: "map[string]time.Duration", Path: []string{fmt.Sprintf("f%d", f)}})
		}
		for _, to := range []int{i * 5 % 7, i * i % entities, i / 3} {
			if i%4 != 3 {
				e.Refers = append(e.Refers, ddbdesign.Ref{Field: fmt.Sprintf("Entity%dID", to), Entity: fmt.Sprintf("entity%d", to)})
			}
		}
		d.Design.Entities = append(d.Design.Entities, e)
		for s := range 14 {
			o := odd[(i+s)%len(odd)]
			d.Samples = append(d.Samples, ddbdesign.Sample{Entity: e.Name, Version: s == 3, Attributes: map[string]string{
				"pk": fmt.Sprintf("p%d", i/2), "sk": fmt.Sprint(s - 4), "g1": o, "g2": o, "l4": o, "g5": o, "more5": "m", "name": o, o: "value of " + o,
			}})
		}
	}
	for i, o := range odd {
		d.Samples = append(d.Samples, ddbdesign.Sample{Companion: o, Attributes: map[string]string{"pk": o, "sk": fmt.Sprint(i)}})
	}
	return d
}
