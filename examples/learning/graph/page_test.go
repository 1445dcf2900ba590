// The race detector sees nothing of the browser, and costs the compiler of its client half a minute.

//go:build !race

package graph_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/internal/browser"
	"github.com/singletable-go/ddb/examples/learning/graph"
	"github.com/singletable-go/ddb/examples/learning/school"
)

// tab is the query page in a browser.
type tab struct {
	*testing.T
	ctx context.Context
	url string
}

func openPage(t *testing.T) tab {
	t.Helper()
	p := tab{T: t, ctx: browser.Start(t)}
	s := serve(t, school.DefaultSize, graph.Limits{})
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	server := httptest.NewServer(graph.NewSite(graph.NewService(s.client, "learning", &graph.Options{Log: log}), log))
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

func (p tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	require.NoError(p, chromedp.Do(p.ctx, actions...))
}

// see waits until an expression holds on the page.
func (p tab) see(expression string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(time.Minute))); err != nil {
		shown, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText.slice(0, 4000)`))
		require.NoError(p, err, "%s; the page shows:\n%s", expression, shown)
	}
}

func value[T any](p tab, expression string) T {
	p.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	require.NoError(p, err, expression)
	return v
}

// shot keeps a picture of the page, with go test -artifacts.
func (p tab) shot(name string) {
	p.Helper()
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	require.NoError(p, err)
	require.NoError(p, os.WriteFile(filepath.Join(p.ArtifactDir(), name+".png"), png, 0o644))
}

// write writes the text of a field.
func (p tab) write(id, text string) {
	p.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector('#%s').value = %q, undefined`, id, text)))
}

func text(id string) string { return `document.querySelector('#` + id + `').textContent` }

// What a person does on the page, wide and narrow, light and dark: run the first example, use variables, make mistakes,
// write, and look at the schema.
func TestPage(t *testing.T) {
	t.Parallel()
	p := openPage(t)
	for _, c := range []struct {
		name   string
		width  int64
		scheme string
		cost   string
	}{{"wide", 1200, "light", "57 requests, 34.5 RCU"}, {"narrow", 390, "dark", "58 requests, 35 RCU"}} {
		browser.Emulate(p.ctx, t, c.width, 800, c.scheme)
		p.do(chromedp.Navigate(p.url))
		p.see(`document.querySelectorAll('#types details').length > 10 && !document.querySelector('#examples').disabled`)

		p.do(chromedp.Click(chromedp.CSS("#run")))
		p.see(text("state") + `.includes('` + c.cost + `')`)
		p.see(text("cost") + `.includes('gsi1') && ` + text("cost") + `.includes('primary')`)
		p.see(text("data") + `.includes('"getTracks"') && document.querySelector('#errors').hidden`)
		p.shot(c.name + "-explored")

		p.do(chromedp.Evaluate[chromedp.Void](`examples.selectedIndex = 2, examples.dispatchEvent(new Event('change')), undefined`), chromedp.Click(chromedp.CSS("#run")))
		p.see(text("data") + `.includes('"getCourse": {') && ` + text("state") + `.startsWith('2 requests')`)

		p.do(chromedp.Evaluate[chromedp.Void](`examples.selectedIndex = 4, examples.dispatchEvent(new Event('change')), undefined`), chromedp.Click(chromedp.CSS("#run")))
		p.see(text("data") + `.includes('"getStudent": {') && ` + text("data") + `.includes('"progress": [')`)

		p.write("query", `query($id: String!) { getTrack(id: $id) { name } }`)
		p.write("variables", `{ "id": "vczayu4v" }`)
		p.do(chromedp.Click(chromedp.CSS("#run")))
		p.see(text("data") + `.includes('Modern Botany') && ` + text("state") + `.includes('1 request, 0.5 RCU')`)

		p.write("variables", `{ "id": "none" }`)
		p.do(chromedp.Click(chromedp.CSS("#run")))
		p.see(text("errors") + `.includes('NOT_FOUND: there is no track "none" (at getTrack)')`)
		p.see(text("state") + `.startsWith('1 error, 1 request')`)
		p.shot(c.name + "-missing")

		p.write("variables", `{ "id": `)
		p.do(chromedp.Click(chromedp.CSS("#run")))
		p.see(text("errors") + `.includes('The variables are no JSON') && document.activeElement.id === 'variables'`)

		p.write("variables", "")
		p.write("query", `{ getTracks { nothing } }`)
		p.do(chromedp.Click(chromedp.CSS("#run")))
		p.see(text("errors") + `.includes('BAD_QUERY') && ` + text("errors") + `.includes('(line 1)') && ` + text("state") + `.endsWith(': not run.')`)
		assert.Empty(t, value[string](p, text("data")))

		p.write("query", `mutation { addTrack(TrackInput: {name: "<b>bold</b>"}) { name } }`)
		p.do(chromedp.Click(chromedp.CSS("#run")))
		p.see(text("state") + `.includes('WCU') && ` + text("data") + `.includes('<b>bold</b>')`)
		assert.Zero(t, value[int](p, `document.querySelectorAll('#data b').length`))

		assert.LessOrEqual(t, value[int](p, `document.documentElement.scrollWidth`), int(c.width), "nothing is cut off")
		contrast(p)
		p.shot(c.name + "-written")
		p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#type-Course').open = true`))
		p.see(text("type-Course") + `.includes('chapters: [Chapter!]')`)
		p.do(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll('#type-Course button')].find(b => b.textContent === '[Chapter!]').click()`))
		p.see(`document.querySelector('#type-Chapter').open && document.activeElement.parentNode.id === 'type-Chapter'`)
	}
}

// contrast requires that text can be told from its ground: a ratio of 4.5.
func contrast(p tab) {
	p.Helper()
	worst := value[float64](p, `(() => {
		const light = (c) => { const [r, g, b] = c.match(/[\d.]+/g).map((v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 }); return .2126 * r + .7152 * g + .0722 * b };
		const ground = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!c.endsWith(', 0)')) return c } return 'rgb(255, 255, 255)' };
		return Math.min(...[...document.querySelectorAll('body *')].filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())).map((e) => {
			const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x); return (a + .05) / (b + .05) }));
	})()`)
	assert.GreaterOrEqual(p, worst, 4.5)
}

// With the keyboard alone: the editor has the focus, Ctrl+Enter runs, and Tab goes through everything.
func TestPageByKeyboard(t *testing.T) {
	t.Parallel()
	p := openPage(t)
	p.do(chromedp.Navigate(p.url))
	p.see(`document.activeElement.id === 'query' && document.querySelectorAll('#types details').length > 10`)
	p.do(chromedp.KeyEvent("\r", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	p.see(text("state") + `.includes('57 requests')`)
	p.do(chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r", chromedp.KeyModifiers(chromedp.ModifierMeta)))
	p.see(text("state") + `.includes('57 requests')`)
	assert.Empty(t, value[string](p, `document.querySelector('#variables').value`), "no line break")
	var order []string
	for range 4 {
		order = append(order, value[string](p, `document.activeElement.id || document.activeElement.tagName.toLowerCase()`))
		p.do(chromedp.KeyEvent("\t"))
	}
	assert.Equal(t, "variables run data summary", strings.Join(order, " "))
}
