// The race detector sees nothing of the browser, and costs the compiler of its client half a minute.

//go:build !race

package web

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/internal/browser"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// tab is the page in a browser, in a window of 1200 by 800, and what is behind it.
type tab struct {
	t     *testing.T
	ctx   context.Context
	url   string
	db    *ddb.DB
	store *groups.Store
	net   *network
}

// openPage opens a path of the page, on what Seed writes, for Ada.
func openPage(t *testing.T, path string) *tab {
	t.Helper()
	p := serveSeeded(t)
	p.ctx = browser.Start(t, "network")
	p.do(chromedp.Navigate(p.url + path))
	return p
}

// serveSeeded is a tab without a browser yet.
func serveSeeded(t *testing.T) *tab {
	t.Helper()
	eng := ddbmem.New(ddbmem.Options{Faults: ddbmem.Faults{IndexLag: 20 * time.Millisecond}})
	db := ddb.New(eng.Client(), "cruddur-messages", groups.Cruddur, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, groups.Seed(t.Context(), db, func(int, int) {}))
	s := groups.NewStore(db, nil)
	watch(t, eng.Client(), db, s)
	net := &network{next: NewAPI(s, groups.People, slog.New(slog.NewTextHandler(t.Output(), nil)))}
	server := httptest.NewServer(net)
	t.Cleanup(server.Close)
	t.Cleanup(net.mend) // else the server waits for what is held
	return &tab{t: t, url: server.URL, db: db, store: s, net: net}
}

func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	require.NoError(p.t, chromedp.Do(ctx, actions...))
}

// see waits until an expression holds on the page.
func (p *tab) see(expression string, args ...any) {
	p.t.Helper()
	expression = fmt.Sprintf(expression, args...)
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingInterval(20*time.Millisecond)))
	if err != nil {
		p.shot("unseen")
	}
	require.NoError(p.t, err, expression)
}

// eval is the value of an expression on the page.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	require.NoError(p.t, err, expression)
	return value
}

// run runs a statement on the page.
func (p *tab) run(statement string) {
	p.t.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](statement))
}

func (p *tab) click(selector string) { p.t.Helper(); p.do(chromedp.Click(chromedp.CSS(selector))) }

// press presses keys, one after the other.
func (p *tab) press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		p.do(chromedp.KeyEvent(key))
	}
}

// enter presses the Enter key, as a keyboard does: if the page handles it, no character follows.
func (p *tab) enter() {
	p.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
		_, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{
			Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13,
		})
		require.NoError(p.t, err)
	}
}

// write types a text into the box and sends it.
func (p *tab) write(text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(chromedp.CSS(`#text`), text))
	p.enter()
}

// shot keeps a picture of the page: go test -artifacts has them.
func (p *tab) shot(name string) {
	p.t.Helper()
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	require.NoError(p.t, err)
	require.NoError(p.t, os.WriteFile(filepath.Join(p.t.ArtifactDir(), name+".png"), png, 0o644))
}

// phone makes the page 390 pixels wide.
func (p *tab) phone() { p.t.Helper(); p.do(chromedp.EmulateViewport(390, 780)) }

// prefers sets a preference of the reader, such as prefers-color-scheme.
func (p *tab) prefers(name, value string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: name, Value: value}},
	})
	require.NoError(p.t, err)
}

// send sends a message from outside the page.
func (p *tab) send(from groups.Author, group, text string) groups.Message {
	p.t.Helper()
	m, err := p.store.Send(p.t.Context(), from, group, text)
	require.NoError(p.t, err)
	return m
}

// sent is how often a text is in a group.
func (p *tab) sent(group, text string) int {
	p.t.Helper()
	n := 0
	for m, err := range ddb.NewRepository(p.db, groups.Messages).Consistent().Query(p.t.Context(), groups.MessagesOf(group, groups.Window{})) {
		require.NoError(p.t, err)
		if m.Text == text {
			n++
		}
	}
	return n
}

// What the tests look at.
const (
	firstGroup = `(document.querySelector('#groups .group')?.textContent ?? '')`
	lastText   = `([...document.querySelectorAll('#messages .text')].at(-1)?.textContent ?? '')`
	texts      = `document.querySelectorAll('#messages .text').length`
	title      = `document.querySelector('#title').textContent`
	focused    = `document.activeElement`
)

func TestPageIsServed(t *testing.T) {
	t.Parallel()
	w := serveAPI(t, groups.NewStore(ddb.New(ddbmem.New().Client(), "messages", groups.Cruddur, nil), nil))
	const html = "text/html; charset=utf-8"
	want := map[string]string{"/": html, "/messages/any": html, "/messages/new/bayo": html, "/page/style.css": "text/css; charset=utf-8", "/page/app.js": "text/javascript; charset=utf-8"}
	for path := range maps.Keys(want) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", w.url+path, nil)
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, 200, resp.StatusCode)
		assert.Equal(t, want[path], resp.Header.Get("Content-Type"))
		assert.Contains(t, resp.Header.Get("Content-Security-Policy"), "default-src 'self'")
	}
}
