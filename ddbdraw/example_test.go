package ddbdraw_test

import (
	"fmt"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbdraw"
)

// shelf is the design of two entities, and two sample items.
var shelf = ddbdraw.Drawing{
	Title: "Shelf",
	Design: ddbdesign.Table{
		Indexes: []ddbdesign.Index{{
			Name: ddbdesign.Primary, Kind: ddbdesign.KindPrimary, Projection: "ALL",
			Partition: []ddbdesign.Attribute{{Name: "pk", Type: "S"}}, Sort: []ddbdesign.Attribute{{Name: "sk", Type: "S"}},
		}},
		Entities: []ddbdesign.Entity{
			{Name: "author", Fields: []ddbdesign.Field{{Name: "ID", Go: "string"}}},
			{Name: "book", Fields: []ddbdesign.Field{{Name: "AuthorID", Go: "string"}}, Refers: []ddbdesign.Ref{{Field: "AuthorID", Entity: "author"}}},
		},
	},
	Samples: []ddbdesign.Sample{
		{Entity: "author", Attributes: map[string]string{"pk": "a#le-guin", "sk": "a#"}},
		{Entity: "book", Attributes: map[string]string{"pk": "a#le-guin", "sk": "b#1969", "title": "The Left Hand of Darkness"}},
	},
}

// description prints what a picture says of itself to those who do not see it.
func description(svg string) {
	_, text, _ := strings.Cut(svg, "<desc ")
	_, text, _ = strings.Cut(text, ">")
	text, _, _ = strings.Cut(text, "</desc>")
	fmt.Println(text)
}

func ExampleEntities() {
	var b strings.Builder
	if err := ddbdraw.Entities(&b, shelf); err != nil {
		fmt.Println(err)
	}
	description(b.String())
	// Output: author. book refers to author by AuthorID.
}

func ExampleIndex() {
	var b strings.Builder
	if err := ddbdraw.Index(&b, shelf, ddbdesign.Primary); err != nil {
		fmt.Println(err)
	}
	description(b.String())
	// Output: pk a#le-guin: author a#, book b#1969.
}

func ExampleHTML() {
	var b strings.Builder
	if err := ddbdraw.HTML(&b, shelf); err != nil {
		fmt.Println(err)
	}
	fmt.Println(strings.Contains(b.String(), "<h1>Shelf</h1>"), strings.Contains(b.String(), "<script"))
	// Output: true false
}
