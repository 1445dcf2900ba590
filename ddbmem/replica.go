package ddbmem

import (
	"iter"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/tree"
)

// replica is the view of eventually consistent readers of a table or a local index: its tree without the delayed
// changes.
type replica struct {
	late []arrival                // in the order of their times
	seen tree.Tree[*olderVersion] // under the keys that late changes
}

// arrival is a delayed change.
type arrival struct {
	due time.Time
	key string // in the tree
	row *row   // the row under it then, nil for none
}

// olderVersion is what is visible under a key.
type olderVersion struct {
	row    *row // nil for none
	behind int  // the number of its changes that are still invisible
}

// delay makes a change visible at due. The tree has it already.
func (r *replica) delay(due time.Time, key string, before, after *row) {
	v, found := r.seen.Get(key)
	if !found {
		v = &olderVersion{row: before}
		r.seen.Set(key, v)
	}
	v.behind++
	r.late = append(r.late, arrival{due, key, after})
}

// delays returns when a change becomes visible that is due at that time: not before the changes before it.
func (r *replica) delays(due time.Time) time.Time {
	if n := len(r.late); n > 0 && r.late[n-1].due.After(due) {
		return r.late[n-1].due
	}
	return due
}

// lags reports whether there are invisible changes.
func (r *replica) lags() bool { return len(r.late) > 0 }

// due reports whether a change has become visible.
func (r *replica) due(now time.Time) bool { return r.lags() && !r.late[0].due.After(now) }

// catchUp makes the changes visible that are due.
func (r *replica) catchUp(now time.Time) {
	for r.due(now) {
		r.arrive()
	}
}

// arrive makes the next change visible.
func (r *replica) arrive() {
	a := r.late[0]
	r.late[0] = arrival{}
	if r.late = r.late[1:]; len(r.late) == 0 {
		r.late = nil
	}
	v, _ := r.seen.Get(a.key)
	v.row = a.row
	if v.behind--; v.behind == 0 {
		r.seen.Delete(a.key)
	}
}

// get returns the visible row under a key; now is the row in the tree.
func (r *replica) get(key string, now *row) *row {
	if v, late := r.seen.Get(key); late {
		return v.row
	}
	return now
}

// walk yields the visible rows of a tree with low <= key < high, in either direction; an empty high is no bound.
func (r *replica) walk(t *tree.Tree[*row], low, high string, forward bool, yield func(string, *row) bool) {
	next, stop := iter.Pull2(func(yield func(string, *olderVersion) bool) { walk(&r.seen, low, high, forward, yield) })
	defer stop()
	key, v, more := next()
	// gone yields the visible versions before a key that the tree no longer has.
	gone := func(up string, all bool) bool {
		for more && (all || key != up && (key < up) == forward) {
			if v.row != nil && !yield(key, v.row) {
				return false
			}
			key, v, more = next()
		}
		return true
	}
	ended := false
	walk(t, low, high, forward, func(at string, row *row) bool {
		if ended = !gone(at, false); ended {
			return false
		}
		if more && key == at {
			row = v.row
			key, v, more = next()
		}
		ended = row != nil && !yield(at, row)
		return !ended
	})
	if !ended {
		gone("", true)
	}
}

// read returns the version of an item that a read sees: the newest for a consistent read, otherwise the visible one.
func (t *table) read(key string, consistent bool) *row {
	r := t.get(key)
	if !consistent && t.replica.lags() {
		return t.replica.get(key, r)
	}
	return r
}

// delay delays a change for eventually consistent reads of the table and its local indexes. The trees have it.
func (t *table) delay(c change, lag time.Duration, now time.Time) {
	due := t.replica.delays(now.Add(lag))
	t.replica.delay(due, c.key, c.before, c.after)
	for _, x := range t.indexes {
		if x.local {
			was, wasIn := x.keyFor(c.before)
			is, isIn := x.keyFor(c.after)
			if wasIn && isIn && was == is {
				x.replica.delay(due, is, c.before, c.after)
				continue
			}
			if wasIn {
				x.replica.delay(due, was, c.before, nil)
			}
			if isIn {
				x.replica.delay(due, is, nil, c.after)
			}
		}
	}
}

// catchUp makes the changes visible that are due, for readers of the table and its indexes.
func (t *table) catchUp(now time.Time) {
	t.replica.catchUp(now)
	for _, x := range t.indexes {
		x.replica.catchUp(now)
		x.catchUp(&t.schema, now)
	}
}

// catchUpAll makes all changes visible.
func (t *table) catchUpAll() {
	t.replica = replica{}
	for _, x := range t.indexes {
		x.replica = replica{}
		x.catchUpWith(&t.schema, len(x.lag), time.Time{})
	}
}
