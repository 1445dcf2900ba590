// Package wire reads DynamoDB's answers from their JSON, without the attribute maps between.
//
// It is for the common case, and never guesses. A [Call] stands in the place of the SDK's protocol for one request. It reads the items of the answer into a
// [Page], an index of their JSON, and leaves all else to the SDK: the request, every answer that is no success, and the other members of one that
// is (Count, LastEvaluatedKey, ConsumedCapacity). Whatever it does not know, or would have to judge, it declines: then the SDK reads the same bytes as if
// there were no Call, and its result or its error is what the caller sees. Malformed JSON is declined, and so are invalid UTF-8, lone surrogates, values
// of an unknown type or of two, null, names with escapes or twice in one map, numbers of more than 38 digits, bad base64, and maps and lists deeper than
// DynamoDB stores.
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

// entry is one value of a page, in the order of the JSON: a map or list is followed by what is in it.
type entry struct {
	kind    Kind
	escaped bool   // the text has escapes in it
	nameLen uint16 // of the attribute, if the value stands in a map or an item
	name    uint32 // where it begins; for an item itself: the number of bytes of all strings in it
	at      uint32 // where the text begins; for a map or list: the index of the entry behind all that is in it
	n       uint32 // the length of the text; for a map or list: the number of its values
}

// Page is the items of one answer. Values that are taken out of it are copies, so it may be released while they are in use. Not safe for concurrent use.
type Page struct {
	body    []byte
	entries []entry
	items   []uint32 // the entry of each item; none for an item that is not there

	arena   strings.Builder // the strings of one item, in one block
	scratch []byte          // a text without its escapes
	rest    []byte          // the answer without the items
	memo    [4]memo
	memos   int
}

// memo remembers strings that have been taken out already: keys are asked for several times.
type memo struct {
	entry uint32
	text  string
}

const none = 1<<32 - 1

var pages = sync.Pool{New: func() any { return new(Page) }}

// maxPooled is the capacity in bytes up to which the buffer of a page is kept: a page has 1 MB of items, and a little more of JSON.
const maxPooled = 4 << 20

func newPage() *Page { return pages.Get().(*Page) }

// Release says that nobody looks at the page or its items anymore. It is not necessary, but saves allocations. A nil page needs none.
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

// Item returns item i, the zero Item if the answer has none in this place.
func (p *Page) Item(i int) Item {
	if p.items[i] == none {
		return Item{}
	}
	return Item{p, p.items[i]}
}
