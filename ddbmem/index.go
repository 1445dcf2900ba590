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

// index is a secondary index. Its tree holds the versions of items whose attributes the schema needs are all there,
// under index key and table key, so that equal index keys have an order and pages lose nothing. What the index
// projects is worked out when it is read.
type index struct {
	schema
	name    string
	local   bool
	kind    string   // ALL, KEYS_ONLY or INCLUDE
	include []string // of INCLUDE, sorted
	extra   []string // attributes that the request listed, in its order, for descriptions
	order   []schemaElement

	tree  tree.Tree[*row]
	bytes int64

	throughput capacityPair
	onDemand   *capacityPair
	activeAt   time.Time // when it becomes ACTIVE, while creating
	goneAt     time.Time // when it disappears, while deleting
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

// globalFirst yields the indexes in the order in which the service checks them.
func (t *table) globalFirst(yield func(*index) bool) {
	for _, local := range [2]bool{false, true} {
		for _, x := range t.indexes {
			if x.local == local && !yield(x) {
				return
			}
		}
	}
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

// keyFor returns the key of a row in the index, and whether the item is in the index at all.
func (x *index) keyFor(r *row) (string, bool) {
	if r == nil || !x.covers(r.item) {
		return "", false
	}
	var buf [128]byte
	return string(append(x.appendKey(buf[:0], r.item), r.key...)), true
}

// change moves the index from one version of an item to the next and returns the write units that costs.
func (x *index) change(t *schema, before, after *row) float64 {
	was, wasIn := x.keyFor(before)
	is, isIn := x.keyFor(after)
	var wasSize, isSize int
	if wasIn {
		wasSize = x.viewSize(t, before)
	}
	if isIn {
		isSize = x.viewSize(t, after)
	}
	switch {
	case wasIn && isIn && was == is:
		x.tree.Set(is, after)
		x.bytes += int64(isSize - wasSize)
		if x.sameView(t, before.item, after.item) {
			return 0
		}
		return writeUnits(max(wasSize, isSize))
	case wasIn && isIn:
		x.tree.Delete(was)
		x.tree.Set(is, after)
		x.bytes += int64(isSize - wasSize)
		return writeUnits(wasSize) + writeUnits(isSize)
	case wasIn:
		x.tree.Delete(was)
		x.bytes -= int64(wasSize)
		return writeUnits(wasSize)
	case isIn:
		x.tree.Set(is, after)
		x.bytes += int64(isSize)
		return writeUnits(isSize)
	}
	return 0
}

// sameView reports whether two versions of an item are the same to the index.
func (x *index) sameView(t *schema, a, b value.Item) bool {
	return x.view(t, a).Equal(x.view(t, b))
}

// defer_ notes a change that becomes visible at due.
func (x *index) postpone(due time.Time, before, after *row) {
	x.lag = append(x.lag, lagged{due, before, after})
}

// catchUp applies the changes that have become visible. A zero now applies all.
func (x *index) catchUp(t *schema, now time.Time) {
	n := 0
	for n < len(x.lag) && (now.IsZero() || !x.lag[n].due.After(now)) {
		x.change(t, x.lag[n].old, x.lag[n].new)
		n++
	}
	if n > 0 {
		x.lag = append([]lagged(nil), x.lag[n:]...)
	}
}

// cost returns the write units of a change without making it.
func (x *index) cost(t *schema, before, after *row) float64 {
	was, wasIn := x.keyFor(before)
	is, isIn := x.keyFor(after)
	units := 0.0
	switch {
	case wasIn && isIn && was == is:
		if !x.sameView(t, before.item, after.item) {
			units = writeUnits(max(x.viewSize(t, before), x.viewSize(t, after)))
		}
		return units
	case wasIn && isIn:
		return writeUnits(x.viewSize(t, before)) + writeUnits(x.viewSize(t, after))
	case wasIn:
		return writeUnits(x.viewSize(t, before))
	case isIn:
		return writeUnits(x.viewSize(t, after))
	}
	return 0
}
