package ddbdraw

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbdesign"
)

func key(name string) []ddbdesign.Attribute { return []ddbdesign.Attribute{{Name: name, Type: "S"}} }

// shop has an index of each kind. Attribute status of orders is a field, and the key of an index.
func shop() Drawing {
	return Drawing{Design: ddbdesign.Table{
		TypeAttribute: "type",
		Indexes: []ddbdesign.Index{
			{Name: "primary", Kind: "primary", Partition: key("pk"), Sort: []ddbdesign.Attribute{{Name: "sk", Type: "N"}}, Projection: "ALL"},
			{Name: "all", Kind: "global", Partition: key("ga"), Projection: "ALL"},
			{Name: "keys", Kind: "global", Partition: key("gk"), Sort: key("gs"), Projection: "KEYS_ONLY"},
			{Name: "some", Kind: "global", Partition: []ddbdesign.Attribute{{Name: "status", Type: "S"}, {Name: "g2", Type: "S"}}, Projection: "INCLUDE", Include: []string{"note"}},
			{Name: "local", Kind: "local", Partition: key("pk"), Sort: key("ls"), Projection: "ALL"},
		},
		Entities: []ddbdesign.Entity{
			{Name: "order", Fields: []ddbdesign.Field{{Name: "S", Path: []string{"status"}}, {Name: "N", Path: []string{"note"}}, {Name: "G", Path: []string{"ga"}}}},
			{Name: "line", Fields: []ddbdesign.Field{{Name: "M", Path: []string{"m", "x"}}, {Name: "N", Path: []string{"m", "y"}}}},
		},
	}}
}

func (d Drawing) grid(t *testing.T, name string, b bounds) grid {
	t.Helper()
	for _, ix := range d.Design.Indexes {
		if ix.Name == name {
			return newGrid(d, ix, b)
		}
	}
	require.Fail(t, "no index "+name)
	return grid{}
}

// lines prints what is drawn of a grid.
func (g grid) lines() (lines []string) {
	for _, gr := range g.groups {
		lines = append(lines, gr.key)
		for _, it := range gr.items {
			var line strings.Builder
			fmt.Fprintf(&line, "  %s %s", join(it.sort), it.label)
			for _, a := range it.attributes {
				line.WriteString(" " + a.name + "=" + a.value)
			}
			lines = append(lines, line.String())
		}
		for _, r := range gr.more {
			lines = append(lines, fmt.Sprintf("  at %d: %s", r.at, r.items()))
		}
	}
	for _, r := range g.more {
		lines = append(lines, r.collections())
	}
	return lines
}

func TestAnIndexShowsWhatIsInIt(t *testing.T) {
	t.Parallel()
	d := shop()
	d.Samples = []ddbdesign.Sample{
		{Entity: "order", Attributes: map[string]string{"pk": "o1", "sk": "10", "type": "order", "ga": "x", "gk": "k", "gs": "s", "status": "open", "g2": "b", "note": "n", "ls": "z"}},
		{Entity: "line", Attributes: map[string]string{"pk": "o1", "sk": "9", "type": "line", "m": "{…}", "gk": "k", "extra": "e", "status": "own"}},
		{Entity: "line", Attributes: map[string]string{"pk": "o1", "sk": "-1", "type": "line", "ga": ""}},
	}
	for name, want := range map[string][]string{
		"primary": {"o1", "  -1 line", "  9 line m={…} extra=e", "  10 order status=open note=n ga=x"},
		"all":     {"", "   line", "x", "   order status=open note=n"},
		"keys":    {"k", "  s order"},
		"some":    {"open · b", "   order note=n"},
		"local":   {"o1", "  z order status=open note=n ga=x"},
	} {
		assert.Equal(t, want, d.grid(t, name, pageBounds).lines(), name)
	}
}

func TestItemsOfTheLibraryStandAside(t *testing.T) {
	t.Parallel()
	d := shop()
	at := func(sk string) map[string]string { return map[string]string{"pk": "p", "sk": sk, "v": "1"} }
	d.Samples = []ddbdesign.Sample{
		{Entity: "line", Attributes: at("1")},
		{Entity: "line", Version: true, Attributes: at("2")},
		{Companion: "unique", Attributes: at("3")},
		{Entity: "order", Companion: "ledger", Attributes: at("4")},
		{Attributes: at("5")},
	}
	type drawn struct {
		label string
		hue   int
		aside bool
	}
	var all []drawn
	for _, it := range d.grid(t, "primary", pageBounds).groups[0].items {
		all = append(all, drawn{it.label, it.hue, it.aside})
	}
	assert.Equal(t, []drawn{
		{"line", 1, false}, {"line version", 1, true}, {"unique", neutral, true}, {"order ledger", 0, true}, {"no entity", neutral, false},
	}, all)
}

