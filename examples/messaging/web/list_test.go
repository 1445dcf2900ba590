//go:build !race

package web

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/internal/browser"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// Thirty groups that begin between two looks are all in the list, and those that were there stay.
func TestManyNewGroups(t *testing.T) {
	t.Parallel()
	p := openPage(t, "/")
	p.see(`document.querySelectorAll('#groups .group').length === 3`)
	p.net.cut()
	for i := range 30 {
		_, err := p.store.Start(t.Context(), bayo, fmt.Sprint("group ", i), ada)
		require.NoError(t, err)
	}
	p.net.mend()
	p.run(`document.querySelector('#try').click()`)
	p.see(`document.querySelectorAll('#groups .group').length === 33 && %s.includes('group 29')`, firstGroup)
}

// Groups are under Today, Yesterday, This week and Earlier. Older ones come with scrolling.
func TestListHasParts(t *testing.T) {
	t.Parallel()
	p := serveSeeded(t)
	now := time.Now()
	at := func(days int) {
		s := groups.NewStore(p.db, &groups.Options{Now: func() time.Time { return now.AddDate(0, 0, -days) }})
		_, err := s.Start(t.Context(), bayo, fmt.Sprintf("%d days ago", days), ada)
		require.NoError(t, err)
	}
	for _, days := range []int{0, 0, 1, 7, 40} {
		at(days)
	}
	for days := range 30 {
		at(100 + days)
	}
	p.ctx = browser.Start(t, "network")
	p.do(chromedp.Navigate(p.url))
	const parts = `[...document.querySelectorAll('#groups section')].map((s) => s.querySelector('h3').textContent + s.querySelectorAll('.group').length).slice(0, 2).join()`
	p.see(`%s === 'Today2,Yesterday1'`, parts)
	p.see(`[...document.querySelectorAll('#groups h3')].at(-1).textContent === 'Earlier' && document.querySelectorAll('#groups .group').length === 20`)
	p.shot("parts")
	p.run(`document.querySelector('#list').scrollTop = 1e6`)
	p.see(`document.querySelectorAll('#groups .group').length === 38 && document.querySelector('#more-groups').hidden`)
}

// What others wrote is unread until its conversation is open at its end. Another tab of the same person learns of it.
func TestUnread(t *testing.T) {
	t.Parallel()
	first, second := groups.Conversations[0].ID(), groups.Conversations[1].ID()
	p := openPage(t, "/messages/"+first)
	unread := func(group string, want bool) {
		t.Helper()
		p.see(`document.querySelector('.group[data-group="%s"]')?.classList.contains('unread') === %t`, group, want)
	}
	unread(second, true)
	unread(first, false)
	p.see(`document.title.startsWith('(1) ')`)
	p.click(`.group[data-group="` + second + `"]`)
	unread(second, false)
	p.send(bayo, first, "psst")
	unread(first, true)
	p.see(`document.title.startsWith('(1) ')`)
	p.shot("unread")
	p.click(`.group[data-group="` + first + `"]`)
	unread(first, false)
	p.see(`document.querySelector('#messages .unread')?.nextElementSibling.textContent.includes('psst')`)
	p.shot("divider")

	page, err := p.store.Marks(t.Context(), ada.UserID, 20, "")
	require.NoError(t, err)
	assert.Len(t, page.Items, 2)
	p.do(chromedp.Navigate(p.url + "/"))
	unread(first, false)
	unread(second, false)

	// A message that comes while the end is out of sight is unread, and a button leads to it.
	p.click(`.group[data-group="` + first + `"]`)
	p.see(`%s === 'psst'`, lastText)
	p.run(`document.querySelector('#scroll').scrollTop = 300`)
	p.see(`document.querySelector('#scroll').scrollTop < 1000`)
	p.send(bayo, first, "down here")
	p.see(`!document.querySelector('#newer').hidden`)
	unread(first, true)
	p.click(`#newer`)
	unread(first, false)
}

