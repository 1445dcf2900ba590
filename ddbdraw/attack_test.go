package ddbdraw_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbdraw"
)

// all draws everything that there is of a drawing.
func all(t testing.TB, d ddbdraw.Drawing) []string {
	t.Helper()
	out := []string{html(t, d), entities(t, d)}
	accessible(t, sound(t, out[0]))
	sound(t, out[1])
	for _, ix := range d.Design.Indexes {
		out = append(out, index(t, d, ix.Name))
		sound(t, out[len(out)-1])
	}
	return out
}

func TestDesignsMadeByHandAreDrawn(t *testing.T) {
	t.Parallel()
	attributes := []ddbdesign.Attribute{{Name: "pk"}}
	for name, d := range map[string]ddbdesign.Table{
		"refers to nothing": {Entities: []ddbdesign.Entity{{Name: "a", Version: "X", Under: []string{"z"}, Refers: []ddbdesign.Ref{{Field: "F", Entity: "z"}, {}}}}},
		"entries of an index that is not there": {
			Indexes:  []ddbdesign.Index{{Name: "primary", Partition: attributes}},
			Entities: []ddbdesign.Entity{{Name: "a", Entries: []ddbdesign.IndexEntry{{Index: "z"}, {}}}},
		},
		"no partition key": {Companions: []ddbdesign.Companion{{Purpose: "unique", Entity: "a", Key: ddbdesign.Template{Parts: []ddbdesign.Part{{Text: "p"}}}}}, Indexes: []ddbdesign.Index{{Name: "primary", Kind: "primary"}, {Name: "i", Kind: "odd", Projection: "ODD"}}, Entities: []ddbdesign.Entity{{Name: "a"}}},
		"names that differ in case, or not at all": {
			Indexes: []ddbdesign.Index{{Name: "a.b", Partition: attributes}, {Name: "A.B", Partition: attributes}, {Name: "a b", Partition: attributes}},
			Entities: []ddbdesign.Entity{
				{Name: "x", Refers: []ddbdesign.Ref{{Field: "F", Entity: "x"}}},
				{Name: "X", Refers: []ddbdesign.Ref{{Field: "F", Entity: "x"}}},
				{Name: "x", Refers: []ddbdesign.Ref{{Field: "F", Entity: "x"}}},
				{},
				{},
			},
		},
		"companions of nothing": {
			Indexes:    []ddbdesign.Index{{Name: "primary", Partition: attributes}},
			Companions: []ddbdesign.Companion{{}, {Purpose: "unique", Entity: "a"}, {Purpose: "unique", Entity: "a", View: "v", Key: ddbdesign.Template{Parts: []ddbdesign.Part{{Text: "p"}}}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all(t, ddbdraw.Drawing{Design: d})
			all(t, ddbdraw.Drawing{Design: d, Samples: []ddbdesign.Sample{
				{},
				{Entity: "a", Attributes: map[string]string{"pk": "p"}},
				{Entity: "z", Companion: "unique", Attributes: map[string]string{"pk": "p"}},
				{Entity: "a", Companion: "unique", Attributes: map[string]string{"pk": "p"}},
				{Version: true, Attributes: map[string]string{"pk": "p"}},
			}})
		})
	}
}

func TestAnIndexWithoutAPartitionKeySaysSo(t *testing.T) {
	t.Parallel()
	d := ddbdraw.Drawing{Design: ddbdesign.Table{Indexes: []ddbdesign.Index{{Name: "i"}}}}
	assert.Contains(t, html(t, d), "Global index: no partition key ·")
}

func TestAnEntityRefersToItselfOnce(t *testing.T) {
	t.Parallel()
	e := ddbdesign.Entity{Name: "x", Fields: []ddbdesign.Field{{Name: "F"}}, Refers: []ddbdesign.Ref{{Field: "F", Entity: "x"}}}
	d := ddbdraw.Drawing{Design: ddbdesign.Table{Entities: []ddbdesign.Entity{e, e}}}
	assert.Equal(t, 1, strings.Count(entities(t, d), "refers to itself"))
}

// Who has a large table seeds a large sample, and the drawing is not larger for it.
func TestLargeSamplesMakeSmallDrawings(t *testing.T) {
	t.Parallel()
	d := put("k")
	big := strings.Repeat("x y", 33_000)
	for i := range 5000 {
		d.Samples = append(d.Samples, ddbdesign.Sample{Entity: fmt.Sprint("e", i%700), Attributes: map[string]string{"k": fmt.Sprint(i / 2), "v": big}})
	}
	for range 20 {
		d.Samples = append(d.Samples, ddbdesign.Sample{Entity: "k", Attributes: map[string]string{"k": big, big: big, `"`: big}})
	}
	start := time.Now()
	out := all(t, d)
	assert.Less(t, time.Since(start), 4*time.Second)
	for _, text := range out {
		assert.Less(t, len(text), 100_000)
	}
}

// partial writes n bytes, and says so or not.
type partial struct {
	n   int
	err error
}

func (w partial) Write(b []byte) (int, error) { return min(w.n, len(b)), w.err }

func TestAWriterThatWritesAPartIsAnError(t *testing.T) {
	t.Parallel()
	d := learning(t)
	full := errors.New("disk full")
	for _, n := range []int{0, 1, 1000} {
		assert.ErrorIs(t, ddbdraw.HTML(partial{n, full}, d), full)
		assert.ErrorIs(t, ddbdraw.HTML(partial{n, nil}, d), io.ErrShortWrite)
		assert.ErrorIs(t, ddbdraw.Entities(partial{n, nil}, d), io.ErrShortWrite)
		assert.ErrorIs(t, ddbdraw.Index(partial{n, nil}, d, "gsi1"), io.ErrShortWrite)
	}
}

func TestEqualDrawingsAreEqual(t *testing.T) {
	t.Parallel()
	d := wild(12, 6)
	want := html(t, d)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { // the same drawing in all of them
			for i := range 6 {
				var b bytes.Buffer
				if !assert.NoError(t, ddbdraw.HTML(&b, d)) || !assert.True(t, b.String() == want, "run %d differs", i) {
					return
				}
			}
		})
	}
	other := d
	other.Samples = slices.Clone(d.Samples)
	for i := range other.Samples { // maps of another history
		of := map[string]string{}
		for _, name := range slices.Backward(slices.Sorted(maps.Keys(d.Samples[i].Attributes))) {
			of[name] = d.Samples[i].Attributes[name]
		}
		other.Samples[i].Attributes = of
	}
	assert.True(t, html(t, other) == want)
	wait.Wait()
}

