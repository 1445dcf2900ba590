//go:build !race

package web

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/examples/internal/browser"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// All that the page can do, by keyboard alone, wide and narrow. The focus is always on something that can be seen.
func TestByKeyboard(t *testing.T) {
	t.Parallel()
	for name, narrow := range map[string]bool{"wide": false, "narrow": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := serveSeeded(t)
			p.ctx = browser.Start(t, "network")
			if narrow {
				p.phone()
			}
			p.do(chromedp.Navigate(p.url))
			p.see(`document.querySelectorAll('#groups .group').length === 3`)
			byKeyboard(p, narrow)
		})
	}
}

func byKeyboard(p *tab, narrow bool) {
	first := groups.Conversations[0].ID() // the second in the list
	at := func(want string) {
		p.t.Helper()
		p.see(`%s?.matches('%s')`, focused, want)
		assert.True(p.t, eval[bool](p, focused+`.checkVisibility() && `+focused+`.getClientRects().length > 0`), want)
	}
	outlined := func() {
		p.t.Helper()
		assert.NotEqual(p.t, "none", eval[string](p, `getComputedStyle(`+focused+`).outlineStyle`))
	}
	p.press(kb.Tab)
	at(`#skip`)
	outlined()
	p.press(kb.Tab)
	at(`#new`)
	outlined()
	p.press(kb.Tab, kb.ArrowDown)
	at(`.group[data-group="` + first + `"]`)
	outlined()
	p.press(kb.End)
	at(`section:last-child li:last-child .group`)
	p.press(kb.ArrowDown, kb.ArrowUp, kb.Home, kb.ArrowDown)
	at(`.group[data-group="` + first + `"]`)
	p.enter()
	p.see(`%s === 20`, texts)
	if narrow {
		at(`#main`)
		p.press(kb.Tab)
		at(`#back`)
		p.press(kb.Tab)
		at(`#scroll`)
		p.press(kb.Tab)
	}
	at(`#text`)
	outlined()
	p.do(chromedp.KeyEvent("by hand"))
	p.enter()
	p.see(`%s === 'by hand' && !document.querySelector('.pending')`, lastText)
	at(`#text`)
	p.press(kb.Escape)
	at(`.group[data-group="` + first + `"]`)
	p.see(`location.pathname === '%s'`, map[bool]string{true: "/", false: "/messages/" + first}[narrow])
	p.see(`%s.includes('by hand')`, firstGroup) // its group moved to the top, with the focus
	at(`.group[data-group="` + first + `"]`)

	// A new conversation.
	p.do(chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(kb.ModifierShift)))
	at(`#new`)
	p.enter()
	p.press(kb.Enter)
	p.see(`document.querySelector('#dialog').open`)
	at(`#people input`)
	p.press(kb.Escape)
	p.see(`!document.querySelector('#dialog').open`)
	at(`#new`)
	p.press(kb.Enter)
	at(`#people input[value="bayo"]`)
	p.press(kb.Tab, kb.Tab, " ", kb.Tab)
	at(`#first`)
	p.do(chromedp.KeyEvent("Hello Otis"))
	p.press(kb.Tab, kb.Tab, kb.Enter)
	p.see(`%s === 'Hello Otis' && %s === 'Otis Pryce'`, lastText, title)
	at(map[bool]string{true: `#main`, false: `#text`}[narrow])
}

// The skip link leads to the conversation.
func TestSkip(t *testing.T) {
	t.Parallel()
	p := openPage(t, "/messages/"+groups.Conversations[0].ID())
	p.see(`%s === 20`, texts)
	p.run(`document.activeElement.blur(); document.querySelector('#skip').focus()`)
	p.press(kb.Enter)
	p.see(`%s.id === 'text'`, focused)
}
