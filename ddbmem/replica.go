package ddbmem

import (
	"iter"
	"time"

	"github.com/singletable-go/ddb/ddbmem/internal/tree"
)

// replica is what eventually consistent readers see of a table or of a local index: its tree, but for the changes that
// have not arrived.
type replica struct {
	late []arrival                // in the order of time
	seen tree.Tree[*olderVersion] // under the keys that late changes
}

// arrival is a change that becomes visible.
type arrival struct {
	due time.Time
	key string // in the tree
	row *row   // that is under it then, nil for none
}

// olderVersion is what is visible under a key.
type olderVersion struct {
	row    *row // nil for none
	behind int  // how many changes of it have not arrived
}

// delay has a change arrive at due. The tree holds it already.
func (r *replica) delay(due time.Time, key string, before, after *row) {
	v, found := r.seen.Get(key)
	if !found {
		v = &olderVersion{row: before}
		r.seen.Set(key, v)
	}
	v.behind++
	r.late = append(r.late, arrival{due, key, after})
}

// delays returns when a change arrives that would by due: after those before it.
func (r *replica) delays(due time.Time) time.Time {
	if n := len(r.late); n > 0 && r.late[n-1].due.After(due) {
		return r.late[n-1].due
	}
	return due
}

// lags reports whether there are changes that have not arrived.
func (r *replica) lags() bool { return len(r.late) > 0 }

// due reports whether a change has arrived.
func (r *replica) due(now time.Time) bool { return r.lags() && !r.late[0].due.After(now) }

// catchUp shows the changes that have arrived.
func (r *replica) catchUp(now time.Time) {
	for r.due(now) {
		r.arrive()
	}
}

// arrive shows the next change.
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

// get returns what is visible under a key of which the tree holds r now.
func (r *replica) get(key string, now *row) *row {
	if v, late := r.seen.Get(key); late {
		return v.row
	}
	return now
}

// walk yields what is visible of the rows of a tree with low <= key < high, in either direction; an empty high is no bound.
func (r *replica) walk(t *tree.Tree[*row], low, high string, forward bool, yield func(string, *row) bool) {
	next, stop := iter.Pull2(func(yield func(string, *olderVersion) bool) { walk(&r.seen, low, high, forward, yield) })
	defer stop()
	key, v, more := next()
	// gone yields the versions that the tree has no row for any more, those before a key.
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

// read returns the version of an item that a read sees: a consistent one the last, another one what has arrived.
func (t *table) read(key string, consistent bool) *row {
	r := t.get(key)
	if !consistent && t.replica.lags() {
		return t.replica.get(key, r)
	}
	return r
}

// delay has eventually consistent reads of the table and of its local indexes see a change later. The trees hold it.
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

// catchUp shows the changes that have become visible to the readers of the table and of its indexes.
func (t *table) catchUp(now time.Time) {
	t.replica.catchUp(now)
	for _, x := range t.indexes {
		x.replica.catchUp(now)
		x.catchUp(&t.schema, now)
	}
}

// catchUpAll shows all changes.
func (t *table) catchUpAll() {
	t.replica = replica{}
	for _, x := range t.indexes {
		x.replica = replica{}
		x.catchUpWith(&t.schema, len(x.lag), time.Time{})
	}
}
