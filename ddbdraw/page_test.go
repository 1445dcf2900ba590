package ddbdraw_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbdraw"
)

func atoi(t testing.TB, s string, without int) int {
	t.Helper()
	if s == "" {
		return without
	}
	n, err := strconv.Atoi(s)
	require.NoError(t, err)
	return n
}

func TestPagesAndPicturesAreSound(t *testing.T) {
	t.Parallel()
	templates := learning(t)
	templates.Samples = nil
	for name, d := range map[string]ddbdraw.Drawing{
		"learning": learning(t), "templates": templates, "wild": wild(30, 20), "one": wild(1, 1), "empty": {},
		"samples without a design": {Samples: learning(t).Samples, Sections: []ddbdraw.Section{{}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			page := html(t, d)
			accessible(t, sound(t, page))
			assert.Equal(t, page, html(t, d), "equal input, equal output")
			sound(t, entities(t, d))
			for _, ix := range d.Design.Indexes {
				sound(t, index(t, d, ix.Name))
			}
		})
	}
}

func TestAnEmptyDesignSaysSo(t *testing.T) {
	t.Parallel()
	page := tree(t, html(t, ddbdraw.Drawing{}))
	assert.Equal(t, []string{"Design"}, page.texts("h1"))
	assert.Contains(t, page.text, "There are no entities.")
	assert.Contains(t, tree(t, entities(t, ddbdraw.Drawing{})).text, "No entities")
}

func TestThePageHasAllPartsInOrder(t *testing.T) {
	t.Parallel()
	d := learning(t)
	d.Design.Doc = "Of the design."
	page := tree(t, html(t, d))
	parts := []string{"Entities", "The table", "Index gsi1", "Index gsi2", "Access patterns"}
	assert.Equal(t, parts, page.texts("h2"))
	assert.Equal(t, parts, page.all("nav")[0].texts("a"))
	assert.Equal(t, []string{
		"Tracks hold courses, courses hold chapters. Students enroll in courses and collect points as they progress.",
		"One table holds it all; two indexes read it from the other sides.", "Of the design.",
	}, page.all("header")[0].texts("p"))
}

func TestSmallScreensReadWhoRefersToWhom(t *testing.T) {
	t.Parallel()
	list := tree(t, html(t, learning(t))).with("class", "boxes")
	require.Len(t, list, 1)
	assert.Len(t, list[0].children, 7)
	enrollment := list[0].children[4]
	assert.Equal(t, []string{"enrollment"}, enrollment.texts("h3"))
	assert.Equal(t, []string{
		"A student in a course.", "→ refers to course by CourseID", "→ refers to student by StudentID", "← progress refers to it",
	}, enrollment.texts("p"))
	assert.Equal(t, []string{
		"IDprimary key · string", "CourseIDprimary key · string", "StudentIDindex key · string", "DateTime",
	}, enrollment.texts("li")[1:])
}

func TestSectionsKeepCodeBreaksAndAlignment(t *testing.T) {
	t.Parallel()
	d := ddbdraw.Drawing{Sections: []ddbdraw.Section{{
		Title: "T", Intro: "First `code`.\n\nSecond.", Header: []string{"A", "B"}, Right: []bool{false, true},
		Cells: [][]string{{"x\ny", "`1` and ` <b>"}, {"z"}, {"", "2", "3"}}, Notes: []string{"a `n`"},
	}}}
	s := tree(t, html(t, d)).all("section")[1]
	assert.Equal(t, []string{"First code.", "Second."}, s.texts("p"))
	assert.Equal(t, []string{"code", "1", "n"}, s.texts("code"))
	assert.Len(t, s.all("br"), 1)
	lines := s.all("tbody")[0].all("tr")
	require.Len(t, lines, 3)
	assert.Equal(t, []string{"1 and ` <b>", ""}, lines[0].texts("td"))
	assert.Equal(t, []string{"", ""}, lines[1].texts("td"))
	assert.Equal(t, []string{"", "2", "3"}, lines[2].texts("td"), "an empty cell is no header")
	assert.Equal(t, []string{"", "", "more"}, []string{lines[0].attributes["class"], lines[1].attributes["class"], lines[2].attributes["class"]})
	assert.Equal(t, "r sh", lines[0].all("td")[0].attributes["class"])
	assert.Equal(t, "B", lines[0].all("td")[0].attributes["data-label"])
	assert.Empty(t, lines[0].all("th")[0].attributes["class"])
	assert.Equal(t, []string{"a n"}, s.all("ul")[0].texts("li"))
}

