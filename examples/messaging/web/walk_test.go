//go:build !race

package web

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/internal/browser"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// What a person does on the page: read, send, see it arrive and the group move to the top, start a group.
func TestWalk(t *testing.T) {
	t.Parallel()
	p := openPage(t, "/")
	group := groups.Conversations[0].ID()
	p.see(`document.querySelectorAll('#groups .group').length === 3 && %s.includes('Lena Moss')`, firstGroup)
	p.shot("list")

	// Read.
	p.click(`.group[data-group="` + group + `"]`)
	p.see(`%s === 'Under the clock. Bring the thermos!' && %s === 'Bayo Kent'`, lastText, title)
	p.see(`location.pathname === '/messages/` + group + `'`)
	p.see(`%s === 20`, texts)
	p.run(`document.querySelector('#scroll').scrollTop = 0`)
	p.see(`%s === 29 && document.querySelector('#older').hidden`, texts)
	p.see(`document.querySelector('#messages .text').textContent.startsWith('Morning!')`)

	// Send: it arrives, and the group moves to the top.
	p.write("I have packed the map.")
	p.see(`%s === 'I have packed the map.' && !document.querySelector('.pending')`, lastText)
	p.see(`%[1]s.includes('Bayo Kent') && %[1]s.includes('I have packed the map.')`, firstGroup)
	p.shot("sent")

	// The other's message appears without an action.
	p.send(bayo, group, "And I the thermos.")
	p.see(`%s === 'And I the thermos.' && %s.includes('And I the thermos.')`, lastText, firstGroup)
}

// What people write is shown as text, also if it is markup.
func TestMarkupIsText(t *testing.T) {
	t.Parallel()
	group := groups.Conversations[0].ID()
	p := openPage(t, "/messages/"+group)
	const markup = `<img src="x" onerror="document.title='broken'"><script>document.title='broken'</script><b>bold</b> &amp; &lt;`
	p.see(`%s === 20`, texts)
	p.send(bayo, group, markup)
	p.see(`%s.startsWith('<img') && %s.includes('<img')`, lastText, firstGroup)
	assert.Equal(t, markup, eval[string](p, lastText))
	assert.Zero(t, eval[int](p, `document.querySelectorAll('#messages :is(img, b, script), #groups :is(img, b, script)').length`))
	assert.NotContains(t, eval[string](p, `document.title`), "broken")
}

// Another person of this browser sees their own groups, with the names of the others, and starts a group: an error is shown
// in the dialog, and what is missing is said.
func TestNewGroup(t *testing.T) {
	t.Parallel()
	p := openPage(t, "/messages/"+groups.Conversations[0].ID())
	p.see(`%s === 20`, texts)
	p.do(chromedp.SetValue(chromedp.CSS(`#user`), "lena"))
	p.run(`document.querySelector('#user').dispatchEvent(new Event('change'))`)
	p.see(`document.querySelectorAll('#groups .group').length === 2 && %s.includes('Ada Brook')`, firstGroup)
	p.see(`location.pathname === '/' && document.querySelector('#send').hidden`)

	p.click(`#new`)
	p.see(`document.querySelector('#dialog').open`)
	p.click(`#start button[type=submit]`)
	p.see(`document.querySelector('#dialog-error').textContent === 'Choose whom the conversation is with.'`)
	p.click(`#people input[value="otis"]`)
	p.click(`#people input[value="bayo"]`)
	p.click(`#start button[type=submit]`)
	p.see(`document.querySelector('#dialog-error').textContent === 'Write the first message.'`)
	p.do(chromedp.SendKeys(chromedp.CSS(`#first`), "Hello both!"))
	p.net.cut()
	p.click(`#start button[type=submit]`)
	p.see(`document.querySelector('#dialog-error').textContent.startsWith('No connection.')`)
	p.shot("dialog")
	inside := `(() => {
		const { left, top, width, height } = document.querySelector('#dialog-error').getBoundingClientRect();
		return document.elementFromPoint(left + width / 2, top + height / 2).id === 'dialog-error';
	})()`
	assert.True(t, eval[bool](p, inside), "the error is not behind the backdrop")
	p.net.mend()
	p.click(`#start button[type=submit]`)
	p.see(`%s === 'Hello both!' && %s === 'Bayo, Otis'`, lastText, title)
	p.see(`%s.includes('Bayo, Otis')`, firstGroup)
}

