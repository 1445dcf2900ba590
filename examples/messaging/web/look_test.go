//go:build !race

package web

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// Each pair of text and ground has a contrast of 4.5 to 1, and the edge of a box one of 3 to 1, in light and in the dark.
func TestContrast(t *testing.T) {
	t.Parallel()
	css, err := pageFiles.ReadFile("page/theme.css")
	require.NoError(t, err)
	light, dark := map[string]string{}, map[string]string{}
	for _, m := range regexp.MustCompile(`--([\w-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}))`).FindAllStringSubmatch(string(css), -1) {
		light[m[1]], dark[m[1]] = m[2]+m[4], m[3]+m[4]
	}
	require.Len(t, light, strings.Count(string(css), ": ")-1, "a colour is in another form") // less color-scheme
	for _, colours := range []map[string]string{light, dark} {
		assert.GreaterOrEqual(t, contrast(t, colours["edge"], colours["paper"]), 3.0)
	}
	for pair := range strings.FieldsSeq(`
		ink/ground ink/paper ink/hover ink/chosen ink/theirs faint/ground faint/paper faint/hover faint/chosen
		link/ground link/paper link/hover link/chosen on-mine/mine on-warn/warn bad/ground bad/paper on-error/error
		on-hue/hue0 on-hue/hue1 on-hue/hue2 on-hue/hue3 on-hue/hue4 on-hue/hue5 on-hue/crowd`) {
		text, ground, _ := strings.Cut(pair, "/")
		for scheme, colours := range map[string]map[string]string{"light": light, "dark": dark} {
			require.NotEmpty(t, colours[text], text)
			assert.GreaterOrEqual(t, contrast(t, colours[text], colours[ground]), 4.5, "%s, %s", pair, scheme)
		}
	}
}

// contrast is the contrast ratio of WCAG 2.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	var sum float64
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		require.NoError(t, err)
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// At 390 pixels one part is shown at a time, nothing is cut off, and all that can be touched is large enough.
func TestOnAPhone(t *testing.T) {
	t.Parallel()
	group := groups.Conversations[0].ID()
	p := openPage(t, "/")
	p.phone()
	p.see(`document.querySelectorAll('#groups .group').length === 3 && !document.querySelector('main').checkVisibility()`)
	p.shot("phone-list")
	p.click(`.group[data-group="` + group + `"]`)
	p.see(`%s === 20 && !document.querySelector('aside').checkVisibility()`, texts)
	p.write(strings.Repeat("wide", 100))
	p.see(`%s.length === 400 && !document.querySelector('.pending')`, lastText)
	p.see(`document.querySelector('#me').checkVisibility() && document.querySelector('#me').textContent === 'You are Ada Brook'`)
	p.shot("phone-talk")
	assert.LessOrEqual(t, eval[int](p, `document.documentElement.scrollWidth`), 390)
	assert.Empty(t, eval[[]string](p, `[...document.querySelectorAll('button, a, textarea')].filter((e) => e.checkVisibility() && e.id !== 'skip')
		.filter((e) => e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)`))
	p.click(`#back`)
	p.see(`location.pathname === '/' && document.querySelector('aside').checkVisibility()`)
	p.click(`#new`)
	p.see(`document.querySelector('#dialog').open`)
	p.shot("phone-dialog")
	assert.LessOrEqual(t, eval[int](p, `document.documentElement.scrollWidth`), 390)
}

// The heading of a day says its year, unless it is this one.
func TestDaysOfAnotherYear(t *testing.T) {
	t.Parallel()
	p := openPage(t, "/")
	p.run(`import('/page/time.js').then(({ day }) => window.heading = day('2020-03-02T12:00:00Z'))`)
	p.see(`window.heading === 'Monday, March 2, 2020'`)
}

// The page follows the reader's choice of dark and of less motion.
func TestPreferences(t *testing.T) {
	t.Parallel()
	p := openPage(t, "/messages/"+groups.Conversations[0].ID())
	p.see(`%s === 20`, texts)
	const ground = `getComputedStyle(document.body).backgroundColor`
	const moves = `getComputedStyle(document.querySelector('.group')).transitionDuration`
	p.prefers("prefers-color-scheme", "light")
	assert.Equal(t, "rgb(244, 246, 251)", eval[string](p, ground))
	p.prefers("prefers-color-scheme", "dark")
	assert.Equal(t, "rgb(115, 123, 148) rgba(0, 0, 0, 0)", eval[string](p, `getComputedStyle(document.querySelector('#scroll')).scrollbarColor`))
	assert.Equal(t, "rgb(17, 19, 27)", eval[string](p, ground))
	p.shot("dark")
	p.click(`#new`)
	p.see(`document.querySelector('#dialog').open`)
	p.shot("dark-dialog")
	p.press(kb.Escape)
	assert.Equal(t, "0.12s", eval[string](p, moves))
	p.prefers("prefers-reduced-motion", "reduce")
	assert.Equal(t, "0s", eval[string](p, moves))
}
