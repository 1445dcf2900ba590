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

func TestVersionItemsStandAside(t *testing.T) {
	t.Parallel()
	d := shop()
	at := func(sk string) map[string]string { return map[string]string{"pk": "p", "sk": sk, "v": "1"} }
	d.Samples = []ddbdesign.Sample{
		{Entity: "line", Attributes: at("1")},
		{Entity: "line", Version: true, Attributes: at("2")},
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
	assert.Equal(t, []drawn{{"line", 1, false}, {"line version", 1, true}, {"no entity", neutral, false}}, all)
}

// line returns a sample with its primary key.
func line(pk string, sk any) ddbdesign.Sample {
	return ddbdesign.Sample{Entity: "line", Attributes: map[string]string{"pk": pk, "sk": fmt.Sprint(sk)}}
}

func order(pk string, sk any) ddbdesign.Sample {
	s := line(pk, sk)
	s.Entity = "order"
	return s
}

func TestManySamplesAreBounded(t *testing.T) {
	t.Parallel()
	d := shop()
	for p := range 4 {
		for i := range 5 {
			d.Samples = append(d.Samples, line(fmt.Sprint("p", p), i))
		}
	}
	d.Samples = append(d.Samples, order("p2", 100), order("p2", 101), order("p2", 102), order("q", 1), order("r", 1))
	// The item collection with most entities is drawn, and those that show no more are not.
	assert.Equal(t, []string{
		"p2", "  0 line", "  1 line", "  100 order", "  at 2: … 3 more line items", "  at 3: … 2 more items",
		"… 3 more item collections of line", "… 2 more item collections of order",
	}, d.grid(t, "primary", bounds{items: 2, all: 3, alike: 1, groups: 9, most: 99, rests: 6}).lines())
	assert.Equal(t, []string{"p0", "p2"}, d.keys(t, bounds{items: 2, all: 3, alike: 2, groups: 2, most: 99, rests: 6}))
}

func (d Drawing) keys(t *testing.T, b bounds) (keys []string) {
	t.Helper()
	for _, gr := range d.grid(t, "primary", b).groups {
		keys = append(keys, gr.key)
	}
	return keys
}

// A line that says that one is left out takes the place of that one.
func TestOneIsNotLeftOut(t *testing.T) {
	t.Parallel()
	d := shop()
	d.Samples = []ddbdesign.Sample{line("p", 1), line("p", 2), line("p", 3), order("p", 4), order("p", 5), line("q", 1), order("r", 1), line("s", 1)}
	assert.Equal(t, []string{"p", "  1 line", "  2 line", "  3 line", "  4 order", "  5 order", "r", "  1 order", "… 2 more item collections of line"},
		d.grid(t, "primary", bounds{items: 2, all: 4, alike: 1, groups: 9, most: 99, rests: 2}).lines(), "an item over a bound, and an item collection of a kind")
	d.Samples = d.Samples[:6]
	assert.Equal(t, []string{"p", "q"}, d.keys(t, bounds{items: 9, all: 9, alike: 1, groups: 1, most: 1, rests: 1}))
}

func TestOfDifferentOnesAPictureTellsTheNumber(t *testing.T) {
	t.Parallel()
	d := shop()
	d.Samples = []ddbdesign.Sample{line("p", 1), order("p", 2), line("q", 1), order("r", 1)}
	assert.Equal(t, []string{"p", "  1 line", "  2 order", "… 2 more item collections"},
		d.grid(t, "primary", bounds{items: 9, all: 9, alike: 1, groups: 1, most: 1, rests: 1}).lines())
}

func TestSecondItemCollectionsAreDrawnWhereThereIsRoom(t *testing.T) {
	t.Parallel()
	d := shop()
	for _, pk := range []string{"a1", "a2", "a3", "a4", "b1", "b2"} {
		for i := range 2 {
			s := line(pk, i)
			if pk[0] == 'a' && i == 0 {
				s.Entity = "order"
			}
			d.Samples = append(d.Samples, s)
		}
	}
	of := func(alike, most int) []string {
		return d.keys(t, bounds{items: 5, all: 9, alike: alike, groups: 9, most: most, rests: 6})
	}
	assert.Equal(t, []string{"a1"}, of(9, 3))
	assert.Equal(t, []string{"a1", "a2"}, of(9, 4))
	assert.Equal(t, []string{"a1", "a2"}, of(2, 99))
	assert.Equal(t, []string{"a1", "a2", "a3", "a4", "b1", "b2"}, of(9, 12))
	assert.Equal(t, []string{"a1", "a2", "a3", "a4", "b1", "b2"}, d.keys(t, pictureBounds), "all of a short picture")
}

func TestLongListsOfWhatIsLeftOutAreBounded(t *testing.T) {
	t.Parallel()
	d := shop()
	for i := range 24 {
		d.Samples = append(d.Samples, ddbdesign.Sample{Entity: fmt.Sprint("e", i%12), Attributes: map[string]string{"pk": fmt.Sprintf("p%02d", i), "sk": "1"}})
	}
	g := d.grid(t, "primary", bounds{items: 1, all: 1, alike: 1, groups: 2, most: 99, rests: 6})
	require.Len(t, g.more, 6)
	assert.Equal(t, "… 12 more item collections of other entities", g.more[5].collections())
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