// A path begins a conversation with a person; its first message makes the group.
func TestNewConversationByHandle(t *testing.T) {
	t.Parallel()
	p := openPage(t, "/messages/new/otis")
	p.see(`%s === 'Otis Pryce' && %s === 0`, title, texts)
	p.net.hold("POST ")
	p.write("Hello Otis!")
	p.write("Are you there?") // both go to one group
	p.see(`%s === 2`, texts)
	p.net.mend()
	p.see(`location.pathname.match(/^\/messages\/[0-9a-f-]{36}$/) && %s === 2 && !document.querySelector('.pending')`, texts)
	p.see(`%s.includes('Are you there?')`, firstGroup)
	page, err := p.store.Groups(t.Context(), groups.People[3].UserID, groups.Window{}, 20, "")
	require.NoError(t, err)
	assert.Len(t, page.Items, 1)

	p.do(chromedp.Navigate(p.url + "/messages/new/ada"))
	p.see(`document.querySelector('#notice').textContent.includes('That is you')`)
	p.do(chromedp.Navigate(p.url + "/messages/new/n%C3%B6body"))
	p.see(`document.querySelector('#notice').textContent.includes('There is no one called “nöbody”')`)
}

// Each group has a path: it survives a reload, back and forward work, and one that is not yours says so.
func TestPaths(t *testing.T) {
	t.Parallel()
	first, second := groups.Conversations[0].ID(), groups.Conversations[1].ID()
	p := openPage(t, "/messages/"+first)
	p.see(`%s === 'Bayo Kent' && document.title === '(1) Bayo Kent · Messages'`, title)
	p.click(`.group[data-group="` + second + `"]`)
	p.see(`%s === 'Lena Moss' && %s === 5`, title, texts)
	p.do(chromedp.Reload())
	p.see(`%s === 'Lena Moss' && %s === 5`, title, texts)
	p.run(`history.back()`)
	p.see(`%s === 'Bayo Kent' && %s === 20`, title, texts)
	p.run(`history.forward()`)
	p.see(`%s === 'Lena Moss' && %s === 5`, title, texts)

	theirs, err := p.store.Start(t.Context(), bayo, "Only us.", groups.People[3])
	require.NoError(t, err)
	for path, says := range map[string]string{
		theirs.GroupID:      "You are not in this conversation.",
		"nothing":           "There is no such conversation.",
		"%ff":               "There is no such conversation.",
		"%3Cimg%20src=x%3E": "There is no such conversation.",
	} {
		p.do(chromedp.Navigate(p.url + "/messages/" + path))
		p.see(`document.querySelector('#notice p').textContent === '%s' && !document.querySelector('#notice a').hidden`, says)
		assert.False(t, eval[bool](p, `document.body.textContent.includes('Only us.')`))
	}
	p.shot("not-yours")
	p.click(`#notice a`)
	p.see(`location.pathname === '/' && document.querySelectorAll('#groups .group').length === 3`)
}

// A member of a group sends a message with the id of one from before there were receipts: both are shown.
func TestTwoMessagesWithOneID(t *testing.T) {
	t.Parallel()
	group := groups.Conversations[0].ID()
	p := serveSeeded(t)
	page, err := p.store.Messages(t.Context(), ada.UserID, group, groups.Window{}, 1, "")
	require.NoError(t, err)
	_, err = p.store.SendOnce(t.Context(), page.Items[0].ID, bayo, group, "a copy")
	require.NoError(t, err)
	p.ctx = browser.Start(t, "network")
	p.do(chromedp.Navigate(p.url + "/messages/" + group))
	p.see(`[...document.querySelectorAll('#messages .text')].slice(-2).map((m) => m.textContent).join() === 'Under the clock. Bring the thermos!,a copy'`)
}