// A mark whose response is lost has moved, and the page goes on.
func TestLostMark(t *testing.T) {
	t.Parallel()
	second := groups.Conversations[1].ID()
	p := openPage(t, "/")
	p.see(`document.querySelectorAll('#groups .group').length === 3`)
	p.net.loseResponses("PUT", 1)
	p.click(`.group[data-group="` + second + `"]`)
	p.see(`%s === 5 && !document.querySelector('.group.unread')`, texts)
	marked := func(to string) {
		t.Helper()
		require.Eventually(t, func() bool {
			page, err := p.store.Marks(t.Context(), ada.UserID, 20, "")
			return err == nil && len(page.Items) == 1 && page.Items[0].ReadTo >= to
		}, 30*time.Second, 20*time.Millisecond)
	}
	marked("2026")
	newest := p.send(groups.People[2], second, "still there?")
	p.see(`%s === 'still there?' && !document.querySelector('.group.unread') && document.querySelector('#banner').hidden`, lastText)
	marked(groups.Stamp(newest.CreatedAt))
}

// Who wrote the newest message has read it, wherever they wrote it. The list says who wrote it, unless that is clear, and
// calls a larger group by the others' names.
func TestListKnowsItsReader(t *testing.T) {
	t.Parallel()
	two, three := groups.Conversations[1].ID(), groups.Conversations[2].ID()
	p := openPage(t, "/")
	shows := func(group, name, last string, unread bool) {
		t.Helper()
		p.see(`(() => { const g = document.querySelector('.group[data-group="%s"]'); return g && g.querySelector('.name').textContent === '%s' &&
			g.querySelector('.last').textContent === '%s' && g.classList.contains('unread') === %t })()`, group, name, last, unread)
	}
	shows(two, "Lena Moss", "They never do. Thank you!", true)
	shows(three, "Bayo, Lena", "You: The 6:30, then.", false)
	p.see(`document.title.startsWith('(1) ')`)
	p.send(ada, two, "from elsewhere")
	p.send(groups.People[2], three, "brr")
	shows(two, "Lena Moss", "You: from elsewhere", false)
	shows(three, "Bayo, Lena", "Lena: brr", true)
	p.see(`document.querySelector('.group[data-group="%s"] .face').classList.contains('crowd')`, three)
	p.click(`.group[data-group="` + three + `"]`)
	p.see(`%s === 'Bayo, Lena'`, title)
	p.shot("reader")
}

// A new message is read out as one sentence, and adds one element; what was there stays as it is.
func TestNewMessageIsOneSentence(t *testing.T) {
	t.Parallel()
	group := groups.Conversations[0].ID()
	p := openPage(t, "/messages/"+group)
	p.see(`%s === 20`, texts)
	assert.Empty(t, eval[string](p, `document.querySelector('#announce').textContent`), "what was there is not read out")
	p.run(`window.changed = []; new MutationObserver((ms) => changed.push(...ms.flatMap((m) => [...m.addedNodes, ...m.removedNodes].map((n) => n.textContent))))
		.observe(document.querySelector('#messages'), { childList: true })`)
	p.send(bayo, group, "Did you hear that?")
	p.see(`document.querySelector('#announce').textContent === 'Bayo Kent: Did you hear that?'`)
	changed := eval[[]string](p, `changed.filter((text) => text !== 'Today')`)
	require.Len(t, changed, 1)
	assert.Contains(t, changed[0], "Did you hear that?")
	assert.Equal(t, []string{"announce", "banner"}, eval[[]string](p, `[...document.querySelectorAll('[role=status]')].map((e) => e.id).sort()`))
	assert.Zero(t, eval[int](p, `document.querySelectorAll('#messages[aria-live], #scroll[aria-live], #groups[aria-live]').length`))
}

// The focus follows a group that moves to another part of the list.
func TestFocusFollowsAGroup(t *testing.T) {
	t.Parallel()
	third := groups.Conversations[2].ID()
	p := openPage(t, "/")
	p.see(`document.querySelectorAll('#groups .group').length === 3`)
	p.run(`document.querySelector('.group[data-group="` + third + `"]').focus()`)
	p.send(bayo, third, "up we go")
	p.see(`%s.includes('up we go')`, firstGroup)
	p.see(`%s.dataset.group === '%s' && %[1]s.tabIndex === 0`, focused, third)
}
