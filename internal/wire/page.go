package wire

import (
	"strings"
	"sync"
)

// Kind is the type of an attribute value.
type Kind uint8

// The kinds. A boolean's kind is its value; NULL is always true.
const (
	None Kind = iota
	S
	N
	B
	True
	False
	Null
	M
	L
	SS
	NS
	BS
)

// entry is one value of a page, in the order of the JSON: a map or list is followed by its contents.
type entry struct {
	kind    Kind
	escaped bool   // the text has escapes
	nameLen uint16 // of the attribute, for a value in a map or an item
	name    uint32 // its position; for an item itself: the number of bytes of all its strings
	at      uint32 // the position of the text; for a map or list: the index of the entry after its contents
	n       uint32 // the length of the text; for a map or list: the number of its values
}

// Page is the items of one response. Values that are taken from it are copies, so it may be released while they are in
// use. It is not safe for concurrent use.
type Page struct {
	body    []byte
	entries []entry
	items   []uint32 // the entry of each item; none for a missing item

	arena   strings.Builder // the strings of one item, in one block
	scratch []byte          // a text with its escapes resolved
	rest    []byte          // the response without the items
	memo    [4]memo
	memos   int
}

// memo remembers strings that were already extracted: keys are read several times.
type memo struct {
	entry uint32
	text  string
}

const none = 1<<32 - 1

var pages = sync.Pool{New: func() any { return new(Page) }}

// maxPooled is the largest buffer of a page that is kept, in bytes: a page has 1 MB of items, and a little more of
// JSON.
const maxPooled = 4 << 20

func newPage() *Page { return pages.Get().(*Page) }

// Release ends the use of the page and its items. It is optional, but saves allocations. A nil page needs none.
func (p *Page) Release() {
	if p == nil || cap(p.body) > maxPooled {
		return
	}
	p.body, p.entries, p.items, p.rest = p.body[:0], p.entries[:0], p.items[:0], p.rest[:0]
	p.arena.Reset()
	p.memos, p.memo = 0, [4]memo{}
	pages.Put(p)
}

// Len returns the number of items.
func (p *Page) Len() int { return len(p.items) }

// Item returns item i, the zero Item if the response has none there.
func (p *Page) Item(i int) Item {
	if p.items[i] == none {
		return Item{}
	}
	return Item{p, p.items[i]}
}
