package ddbmem

import (
	"slices"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/tree"
	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// row is one version of an item. It is immutable: a write makes a new one.
type row struct {
	item value.Item
	key  string // in the tree of the table
	size int
}

// index is a secondary index. Its tree holds the items that have all attributes of its schema, ordered by index key and
// then table key. So equal index keys have an order, and pages lose nothing. The projection is applied when the index
// is read.
type index struct {
	schema
	name    string
	local   bool
	kind    string   // ALL, KEYS_ONLY or INCLUDE
	include []string // of INCLUDE, sorted
	extra   []string // attributes in the request's order, for descriptions
	order   []schemaElement

	tree    tree.Tree[*row]
	bytes   int64
	replica replica // of a local index

	throughput capacityPair
	onDemand   *capacityPair
	warm       *capacityPair // as requested at its creation
	res        *resource     // what a global index may consume; nil without limits
	activeAt   moment        // when it becomes ACTIVE, while creating
	goneAt     moment        // when it disappears, while deleting
	lag        []lagged
}

// lagged is a change that readers of the index do not see yet.
type lagged struct {
	due      time.Time
	old, new *row
}

// projects reports whether an attribute is copied to the index of a table with that schema.
func (x *index) projects(t *schema, name string) bool {
	switch {
	case x.kind == "ALL", x.has(name), t.has(name):
		return true
	case x.kind == "INCLUDE":
		_, found := slices.BinarySearch(x.include, name)
		return found
	}
	return false
}

// view returns what the index holds of an item.
func (x *index) view(t *schema, it value.Item) value.Item {
	if x.kind == "ALL" {
		return it
	}
	out := make(value.Item, 0, len(it))
	for _, f := range it {
		if x.projects(t, f.Name) {
			out = append(out, f)
		}
	}
	return out
}

// viewSize returns the size of what the index holds of an item.
func (x *index) viewSize(t *schema, r *row) int {
	if x.kind == "ALL" {
		return r.size
	}
	return x.view(t, r.item).Size()
}

// keyFor returns the key of a row in the index, and whether the index has an entry for it.
func (x *index) keyFor(r *row) (string, bool) {
	if r == nil || !x.covers(r.item) {
		return "", false
	}
	var buf [128]byte
	return string(append(x.appendKey(buf[:0], r.item), r.key...)), true
}

// step is the effect of an item's change on an index.
type step struct {
	was, is         string // keys in the index
	wasIn, isIn     bool
	wasSize, isSize int
	same            bool // the entry stays in its place, with the same content
}

// stepOf works out what a change of an item does to the index.
func (x *index) stepOf(t *schema, before, after *row) step {
	var s step
	if s.was, s.wasIn = x.keyFor(before); s.wasIn {
		s.wasSize = x.viewSize(t, before)
	}
	if s.is, s.isIn = x.keyFor(after); s.isIn {
		s.isSize = x.viewSize(t, after)
	}
	s.same = s.wasIn && s.isIn && s.was == s.is && x.sameView(t, before.item, after.item)
	return s
}

// units returns the write units of the change: none if the index does not see it, one if an entry appears, disappears
// or changes, two if it moves.
func (s step) units() float64 {
	switch {
	case s.same, !s.wasIn && !s.isIn:
		return 0
	case s.wasIn && s.isIn && s.was != s.is:
		return writeUnits(s.wasSize) + writeUnits(s.isSize)
	}
	return writeUnits(max(s.wasSize, s.isSize))
}

// change applies an item's change to the index and returns its write units.
func (x *index) change(t *schema, before, after *row, now time.Time) float64 {
	s := x.stepOf(t, before, after)
	if s.wasIn && (!s.isIn || s.was != s.is) {
		x.tree.Delete(s.was)
	}
	if s.isIn {
		x.tree.Set(s.is, after)
	}
	x.bytes += int64(s.isSize - s.wasSize)
	x.resize(s, now)
	return s.units()
}

// sameView reports whether two versions of an item are the same for the index.
func (x *index) sameView(t *schema, a, b value.Item) bool {
	return x.view(t, a).Equal(x.view(t, b))
}

// postpone notes a change that becomes visible at due.
func (x *index) postpone(due time.Time, before, after *row) {
	x.lag = append(x.lag, lagged{due, before, after})
}

// catchUp applies the changes that have become visible.
func (x *index) catchUp(t *schema, now time.Time) {
	n := 0
	for n < len(x.lag) && !x.lag[n].due.After(now) {
		n++
	}
	x.catchUpWith(t, n, now)
}

// catchUpWith applies the first n of the invisible changes.
func (x *index) catchUpWith(t *schema, n int, now time.Time) {
	for _, l := range x.lag[:n] {
		x.change(t, l.old, l.new, now)
	}
	if n > 0 {
		x.lag = append([]lagged(nil), x.lag[n:]...)
	}
}
