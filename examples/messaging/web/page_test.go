package web

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/internal/browser"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// What a person does on the page: open a group, read, send, see it arrive and the group move to the top.
func TestPage(t *testing.T) {
	t.Parallel()
	ctx := browser.Start(t)
	eng := ddbmem.New(ddbmem.Options{Faults: ddbmem.Faults{IndexLag: 20 * time.Millisecond}})
	db := ddb.New(eng.Client(), "cruddur-messages", groups.Cruddur, nil)
	s := groups.NewStore(db, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, groups.Seed(t.Context(), db, func(int, int) {}))
	watch(t, eng.Client(), db, s)
	server := httptest.NewServer(NewAPI(s, groups.People, slog.New(slog.NewTextHandler(t.Output(), nil))))
	t.Cleanup(server.Close)
	group := groups.Conversations[0].ID()

	do := func(actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		require.NoError(t, chromedp.Do(ctx, actions...))
	}
	// see waits until an expression holds on the page.
	see := func(expression string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](expression))
		require.NoError(t, err, expression)
	}
	shot := func(name string) {
		t.Helper()
		png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(t.ArtifactDir(), name+".png"), png, 0o644))
	}
	const (
		first = `(document.querySelector('#groups li')?.textContent ?? '')`
		last  = `([...document.querySelectorAll('#messages .text')].at(-1)?.textContent ?? '')`
	)

	do(chromedp.Navigate(server.URL), chromedp.WaitVisible(chromedp.CSS(`#groups li`)))
	see(`document.querySelectorAll('#groups li').length === 3 && ` + first + `.includes('Lena Moss')`)

	// Read.
	do(chromedp.Click(chromedp.CSS(`[data-group="` + group + `"]`)))
	see(last + ` === 'Under the clock. Bring the thermos!'`)
	see(`document.querySelectorAll('#messages .text').length === 20`)
	see(`document.querySelector('#title').textContent === 'Bayo Kent'`)
	do(chromedp.Click(chromedp.CSS(`#earlier`)))
	see(`document.querySelectorAll('#messages .text').length === 29 && document.querySelector('#earlier').hidden`)
	see(`document.querySelector('#messages .text').textContent.startsWith('Morning!')`)

	// Send: it arrives, and the group moves to the top.
	do(chromedp.SendKeys(chromedp.CSS(`#text`), "I have packed the map."), chromedp.Click(chromedp.CSS(`#send button`)))
	see(last + ` === 'I have packed the map.'`)
	see(first + `.includes('Bayo Kent') && ` + first + `.includes('I have packed the map.')`)
	shot("sent")

	// The other's message appears without an action.
	_, err := s.Send(t.Context(), bayo, group, "And I the thermos.")
	require.NoError(t, err)
	see(last + ` === 'And I the thermos.'`)
	see(first + `.includes('And I the thermos.')`)

	// Markup is text.
	const markup = `<img src="x" onerror="document.title='broken'"><script>document.title='broken'</script><b>bold</b> &amp; &lt;`
	_, err = s.Send(t.Context(), bayo, group, markup)
	require.NoError(t, err)
	see(last + `.startsWith('<img')`)
	see(first + `.includes('<img')`)
	shown, err := chromedp.Run(ctx, chromedp.Evaluate[string](last))
	require.NoError(t, err)
	assert.Equal(t, markup, shown)
	elements, err := chromedp.Run(ctx, chromedp.Evaluate[int](
		`document.querySelectorAll('#messages :is(img, b, script), #groups :is(img, b, script)').length`))
	require.NoError(t, err)
	assert.Zero(t, elements)
	title, err := chromedp.Run(ctx, chromedp.Title())
	require.NoError(t, err)
	assert.Equal(t, "Messages", title)
	shot("markup")

	// Another user sees their own groups, with the names of the others.
	do(chromedp.SetValue(chromedp.CSS(`#user`), "lena"), chromedp.Evaluate[chromedp.Void](`document.querySelector('#user').dispatchEvent(new Event('change'))`))
	see(`document.querySelectorAll('#groups li').length === 2 && ` + first + `.includes('Ada Brook')`)
	see(`document.querySelector('#send').hidden`)

	// A new group: an empty message is rejected, the next one is sent.
	do(
		chromedp.Click(chromedp.CSS(`#compose`)), chromedp.WaitVisible(chromedp.CSS(`#dialog`)),
		chromedp.Click(chromedp.CSS(`#people input[value="otis"]`)), chromedp.Click(chromedp.CSS(`#people input[value="bayo"]`)),
		chromedp.SendKeys(chromedp.CSS(`#first`), "Hello both!"),
	)
	shot("new-group")
	do(chromedp.Click(chromedp.CSS(`#start button[type=submit]`)))
	see(last + ` === 'Hello both!' && document.querySelector('#title').textContent === 'Lena, Bayo, Otis'`)
	see(first + `.includes('Lena, Bayo, Otis')`)

	// On a narrow screen.
	do(chromedp.EmulateViewport(390, 780))
	shot("narrow")
}
