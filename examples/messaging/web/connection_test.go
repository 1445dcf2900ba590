//go:build !race

package web

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/examples/internal/browser"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// The connection is lost: the page says so, what is written waits, and all goes on by itself when it is back.
func TestLostConnection(t *testing.T) {
	t.Parallel()
	group := groups.Conversations[0].ID()
	p := openPage(t, "/messages/"+group)
	p.see(`%s === 20`, texts)
	p.net.cut()
	p.see(`!document.querySelector('#banner').hidden && document.querySelector('#banner').textContent.includes('Offline. Trying again…')`)
	p.see(`(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < 2)(document.querySelector('#scroll'))`)
	p.write("into the dark")
	p.see(`document.querySelector('.pending .state').textContent === 'Waiting for the connection…'`)
	assert.True(t, eval[bool](p, `document.querySelector('#error').hidden`), "a lost connection is no error to show")
	p.do(chromedp.SendKeys(chromedp.CSS(`#text`), "a draft"))
	p.shot("offline")
	p.send(bayo, group, "meanwhile")
	p.net.mend()
	p.click(`#try`)
	p.see(`document.querySelector('#banner').hidden && !document.querySelector('.pending')`)
	p.see(`[...document.querySelectorAll('#messages .text')].slice(-2).map((m) => m.textContent).join() === 'meanwhile,into the dark'`)
	assert.Equal(t, "a draft", eval[string](p, `document.querySelector('#text').value`))
	assert.Equal(t, 1, p.sent(group, "into the dark"))
}

// A page that is closed before its message is sent sends it when it is opened again.
func TestMessageSurvivesAReload(t *testing.T) {
	t.Parallel()
	group := groups.Conversations[0].ID()
	p := openPage(t, "/messages/"+group)
	p.see(`%s === 20`, texts)
	p.net.cut()
	p.write("do not lose me")
	p.write("nor me")
	p.see(`document.querySelectorAll('.pending').length === 2`)
	p.do(chromedp.Reload())
	p.net.mend()
	p.see(`%s === 'nor me' && !document.querySelector('.pending')`, lastText)
	assert.Equal(t, 1, p.sent(group, "do not lose me"))
	assert.Equal(t, 1, p.sent(group, "nor me"))
}

// The page opens without a connection, and fills when there is one.
func TestOpenedOffline(t *testing.T) {
	t.Parallel()
	p := serveSeeded(t)
	p.net.cut()
	p.ctx = browser.Start(t, "network")
	p.do(chromedp.Navigate(p.url + "/messages/" + groups.Conversations[0].ID()))
	p.see(`!document.querySelector('#banner').hidden`)
	p.net.mend()
	p.see(`%s === 20 && %s === 'Bayo Kent' && document.querySelector('#banner').hidden`, texts, title)
}

// On a slow connection a message is there at once, messages keep their order, and a group that is left does not come back.
func TestSlowConnection(t *testing.T) {
	t.Parallel()
	first, second := groups.Conversations[0].ID(), groups.Conversations[1].ID()
	p := openPage(t, "/messages/"+first)
	p.see(`%s === 20`, texts)
	p.net.slow(700 * time.Millisecond)
	for _, text := range []string{"one", "two", "three"} {
		p.write(text)
	}
	p.see(`document.querySelectorAll('.pending').length >= 2 && %s === 'three'`, lastText)
	p.see(`!document.querySelector('.pending')`)
	p.see(`[...document.querySelectorAll('#messages .text')].slice(-3).map((m) => m.textContent).join() === 'one,two,three'`)
	p.click(`.group[data-group="` + second + `"]`)
	p.see(`%s === 'Lena Moss' && %s === 0`, title, texts)
	p.shot("slow")
	p.click(`.group[data-group="` + first + `"]`)
	p.see(`%s === 'Bayo Kent' && %s >= 20`, title, texts)
	p.see(`%s === 'three' && document.querySelector('#banner').hidden`, lastText)
}

// What arrives for a conversation that was left is not shown in the next one.
func TestLateResponse(t *testing.T) {
	t.Parallel()
	first, second := groups.Conversations[0].ID(), groups.Conversations[1].ID()
	p := openPage(t, "/messages/"+first)
	p.see(`%s === 20`, texts)
	p.net.hold("GET /api/messages/" + first)
	require.Eventually(t, func() bool { return p.net.holds() > 0 }, time.Minute, 10*time.Millisecond)
	p.click(`.group[data-group="` + second + `"]`)
	p.see(`%s === 5`, texts)
	p.net.mend()
	p.send(ada, second, "later")
	p.see(`%s === 'later'`, lastText)
	assert.Equal(t, 6, eval[int](p, texts))
}
