package draw_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbdraw"
	"github.com/singletable-go/ddb/examples/internal/browser"
)

// catalog is a page with a table as wide as that of a catalog.
func catalog() ddbdraw.Drawing {
	s := ddbdraw.Section{
		Header: []string{"#", "access pattern", "request", "index", "key condition", "items", "requests", "measured", "estimated", "at most", "calls/s"},
		Right:  []bool{true, false, false, false, false, true, true, true, true, true, true},
	}
	for range 3 {
		s.Cells = append(s.Cells,
			[]string{"1", "the cheapest products of a category", "TransactWriteItems", "open-orders", "`gsi1_pk = \"category#{CategoryID}\" AND begins_with(gsi1_sk, \"cart#\") LIMIT 20`", "2", "1", "0.5 R", "2.5 R", "128.5 R × pages", "60"},
			[]string{"", "", "GetItem", "primary", "`pk = \"customer#{CustomerID}\" AND sk = \"order#{OrderID}\"`", "2", "1", "0.5 R", "2.5 R", "8 × 800 W", ""})
	}
	return ddbdraw.Drawing{Sections: []ddbdraw.Section{s}}
}

// broken returns the texts in quotes that take more than one line.
const broken = `[...document.querySelectorAll(".un .un")].filter(e => e.textContent[0] == '"' && e.offsetHeight > 25).map(e => e.textContent)`

// apart returns the cells of numbers in which a unit stands in another line than its number.
const apart = `[...document.querySelectorAll("tbody .r > div")].filter(e => {
	const range = document.createRange(), text = e.firstChild
	const top = i => (range.setStart(text, i), range.setEnd(text, i + 1), range.getBoundingClientRect().top)
	return [...text.data.matchAll(/\d.[RW]/g)].some(m => top(m.index) != top(m.index + 2))
}).map(e => e.textContent)`

func TestACatalogBreaksBetweenItsParts(t *testing.T) {
	t.Parallel()
	ctx := browser.Start(t)
	address := page(t, catalog())
	for _, width := range []int64{320, 390, 880, 1151, 1152, 1280} {
		browser.Emulate(ctx, t, width, 900, "light")
		require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(address)))
		assert.LessOrEqual(t, eval[float64](ctx, t, `document.documentElement.scrollWidth`), float64(width), "at %d", width)
		if width > 320 {
			assert.Empty(t, eval[[]string](ctx, t, broken), "at %d", width)
		}
		assert.Empty(t, eval[[]string](ctx, t, apart), "at %d", width)
		assert.Equal(t, width >= 1152, eval[bool](ctx, t, `getComputedStyle(document.querySelector(".many td")).display == "table-cell"`), "at %d", width)
	}
}

func TestACardIsShort(t *testing.T) {
	t.Parallel()
	ctx := browser.Start(t)
	address := page(t, catalog())
	const tall = `Math.max(...[...document.querySelectorAll(".many tbody tr")].map(e => e.offsetHeight))`
	for width, most := range map[int64]float64{390: 270, 880: 130} {
		browser.Emulate(ctx, t, width, 900, "dark")
		require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(address)))
		assert.LessOrEqual(t, eval[float64](ctx, t, tall), most, "at %d", width)
		assert.Equal(t, `"↳ " attr(data-of)`, eval[string](ctx, t, `[...document.styleSheets[0].cssRules].flatMap(r => [...(r.cssRules || [])])
			.findLast(r => r.selectorText?.includes(".more > td:first-child::before"))?.style.content`))
		assert.Equal(t, "1 the cheapest products of a category", eval[string](ctx, t, `document.querySelector(".more td").dataset.of`))
	}
}
