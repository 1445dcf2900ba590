//go:build !race

package web

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// What is typed while a message is sent stays in the box.
func TestTypingWhileSending(t *testing.T) {
	t.Parallel()
	group := groups.Conversations[0].ID()
	p := openPage(t, "/messages/"+group)
	p.see(`%s === 20`, texts)
	p.net.hold("POST ")
	p.write("one")
	p.see(`%s === 'one' && document.querySelector('.pending .state').textContent === 'Sending…'`, lastText)
	p.do(chromedp.SendKeys(chromedp.CSS(`#text`), "and the nex"))
	p.shot("sending")
	p.net.mend()
	p.see(`!document.querySelector('.pending')`)
	p.do(chromedp.SendKeys(chromedp.CSS(`#text`), "t"))
	assert.Equal(t, "and the next", eval[string](p, `document.querySelector('#text').value`))
	p.enter()
	p.see(`%s === 'and the next' && !document.querySelector('.pending') && !document.querySelector('#text').value`, lastText)
}

// Enter twice, and a response that is lost, send one message.
func TestSentOnce(t *testing.T) {
	t.Parallel()
	group := groups.Conversations[0].ID()
	p := openPage(t, "/messages/"+group)
	p.see(`%s === 20`, texts)
	p.net.hold("POST ")
	p.do(chromedp.SendKeys(chromedp.CSS(`#text`), "twice"))
	p.enter()
	p.enter()
	p.net.mend()
	p.see(`%s === 'twice' && !document.querySelector('.pending')`, lastText)
	assert.Equal(t, 1, p.net.posts())

	p.net.loseResponses("POST", 2)
	p.write("lost")
	p.see(`%s === 'lost' && !document.querySelector('.pending')`, lastText)
	p.see(`!Object.keys(localStorage).some((k) => k.startsWith('outbox'))`)
	assert.Equal(t, 4, p.net.posts())
	for _, text := range []string{"twice", "lost"} {
		assert.Equal(t, 1, p.sent(group, text), text)
		assert.Equal(t, 1, eval[int](p, `[...document.querySelectorAll('#messages .text')].filter((m) => m.textContent === '`+text+`').length`))
	}
}

// Each group has its own draft. A reload keeps it.
func TestDraftsStayWithTheirGroup(t *testing.T) {
	t.Parallel()
	first, second := groups.Conversations[0].ID(), groups.Conversations[1].ID()
	p := openPage(t, "/messages/"+first)
	draft := func(want string) { t.Helper(); p.see(`document.querySelector('#text').value === '%s'`, want) }
	p.see(`%s === 20`, texts)
	p.do(chromedp.SendKeys(chromedp.CSS(`#text`), "for Bayo"))
	p.click(`.group[data-group="` + second + `"]`)
	draft("")
	p.do(chromedp.SendKeys(chromedp.CSS(`#text`), "for Lena"))
	p.click(`.group[data-group="` + first + `"]`)
	draft("for Bayo")
	p.do(chromedp.Reload())
	p.see(`%s === 20`, texts)
	draft("for Bayo")
	p.enter()
	p.see(`%s === 'for Bayo' && !document.querySelector('.pending')`, lastText)
	draft("")
	p.click(`.group[data-group="` + second + `"]`)
	draft("for Lena")
}

// The box says how many characters are left, and does not send too many.
func TestTooLong(t *testing.T) {
	t.Parallel()
	group := groups.Conversations[0].ID()
	p := openPage(t, "/messages/"+group)
	p.see(`%s === 20 && document.querySelector('#send button').disabled`, texts)
	p.run(`document.querySelector('#text').value = '😀'.repeat(1024)`)
	p.do(chromedp.SendKeys(chromedp.CSS(`#text`), "!"))
	p.see(`document.querySelector('#left').textContent === '1 character too many' && document.querySelector('#send button').disabled`)
	p.enter()
	p.press(kb.Backspace)
	p.see(`document.querySelector('#left').textContent === '0 characters left' && !document.querySelector('#send button').disabled`)
	p.enter()
	p.see(`%s.length === 2048 && !document.querySelector('.pending')`, lastText)
	assert.Equal(t, 1, p.net.posts())
}

// What the server refuses is shown where it was written, with its reason, and is not lost.
func TestRefusedMessage(t *testing.T) {
	t.Parallel()
	group := groups.Conversations[0].ID()
	p := openPage(t, "/messages/"+group)
	p.see(`%s === 20`, texts)
	p.run(`localStorage.setItem('outbox/y', 'no JSON'); localStorage.setItem('outbox/z', '{}'); localStorage.setItem('outbox/x', JSON.stringify(
		{ id: '7c9e6679-7425-40de-944b-e07fc1f90001', at: 1, from: 'ada', group: '` + group + `', text: 'x'.repeat(1025) }))`)
	p.do(chromedp.Reload())
	p.see(`document.querySelector('.pending .state')?.textContent.startsWith('Not sent: the message has more than 1024 characters')`)
	p.shot("refused")
	p.write("a later one is sent")
	p.see(`document.querySelectorAll('.pending').length === 1 && %s.length === 1025`, lastText)
	assert.Equal(t, 1, p.sent(group, "a later one is sent"))
	p.do(chromedp.Click(chromedp.CSS(`.pending .state button:nth-of-type(2)`)))
	p.see(`!document.querySelector('.pending') && document.querySelector('#text').value.length === 1025`)
}