func TestPicturesAreAsWideAsTheirContent(t *testing.T) {
	t.Parallel()
	d := ddbdraw.Drawing{Design: ddbdesign.Table{Indexes: []ddbdesign.Index{{
		Name: "i", Kind: ddbdesign.KindGlobal, Projection: "ALL", Partition: []ddbdesign.Attribute{{Name: "pk"}}, Sort: []ddbdesign.Attribute{{Name: "sk"}},
	}}}}
	width := func(sk string, attributes ...string) int {
		of := map[string]string{"pk": "p", "sk": sk}
		for i := 0; i < len(attributes); i += 2 {
			of[attributes[i]] = attributes[i+1]
		}
		d.Samples = []ddbdesign.Sample{{Entity: "e", Attributes: of}}
		svg := index(t, d, "i")
		assert.NotContains(t, strings.ReplaceAll(svg, strings.Repeat("x", 60), ""), "…")
		return atoi(t, sound(t, svg).attributes["width"], 0)
	}
	assert.Equal(t, 360, width("1", "a", "b"))
	half := width("1", "title", "The Left Hand of the Night", "year", "1969")
	assert.Greater(t, half, 360, "one line")
	assert.LessOrEqual(t, half, 416, "where two pictures stand beside each other")
	assert.Equal(t, 360, width("1", "title", strings.Repeat("x", 20), "name", strings.Repeat("y", 20), "year", "1969"), "else two")
	long := width(strings.Repeat("k", 45))
	assert.Greater(t, long, 416)
	assert.Less(t, long, 692)
	d.Samples[0].Attributes["sk"] = strings.Repeat("k", 100)
	svg := sound(t, index(t, d, "i"))
	assert.Equal(t, "692", svg.attributes["width"])
	assert.Contains(t, svg.text, "kkk…")
	d.Design.Indexes[0].Projection, d.Design.Indexes[0].Include = "INCLUDE", strings.Fields(strings.Repeat("attribute ", 60))
	svg = sound(t, index(t, d, "i"))
	lines := slices.DeleteFunc(svg.texts("text"), func(s string) bool { return !strings.Contains(s, "attribute") })
	require.Len(t, lines, 3, "a long subtitle")
	assert.True(t, strings.HasSuffix(lines[2], "…"))
}

func TestPageCutsKeysAndNames(t *testing.T) {
	t.Parallel()
	d := put("k")
	d.Design.Indexes[0].Sort = []ddbdesign.Attribute{{Name: "s"}}
	pk, sk, name := strings.Repeat("p", 250), strings.Repeat("s", 250), strings.Repeat("v", 250)
	d.Design.Indexes[0].Projection = "ALL"
	d.Samples = []ddbdesign.Sample{{Entity: "k", Attributes: map[string]string{"k": pk, "s": sk, name: "x"}}}
	page := html(t, d)
	assert.Contains(t, page, "<bdi>"+pk[:199]+"…</bdi>")
	assert.Contains(t, page, "<bdi>"+sk[:199]+"…</bdi>")
	assert.Contains(t, page, ">"+name[:39]+"…</span>")
}
