package draw_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbdraw"
	"github.com/singletable-go/ddb/examples/internal/browser"
)

// learning is the drawing of ddbdraw's own tests, with texts that are hard to place.
func learning(t *testing.T) (d ddbdraw.Drawing) {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash("../../../ddbdraw/testdata/learning.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &d))
	long, wide := strings.Repeat("k", 300), strings.Repeat("W", 60)
	d.Design.Entities = append(d.Design.Entities, ddbdesign.Entity{
		Name: "E" + wide, Fields: []ddbdesign.Field{{Name: "F" + wide, Go: "map[string]" + wide, Path: []string{wide}, Derived: "x"}},
		Refers: []ddbdesign.Ref{{Field: "F" + wide, Entity: "track"}},
	})
	d.Samples = append(d.Samples, ddbdesign.Sample{Entity: "E" + wide, Attributes: map[string]string{
		"pk": long, "sk": long, wide: wide, "a" + wide: long, "gsi1_pk": "漢字かな" + wide, "gsi1_sk": "مرحبا بالعالم",
	}})
	d.Sections = append(d.Sections, ddbdraw.Section{Title: wide, Header: []string{wide, "B"}, Cells: [][]string{{long, "`" + long + "`"}}})
	return d
}

// page writes the page, and returns its address.
func page(t *testing.T, d ddbdraw.Drawing) string {
	t.Helper()
	return file(t, "page.html", func(w *bytes.Buffer) error { return ddbdraw.HTML(w, d) })
}

func file(t *testing.T, name string, write func(*bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
	return "file://" + path
}

func eval[T any](ctx context.Context, t *testing.T, expression string) T {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	require.NoError(t, err)
	return value
}

const shown = `(s => getComputedStyle(document.querySelector(s)).display != "none")`

func TestThePageFitsEachScreen(t *testing.T) {
	t.Parallel()
	ctx := browser.Start(t)
	address := page(t, learning(t))
	for _, width := range []int64{320, 390, 640, 641, 800, 1000, 1151, 1152, 1200} {
		browser.Emulate(ctx, t, width, 900, "light")
		require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(address)))
		assert.LessOrEqual(t, eval[float64](ctx, t, `document.documentElement.scrollWidth`), float64(width), "at %d", width)
		assert.Equal(t, width > 640, eval[bool](ctx, t, shown+`(".wide")`), "the drawing, at %d", width)
		assert.Equal(t, width <= 640, eval[bool](ctx, t, shown+`(".boxes")`), "the list, at %d", width)
		assert.Equal(t, width > 640, eval[bool](ctx, t, `getComputedStyle(document.querySelector(".grid td")).display == "table-cell"`), "at %d", width)
	}
}

// faint returns the texts of the page, outside of pictures, with a contrast below 4.5.
const faint = `(() => {
	const parse = s => s.match(/[\d.]+/g).map(Number)
	const luminance = c => c.slice(0, 3).map(v => (v /= 255, v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
	const behind = e => {
		for (; e; e = e.parentElement) {
			const c = parse(getComputedStyle(e).backgroundColor)
			if (c.length == 3 || c[3] == 1) return c
		}
		return [255, 255, 255]
	}
	const found = []
	let seen = 0
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement
		if (!walk.currentNode.data.trim() || e.closest("svg") || !e.checkVisibility()) continue
		seen++
		const a = luminance(parse(getComputedStyle(e).color)), b = luminance(behind(e))
		const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
		if (contrast < 4.5) found.push(walk.currentNode.data.slice(0, 40) + " " + contrast)
	}
	return seen < 200 ? ["only " + seen + " texts"] : found
})()`

func TestTextOfThePageHasContrast(t *testing.T) {
	t.Parallel()
	ctx := browser.Start(t)
	address := page(t, learning(t))
	for scheme, ground := range map[string]string{"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"} {
		for _, width := range []int64{390, 1200} {
			browser.Emulate(ctx, t, width, 900, scheme)
			require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(address)))
			assert.Equal(t, ground, eval[string](ctx, t, `getComputedStyle(document.documentElement).backgroundColor`))
			assert.Empty(t, eval[[]string](ctx, t, faint), "%s, at %d", scheme, width)
		}
	}
}

