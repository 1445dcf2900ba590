package ddbdraw

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/ddbdesign"
)

// kept is a shop whose design has the library's own items, and samples of them.
func kept() Drawing {
	d := shop()
	of := func(entity, purpose, view, prefix string) ddbdesign.Companion {
		key := ddbdesign.Template{Parts: []ddbdesign.Part{{Kind: ddbdesign.PartLiteral, Text: prefix}, {Kind: ddbdesign.PartTarget}}}
		return ddbdesign.Companion{Entity: entity, Purpose: purpose, View: view, Key: key}
	}
	d.Design.Entities[1].Uniques = []ddbdesign.Unique{{Name: "code"}, {Name: "short code"}}
	d.Design.Views = []ddbdesign.View{{Name: "spent", Kind: ddbdesign.KindAggregate}}
	d.Design.Companions = []ddbdesign.Companion{
		of("line", "unique", "", "~u#line~code="), of("line", "unique", "", "~u#line~short code="),
		of("order", "ledger", "spent", "~a#spent#"), of("order", "rank", "spent", "~r#spent#"),
	}
	own := func(entity, purpose, key string) {
		d.Samples = append(d.Samples, ddbdesign.Sample{Entity: entity, Companion: purpose, Attributes: map[string]string{"pk": key, "sk": "0", "~o": "owner"}})
	}
	own("line", "unique", "~u#line~code=1")
	own("order", "ledger", "~a#spent#1")
	own("order", "rank", "~r#spent#1")
	own("line", "unique", "~u#line~code=2")
	own("", "gap", "~g")
	d.Samples = append(d.Samples, line("p", 1))
	d.Samples[len(d.Samples)-1].Attributes["~v"] = "stamp"
	return d
}

func TestItemsOfTheLibraryAreCountedBelowTheGrid(t *testing.T) {
	t.Parallel()
	d := kept()
	g := d.grid(t, "primary", pageBounds)
	assert.Equal(t, []string{"p", "  1 line"}, g.lines(), "neither they nor the library's own attributes of an item are drawn")
	assert.Equal(t, "and items of the library's own: 2 to keep code of line unique, 2 of the aggregate spent, 1 with the purpose gap", g.ownText())

	p := &printer{}
	g.html(p, "x")
	_, own, found := strings.Cut(p.b.String(), `<tbody role="rowgroup" class="own">`)
	assert.True(t, found)
	own, _, _ = strings.Cut(own, "</tbody>")
	assert.Contains(t, own, `rowspan="3">The library's own</th>`)
	assert.Contains(t, own, `2 to keep code of line unique: <bdi class="k">~u#line~code=1</bdi>`)

	p = &printer{}
	gridSVG(p, d, d.Design.Indexes[0])
	assert.Contains(t, p.b.String(), `>… and items of the library&#39;s own:`)
	assert.Contains(t, p.b.String(), `. There are items of the library&#39;s own: 2 to keep`, "so that who does not see it knows")
	assert.NotContains(t, p.b.String(), "~u#")
	assert.Empty(t, d.grid(t, "all", pageBounds).ownText(), "they are in no other index")
}

func TestAnIndexWithItemsOfTheLibraryAloneSaysSo(t *testing.T) {
	t.Parallel()
	d := kept()
	d.Samples = d.Samples[:1]
	p := &printer{}
	d.grid(t, "primary", pageBounds).html(p, "x")
	assert.Contains(t, p.b.String(), "<p>No sample item is in it.</p>\n<p class=\"rest\">… and items of the library&#39;s own: 1 to keep code of line unique</p>")
}

func TestAKeyOfUnknownTextHasNoView(t *testing.T) {
	t.Parallel()
	d := kept()
	d.Design.Companions[2].Key.Parts[0].Text = ""
	assert.Equal(t, "with the purpose ledger of order", purpose(d.Design, d.Samples[1], []string{"~a#spent#1"}))
	d.Design.Companions[2].Key.Parts = nil
	assert.Equal(t, "with the purpose ledger of order", purpose(d.Design, d.Samples[1], []string{"~a#spent#1"}))
}

func TestManyPurposesAreBounded(t *testing.T) {
	t.Parallel()
	d := shop()
	for i := range 20 {
		d.Samples = append(d.Samples, ddbdesign.Sample{Entity: "x", Companion: fmt.Sprint("c", i), Attributes: map[string]string{"pk": fmt.Sprint(i), "sk": "0"}})
	}
	g := d.grid(t, "primary", pageBounds)
	assert.Equal(t, own{n: 17, purpose: "for other purposes"}, g.ownKinds()[maxOwn-1])
	assert.Len(t, g.own, 20)
}

func TestAttributesOfWhatNoEntityClaimsAreAllShown(t *testing.T) {
	t.Parallel()
	d := shop()
	d.Samples = []ddbdesign.Sample{{Attributes: map[string]string{"pk": "p", "sk": "1", "~x": "y"}}}
	assert.Equal(t, []string{"p", "  1 no entity ~x=y"}, d.grid(t, "primary", pageBounds).lines())
}

func TestATemplateOfFieldsIsAList(t *testing.T) {
	t.Parallel()
	d := shop()
	native := ddbdesign.Template{Text: "=Status =Date", Native: true, Parts: []ddbdesign.Part{{Kind: ddbdesign.PartNative, Field: "Status"}, {Kind: ddbdesign.PartNative, Field: "Date"}}}
	d.Design.Entities[0].Entries = []ddbdesign.IndexEntry{{Index: "primary", Partition: ddbdesign.Template{Text: "o"}, Sort: native}}
	assert.Equal(t, []string{"o", "  Status · Date order status= note= ga="}, d.grid(t, "primary", pageBounds).lines())
	d.Samples = []ddbdesign.Sample{order("p", 1)}
	p := &printer{}
	d.grid(t, "primary", pageBounds).keysHTML(p)
	assert.Contains(t, p.b.String(), "<code>Status</code> · <code>Date</code>")
	native.Parts[0].Field = ""
	assert.Equal(t, "=Status =Date", text(native), "of a field without a name the text is all there is")
}

func TestWhatIsNoNumberIsLast(t *testing.T) {
	t.Parallel()
	d := shop()
	n := d.Design.Indexes[0].Sort
	for _, s := range []string{"1a", "10", "9", "x", "1e1", "-1", "", "NaN"} {
		d.Samples = append(d.Samples, line("p", s))
	}
	var sorted []string
	for _, it := range d.grid(t, "primary", bounds{items: 99, all: 99, alike: 1, groups: 1, rests: 1}).groups[0].items {
		sorted = append(sorted, it.sort[0])
	}
	assert.Equal(t, []string{"-1", "9", "10", "1e1", "", "1a", "NaN", "x"}, sorted)
	for _, a := range sorted {
		for _, b := range sorted {
			assert.Equal(t, compareKeys(n, []string{a}, []string{b}), -compareKeys(n, []string{b}, []string{a}))
			for _, c := range sorted {
				if compareKeys(n, []string{a}, []string{b}) < 0 && compareKeys(n, []string{b}, []string{c}) < 0 {
					assert.Negative(t, compareKeys(n, []string{a}, []string{c}), "%q %q %q", a, b, c)
				}
			}
		}
	}
}