// put returns a drawing with the text wherever text can be.
func put(s string) ddbdraw.Drawing {
	field := ddbdesign.Field{Name: s, Go: s, Path: []string{s, s}, Derived: s}
	key := ddbdesign.Template{Text: s, Parts: []ddbdesign.Part{{Kind: ddbdesign.PartStr, Field: s}}}
	entry := ddbdesign.IndexEntry{Index: s, Partition: key, Sort: key, When: []ddbdesign.Condition{{Text: s}}}
	return ddbdraw.Drawing{
		Title: s, Doc: s,
		Design: ddbdesign.Table{
			Doc: s, TypeAttribute: "type", TTL: s,
			Indexes:  []ddbdesign.Index{{Name: s, Kind: ddbdesign.KindGlobal, Partition: []ddbdesign.Attribute{{Name: s}}, Projection: "INCLUDE", Include: []string{s, "v"}}},
			Entities: []ddbdesign.Entity{{Name: s, Doc: s, Fields: []ddbdesign.Field{field}, Entries: []ddbdesign.IndexEntry{entry}, History: &entry, Refers: []ddbdesign.Ref{{Field: s, Entity: s}, {Field: s, Entity: "e"}}}, {Name: "e"}},
		},
		Samples: []ddbdesign.Sample{
			{Entity: s, Attributes: map[string]string{s: s, "v": s}},
			{Companion: s, Attributes: map[string]string{s: s}},
			{Version: true, Entity: s, Attributes: map[string]string{s: s}},
		},
		Sections: []ddbdraw.Section{{Title: s, Intro: s, Header: []string{s, s, "c"}, Cells: [][]string{{s, s}, {s, s}}, Notes: []string{s}}},
	}
}

func FuzzTextStaysText(f *testing.F) {
	for _, s := range odd {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, templates := range []bool{false, true} {
			d := put(s)
			if templates {
				d.Samples = nil
			}
			accessible(t, sound(t, html(t, d)))
			sound(t, entities(t, d))
			sound(t, index(t, d, s))
		}
	})
}

func TestTextIsShownAsItIs(t *testing.T) {
	t.Parallel()
	const s = `<b>&amp; "q" 'p'` + "\x00"
	for _, e := range []*element{tree(t, html(t, put(s))), tree(t, entities(t, put(s))), tree(t, index(t, put(s), s))} {
		assert.Contains(t, e.text, `<b>&amp; "q" 'p'␀`)
	}
}

func TestValuesAreCutAtFortyCharacters(t *testing.T) {
	t.Parallel()
	d := put("k")
	long := strings.Repeat("ä", 39) + "yz"
	d.Samples = []ddbdesign.Sample{{Entity: "k", Attributes: map[string]string{"k": "1", "v": long}}, {Entity: "k", Attributes: map[string]string{"k": "1", "v": long[:len(long)-1]}}}
	for _, text := range []string{html(t, d), index(t, d, "k")} {
		assert.NotContains(t, text, "yz")
		assert.Contains(t, text, strings.Repeat("ä", 39)+"…<")
		assert.Contains(t, text, strings.Repeat("ä", 39)+"y<")
	}
}

// An SVG is an image of a README: what is not in it does not exist.
func TestPicturesStandAlone(t *testing.T) {
	t.Parallel()
	d := learning(t)
	for _, text := range []string{entities(t, d), index(t, d, "primary"), index(t, d, "gsi2")} {
		svg := tree(t, text)
		assert.Equal(t, "svg", svg.name)
		assert.Equal(t, "http://www.w3.org/2000/svg", svg.attributes["xmlns"])
		w, err := strconv.ParseFloat(svg.attributes["width"], 64)
		require.NoError(t, err)
		assert.LessOrEqual(t, w, 700.0)
		ground := svg.all("rect")[0]
		assert.Equal(t, "gr ru", ground.attributes["class"], "an opaque ground, before anything else")
		style := svg.texts("style")[0]
		assert.Contains(t, style, "prefers-color-scheme:dark")
		for _, e := range svg.all("") {
			for class := range strings.FieldsSeq(e.attributes["class"]) {
				assert.Contains(t, style, "."+class+"{", "a class without a rule")
			}
		}
	}
}

func TestClassesOfThePageHaveRules(t *testing.T) {
	t.Parallel()
	page := tree(t, html(t, learning(t)))
	style := page.texts("style")[0]
	var without []string
	for _, e := range page.all("") {
		for class := range strings.FieldsSeq(e.attributes["class"]) {
			if !strings.Contains(style, "."+class) && !slices.Contains(without, class) {
				without = append(without, class)
			}
		}
	}
	assert.Empty(t, without)
}

func TestNothingIsWrittenInParts(t *testing.T) {
	t.Parallel()
	w := &counter{}
	require.NoError(t, ddbdraw.HTML(w, learning(t)))
	assert.Equal(t, 1, w.calls)
}

type counter struct{ calls int }

func (w *counter) Write(b []byte) (int, error) {
	w.calls++
	return len(b), nil
}