// overlapping returns the texts of a picture that lie on each other, or outside of it.
const overlapping = `(() => {
	const svg = document.querySelector("svg"), size = svg.viewBox.baseVal
	const texts = [...svg.querySelectorAll("text")].filter(e => e.textContent).map(e => [e.textContent, e.getBBox()])
	const found = texts.filter(([_, b]) => b.x < 4 || b.x + b.width > size.width - 4 || b.y + b.height > size.height).map(t => t[0] + " is outside")
	for (const [i, [text, a]] of texts.entries())
		for (const [other, b] of texts.slice(0, i))
			if (a.x < b.x + b.width && b.x < a.x + a.width && a.y + 3 < b.y + b.height - 3 && b.y + 3 < a.y + a.height - 3)
				found.push(text + " lies on " + other)
	return texts.length < 8 ? ["only " + texts.length + " texts"] : found
})()`

func TestTextsOfPicturesAreApart(t *testing.T) {
	t.Parallel()
	ctx := browser.Start(t)
	d := learning(t)
	narrow := d
	narrow.Samples = d.Samples[:len(d.Samples)-1] // without the texts that are hard to place
	addresses := []string{file(t, "entities.svg", func(w *bytes.Buffer) error { return ddbdraw.Entities(w, d) })}
	for _, ix := range d.Design.Indexes {
		addresses = append(addresses, file(t, ix.Name+".svg", func(w *bytes.Buffer) error { return ddbdraw.Index(w, d, ix.Name) }),
			file(t, ix.Name+"-narrow.svg", func(w *bytes.Buffer) error { return ddbdraw.Index(w, narrow, ix.Name) }))
	}
	for _, address := range addresses {
		require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(address)))
		assert.Empty(t, eval[[]string](ctx, t, overlapping), address)
	}
}

func TestAPictureInAReadmeFollowsTheScheme(t *testing.T) {
	t.Parallel()
	ctx := browser.Start(t)
	d := learning(t)
	picture := file(t, "gsi2.svg", func(w *bytes.Buffer) error { return ddbdraw.Index(w, d, "gsi2") })
	readme := file(t, "readme.html", func(w *bytes.Buffer) error {
		_, err := w.WriteString(`<!doctype html><style>:root{color-scheme:light dark}</style><img alt="" src="` + picture + `">`)
		return err
	})
	for scheme, ground := range map[string][3]uint32{"light": {255, 255, 255}, "dark": {13, 17, 23}} {
		browser.Emulate(ctx, t, 800, 600, scheme)
		require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(readme)))
		shot, err := chromedp.Run(ctx, chromedp.Screenshot(chromedp.CSS("img")))
		require.NoError(t, err)
		var im image.Image
		im, err = png.Decode(bytes.NewReader(shot))
		require.NoError(t, err)
		assert.Greater(t, im.Bounds().Dx(), 300)
		r, g, b, a := im.At(6, 12).RGBA()
		assert.Equal(t, ground, [3]uint32{r >> 8, g >> 8, b >> 8}, scheme)
		assert.Equal(t, uint32(0xffff), a)
	}
}

func TestThePagePrints(t *testing.T) {
	t.Parallel()
	ctx := browser.Start(t)
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(page(t, learning(t)))))
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF())
	require.NoError(t, err)
	pages := len(regexp.MustCompile(`/Type /Page\b`).FindAll(pdf, -1))
	assert.True(t, pages >= 5 && pages <= 12, "%d pages", pages)

	media := emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(600, 800), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, media)
		return err
	})))
	assert.Equal(t, "rgb(255, 255, 255)", eval[string](ctx, t, `getComputedStyle(document.documentElement).backgroundColor`), "no dark paper")
	assert.True(t, eval[bool](ctx, t, shown+`(".wide")`), "the drawing, on narrow paper too")
	assert.False(t, eval[bool](ctx, t, shown+`(".boxes")`))
	style := `getComputedStyle(document.querySelector(".grid tbody"))`
	assert.Equal(t, "avoid", eval[string](ctx, t, style+`.breakInside`))
	assert.Equal(t, "exact", eval[string](ctx, t, `getComputedStyle(document.querySelector(".grid .sk")).printColorAdjust`))
	assert.NotEmpty(t, eval[string](ctx, t, style+`.display`))
}