func TestManySamplesAreBounded(t *testing.T) {
	t.Parallel()
	d := shop()
	for p := range 4 {
		for i := range 5 {
			d.Samples = append(d.Samples, ddbdesign.Sample{Entity: "line", Attributes: map[string]string{"pk": fmt.Sprint("p", p), "sk": fmt.Sprint(i)}})
		}
	}
	d.Samples = append(d.Samples,
		ddbdesign.Sample{Entity: "order", Attributes: map[string]string{"pk": "p2", "sk": "100"}},
		ddbdesign.Sample{Entity: "order", Attributes: map[string]string{"pk": "p2", "sk": "101"}},
		ddbdesign.Sample{Entity: "order", Attributes: map[string]string{"pk": "q", "sk": "1"}},
	)
	// The item collection with most entities is drawn, and those that show no more are not.
	assert.Equal(t, []string{
		"p2", "  0 line", "  1 line", "  100 order", "  at 2: … 3 more line items", "  at 3: … 1 more item",
		"… 3 more item collections of line", "… 1 more item collection of order",
	}, d.grid(t, "primary", bounds{items: 2, all: 3, alike: 1, groups: 9, enough: 99}).lines())
	assert.Equal(t, []string{"p0", "p2"}, func() (keys []string) {
		for _, gr := range d.grid(t, "primary", bounds{items: 2, all: 3, alike: 2, groups: 2, enough: 99}).groups {
			keys = append(keys, gr.key)
		}
		return keys
	}())
}

func TestSecondItemCollectionsAreDrawnWhereThereIsRoom(t *testing.T) {
	t.Parallel()
	d := shop()
	for _, pk := range []string{"a1", "a2", "a3", "b1", "b2"} {
		for i := range 2 {
			entity := "line"
			if pk[0] == 'a' && i == 0 {
				entity = "order"
			}
			d.Samples = append(d.Samples, ddbdesign.Sample{Entity: entity, Attributes: map[string]string{"pk": pk, "sk": fmt.Sprint(i)}})
		}
	}
	keys := func(b bounds) (keys []string) {
		for _, gr := range d.grid(t, "primary", b).groups {
			keys = append(keys, gr.key)
		}
		return keys
	}
	assert.Equal(t, []string{"a1"}, keys(bounds{items: 5, all: 9, alike: 2, groups: 9, enough: 2}))
	assert.Equal(t, []string{"a1", "a2"}, keys(bounds{items: 5, all: 9, alike: 2, groups: 9, enough: 3}))
	assert.Equal(t, []string{"a1", "a2"}, keys(bounds{items: 5, all: 9, alike: 2, groups: 9, enough: 99}))
	assert.Equal(t, []string{"a1", "a2", "a3"}, keys(bounds{items: 5, all: 9, alike: 3, groups: 9, enough: 99}))
	assert.Equal(t, []string{"a1", "a2", "a3", "b1"}, keys(bounds{items: 5, all: 9, alike: 4, groups: 9, enough: 99}))
}

func TestLongListsOfWhatIsLeftOutAreBounded(t *testing.T) {
	t.Parallel()
	d := shop()
	for i := range 12 {
		d.Samples = append(d.Samples, ddbdesign.Sample{Companion: fmt.Sprint("c", i), Attributes: map[string]string{"pk": fmt.Sprintf("p%02d", i), "sk": "1"}})
	}
	g := d.grid(t, "primary", bounds{items: 1, all: 1, alike: 1, groups: 2, enough: 99})
	require.Len(t, g.more, maxRests)
	assert.Equal(t, "… 5 more item collections of other entities", g.more[maxRests-1].collections())
	assert.Equal(t, 10, g.rest().n)
}

func TestWithoutSamplesTheTemplatesAreShown(t *testing.T) {
	t.Parallel()
	d := shop()
	template := func(field string) ddbdesign.Template {
		return ddbdesign.Template{Text: "o#{" + field + "}", Parts: []ddbdesign.Part{{Kind: "literal", Text: "o#"}, {Kind: "str", Field: field}}}
	}
	d.Design.Entities[0].Entries = []ddbdesign.IndexEntry{{Index: "primary", Partition: template("ID"), Sort: ddbdesign.Template{Text: "0"}}}
	d.Design.Entities[1].Entries = []ddbdesign.IndexEntry{
		{Index: "primary", Partition: template("OrderID"), Sort: ddbdesign.Template{Text: "{N}"}}, {Index: "some", Partition: template("OrderID")},
	}
	d.Design.Entities[0].Fields[1].Go = "string"
	assert.Equal(t, []string{"o#{ID}, o#{OrderID}", "  0 order status= note=string ga=", "  {N} line m.x= m.y="}, d.grid(t, "primary", pageBounds).lines())
	g := d.grid(t, "some", pageBounds)
	assert.Equal(t, []string{"o#{OrderID}", "   line"}, g.lines())
	assert.Equal(t, []string{"order"}, g.absent)
}

func TestTextIsCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "äöü", cut("äöü", 3))
	assert.Equal(t, "äö…", cut("äöüß", 3))
	assert.Equal(t, "a…", cut("a \u200dxyz", 4)[:len("a…")])
	assert.Equal(t, "…", fit("漢字", 1, mono))
	assert.Empty(t, cut("", 3))
	assert.Equal(t, "␀\ufffd\ufffd\ufffdا", clean("\x00\xff\u202e\u2066ا"))
}
